import { EXIT } from './exit-codes.ts'
import type { WindowOutcome } from './ipc/job.ts'
import type { Settings } from './ipc/settings.ts'
import type { ScheduleNotice } from './schedule.ts'

/** What a finished job is worth telling somebody who looks elsewhere. `attention`: it ended, with a result to look at. */
export type JobNotice = 'failed' | 'attention' | 'done'

/** @returns null where nobody needs to hear of it: who stopped it knows */
export function jobNotice(outcome: WindowOutcome): JobNotice | null {
  if (outcome.state === 'failed') return outcome.error.code === 'INTERRUPTED' ? null : 'failed'
  if (outcome.exitCode === EXIT.interrupted) return null
  return outcome.exitCode === EXIT.done ? 'done' : 'attention'
}

/** Which of the settings says whether a notice is wanted. */
export const WANTED_BY = {
  failed: 'failures',
  attention: 'failures',
  recovered: 'failures',
  overdue: 'overdue',
  done: 'finished',
} as const satisfies Record<JobNotice | ScheduleNotice['about'], keyof Settings['notifications']>
