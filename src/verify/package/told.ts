import { canonicalText, type Fields, list, object, text } from './document.ts'
import type { ManifestFacts, ManifestPartition } from './manifest.ts'

/**
 * Figures of a report that people read, and that its manifest or its own checks settle: of the whole backup, of each topic and
 * partition in scope, and what the checks come to. Taken as they stand, since all that counts is whether they are the same.
 */
export interface Told {
  backup: Fields
  topics: readonly Fields[]
  account: readonly Fields[]
  validation: Fields
  /** Outcome of each check. */
  outcomes: readonly string[]
  /** `data` of the check of an extraction; null: there is none. */
  extraction: Fields | null
}

/** What is compared: what it is, what the report says, what there is. */
export type Pair = [what: string, told: unknown, is: unknown]

/** @throws Refusal FORMAT_FAILURE */
export function readTold(root: Fields, coffer: Fields, path: string): Told {
  const validation = object(root.validation, `${path}: validation`)
  const fieldsOf = (value: unknown, at: string) =>
    value === undefined ? [] : list(value, at).map((item) => object(item, at))
  const results = fieldsOf(validation.results, `${path}: validation.results`)
  const own = results.find(({ check_name }) => check_name === 'ExtractionCheck')?.data
  const scope = coffer.scope === undefined ? {} : object(coffer.scope, `${path}: coffer.scope`)
  return {
    backup: object(root.backup, `${path}: backup`),
    topics: fieldsOf(scope.topics, `${path}: coffer.scope.topics`),
    account: fieldsOf(coffer.account, `${path}: coffer.account`),
    validation,
    outcomes: results.map(({ outcome }) => text(outcome, `${path}: validation.results.outcome`)),
    extraction: own === undefined ? null : object(own, `${path}: validation.results.data`),
  }
}

/** What the manifest settles. */
export function manifestPairs(told: Told, manifest: ManifestFacts): Pair[] {
  const all = sumOf(manifest.partitions)
  const pairs: Pair[] = [
    ...pairsOf('of the backup', told.backup, {
      ...manifest.origin,
      total_topics: manifest.topics.length,
      total_partitions: all.partitions,
      total_segments: all.segments,
      total_records: all.records,
    }),
  ]
  const byTopic = Map.groupBy(manifest.partitions, ({ topic }) => topic)
  for (const topic of told.topics) {
    const { source } = topic
    pairs.push(...pairsOf(`of the topic ${String(source)}`, topic, { ...sumOf(byTopic.get(String(source)) ?? []) }))
  }
  const byPlace = new Map(manifest.partitions.map((one) => [`${one.topic}/${one.partition}`, one]))
  for (const account of told.account) {
    const place = `${account.topic}/${account.partition}`
    const partition = byPlace.get(place)
    if (partition === undefined) continue
    const { segments } = partition
    pairs.push(...pairsOf(`of ${place}`, account, { segments: segments.length, ...timesOf(partition) }))
  }
  return pairs
}

/** What the report's own checks come to (src/evidence/report/overall.ts draws the same conclusion). */
export function outcomePairs({ validation, outcomes }: Told): Pair[] {
  const has = (outcome: string) => outcomes.includes(outcome)
  const number = (outcome: string) => outcomes.filter((one) => one === outcome).length
  const worst = ['FAILED', 'INDETERMINATE', 'WARNING', 'PASSED'].find(has) ?? 'INDETERMINATE'
  return pairsOf('of its checks', validation, {
    overall_result: worst,
    checks_total: outcomes.length,
    checks_passed: number('PASSED'),
    checks_failed: number('FAILED'),
    checks_skipped: number('SKIPPED'),
    checks_warned: number('WARNING'),
    checks_indeterminate: number('INDETERMINATE'),
  })
}

/** What of the search the report's check tells, and the coverage has. */
export function searchPairs(
  { extraction }: Told,
  totals: { read: number; failed: number; records_matched: number },
): Pair[] {
  if (extraction === null) return []
  const { read, failed, records_matched } = totals
  return pairsOf('of its check', extraction, { segments_read: read, segments_failed: failed, records_matched })
}

function sumOf(partitions: readonly ManifestPartition[]): { partitions: number; segments: number; records: number } {
  let [segments, records] = [0, 0]
  for (const one of partitions) {
    segments += one.segments.length
    for (const segment of one.segments) records += segment.records
  }
  return { partitions: partitions.length, segments, records }
}

/** Of a partition whose segments all tell theirs; nothing of any other. */
function timesOf({ segments }: ManifestPartition): { min_timestamp?: unknown; max_timestamp?: unknown } {
  let [min, max] = [segments[0]?.minTimestamp ?? null, segments[0]?.maxTimestamp ?? null]
  for (const { minTimestamp, maxTimestamp } of segments) {
    if (minTimestamp === null || maxTimestamp === null || min === null || max === null) return {}
    if (minTimestamp < min) min = minTimestamp
    if (maxTimestamp > max) max = maxTimestamp
  }
  return segments.length === 0 ? {} : { min_timestamp: min, max_timestamp: max }
}

/** A pair for each member that the report has. */
function pairsOf(whose: string, told: Fields, is: Fields): Pair[] {
  return Object.entries(is)
    .filter(([name]) => told[name] !== undefined)
    .map(([name, value]) => [`"${name}" ${whose}`, canonicalText(told[name]), canonicalText(value)])
}
