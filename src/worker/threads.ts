import { Worker } from 'node:worker_threads'
import type { JobRequest } from '../contract/jobs.ts'
import type { ToWorker } from './messages.ts'

/** Threads that jobs run in: started, kept ready for the next one, and ended. */

/** Reading the modules of a thread takes longer than most of what a window asks: so many threads are kept ready. */
const KEPT = 2
/** A thread that nobody needs is given up after this long. */
const KEPT_MS = 60_000

/** Threads that wait for a job; the last one was used last. Each keeps no process alive. */
const ready: { thread: Worker; giveUp: NodeJS.Timeout | undefined }[] = []

/**
 * Starts a thread before it is known what it will run, so that it loads while the caller reads its own modules. The
 * next job takes it.
 * @param kind what will probably be asked for
 */
export function warmUp(kind: string): void {
  if (ready.length > 0) return
  const thread = startThread()
  thread.postMessage({ type: 'load', kind } satisfies ToWorker)
  keep(thread)
}

/** A thread for one job: one that is ready, else a new one. */
export function takeThread(): Worker {
  const last = ready.pop()
  if (last === undefined) return startThread()
  const { thread, giveUp } = last
  clearTimeout(giveUp)
  stopHearing(thread)
  thread.ref()
  return thread
}

/** Whether a job only reads what is stored, in a moment: its thread holds nothing that another job could trip over. */
export function isBrief(request: JobRequest): boolean {
  switch (request.kind) {
    case 'list':
    case 'describe':
    case 'status':
    case 'groups':
    case 'overview':
    case 'controls':
    case 'preview':
    case 'package-records':
    case 'timeline':
    case 'storage-lock':
    case 'show-offset-mapping':
    case 'evidence-list':
      return true
    case 'keys':
    case 'activity':
    case 'approvals':
      return request.action === 'list'
    case 'schedule':
      return request.request.action === 'list' || request.request.action === 'history'
    case 'hold':
      return request.action === 'overview' || request.action === 'list'
    default:
      return false
  }
}

/** Takes back the thread of a brief job that ended well; ends it where enough are ready. */
export function giveBack(thread: Worker): void {
  stopHearing(thread)
  if (ready.length < KEPT) keep(thread, KEPT_MS)
  else void thread.terminate()
}

/** By name: Node's own listeners on a worker begin to read its messages when somebody listens to them. */
function stopHearing(thread: Worker): void {
  for (const name of ['message', 'error', 'messageerror', 'exit']) thread.removeAllListeners(name)
}

function keep(thread: Worker, forMs?: number): void {
  const drop = () => {
    const at = ready.findIndex((one) => one.thread === thread)
    if (at !== -1) clearTimeout(ready.splice(at, 1)[0]?.giveUp)
  }
  const end = () => {
    drop()
    void thread.terminate()
  }
  thread.unref()
  // One that can't start says so to the job that would have taken it, by starting again.
  thread.on('error', drop)
  thread.on('exit', drop)
  ready.push({ thread, giveUp: forMs === undefined ? undefined : setTimeout(end, forMs).unref() })
}

function startThread(): Worker {
  return new Worker(workerUrl(), { stdout: false, stderr: false })
}

/** In a checkout the thread runs from its source; in a built program from the file that the build puts beside it. */
function workerUrl(): URL {
  return import.meta.url.endsWith('.ts')
    ? new URL('./thread.ts', import.meta.url)
    : new URL('./thread.js', import.meta.url)
}
