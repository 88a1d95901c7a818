import { readSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { keepCompiledCode } from '../../archive/compile-cache.ts'
import type { PackageTools, Unpacked } from '../../verify/package/tools.ts'
import type { ByteSource } from '../../verify/source.ts'
import type { ToUnpack, UnpackAnswer, UnpackTask } from './unpack-threads.ts'

/** Reads, unpacks and hashes one entry of a package on a thread of its own, by the verifier's own code. */

/** Parts that may wait for whoever takes them: pieces of 512 KiB, or rows of half as much. */
const AHEAD = 16
/** Bytes of the file that are read before it is said. */
const SAID_AT_ONCE = 4 * 1024 * 1024

const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread')
let credit = AHEAD
let isUnwanted = false
let wake: (() => void) | null = null
let read = 0

port.on('message', (message: ToUnpack) => {
  if (message === 'drain') isUnwanted = true
  else if ('task' in message) return void begun.then(() => run(message.task))
  else credit += message.taken
  wake?.()
})

keepCompiledCode()
const loading = Promise.all([
  import('../../archive/own-memory.ts'),
  import('../../contract/errors.ts'),
  import('../../verify/package/refusal.ts'),
  import('../../verify/package/read-rows.ts'),
  import('../../verify/package/rows.ts'),
  import('./package-tools.ts'),
])
const begun = loading.then(() => undefined)
const [{ ownMemory }, { CofferError, serializeError }, { Refusal }, { readProofs, readRecords }, { buffersOf }, own] =
  await loading

function sourceOf({ descriptor, size }: UnpackTask): ByteSource {
  return {
    size,
    read: async (from, to) => {
      const bytes = Buffer.allocUnsafeSlow(to - from)
      for (let at = 0; at < bytes.length; ) {
        const count = readSync(descriptor, bytes, at, bytes.length - at, from + at)
        if (count === 0) throw new CofferError('STORAGE_FAILED', 'the package became shorter while it was read')
        at += count
      }
      read += bytes.length
      if (read >= SAID_AT_ONCE) {
        answer({ kind: 'read', read })
        read = 0
      }
      return bytes
    },
  }
}

const answer = (message: UnpackAnswer, moved: ArrayBuffer[] = []) => port.postMessage(message, moved)

async function run(task: UnpackTask): Promise<void> {
  const tools = own.nodePackageTools
  const unpacked = tools.unpack(sourceOf(task), task.entry)
  try {
    if (task.as.what === 'bytes') await giveBytes(unpacked)
    else await giveRows(unpacked, task, tools)
    answer({ kind: 'done', digests: unpacked.digests(), read })
  } catch (error) {
    if (error instanceof Refusal) {
      answer({ kind: 'refused', sub: error.sub, reason: error.message, digests: unpacked.digests() })
    } else answer({ kind: 'failed', error: serializeError(error) })
  }
  port?.close()
}

async function giveBytes(unpacked: Unpacked): Promise<void> {
  for await (const chunk of unpacked.chunks) {
    await mayGive()
    const part = ownMemory(chunk as Buffer)
    answer({ kind: 'part', part }, [part])
  }
}

async function giveRows(unpacked: Unpacked, { entry, as }: UnpackTask, tools: PackageTools): Promise<void> {
  const stream =
    as.what === 'proofs' ? readProofs(entry.path, unpacked, as.trees, tools) : readRecords(entry.path, unpacked, tools)
  for await (const part of stream.rows) {
    await mayGive()
    if (isUnwanted) break
    answer({ kind: 'part', part }, buffersOf(part))
  }
  await stream.drain()
}

/** Nobody is to be far ahead of who takes it. */
async function mayGive(): Promise<void> {
  while (credit === 0 && !isUnwanted) {
    await new Promise<void>((resolve) => {
      wake = resolve
    })
  }
  credit--
}
