import type { ScheduleResult } from '../../contract/results.ts'
import type { ScheduledRun, ScheduleStatus } from '../../contract/schedule.ts'
import { paint, table } from '../paint.ts'
import { moment, plural } from '../words.ts'

export function scheduleText(result: ScheduleResult): string[] {
  switch (result.action) {
    case 'export':
      return result.files.flatMap(({ name, content, where }) => [
        paint('bold', name),
        `# ${where}`,
        '',
        ...content.trimEnd().split(/\r?\n/),
        '',
      ])
    case 'history':
      return [...result.schedules.flatMap(scheduleLines), '', ...runTable(result.runs)]
    case 'run':
      return [`Stopped. ${plural(result.runs.length, 'run')} in this time.`, ...runTable(result.runs)]
    case 'remove':
      return result.schedules.map((one) => `The schedule "${one.name}" is gone.`)
    case 'list':
      if (result.schedules.length === 0) {
        return ['No schedules yet.', 'Make one: coffer schedule add --name NAME --config FILE --cron "0 2 * * 0"']
      }
      return result.schedules.flatMap((one, index) => [...(index === 0 ? [] : ['']), ...scheduleLines(one)])
    default:
      return result.schedules.flatMap(scheduleLines)
  }
}

function scheduleLines(one: ScheduleStatus): string[] {
  const [next, ...later] = one.next_runs
  const last = one.last_run
  return [
    `${paint('bold', one.name)}  ${one.kind} of ${one.config}`,
    `  when      ${one.cron} (${one.timezone})${one.quiet_hours === null ? '' : `, quiet ${one.quiet_hours.from} to ${one.quiet_hours.to}`}`,
    one.paused
      ? `  next      ${paint('yellow', 'paused')}`
      : `  next      ${next === undefined ? '–' : both(next, one.timezone)}`,
    ...later.map((time) => `            ${both(time, one.timezone)}`),
    `  last      ${last === null ? 'none yet' : runWords(last)}`,
    ...(one.overdue
      ? [
          `  ${paint('red', `no good run for more than ${one.alert_after_hours} hours`)} (last ${one.last_good_at === null ? 'never' : moment(one.last_good_at)})`,
        ]
      : []),
  ]
}

/** A time on the schedule's own clock and in UTC. */
function both(iso: string, timeZone: string): string {
  const local = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' })
  const day = new Intl.DateTimeFormat('en', { timeZone, weekday: 'short' }).format(new Date(iso))
  return `${day} ${local.format(new Date(iso))}  =  ${moment(iso)}`
}

function runWords(run: ScheduledRun): string {
  const colour = { done: 'green', failed: 'red', interrupted: 'yellow', running: 'bold' } as const
  const why = run.error === null ? '' : `: ${run.error.message} [${run.error.code}]`
  const code = run.exit_code === null || run.exit_code === 0 || run.error !== null ? '' : `, exit code ${run.exit_code}`
  return `${paint(colour[run.state], run.state)}, due ${moment(run.due_at)}, ${run.trigger}, attempt ${run.attempt}${code}${why}`
}

function runTable(runs: readonly ScheduledRun[]): string[] {
  if (runs.length === 0) return ['No runs yet.']
  return table(
    ['due', 'started', 'ended', 'why', 'state', 'exit code', 'missed before'],
    runs.map((run) => [
      moment(run.due_at),
      moment(run.started_at),
      moment(run.ended_at),
      `${run.trigger}${run.attempt > 1 ? ` (attempt ${run.attempt})` : ''}`,
      run.state,
      run.exit_code === null ? '–' : String(run.exit_code),
      String(run.missed),
    ]),
  )
}
