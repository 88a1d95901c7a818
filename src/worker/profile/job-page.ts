import { CofferError } from '../../contract/errors.ts'
import { JOB_STATES, type JobPage, type JobQuery, type JobState } from '../../contract/ipc/history.ts'
import type { ProfileDatabase, Value } from './database.ts'
import { jobRowOf } from './job-rows.ts'

/** Progress only where a list shows it: it is the long one. */
export const LIST_COLUMNS = `jobs.*,
  (SELECT progress FROM job_details d WHERE d.seq = jobs.seq AND jobs.state IN ('running', 'paused', 'crashed')) AS progress,
  EXISTS (SELECT 1 FROM job_details d WHERE d.seq = jobs.seq AND d.request IS NOT NULL) AS has_request`

/** What a page is sorted by; what has no value comes as the smallest. */
const SORT: Record<JobQuery['sort'], string> = {
  started: 'started_at',
  ended: 'coalesce(ended_at, 9e15)',
  duration: 'coalesce(ended_at - started_at, -1)',
  subject: 'subject COLLATE NOCASE',
  kind: 'kind',
  state: 'state',
  records: 'coalesce(records, -1)',
}

/** One page of the history. @throws USAGE on a cursor that no page gave */
export function jobPageOf(db: ProfileDatabase, query: JobQuery, session: string): JobPage {
  const where: string[] = []
  const values: Value[] = []
  const only = (column: string, wanted: readonly string[]) => {
    if (wanted.length === 0) return
    where.push(`${column} IN (${wanted.map(() => '?').join(', ')})`)
    values.push(...wanted)
  }
  only('kind', query.kinds)
  only('state', query.states)
  for (const word of query.text.toLowerCase().split(/\s+/).filter(Boolean)) {
    where.push('instr(search, ?) > 0')
    values.push(word)
  }
  if (query.from !== null) {
    where.push('started_at >= ?')
    values.push(query.from)
  }
  if (query.to !== null) {
    where.push('started_at < ?')
    values.push(query.to)
  }
  const clause = (more: string[] = []) => {
    const all = [...where, ...more]
    return all.length === 0 ? '' : `WHERE ${all.join(' AND ')}`
  }
  const total = Number(db.get(`SELECT count(*) AS n FROM jobs ${clause()}`, values)?.n ?? 0)

  const key = SORT[query.sort]
  const [order, beyond] = query.descending ? ['DESC', '<'] : ['ASC', '>']
  const cursor = query.cursor === null ? null : cursorOf(query.cursor)
  // found first and read after, so that what is sorted is short
  const rows = db.all(
    `SELECT ${LIST_COLUMNS}, found.sort_key FROM
       (SELECT seq AS found_seq, ${key} AS sort_key FROM jobs ${clause(cursor === null ? [] : [`(${key}, seq) ${beyond} (?, ?)`])}
        ORDER BY ${key} ${order}, seq ${order} LIMIT ?) found
     JOIN jobs ON jobs.seq = found.found_seq ORDER BY found.sort_key ${order}, jobs.seq ${order}`,
    [...values, ...(cursor ?? []), query.limit + 1],
  )
  const shown = rows.slice(0, query.limit)
  const last = shown.at(-1)
  const more = rows.length > query.limit && last !== undefined
  return {
    rows: shown.map((row) => jobRowOf(row, session)),
    next: more ? JSON.stringify([last.sort_key, last.seq]) : null,
    total,
    counts: countsOf(db),
  }
}

function countsOf(db: ProfileDatabase): Record<JobState, number> {
  const counts = Object.fromEntries(JOB_STATES.map((state) => [state, 0])) as Record<JobState, number>
  for (const { state, n } of db.all(
    'SELECT state, count(*) AS n FROM jobs WHERE continued_by IS NULL GROUP BY state',
  )) {
    counts[state as JobState] = Number(n)
  }
  return counts
}

function cursorOf(text: string): [Value, number] {
  try {
    const [value, seq] = JSON.parse(text) as unknown[]
    const isKey = typeof value === 'string' || typeof value === 'number'
    if (isKey && typeof seq === 'number') return [value, seq]
  } catch {
    // said below
  }
  throw new CofferError('USAGE', 'expected the cursor of a page before, got something else')
}
