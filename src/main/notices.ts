import { EXIT } from '../contract/exit-codes.ts'
import type { WindowEvent } from '../contract/ipc/job.ts'
import type { Settings } from '../contract/ipc/settings.ts'
import type { ScheduleNotice } from '../contract/schedule.ts'
import type { Services } from '../worker/services/services.ts'
import type { Strings } from './strings.ts'

export interface Note {
  /** Which of the settings says whether it is wanted. */
  kind: keyof Settings['notifications']

  title: string
  body: string
}

/** What a finished job is worth telling; null where nobody needs to hear of it. */
export function noteOfJob(t: Strings, services: Services, event: WindowEvent): Note | null {
  if (event.type !== 'finished') return null
  const job = services.jobs.find((one) => one.jobId === event.jobId)
  if (job === undefined || job.stopping) return null
  const { outcome } = event
  if (outcome.state === 'failed') {
    // Who stopped it knows.
    return outcome.error.code === 'INTERRUPTED'
      ? null
      : { kind: 'failures', title: t.failed(job.subject), body: outcome.error.message }
  }
  if (outcome.exitCode === EXIT.interrupted) return null
  const good = outcome.exitCode === EXIT.done
  return good
    ? { kind: 'finished', title: t.done(job.subject), body: t.doneBody }
    : { kind: 'failures', title: t.attention(job.subject), body: t.attentionBody }
}

export function noteOfSchedule(t: Strings, notice: ScheduleNotice): Note {
  const titles = { failed: t.scheduleFailed, overdue: t.overdue, recovered: t.recovered }
  return { kind: notice.about === 'overdue' ? 'overdue' : 'failures', title: titles[notice.about], body: notice.text }
}
