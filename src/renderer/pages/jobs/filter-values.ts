import type { JobState } from '../../../contract/ipc/history.ts'
import { startOfDay } from '../../../contract/time-zone.ts'
import { clockZone } from '../../format.ts'
import type { FILTERED_KINDS } from '../../job-words.ts'
import { readDay } from '../../typed-time.ts'
import type { HistoryQuery } from './use-history.ts'

export interface FilterValues {
  text: string
  kind: (typeof FILTERED_KINDS)[number] | null
  state: JobState | null
  /** Days as they were typed, `2026-11-03`, on the clock that was chosen; empty or none: open. */
  from: string
  to: string
}

export const FILTERS_OFF: FilterValues = { text: '', kind: null, state: null, from: '', to: '' }

export function isFiltered({ text, kind, state, from, to }: FilterValues): boolean {
  return text.trim() !== '' || kind !== null || state !== null || from !== '' || to !== ''
}

/** The filters as the host takes them; the day `to` is included. */
export function queryOf({ text, kind, state, from, to }: FilterValues): Omit<HistoryQuery, 'sort' | 'descending'> {
  return {
    kinds: kind === null ? [] : [kind],
    states: state === null ? [] : [state],
    text: text.trim(),
    from: dayStart(from, 0),
    to: dayStart(to, 1),
  }
}

/** Midnight of a day on the clock by which the list tells times, so many days later; null where there is no day. */
function dayStart(day: string, later: number): number | null {
  const [year, month = 1, date = 1] = readDay(day)?.split('-').map(Number) ?? []
  return year === undefined ? null : startOfDay(year, month, date + later, clockZone())
}
