import { Worker } from 'node:worker_threads'
import { CofferError, deserializeError, type SerializedError } from '../../contract/errors.ts'
import { ownMemory } from '../own-memory.ts'
import type { SegmentTask, SegmentVerdict } from './findings.ts'
import { verifySegment } from './segment.ts'

interface Waiting {
  resolve(verdict: SegmentVerdict): void
  reject(error: unknown): void
  thread: Thread
}

interface Thread {
  worker: Worker
  load: number
}

type Answer = { id: number; verdict: SegmentVerdict } | { id: number; error: SerializedError }

/** Verifies segments on threads, or, with none, on the calling one. */
export class VerifierPool {
  readonly #threads: Thread[] = []
  readonly #waiting = new Map<number, Waiting>()
  #nextId = 0
  #closed = false

  /** @param threads 0: everything happens on the calling thread */
  constructor(threads: number) {
    // A name of its own: bundled, it stands in one folder with the thread that runs the jobs.
    const file = import.meta.url.endsWith('.ts') ? './verifier-thread.ts' : './verifier-thread.js'
    for (let i = 0; i < threads; i++) {
      const thread: Thread = { worker: new Worker(new URL(file, import.meta.url)), load: 0 }
      thread.worker.on('message', (answer: Answer) => this.#settle(answer))
      thread.worker.on('error', (error) => this.#died(thread, error))
      thread.worker.on('exit', () => this.#died(thread, null))
      this.#threads.push(thread)
    }
  }

  /** @param object given away: it can't be used afterwards */
  verify(object: Buffer, task: SegmentTask): Promise<SegmentVerdict> {
    const thread = this.#threads.reduce<Thread | null>((a, b) => (a === null || b.load < a.load ? b : a), null)
    if (thread === null) return verifySegment(object, task)
    const bytes = ownMemory(object)
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, thread })
      thread.load++
      thread.worker.postMessage({ id, bytes, task }, [bytes])
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#threads.map((thread) => thread.worker.terminate()))
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id)
    if (waiting === undefined) return
    this.#waiting.delete(answer.id)
    waiting.thread.load--
    if ('verdict' in answer) waiting.resolve(answer.verdict)
    else waiting.reject(deserializeError(answer.error))
  }

  #died(thread: Thread, cause: unknown): void {
    for (const [id, waiting] of this.#waiting) {
      if (waiting.thread !== thread) continue
      this.#waiting.delete(id)
      const reason = this.#closed ? 'was stopped' : 'died'
      waiting.reject(new CofferError('WORKER_DIED', `a thread that verifies segments ${reason}`, { cause }))
    }
  }
}
