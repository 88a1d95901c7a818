import type { Problem } from './problems.ts'

/** Later than this in milliseconds is 1973: a smaller number was meant as seconds. */
const LIKE_SECONDS = 100_000_000_000

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
}
