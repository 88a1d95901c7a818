import { CofferError } from '../../contract/errors.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { ConfigSource, JobContext, JobOutcome, JobResult } from '../../contract/jobs.ts'
import type { ScheduleResult } from '../../contract/results/schedule.ts'
import type {
  Schedule,
  ScheduledRun,
  ScheduleNotice,
  ScheduleRequest,
  ScheduleStatus,
} from '../../contract/schedule.ts'
import { isoTime } from '../../contract/time.ts'
import { profileFolder } from '../profile.ts'
import { checkScheduledFile, readScheduledFile } from './config-file.ts'
import { isOverdue } from './decide.ts'
import { exportSchedule } from './export.ts'
import type { Notice } from './loop.ts'
import { runSchedules } from './loop.ts'
import { noticeText, postNotice } from './notice.ts'
import { ScheduleStore } from './store.ts'
import { checkClock, checkQuietHours, nextDue } from './times.ts'

const NEXT_RUNS = 5

/** How a scheduled job is really run; the worker gives it, since a job can't reach up to it. */
export type StartScheduled = (schedule: Schedule, signal: AbortSignal) => Promise<JobOutcome>

/**
 * Keeps schedules (add, list, remove, pause, resume, history, export), or is the service that runs them.
 * @throws USAGE, CONFIG_… for what can't be; NOTHING_MATCHED for an unknown name
 */
export async function runSchedule(
  request: ScheduleRequest,
  environment: Record<string, string>,
  start: StartScheduled,
  context: JobContext,
): Promise<JobResult<ScheduleResult>> {
  const store = new ScheduleStore(profileFolder(environment))
  try {
    switch (request.action) {
      case 'add': {
        checkScheduledFile(request.schedule.kind, await checkSchedule(request.schedule), environment)
        return done('add', [status(store, store.add(request.schedule, new Date()))])
      }
      case 'set': {
        await checkSchedule(request.schedule)
        return done('set', [status(store, store.set(request.schedule, new Date()))])
      }
      case 'list':
        return done(
          'list',
          store.all().map((one) => status(store, one)),
        )
      case 'remove': {
        const schedule = named(store, request.name)
        const last = status(store, schedule)
        store.remove(schedule.id)
        return done('remove', [last])
      }
      case 'pause':
      case 'resume':
        store.setPaused(named(store, request.name).id, request.action === 'pause')
        return done(request.action, [status(store, named(store, request.name))])
      case 'history': {
        const schedule = named(store, request.name)
        return done('history', [status(store, schedule)], store.runs(schedule.id, request.limit))
      }
      case 'export': {
        const schedule = named(store, request.name)
        return done('export', [status(store, schedule)], [], exportSchedule(schedule, request.format))
      }
      case 'run': {
        const runs = await runSchedules(
          { store, start, notify: (notice) => tell(notice, environment, context), now: () => new Date() },
          context,
        )
        return done(
          'run',
          store.all().map((one) => status(store, one)),
          runs,
        )
      }
    }
  } finally {
    store.close()
  }
}

/** To whoever runs the service (a desktop shows it), and to the address that the environment names. */
async function tell(notice: Notice, environment: Record<string, string>, context: JobContext): Promise<void> {
  const text = noticeText(notice)
  const told: ScheduleNotice = { about: notice.about, schedule: notice.schedule.name, text }
  context.log(notice.about === 'recovered' ? 'info' : 'warn', text, { notice: told })
  await postNotice(notice, environment)
}

/** @returns its file */
async function checkSchedule(schedule: Omit<Schedule, 'id' | 'created_at' | 'paused'>): Promise<ConfigSource> {
  if (!/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,99}$/u.test(schedule.name)) {
    throw new CofferError(
      'CONFIG_INVALID_VALUE',
      `expected a name of letters, digits, spaces, ".", "_" and "-", got "${schedule.name}"`,
    )
  }
  checkClock(schedule)
  if (schedule.quiet_hours !== null) checkQuietHours(schedule.quiet_hours)
  return readScheduledFile(schedule.config)
}

function named(store: ScheduleStore, name: string): Schedule {
  const schedule = store.byName(name)
  if (schedule !== null) return schedule
  const names = store.all().map((one) => `"${one.name}"`)
  throw new CofferError('NOTHING_MATCHED', `there is no schedule "${name}"`, {
    hint: names.length === 0 ? 'There are none yet: "coffer schedule add --help".' : `There are: ${names.join(', ')}.`,
  })
}

function status(store: ScheduleStore, schedule: Schedule): ScheduleStatus {
  const now = new Date()
  const lastGoodAt = store.lastGoodAt(schedule.id)
  return {
    ...schedule,
    next_runs: schedule.paused ? [] : nextDue(schedule, now, NEXT_RUNS).map((one) => isoTime(one.getTime())),
    last_run: store.runs(schedule.id, 1)[0] ?? null,
    last_good_at: lastGoodAt,
    overdue: isOverdue(schedule, lastGoodAt, now),
  }
}

function done(
  action: ScheduleResult['action'],
  schedules: ScheduleStatus[],
  runs: ScheduledRun[] = [],
  files: ScheduleResult['files'] = [],
): JobResult<ScheduleResult> {
  return { exitCode: EXIT.done, result: { kind: 'schedule', action, schedules, runs, files } }
}
