import { createContext, useCallback, useContext, useEffect, useRef, useState } from 'react'
import { type CofferError, type SerializedError, serializeError } from '../contract/errors.ts'
import type { JobSummary, WindowEvent } from '../contract/ipc/job.ts'
import { MAX_JOBS, MAX_LOG_LINES } from '../contract/ipc/limits.ts'
import { host } from './host.ts'

/** The jobs of the session, kept up to date by their events. */
export function useJobs(): JobSummary[] {
  const [jobs, setJobs] = useState<JobSummary[]>([])
  useEffect(() => {
    let isReading = false
    let isOld = false
    const read = (): void => {
      isOld = isReading
      if (isReading) return
      isReading = true
      const ended = () => {
        isReading = false
        if (isOld) read()
      }
      host
        .call('jobs.list', null)
        .then(setJobs, () => {})
        .finally(ended)
    }
    const end = host.subscribe((event) => {
      if (event.type === 'started') return read()
      setJobs((all) => all.map((job) => (job.jobId === event.jobId ? applied(job, event) : job)).slice(0, MAX_JOBS))
      // what is being read may be older than this event, and a line or an end that it overwrote would not come again
      if (event.type !== 'progress' && isReading) isOld = true
    }, read)
    read()
    return end
  }, [])
  return jobs
}

function applied(job: JobSummary, event: WindowEvent): JobSummary {
  switch (event.type) {
    case 'started':
      return job
    case 'progress':
      return { ...job, progress: event.progress }
    case 'log': {
      const line = { at: Date.now(), level: event.level, message: event.message }
      return { ...job, log: [...job.log, line].slice(-MAX_LOG_LINES) }
    }
    case 'finished':
      return { ...job, outcome: event.outcome, endedAt: Date.now(), stopping: false }
  }
}

export const JobsContext = createContext<JobSummary[]>([])
export const useAllJobs = (): JobSummary[] => useContext(JobsContext)

export function useJob(jobId: string | null): JobSummary | null {
  const jobs = useAllJobs()
  return jobId === null ? null : (jobs.find((job) => job.jobId === jobId) ?? null)
}

export function errorOf(error: unknown): SerializedError {
  const { stack: _, ...rest } = serializeError(error as CofferError)
  return rest
}

export type Asked<T> =
  | { state: 'idle' }
  | { state: 'busy' }
  | { state: 'done'; value: T }
  | { state: 'failed'; error: SerializedError }

/** A call whose state is shown: the last one asked wins, whatever order the answers come in. */
export function useAsk<T>(): [Asked<T>, (ask: () => Promise<T>) => Promise<T | null>, () => void] {
  const [asked, setAsked] = useState<Asked<T>>({ state: 'idle' })
  const turn = useRef(0)
  const run = useCallback(async (ask: () => Promise<T>) => {
    turn.current += 1
    const mine = turn.current
    setAsked({ state: 'busy' })
    try {
      const value = await ask()
      if (mine === turn.current) setAsked({ state: 'done', value })
      return value
    } catch (error) {
      if (mine === turn.current) setAsked({ state: 'failed', error: errorOf(error) })
      return null
    }
  }, [])
  const reset = useCallback(() => {
    turn.current += 1
    setAsked({ state: 'idle' })
  }, [])
  return [asked, run, reset]
}
