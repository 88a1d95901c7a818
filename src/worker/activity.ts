import type { ActivityWay } from '../contract/activity.ts'
import type { JobOutcome, JobRequest } from '../contract/jobs.ts'
import { activityOf, outcomeOf } from './activity-facts.ts'

/** A job's two lines in the activity journal. */
export interface JobRecord {
  /** Settles when the line is on disk, or can't be. */
  ended(outcome: JobOutcome): Promise<void>
}

/**
 * Records a job that starts now, and its end. The first line is on its way while the job begins; the second waits for
 * the first. A journal that can't be written never keeps a job from running: it is said once.
 * @returns null for jobs that get no lines
 */
export function recordJob(
  jobId: string,
  request: JobRequest,
  via: ActivityWay,
  warn: (sentence: string) => void,
): JobRecord | null {
  const activity = activityOf(request)
  if (activity === null) return null
  const { environment } = request
  const { action, subject, details } = activity
  const line = { action, subject, via, run: jobId, name: environment.COFFER_OPERATOR || null }
  const write = async (event: object) => {
    const [{ recordActivity }, { profileFolder }] = await Promise.all([
      import('../jobs/activity/record.ts'),
      import('../jobs/profile.ts'),
    ])
    const problem = await recordActivity(profileFolder(environment), environment, [
      { ...line, phase: 'started', ...event },
    ])
    if (problem !== null) warn(problem)
  }
  const started = write({ details }).catch((error: unknown) => warn(`the activity journal failed: ${String(error)}`))
  return {
    ended: async (outcome) => {
      await started
      try {
        const end = outcomeOf(request, outcome)
        await write({ phase: 'ended', ...end, details: { ...details, ...end.details } })
      } catch (error) {
        warn(`the activity journal failed: ${String(error)}`)
      }
    },
  }
}
