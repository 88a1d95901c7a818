import { Worker } from 'node:worker_threads'
import { ownMemory } from '../../archive/own-memory.ts'
import { CofferError, deserializeError, type SerializedError } from '../../contract/errors.ts'
import { makeScanner, type Scanner, type ScanPiece, type ScanSettings, type ScanTask, scanSegment } from './scan.ts'

interface Running {
  thread: Thread
  pieces: ScanPiece[]
  ended: boolean
  failure: unknown
  wake: (() => void) | null
}

interface Thread {
  worker: Worker
  load: number
}

type Answer = { id: number; piece: ScanPiece } | { id: number; error: SerializedError }

/** Scans segments on threads, or, with none, on the calling one. */
export class ScanPool {
  /** For what is scanned on the calling thread. */
  readonly scanner: Scanner
  readonly #threads: Thread[] = []
  readonly #running = new Map<number, Running>()
  #nextId = 0
  #closed = false

  constructor(threads: number, settings: ScanSettings) {
    this.scanner = makeScanner(settings)
    // a name of its own: bundled, it stands in one folder with the thread that runs the jobs
    const file = import.meta.url.endsWith('.ts') ? './scan-thread.ts' : './scan-thread.js'
    for (let i = 0; i < threads; i++) {
      const worker = new Worker(new URL(file, import.meta.url), { workerData: settings })
      const thread: Thread = { worker, load: 0 }
      worker.on('message', (answer: Answer) => this.#hear(answer))
      worker.on('error', (error) => this.#died(thread, error))
      worker.on('exit', () => this.#died(thread, null))
      this.#threads.push(thread)
    }
  }

  /**
   * Begins at once; the pieces are taken in order and at the taker's pace.
   * @param object given away: it can't be used afterwards
   */
  scan(object: Buffer, task: ScanTask): AsyncGenerator<ScanPiece> {
    const thread = this.#threads.reduce<Thread | null>((a, b) => (a === null || b.load < a.load ? b : a), null)
    if (thread === null) return scanSegment(object, task, this.scanner)
    const id = this.#nextId++
    const running: Running = { thread, pieces: [], ended: false, failure: null, wake: null }
    this.#running.set(id, running)
    thread.load++
    const bytes = ownMemory(object)
    thread.worker.postMessage({ id, bytes, task }, [bytes])
    return this.#take(id, running)
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()))
  }

  async *#take(id: number, running: Running): AsyncGenerator<ScanPiece> {
    for (;;) {
      const piece = running.pieces.shift()
      if (piece !== undefined) {
        yield piece
        running.thread.worker.postMessage({ id, taken: true })
        if (piece.kind === 'done') return
      } else if (running.failure !== null) throw running.failure
      else {
        await new Promise<void>((wake) => {
          running.wake = wake
        })
      }
    }
  }

  #hear(answer: Answer): void {
    const running = this.#running.get(answer.id)
    if (running === undefined) return
    if ('error' in answer) running.failure = deserializeError(answer.error)
    else running.pieces.push(answer.piece)
    if ('error' in answer || answer.piece.kind === 'done') {
      this.#running.delete(answer.id)
      running.thread.load--
    }
    running.wake?.()
  }

  #died(thread: Thread, cause: unknown): void {
    for (const [id, running] of this.#running) {
      if (running.thread !== thread) continue
      this.#running.delete(id)
      const reason = this.#closed ? 'was stopped' : 'died'
      running.failure = new CofferError('WORKER_DIED', `a thread that reads segments ${reason}`, { cause })
      running.wake?.()
    }
  }
}
