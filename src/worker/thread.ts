import { parentPort } from 'node:worker_threads'
import { serializeError } from '../contract/errors.ts'
import type { JobContext, JobOutcome } from '../contract/jobs.ts'
import { keepCompiledCode } from './compile-cache.ts'
import type { FromWorker, ToWorker } from './messages.ts'

/** The worker thread: one job at a time, from its request to its outcome. All it knows of the outside is messages.ts. */

const port = parentPort
if (port === null) throw new Error('thread.ts runs as a worker thread only')
/** Of the job that runs. */
let stopping = new AbortController()

keepCompiledCode()
const { dispatch, preload } = await import('./dispatch.ts')

const post = (message: FromWorker) => port.postMessage(message)

function contextOf(jobId: string): JobContext {
  return {
    signal: stopping.signal,
    progress: (progress) => post({ type: 'event', event: { type: 'progress', jobId, progress } }),
    log: (level, message, details) =>
      post({
        type: 'event',
        event: { type: 'log', jobId, level, message, ...(details === undefined ? {} : { details }) },
      }),
  }
}

port.on('message', (message: ToWorker) => {
  if (message.type === 'stop') return stopping.abort()
  // What can't be loaded says so when it is asked for.
  if (message.type === 'load') return void preload(message.kind).catch(() => {})
  stopping = new AbortController()
  void run(message)
})

async function run(message: Extract<ToWorker, { type: 'run' }>): Promise<void> {
  post({ type: 'outcome', outcome: await outcomeOf(message) })
}

async function outcomeOf(message: Extract<ToWorker, { type: 'run' }>): Promise<JobOutcome> {
  try {
    const { exitCode, result } = await dispatch(message.request, contextOf(message.jobId))
    return { state: 'done', exitCode, result }
  } catch (error) {
    return { state: 'failed', error: serializeError(error) }
  }
}
