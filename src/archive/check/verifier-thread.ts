import { parentPort } from 'node:worker_threads'
import { keepCompiledCode } from '../compile-cache.ts'
import type { SegmentTask } from './findings.ts'

keepCompiledCode()
const { serializeError } = await import('../../contract/errors.ts')
const { verifySegment } = await import('./segment.ts')

/** A thread that verifies segments: bytes in, verdict out. It touches no storage. */
parentPort?.on('message', async (message: { id: number; bytes: ArrayBuffer; task: SegmentTask }) => {
  const { id, bytes, task } = message
  try {
    parentPort?.postMessage({ id, verdict: await verifySegment(Buffer.from(bytes), task) })
  } catch (error) {
    parentPort?.postMessage({ id, error: serializeError(error) })
  } finally {
    // gives the memory back now, not when this thread's collector gets to it
    bytes.transfer(0)
  }
})
