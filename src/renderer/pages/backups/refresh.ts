import { useEffect, useRef } from 'react'
import { queries } from '../../query.ts'
import { useAllJobs } from '../../state.ts'

/** Asks anew how plans and schedules stand when a job of this window has started or ended. */
export function useRefreshAfterJobs(): void {
  const jobs = useAllJobs()
  // one may have ended and another begun since the last look: their number alone would not tell
  const standing = jobs.map(({ jobId, outcome }) => `${jobId} ${outcome === null}`).join()
  const before = useRef(standing)
  useEffect(() => {
    if (before.current === standing) return
    before.current = standing
    for (const name of ['plans.standing', 'schedules.list', 'schedules.history']) {
      void queries.invalidateQueries({ queryKey: [name] })
    }
  }, [standing])
}
