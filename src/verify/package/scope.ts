import type { ExtractFilter } from '../../contract/config/extract-filter.ts'
import { filterWords } from '../../contract/config/filter-words.ts'
import type { PackageCoverage } from '../../contract/evidence/package.ts'
import type { ReportAccount, ReportScope } from '../../contract/evidence/report.ts'
import { withoutUrlSecrets } from '../../contract/secret.ts'
import { isoTime } from '../../contract/time.ts'
import { canonicalText, count, type Fields, list, object, text, wrong } from './document.ts'

/**
 * What a report tells people of the search, and what the coverage proves of it, must be one: else somebody could have looked
 * at a part, and signed a report of the whole.
 */
export interface ToldScope {
  topics: string[]
  topicsTotal: number
  window: ReportScope['window']
  filters: string | null
  account: Pick<ReportAccount, 'topic' | 'partition' | 'from' | 'to' | 'archived' | 'absent'>[]
}

/** @throws Refusal FORMAT_FAILURE */
export function readScope(coffer: Fields, path: string): ToldScope {
  const at = `${path}: coffer.scope`
  const scope = object(coffer.scope, at)
  const nullable = <T>(value: unknown, read: () => T): T | null => (value === null ? null : read())
  return {
    topics: list(scope.topics, `${at}.topics`).map((item) => text(object(item, at).source, `${at}.topics.source`)),
    topicsTotal: count(scope.topics_total, `${at}.topics_total`),
    window: nullable(scope.window, () => {
      const window = object(scope.window, `${at}.window`)
      const end = (name: 'start' | 'end') => nullable(window[name], () => text(window[name], `${at}.window.${name}`))
      const { time } = window
      if (time !== 'record' && time !== 'broker') throw wrong(`${at}.window.time`, '"record" or "broker"', time)
      return { start: end('start'), end: end('end'), time }
    }),
    filters: nullable(scope.filters, () => text(scope.filters, `${at}.filters`)),
    account: list(coffer.account, `${path}: coffer.account`).map((item) => {
      const of = `${path}: coffer.account`
      const one = object(item, of)
      return {
        topic: text(one.topic, `${of}.topic`),
        partition: count(one.partition, `${of}.partition`),
        from: count(one.from, `${of}.from`),
        to: count(one.to, `${of}.to`),
        archived: count(one.archived, `${of}.archived`),
        absent: object(one.absent, `${of}.absent`) as Record<string, number>,
      }
    }),
  }
}

/** A pair for each thing that both tell: what it is, what the report says, what the coverage has. */
export function scopePairs(
  told: ToldScope,
  { window, filter, partitions }: PackageCoverage,
  wanted: readonly string[],
): [what: string, told: unknown, is: unknown][] {
  const isListed = told.topics.length === told.topicsTotal
  const { start, end, time } = window
  const covered =
    start === null && end === null
      ? null
      : { start: start === null ? null : isoTime(start), end: end === null ? null : isoTime(end), time }
  const chosen = new Set(wanted)
  const listed = [...new Set(told.topics)].filter((topic) => chosen.has(topic))
  const accounts = partitions.filter(({ topic, account }) => chosen.has(topic) && account !== null)
  const places = new Set(accounts.map(placeOf))
  const open = new Set(partitions.filter(({ topic }) => chosen.has(topic)).map(placeOf))
  return [
    ['the number of topics', told.topicsTotal, wanted.length],
    // a report lists so many topics at most: those that it lists are of the search, each once
    ['the topics', sorted(told.topics), sorted(isListed ? wanted : listed)],
    ['the time window', canonicalText(told.window), canonicalText(covered)],
    ['the filter', told.filters ?? 'none', wordsOf(filter) ?? 'none'],
    [
      'the account of offsets',
      // without an account in the manifest a report has what the segments leave open
      byPlace(told.account.filter((one) => places.has(placeOf(one)) || !open.has(placeOf(one)))),
      byPlace(accounts.map(({ topic, partition, account }) => ({ topic, partition, ...account }))),
    ],
  ]
}

function placeOf({ topic, partition }: { topic: string; partition: number }): string {
  return `${topic}/${partition}`
}

function byPlace(accounts: readonly { topic: string; partition: number }[]): string {
  const byName = accounts.map((one): [string, unknown] => [placeOf(one), one])
  return canonicalText(byName.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
}

function sorted(names: readonly string[]): string {
  return [...names].sort().join(', ')
}

/** As the report writes it. The coverage's own filter may be anything: what has no words is no filter. */
function wordsOf(filter: unknown): string | null {
  if (filter === null) return null
  try {
    return withoutUrlSecrets(filterWords(filter as ExtractFilter))
  } catch {
    return 'not to be read'
  }
}
