import type { Problem } from './problems.ts'

/** Later than this in milliseconds is 1973: a smaller number was meant as seconds. */
const LIKE_SECONDS = 100_000_000_000

const MINUTE = 60_000
/** Of a minute, to the millisecond. */
const LAST_SECOND = 59_000

/** What a schema can't say of a time window: that it ends after it begins, and that its times look like milliseconds. */
export function checkWindow(
  section: 'restore' | 'extract',
  start: number | undefined,
  end: number | undefined,
  problems: Problem[],
  notes: string[],
): void {
  if (start !== undefined && end !== undefined && start > end) {
    problems.push({
      code: 'CONFIG_CONFLICT',
      path: [section, 'time_window_end'],
      message: `"${section}.time_window_end" (${new Date(end).toISOString()}) lies before "${section}.time_window_start" (${new Date(start).toISOString()})`,
    })
  }
  for (const [name, value] of [
    ['time_window_start', start],
    ['time_window_end', end],
  ] as const) {
    if (value !== undefined && value > 0 && value < LIKE_SECONDS) {
      notes.push(
        `"${section}.${name}" is ${new Date(value).toISOString()}: milliseconds are expected, this looks like seconds`,
      )
    }
  }
  // somebody asks for a day or a month to its end, and leaves its last second out but for its first millisecond
  if (section === 'extract' && end !== undefined && ((end % MINUTE) + MINUTE) % MINUTE === LAST_SECOND) {
    notes.push(
      `"extract.time_window_end" is ${new Date(end).toISOString()}: the rest of that second lies outside of the window; write ${new Date(end + 999).toISOString()} to have it inside`,
    )
  }
}
