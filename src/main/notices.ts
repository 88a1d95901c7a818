import type { WindowEvent } from '../contract/ipc/job.ts'
import type { Settings } from '../contract/ipc/settings.ts'
import { jobNotice, WANTED_BY } from '../contract/notices.ts'
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
  const { outcome } = event
  const about = jobNotice(outcome)
  if (job === undefined || about === null) return null
  const reason = outcome.state === 'failed' ? outcome.error.message : ''
  const bodies = { failed: reason, attention: t.attentionBody, done: t.doneBody }
  return { kind: WANTED_BY[about], title: t[about](job.subject), body: bodies[about] }
}

export function noteOfSchedule(t: Strings, notice: ScheduleNotice): Note {
  const titles = { failed: t.scheduleFailed, overdue: t.overdue, recovered: t.recovered }
  return { kind: WANTED_BY[notice.about], title: titles[notice.about], body: notice.text }
}
