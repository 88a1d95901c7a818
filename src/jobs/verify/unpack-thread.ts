import { readSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import { keepCompiledCode } from '../../archive/compile-cache.ts'
import type { ByteSource } from '../../verify/source.ts'
import type { UnpackAnswer, UnpackTask } from './unpack-threads.ts'

/** Reads, unpacks and hashes one entry of a package on a thread of its own, by the verifier's own code. */

/** Pieces of 256 KiB that may wait for whoever takes them. */
const AHEAD = 16

keepCompiledCode()
const { ownMemory } = await import('../../archive/own-memory.ts')
const { CofferError, serializeError } = await import('../../contract/errors.ts')
const { Refusal } = await import('../../verify/package/refusal.ts')
const { unpackEntry } = await import('../../verify/package/unpack.ts')
const { nodeUnpackParts } = await import('./package-tools.ts')

const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread')
const { descriptor, size, entry } = workerData as UnpackTask
let credit = AHEAD
let wake: (() => void) | null = null
let read = 0

port.on('message', (taken: number) => {
  credit += taken
  wake?.()
})

const source: ByteSource = {
  size,
  read: async (from, to) => {
    const bytes = Buffer.allocUnsafeSlow(to - from)
    for (let at = 0; at < bytes.length; ) {
      const count = readSync(descriptor, bytes, at, bytes.length - at, from + at)
      if (count === 0) throw new CofferError('STORAGE_FAILED', 'the package became shorter while it was read')
      at += count
    }
    read += bytes.length
    return bytes
  },
}

const answer = (message: UnpackAnswer, moved: ArrayBuffer[] = []) => port.postMessage(message, moved)

const { chunks, digests } = unpackEntry(source, entry, nodeUnpackParts)
try {
  for await (const chunk of chunks) {
    while (credit === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    credit--
    const bytes = ownMemory(chunk as Buffer)
    answer({ kind: 'chunk', bytes, read }, [bytes])
    read = 0
  }
  answer({ kind: 'done', digests: digests(), read })
} catch (error) {
  if (error instanceof Refusal) answer({ kind: 'refused', sub: error.sub, reason: error.message, digests: digests() })
  else answer({ kind: 'failed', error: serializeError(error) })
}
port.close()
