import { resolve } from 'node:path'
import { SCHEDULED_KINDS, type ScheduleExport, type ScheduleRequest } from '../../contract/schedule.ts'
import { usage } from '../flags.ts'
import { FORMATS, need, type Verb, type VerbArguments } from './verb.ts'

/** Jobs that run by the clock. */

const request = (args: VerbArguments, what: ScheduleRequest) =>
  ({ kind: 'schedule', environment: args.environment, request: what }) as const

const add: Verb = {
  name: 'schedule add',
  summary: 'let a job run by the clock',
  details:
    'Keeps the schedule in the profile; "coffer schedule run" runs it. A time that was missed is caught up once, runs\n' +
    "never overlap, and the clocks' changes between summer and winter are heeded.",
  flags: [
    'name',
    'config',
    'cron',
    'job',
    'timezone',
    'jitter',
    'retries',
    'retry-delay',
    'quiet-hours',
    'alert-after',
  ],
  required: ['name', 'config', 'cron'],
  formats: FORMATS,
  examples: [
    'coffer schedule add --name "SOX weekly" --config sox-backup.yaml --cron "0 2 * * 0" --timezone Europe/Berlin',
    'coffer schedule add --name checks --job validation --config sox-validation.yaml --cron "30 4 * * 0" --alert-after 200',
  ],
  request: async (args) => {
    const kind = args.values.job ?? 'backup'
    const known = SCHEDULED_KINDS.find((one) => one === kind)
    if (known === undefined) throw usage(`expected --job ${SCHEDULED_KINDS.join(', ')}, got "${kind}"`)
    const quiet = args.values['quiet-hours']?.split('-')
    if (quiet !== undefined && quiet.length !== 2) {
      throw usage(`expected --quiet-hours HH:MM-HH:MM, got "${args.values['quiet-hours']}"`)
    }
    return request(args, {
      action: 'add',
      schedule: {
        name: need(args, 'name'),
        kind: known,
        config: resolve(need(args, 'config')),
        cron: need(args, 'cron'),
        timezone: args.values.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
        jitter_seconds: whole(args, 'jitter', 0, 86_400),
        retries: whole(args, 'retries', 3, 100),
        retry_delay_seconds: whole(args, 'retry-delay', 60, 86_400),
        quiet_hours: quiet === undefined ? null : { from: quiet[0] as string, to: quiet[1] as string },
        alert_after_hours: args.values['alert-after'] === undefined ? null : whole(args, 'alert-after', 0, 87_600),
      },
    })
  },
}

const list: Verb = {
  name: 'schedule list',
  summary: 'show the schedules, their next and last runs',
  flags: [],
  required: [],
  formats: FORMATS,
  examples: ['coffer schedule list'],
  request: async (args) => request(args, { action: 'list' }),
}

const run: Verb = {
  name: 'schedule run',
  summary: 'run what is due, until Ctrl-C: the service',
  details:
    'Several may run beside each other: each run is taken by one. Notices of failures and of "no good run for N hours"\n' +
    'are posted to the address in COFFER_NOTIFY_WEBHOOK, where it is set (Slack, Mattermost, Teams).',
  flags: [],
  required: [],
  formats: FORMATS,
  examples: ['coffer schedule run', 'systemd-run --user --unit coffer coffer schedule run'],
  request: async (args) => request(args, { action: 'run' }),
}

const history: Verb = {
  name: 'schedule history',
  summary: "show a schedule's runs, newest first",
  flags: ['name', 'limit'],
  required: ['name'],
  formats: FORMATS,
  examples: ['coffer schedule history --name "SOX weekly"'],
  request: async (args) =>
    request(args, { action: 'history', name: need(args, 'name'), limit: whole(args, 'limit', 20, 100_000) }),
}

const exported: Verb = {
  name: 'schedule export',
  summary: "write a schedule as an entry of the system's own scheduler",
  flags: ['name', 'for'],
  required: ['name', 'for'],
  formats: FORMATS,
  examples: ['coffer schedule export --name "SOX weekly" --for systemd'],
  request: async (args) => {
    const format = need(args, 'for')
    if (!['cron', 'systemd', 'task-scheduler'].includes(format)) {
      throw usage(`expected --for cron, systemd or task-scheduler, got "${format}"`)
    }
    return request(args, { action: 'export', name: need(args, 'name'), format: format as ScheduleExport })
  },
}

function simple(action: 'remove' | 'pause' | 'resume', summary: string): Verb {
  return {
    name: `schedule ${action}`,
    summary,
    flags: ['name'],
    required: ['name'],
    formats: FORMATS,
    examples: [`coffer schedule ${action} --name "SOX weekly"`],
    request: async (args) => request(args, { action, name: need(args, 'name') }),
  }
}

export const scheduleVerbs: readonly Verb[] = [
  add,
  list,
  run,
  history,
  exported,
  simple('pause', 'let a schedule rest'),
  simple('resume', 'let a paused schedule run again'),
  simple('remove', 'forget a schedule'),
]

function whole(
  args: VerbArguments,
  flag: 'jitter' | 'retries' | 'retry-delay' | 'alert-after' | 'limit',
  fallback: number,
  most: number,
): number {
  const text = args.values[flag]
  if (text === undefined) return fallback
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (!(value <= most)) throw usage(`expected a whole number from 0 to ${most} for "--${flag}", got "${text}"`)
  return value
}
