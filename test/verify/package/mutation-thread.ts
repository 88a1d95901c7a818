import { parentPort, workerData } from 'node:worker_threads'
import type { Trust } from '../../../src/verify/crypto.ts'
import { verifyBytes } from './verify-bytes.ts'

/** What a thread is given, and what it answers: how it ended, or what it threw. */
export interface Asked {
  what: string
  bytes: Uint8Array
}
export type Answer = { what: string; verdict: string; reason: string } | { what: string; thrown: string }

parentPort?.on('message', async ({ what, bytes }: Asked) => {
  const answer = await verifyBytes(Buffer.from(bytes), workerData as Trust).then(
    ({ verdict, reason }): Answer => ({ what, verdict, reason }),
    (error: unknown): Answer => ({ what, thrown: String(error) }),
  )
  parentPort?.postMessage(answer)
})
