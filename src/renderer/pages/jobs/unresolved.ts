import type { JobRow } from '../../../contract/ipc/history.ts'

const RECENT_MS = 7 * 86_400_000

type Row = Pick<JobRow, 'kind' | 'subject' | 'state' | 'continuedBy' | 'startedAt'>

/**
 * The newest of the last days that somebody must look at: it failed, was cut off or paused, and the same has neither gone
 * on nor been done since. What else was done after it does not mend it.
 */
export function unresolved<R extends Row>(newestFirst: readonly R[], now: number): R | undefined {
  const later = new Set<string>()
  return newestFirst.find((row) => {
    if (row.state === 'cancelled') return false
    const same = `${row.kind} ${row.subject}`
    const isLast = !later.has(same)
    later.add(same)
    const isBad = row.state === 'crashed' || row.state === 'paused' || row.state === 'failed'
    return isBad && isLast && row.continuedBy === null && now - row.startedAt < RECENT_MS
  })
}
