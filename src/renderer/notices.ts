import type { WindowEvent } from '../contract/ipc/job.ts'
import type { NoticeEvent } from '../contract/ipc/notice.ts'
import type { Settings } from '../contract/ipc/settings.ts'
import { jobNotice, WANTED_BY } from '../contract/notices.ts'
import { errorTitle } from './error-words.ts'
import { sentence } from './format.ts'
import { host } from './host.ts'
import { i18n } from './i18n.ts'
import { nameOfJob } from './job-words.ts'
import { spoken } from './said-words.ts'

/**
 * The system's notifications, which a browser's page shows while it is open, where its user has allowed it (Notifications
 * API, WHATWG). The desktop's main shows its own.
 */
export type NoticeState = 'desktop' | 'unsupported' | NotificationPermission

export function noticeState(): NoticeState {
  if (window.coffer !== undefined) return 'desktop'
  return 'Notification' in window ? Notification.permission : 'unsupported'
}

/** To be called by somebody's click: a browser heeds nothing else. */
export async function allowNotices(): Promise<NoticeState> {
  await Notification.requestPermission()
  return noticeState()
}

interface Note {
  about: keyof typeof WANTED_BY
  title: string
  body: string
  /** Of two open pages the second one's takes the place of the first one's. */
  tag: string
}

/** @param go leads the window to the jobs @returns what ends it */
export function followNotices(go: () => void): () => void {
  const tell = async (note: Note | null) => {
    if (note === null || noticeState() !== 'granted' || !(await isWanted(WANTED_BY[note.about]))) return
    show(note, go)
  }
  const endNotices = host.onNotice((event) => void tell(noteOfSchedule(event)))
  const endJobs = host.subscribe(
    (event) => {
      // Who looks at the window sees it there.
      if (event.type === 'finished' && !document.hasFocus()) void noteOfJob(event).then(tell, () => {})
    },
    () => {},
  )
  return () => {
    endNotices()
    endJobs()
  }
}

const isWanted = async (kind: keyof Settings['notifications']): Promise<boolean> =>
  (await host.call('settings.get', null).catch(() => null))?.notifications[kind] ?? false

function show({ title, body, tag }: Note, go: () => void): void {
  const notification = new Notification(title, { body, tag, lang: i18n.language })
  notification.onclick = () => {
    window.focus()
    go()
    notification.close()
  }
}

async function noteOfJob({ jobId, outcome }: Extract<WindowEvent, { type: 'finished' }>): Promise<Note | null> {
  const about = jobNotice(outcome)
  if (about === null) return null
  const job = (await host.call('jobs.list', null)).find((one) => one.jobId === jobId)
  if (job === undefined) return null
  const name = nameOfJob(i18n.getFixedT(null, 'jobs'), job)
  const title = i18n.t(`notice.${about}`, { ns: 'jobs', name })
  return { about, title, body: outcome.state === 'failed' ? whyOf(outcome.error) : bodyOf(about), tag: jobId }
}

const bodyOf = (about: 'failed' | 'attention' | 'done'): string =>
  i18n.t(about === 'done' ? 'notice.doneText' : 'notice.attentionText', { ns: 'jobs' })

/** What the error means, in the window's language; else by its code. */
function whyOf(
  error: Parameters<typeof errorTitle>[1] & { message: string; said?: Parameters<typeof spoken>[1] },
): string {
  return sentence(spoken(error.message, error.said) ?? errorTitle(i18n.getFixedT(null, 'errors'), error))
}

function noteOfSchedule({ about, schedule, text }: NoticeEvent): Note {
  const title = i18n.t(`notice.schedule.${about}`, { ns: 'jobs', schedule })
  return { about, title, body: sentence(text), tag: `schedule ${schedule}` }
}
