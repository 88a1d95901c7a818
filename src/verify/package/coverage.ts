import type { CoveragePartition, CoverageSegment, PackageCoverage } from '../../contract/evidence/package.ts'
import type { VerifyCheck } from '../../contract/evidence/verdict.ts'
import { moment } from '../words.ts'
import {
  canonicalText,
  count,
  type Fields,
  list,
  object,
  readCanonical,
  sha256Of,
  text,
  texts,
  wrong,
} from './document.ts'
import type { ManifestFacts, ManifestPartition, ManifestSegment } from './manifest.ts'
import { counted, failedCheck, grouped, passedCheck, quoted, Refusal, unknownCheck } from './refusal.ts'
import type { Trees } from './rows.ts'

const PATH = 'proofs/coverage.json'
const STATES = ['read', 'skipped', 'failed']

/** @throws Refusal FORMAT_FAILURE where it is not as the format has it */
export function readCoverage(bytes: Uint8Array): PackageCoverage {
  const fields = readCanonical(bytes, PATH)
  if (fields.format !== 1) throw wrong(`${PATH}: format`, '1', fields.format)
  text(fields.backup_id, `${PATH}: backup_id`)
  sha256Of(fields.manifest_sha256, `${PATH}: manifest_sha256`)
  const topics = object(fields.topics, `${PATH}: topics`)
  texts(topics.include, `${PATH}: topics.include`)
  texts(topics.exclude, `${PATH}: topics.exclude`)
  const window = object(fields.window, `${PATH}: window`)
  for (const name of ['start', 'end']) {
    if (window[name] !== null && !Number.isSafeInteger(window[name])) {
      throw wrong(`${PATH}: window.${name}`, 'milliseconds or null', window[name])
    }
  }
  if (window.time !== 'record' && window.time !== 'broker')
    throw wrong(`${PATH}: window.time`, '"record" or "broker"', window.time)
  for (const [i, item] of list(fields.partitions, `${PATH}: partitions`).entries()) {
    const at = `${PATH}: partitions[${i}]`
    const partition = object(item, at)
    text(partition.topic, `${at}.topic`)
    count(partition.partition, `${at}.partition`)
    for (const [j, one] of list(partition.segments, `${at}.segments`).entries()) {
      readSegment(object(one, `${at}.segments[${j}]`), `${at}.segments[${j}]`)
    }
  }
  const totals = object(fields.totals, `${PATH}: totals`)
  for (const name of ['segments', 'read', 'skipped', 'failed', 'records_read', 'records_matched']) {
    count(totals[name], `${PATH}: totals.${name}`)
  }
  if (totals.records_ruled_out !== undefined) count(totals.records_ruled_out, `${PATH}: totals.records_ruled_out`)
  return fields as unknown as PackageCoverage
}

function readSegment(fields: Fields, at: string): void {
  text(fields.segment, `${at}.segment`)
  if (!STATES.includes(fields.state as string))
    throw wrong(`${at}.state`, '"read", "skipped" or "failed"', fields.state)
  if (fields.ground !== null) text(fields.ground, `${at}.ground`)
  for (const name of ['sha256', 'merkle_root']) if (fields[name] !== null) sha256Of(fields[name], `${at}.${name}`)
  count(fields.records, `${at}.records`)
  if (fields.ruled_out !== undefined) count(fields.ruled_out, `${at}.ruled_out`)
  count(fields.matched, `${at}.matched`)
}

/** The root that a segment's proofs must lead to. `vouched`: it is the manifest's own. */
export interface SegmentRoot {
  segment: ManifestSegment
  root: string
  vouched: boolean
}

/** Of each segment that was read, by key. */
export function rootsOf(coverage: PackageCoverage, manifest: ManifestFacts): Map<string, SegmentRoot> {
  const roots = new Map<string, SegmentRoot>()
  for (const { segments } of coverage.partitions) {
    for (const { segment: key, state, merkle_root: seen } of segments) {
      const segment = manifest.segments.get(key)
      const root = segment?.merkleRoot ?? seen
      if (state === 'read' && segment !== undefined && root !== null) {
        roots.set(key, { segment, root, vouched: segment.merkleRoot !== null })
      }
    }
  }
  return roots
}

/** The same for whoever climbs to them. */
export function treesOf(roots: ReadonlyMap<string, SegmentRoot>): Trees {
  return new Map([...roots].map(([key, { root, segment }]) => [key, { root, size: segment.records }]))
}

/**
 * Derives the coverage again from the manifest: every segment of it is there once, what was not read could hold
 * nothing that was asked for, and of what was asked for without a filter all is there.
 * @param wanted topics of the archive that were asked for, or why that can't be said
 * @param matched number of proofs that name each segment; null where they could not be read to the end
 */
export function checkCoverage(
  coverage: PackageCoverage,
  manifest: ManifestFacts,
  manifestSha256: string,
  wanted: readonly string[] | Refusal,
  matched: ReadonlyMap<string, number> | null,
): VerifyCheck[] {
  try {
    if (wanted instanceof Refusal) throw wanted
    compare(coverage, manifest, manifestSha256, new Set(wanted), matched)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return [(error.sub === 'LIMIT_REACHED' ? unknownCheck : failedCheck)('coverage', PATH, error.sub, error.message)]
  }
  const { totals, window } = coverage
  const topics = new Set(wanted as readonly string[])
  const search = searchOf(coverage, manifest, topics)
  const ruledOut = totals.records_ruled_out ?? 0
  const reason =
    `${counted(totals.segments, 'segment')} of the archive: ${counted(totals.read, 'was', 'were')} read` +
    `${ruledOut === 0 ? ' whole' : `, less ${counted(ruledOut, 'record')} that ${totals.read === 1 ? "the segment's own index puts" : 'their own indexes put'} outside the window`}, ` +
    `${counted(totals.skipped, 'was', 'were')} left out since by the manifest ${totals.skipped === 1 ? 'it' : 'they'} can hold nothing that was asked for.${searchWords(search)}${absentWords(search.absent)}${reachOf(manifest, window)}`
  if (totals.failed === 0) return [passedCheck('coverage', PATH, reason)]
  const lost = `${counted(totals.failed, 'segment')} could not be read when the package was made: what matches in ${totals.failed === 1 ? 'it' : 'them'} is unknown.`
  return [unknownCheck('coverage', PATH, 'ARCHIVE_DAMAGED', lost)]
}

/** How far the coverage shows by itself that nothing was left out of the segments that were read. */
export interface Search {
  filtered: boolean
  /** Segments that were read: those of which every record was asked for and is here, and the others. */
  whole: number
  partly: number
  failed: number
  /** Offsets of the topics that were asked for that hold no record here, by kind (docs/archive-format.md section 5). */
  absent: ReadonlyMap<string, number>
}

export function searchOf(
  { filter, window, partitions }: PackageCoverage,
  manifest: ManifestFacts,
  wanted: ReadonlySet<string>,
): Search {
  const search: Search = {
    filtered: filter !== null,
    whole: 0,
    partly: 0,
    failed: 0,
    absent: absentOf(manifest, wanted),
  }
  for (const { segment: key, state } of partitions.flatMap(({ segments }) => segments)) {
    const segment = manifest.segments.get(key)
    if (state === 'failed') search.failed++
    if (state !== 'read' || segment === undefined) continue
    if (!search.filtered && isInside(segment, window)) search.whole++
    else search.partly++
  }
  return search
}

/** Whether every record that was asked for is shown to be here, and nothing of that rests on the signer. */
export function isAllAsked({ partly, failed, absent }: Search): boolean {
  return partly + failed === 0 && [...absent.keys()].every((kind) => HARMLESS.has(kind))
}

/** What never was a record that anybody could read, and what was gone from the topic before there was an archive. */
const NO_RECORDS: ReadonlySet<string> = new Set(['aborted', 'control'])
const HARMLESS: ReadonlySet<string> = new Set([...NO_RECORDS, 'compacted', 'deleted_before'])
const SHOWN_KINDS = 10

function absentOf({ partitions }: ManifestFacts, wanted: ReadonlySet<string>): Map<string, number> {
  const sums = new Map<string, number>()
  for (const { topic, account } of partitions) {
    if (!wanted.has(topic) || account === null) continue
    for (const [kind, number] of Object.entries(account.absent)) {
      if (number > 0) sums.set(kind, (sums.get(kind) ?? 0) + number)
    }
  }
  return sums
}

/** What an archive lacks by its own account: a package can't have it either. */
function absentWords(absent: ReadonlyMap<string, number>): string {
  const kinds = [...absent].filter(([kind]) => !NO_RECORDS.has(kind)).sort(([a], [b]) => (a < b ? -1 : 1))
  if (kinds.length === 0) return ''
  const sum = kinds.reduce((total, [, number]) => total + number, 0)
  const named = kinds.slice(0, SHOWN_KINDS).map(([kind, number]) => `${quoted(kind)} ${grouped(number)}`)
  return ` By its account the archive lacks what stood at ${counted(sum, 'offset')} of these topics (${named.join(', ')}).`
}

function searchWords({ filtered, whole, partly }: Search): string {
  if (whole + partly === 0) return ''
  if (filtered) return ' Which of their records the filter chose rests on the signer.'
  const all = `${counted(whole, 'of them lies', 'of them lie')} wholly in what was asked for, and each record of ${whole === 1 ? 'it' : 'those'} is here`
  if (partly === 0) return ' No filter was applied: each of their records is here.'
  return ` No filter was applied: ${all}; which records of the other ${partly === 1 ? 'one' : `${partly}`} lie in the window rests on the signer.`
}

/** A window may go on where the archive ends. */
function reachOf({ run }: ManifestFacts, { end }: PackageCoverage['window']): string {
  if (run === null) return ''
  const { startedAt, endedAt } = run
  if (startedAt !== null && end !== null && end < startedAt) return ''
  if (startedAt === null && endedAt === null) {
    return ' The manifest does not say when the last run of the archive was: what came after it is not in the archive.'
  }
  const times =
    startedAt === null
      ? `ended on ${moment(endedAt as number)}`
      : endedAt === null
        ? `began on ${moment(startedAt)}`
        : `ran from ${moment(startedAt)} to ${moment(endedAt)}`
  const whole = run.state === 'complete' ? '' : ` and did not finish (${quoted(run.state)})`
  return ` The archive's last run ${times}${whole}: what came later is not in the archive.`
}

function compare(
  coverage: PackageCoverage,
  manifest: ManifestFacts,
  manifestSha256: string,
  wanted: ReadonlySet<string>,
  matched: ReadonlyMap<string, number> | null,
): void {
  if (coverage.manifest_sha256 !== manifestSha256 || coverage.backup_id !== manifest.backupId) {
    throw failure('The coverage is of another manifest than the one in the package.')
  }
  const sums = {
    segments: 0,
    read: 0,
    skipped: 0,
    failed: 0,
    records_read: 0,
    records_ruled_out: 0,
    records_matched: 0,
  }
  if (coverage.partitions.length !== manifest.partitions.length) {
    throw failure(
      `The manifest has ${counted(manifest.partitions.length, 'partition')}, the coverage ${coverage.partitions.length}.`,
    )
  }
  for (const [i, partition] of manifest.partitions.entries()) {
    const told = coverage.partitions[i] as CoveragePartition
    comparePartition(told, partition)
    for (const [j, segment] of partition.segments.entries()) {
      const one = told.segments[j] as CoverageSegment
      if (one.segment !== segment.key)
        throw failure(`Expected the segment ${quoted(segment.key)} in the coverage, got ${quoted(one.segment)}.`)
      compareSegment(one, segment, wanted.has(segment.topic), coverage.window)
      compareRuledOut(one, segment, coverage.window)
      compareWhole(one, segment, coverage)
      if (matched !== null && one.matched !== (matched.get(segment.key) ?? 0)) {
        throw failure(
          `The coverage says that ${one.matched} records of ${quoted(segment.key)} matched, and there are ${matched.get(segment.key) ?? 0} proofs.`,
        )
      }
      sums.segments++
      sums[one.state]++
      sums.records_read += one.state === 'read' ? one.records : 0
      sums.records_ruled_out += one.ruled_out ?? 0
      sums.records_matched += one.matched
    }
  }
  for (const [name, sum] of Object.entries(sums) as [keyof typeof sums, number][]) {
    const told = name === 'records_ruled_out' ? (coverage.totals[name] ?? 0) : coverage.totals[name]
    if (told !== sum) throw failure(`The coverage's total of ${quoted(name)} is ${told}, and its parts make ${sum}.`)
  }
}

function comparePartition(told: CoveragePartition, partition: ManifestPartition): void {
  const where = quoted(`${partition.topic}/${partition.partition}`)
  if (told.topic !== partition.topic || told.partition !== partition.partition) {
    throw failure(`Expected partition ${where} in the coverage, got ${quoted(`${told.topic}/${told.partition}`)}.`)
  }
  if (told.segments.length !== partition.segments.length) {
    throw failure(
      `The manifest has ${counted(partition.segments.length, 'segment')} of ${where}, the coverage ${told.segments.length}.`,
    )
  }
  if (canonicalText(told.account) !== canonicalText(partition.account)) {
    throw failure(`The account of offsets of ${where} is not the manifest's.`)
  }
}

function compareSegment(
  one: CoverageSegment,
  segment: ManifestSegment,
  wanted: boolean,
  window: PackageCoverage['window'],
): void {
  const where = quoted(segment.key)
  if (one.records !== segment.records) throw failure(`The manifest has another number of records for ${where}.`)
  if (one.state === 'read') {
    if (one.ground !== null || one.sha256 === null || one.merkle_root === null)
      throw failure(`The segment ${where} was read without a digest, or with a ground.`)
    const same =
      (segment.sha256 ?? one.sha256) === one.sha256 && (segment.merkleRoot ?? one.merkle_root) === one.merkle_root
    if (!same) throw failure(`The segment ${where} that was read is not the one in the manifest.`)
    if (!wanted) throw failure(`The segment ${where} was read, and its topic was not asked for.`)
    if (one.matched > one.records) throw failure(`More records of ${where} matched than it has.`)
    return
  }
  if (one.matched !== 0) throw failure(`Records of ${where} matched, and it was not read.`)
  if (one.state === 'failed') {
    if (one.ground === null) throw failure(`The segment ${where} failed for no reason.`)
    return
  }
  if (one.sha256 !== null || one.merkle_root !== null)
    throw failure(`The segment ${where} was not read and has a digest.`)
  if (one.ground === 'topic-not-selected') {
    if (wanted) throw failure(`The segment ${where} was left out, and its topic was asked for.`)
  } else if (one.ground !== 'outside-window') {
    throw failure(`The segment ${where} was left out on the ground ${quoted(one.ground)}, which is none.`)
  } else if (!isOutside(segment, window)) {
    throw failure(
      `The segment ${where} was left out as outside the window, and by the manifest it may hold records of it.`,
    )
  }
}

/**
 * Records that the segment's index ruled out: only of a window, and of a segment of ours, whose SHA-256 covers its index.
 * The index is not in the package; that it is true is for the archive's deep check.
 */
function compareRuledOut(
  one: CoverageSegment,
  segment: ManifestSegment,
  { start, end }: PackageCoverage['window'],
): void {
  const ruledOut = one.ruled_out
  if (ruledOut === undefined) return
  const where = quoted(segment.key)
  if (one.state !== 'read' || ruledOut === 0 || ruledOut + one.matched > one.records) {
    throw failure(`The coverage rules out ${ruledOut} records of ${where}, and it can't.`)
  }
  const vouched = segment.generation !== null && segment.sha256 !== null && segment.merkleRoot !== null
  if (!vouched || (start === null && end === null)) {
    throw failure(`Records of ${where} were ruled out, and nothing could have told which.`)
  }
}

/** Without a filter every record of a segment that lies in the window was asked for. */
function compareWhole(one: CoverageSegment, segment: ManifestSegment, { filter, window }: PackageCoverage): void {
  if (filter !== null || one.state !== 'read' || !isInside(segment, window) || one.matched === one.records) return
  throw failure(
    `All ${counted(one.records, 'record')} of ${quoted(segment.key)} were asked for, and ${counted(one.matched, 'is', 'are')} here.`,
  )
}

/** Segments of other programs may claim the same offsets, and give each record once. */
function isInside(segment: ManifestSegment, { start, end }: PackageCoverage['window']): boolean {
  const { minTimestamp: min, maxTimestamp: max, generation } = segment
  if (generation === null) return false
  return (start === null || (min !== null && min >= start)) && (end === null || (max !== null && max <= end))
}

/** Only our own archives state a range of timestamps that can be relied on (docs/archive-format.md section 9). */
function isOutside(segment: ManifestSegment, { start, end }: PackageCoverage['window']): boolean {
  const { minTimestamp: min, maxTimestamp: max } = segment
  if (segment.generation === null || min === null || max === null) return false
  return (start !== null && max < start) || (end !== null && min > end)
}

function failure(reason: string): Refusal {
  return new Refusal('COVERAGE_FAILURE', reason)
}
