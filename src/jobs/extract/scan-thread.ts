import { parentPort, workerData } from 'node:worker_threads'
import { keepCompiledCode } from '../../archive/compile-cache.ts'
import { serializeError } from '../../contract/errors.ts'
import type { ScanPiece, ScanSettings, ScanTask } from './scan.ts'

/** Scans segments on a thread of its own, one at a time, never more than some pieces ahead of whoever takes them. */

/** A MiB of lines each, and what they compress to. */
const AHEAD = 8
/** Far above what Node cuts out of a pool that many buffers share. */
const LARGE = 256 * 1024

const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread')
keepCompiledCode()
const { makeScanner, scanSegment } = await import('./scan.ts')
const scanner = makeScanner(workerData as ScanSettings)
const credits = new Map<number, { left: number; wake: (() => void) | null }>()
let last: Promise<void> = Promise.resolve()

port.on('message', (message: { id: number; taken: true } | { id: number; bytes: ArrayBuffer; task: ScanTask }) => {
  if ('taken' in message) {
    const credit = credits.get(message.id)
    if (credit === undefined) return
    credit.left++
    credit.wake?.()
    return
  }
  credits.set(message.id, { left: AHEAD, wake: null })
  last = last.then(() => scan(message.id, Buffer.from(message.bytes), message.task))
})

async function scan(id: number, object: Buffer, task: ScanTask): Promise<void> {
  const credit = credits.get(id) as { left: number; wake: (() => void) | null }
  try {
    for await (const piece of scanSegment(object, task, scanner)) {
      while (credit.left === 0) {
        await new Promise<void>((wake) => {
          credit.wake = wake
        })
      }
      credit.left--
      port?.postMessage({ id, piece }, movable(piece))
    }
  } catch (error) {
    port?.postMessage({ id, error: serializeError(error) })
  }
  credits.delete(id)
}

/** Memory that goes to the other thread instead of being copied: what is large has a buffer of its own. */
function movable(piece: ScanPiece): ArrayBuffer[] {
  if (piece.kind !== 'records' && piece.kind !== 'proofs') return []
  return [piece.bytes, piece.packed].flatMap(({ buffer, byteOffset, byteLength }) =>
    byteOffset === 0 && byteLength >= LARGE && buffer instanceof ArrayBuffer ? [buffer] : [],
  )
}
