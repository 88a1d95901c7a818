import { useEffect, useRef } from 'react'
import { queries } from '../../query.ts'
import { useAllJobs } from '../../state.ts'

/** Asks anew how plans and schedules stand when a job of this window has started or ended. */
export function useRefreshAfterJobs(): void {
  const jobs = useAllJobs()
  const running = jobs.filter((job) => job.outcome === null).length
  const before = useRef(running)
  useEffect(() => {
    if (before.current === running) return
    before.current = running
    for (const name of ['plans.standing', 'schedules.list', 'schedules.history']) {
      void queries.invalidateQueries({ queryKey: [name] })
    }
  }, [running])
}
