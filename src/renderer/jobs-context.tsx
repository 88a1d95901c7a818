import type { ReactNode } from 'react'
import { JobsContext, useJobs } from './state.ts'

/** The jobs of the session for every page below. */
export function JobsProvider({ children }: { children: ReactNode }) {
  const jobs = useJobs()
  return <JobsContext value={jobs}>{children}</JobsContext>
}
