import type { JobDetail } from '../../../contract/ipc/history.ts'
import type { JobSummary, WindowOutcome } from '../../../contract/ipc/job.ts'
import { useCall } from '../../query.ts'
import { useJob } from '../../state.ts'

export interface FollowedJob {
  /** While it runs in this session: with its progress. */
  live: JobSummary | null
  outcome: WindowOutcome | null
  /** What the history says of it; null while it runs here, and where there is no history. */
  kept: JobDetail | null
  running: boolean
}

const ELSEWHERE_MS = 2_000

/** A job of this session or of an earlier one: what its events tell, and once it has ended what the history keeps. */
export function useFollowed(jobId: string | null): FollowedJob {
  const job = useJob(jobId)
  const runsHere = job !== null && job.outcome === null
  const asked = useCall(
    'jobs.get',
    { jobId: jobId ?? '-' },
    {
      enabled: jobId !== null && !runsHere,
      refetchInterval: (query) => (query.state.data?.state === 'running' ? ELSEWHERE_MS : false),
    },
  )
  const kept = runsHere ? null : (asked.data ?? null)
  return {
    live: runsHere ? job : null,
    outcome: job?.outcome ?? kept?.outcome ?? null,
    kept,
    running: runsHere || kept?.state === 'running' || (jobId !== null && job === null && asked.isLoading),
  }
}

/** The cluster is complete: all that was to be written is there. */
export function isRestored({ outcome }: FollowedJob): boolean {
  return outcome?.state === 'done' && outcome.result.kind === 'restore' && outcome.result.state === 'complete'
}
