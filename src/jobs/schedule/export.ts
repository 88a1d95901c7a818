import { CofferError } from '../../contract/errors.ts'
import { say } from '../../contract/said/said.ts'
import type { Schedule, ScheduleExport } from '../../contract/schedule.ts'

/**
 * The same job for machines where nobody is logged in and Coffer's own service is not wanted: an entry of the system's
 * scheduler that runs `coffer` itself. Catch-up, retries and quiet hours are then the system's.
 */
export function exportSchedule(
  schedule: Schedule,
  format: ScheduleExport,
): { name: string; content: string; where: string }[] {
  const verb = VERB[schedule.kind]
  const id = `coffer-${schedule.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`
  if (/["\\%\n\r]/.test(schedule.config)) {
    throw new CofferError('USAGE', say('input.noEntryPath', { path: schedule.config }), {
      hint: 'Give the configuration file a path without quotes, backslashes and percent signs.',
    })
  }
  const command = `coffer ${verb} --config "${schedule.config}"`
  switch (format) {
    case 'cron':
      return [
        {
          name: id,
          content: `# ${oneLine(schedule.name)}, written by Coffer. "flock" keeps runs from overlapping.\nCRON_TZ=${schedule.timezone}\n${schedule.cron} ${USER} flock -n /tmp/${id}.lock ${command} --quiet\n`,
          where: `/etc/cron.d/${id} (replace ${USER} by the account that runs it)`,
        },
      ]
    case 'systemd':
      return [
        {
          name: `${id}.service`,
          content: `[Unit]\nDescription=Coffer: ${oneLine(schedule.name)}\nWants=network-online.target\nAfter=network-online.target\n\n[Service]\nType=oneshot\nExecStart=/usr/bin/env ${command} --quiet\n`,
          where: `/etc/systemd/system/${id}.service`,
        },
        {
          name: `${id}.timer`,
          content: `[Unit]\nDescription=Coffer: ${oneLine(schedule.name)}\n\n[Timer]\n${calendar(schedule)
            .map((one) => `OnCalendar=${one}`)
            .join(
              '\n',
            )}\nPersistent=true\nRandomizedDelaySec=${schedule.jitter_seconds}\n\n[Install]\nWantedBy=timers.target\n`,
          where: `/etc/systemd/system/${id}.timer, then: systemctl enable --now ${id}.timer`,
        },
      ]
    case 'task-scheduler':
      return [
        {
          name: `${id}.cmd`,
          content: `rem ${oneLine(schedule.name)}, written by Coffer\r\n@${command} --quiet\r\n`,
          where: `anywhere; then make a task for it: schtasks /Create /TN "${id}" /TR "PATH\\${id}.cmd" /SC … (times of "${schedule.cron}" in ${schedule.timezone})`,
        },
      ]
  }
}

const USER = 'coffer'

const VERB: Record<Schedule['kind'], string> = {
  backup: 'backup',
  validation: 'validation run',
  extract: 'extract',
  'snapshot-groups': 'snapshot-groups',
  'monthly-report': 'report monthly',
  check: 'check',
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

/**
 * A cron pattern as systemd's OnCalendar (systemd.time(7)); where both days are restricted cron means either, so that
 * two lines are needed.
 * @throws USAGE for what has no such form
 */
function calendar({ cron, timezone }: Schedule): string[] {
  const [minute, hour, day, month, weekday] = cron.trim().split(/\s+/) as [string, string, string, string, string]
  const time = `${field(hour, cron)}:${field(minute, cron)}:00 ${timezone}`
  const date = (days: string) => `*-${field(month, cron)}-${days}`
  const names = weekday === '*' ? '' : `${weekdays(weekday, cron)} `
  if (day !== '*' && weekday !== '*') return [`${date(field(day, cron))} ${time}`, `${names}${date('*')} ${time}`]
  return [`${names}${date(field(day, cron))} ${time}`]
}

function field(text: string, cron: string): string {
  if (!/^(\*|\d+(-\d+)?)(\/\d+)?(,\d+(-\d+)?)*$/.test(text)) throw noForm(cron)
  return text
    .replaceAll(/(\d+)-(\d+)/g, '$1..$2')
    .replace(/^\*\//, '0/')
    .replaceAll(/\b(\d)\b(?!\/)/g, '0$1')
}

function weekdays(text: string, cron: string): string {
  return text
    .split(',')
    .map((part) => {
      const match = /^([0-7])(?:-([0-7]))?$/.exec(part)
      if (match === null) throw noForm(cron)
      const [, from, to] = match
      return to === undefined ? DAYS[Number(from)] : `${DAYS[Number(from)]}..${DAYS[Number(to)]}`
    })
    .join(',')
}

function noForm(cron: string): CofferError {
  return new CofferError('USAGE', say('input.noSystemdForm', { cron }), {
    hint: 'Export it for cron, or run "coffer schedule run" as the service.',
  })
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}
