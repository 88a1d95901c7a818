import type {
  BackupOverview,
  DescribedPartition,
  DescribeResult,
  ListResult,
  ManifestSignature,
  RunState,
  StatusResult,
  ValidateFinding,
  ValidateResult,
} from '../../contract/results.ts'
import { paint, table } from '../paint.ts'
import { bytes, count, duration, moment, plural } from '../words.ts'
import { accountSentence, gapLines } from './account.ts'

const STATE: Record<RunState, string> = {
  complete: 'complete',
  running: 'running',
  interrupted: 'interrupted',
  failed: 'failed',
  unknown: '–',
}

export function validateText(result: ValidateResult): string[] {
  const colour = { PASSED: 'green', FAILED: 'red', INDETERMINATE: 'yellow' } as const
  const { checked } = result
  const errors = result.findings.filter((finding) => finding.severity === 'error').length
  return [
    paint(colour[result.verdict], `${result.verdict}: ${result.reason}`),
    `  archive  "${result.backup_id}" in ${result.location}`,
    `  check    ${result.deep ? 'deep (every byte and record)' : 'shallow (objects and their sizes; --deep reads them)'}, ${moment(result.started_at)}, ${duration(result.duration_seconds)}`,
    `  looked at ${[
      plural(checked.topics, 'topic'),
      plural(checked.partitions, 'partition'),
      plural(checked.segments, 'segment'),
      ...(result.deep ? [plural(checked.records, 'record'), bytes(checked.bytes)] : []),
      ...(checked.generations > 0 ? [`${plural(checked.generations, 'earlier manifest')}`] : []),
    ].join(', ')}`,
    ...(result.manifest_sha256 === null ? [] : [`  manifest SHA-256 ${result.manifest_sha256}`]),
    ...signatureLine(result.manifest_signature),
    ...(result.custody_line === undefined ? [] : [`  custody  line ${result.custody_line} says that it was checked`]),
    ...(result.account === null ? [] : ['', accountSentence(result.account)]),
    ...(result.findings.length === 0
      ? []
      : [
          '',
          `${plural(result.findings_total, 'finding')}${errors > 0 ? ` (${count(errors)} shown fail the archive)` : ''}:`,
        ]),
    ...result.findings.flatMap(findingLines),
    ...(result.findings_total > result.findings.length
      ? [`  … and ${count(result.findings_total - result.findings.length)} more`]
      : []),
  ]
}

/** Whose key it is, and whether it is to be trusted, is for `coffer verify` to say. */
export function signatureLine(signature: ManifestSignature | undefined): string[] {
  if (signature === undefined) return []
  const { state, key_id, algorithm, timestamped } = signature
  if (state === 'unsigned') return ['  signature none']
  if (state === 'broken') return [paint('red', `  signature BROKEN: ${signature.reason}`)]
  return [`  signature ${algorithm}, key ${key_id}${timestamped ? ', with a timestamp' : ', no timestamp'}`]
}

function findingLines(finding: ValidateFinding): string[] {
  const partition = finding.partition === undefined ? '' : `/${finding.partition}`
  const place = [
    finding.topic === undefined ? '' : `${finding.topic}${partition}`,
    finding.segment ?? '',
    finding.offset === undefined ? '' : `offset ${count(finding.offset)}`,
  ].filter((part) => part !== '')
  const mark = { error: paint('red', 'error  '), warning: paint('yellow', 'warning'), note: paint('dim', 'note   ') }[
    finding.severity
  ]
  return [
    `  ${mark}  ${finding.reason} [${finding.code}]`,
    ...(place.length === 0 ? [] : [`           ${place.join(', ')}`]),
  ]
}

export function listText(result: ListResult): string[] {
  const bad = result.unreadable.map((one) =>
    paint('red', `unreadable: "${one.backup_id}": ${one.message} [${one.code}]`),
  )
  if (result.backups.length === 0) return [`No backups in ${result.location}.`, ...bad]
  return [
    ...table(
      ['backup', 'created', 'last run', 'state', 'topics', 'records', 'size', 'stored'],
      result.backups.map((backup) => [
        backup.backup_id,
        moment(backup.created_at),
        moment(backup.updated_at),
        STATE[backup.state],
        count(backup.statistics.topics),
        count(backup.statistics.records),
        bytes(backup.statistics.bytes),
        bytes(backup.statistics.stored_bytes),
      ]),
    ),
    ...bad,
  ]
}

function overviewLines(overview: BackupOverview): string[] {
  const { statistics } = overview
  return [
    `  created  ${moment(overview.created_at)}${overview.updated_at === null ? '' : `, last run ended ${moment(overview.updated_at)}`}`,
    ...(overview.generation === null
      ? []
      : [`  runs     ${count(overview.generation)} (last: ${STATE[overview.state]})`]),
    ...(overview.tool === null ? ['  made by  another program'] : [`  made by  ${overview.tool}`]),
    ...(overview.source_cluster_id === null ? [] : [`  source   cluster ${overview.source_cluster_id}`]),
    `  holds    ${plural(statistics.records, 'record')} (${bytes(statistics.bytes)}, stored as ${bytes(statistics.stored_bytes)}, ${overview.compression || 'unknown'}) in ${plural(statistics.segments, 'segment')}, ${plural(statistics.partitions, 'partition')}, ${plural(statistics.topics, 'topic')}`,
    `  records  ${moment(statistics.first_timestamp)} to ${moment(statistics.last_timestamp)}`,
  ]
}

/** What archives of other programs have of a topic without records: its name. */
const EMPTY: DescribedPartition = {
  partition: 0,
  segments: 0,
  records: 0,
  bytes: 0,
  stored_bytes: 0,
  start_offset: null,
  end_offset: null,
  first_timestamp: null,
  last_timestamp: null,
}

export function describeText(result: DescribeResult): string[] {
  const sums = Object.values(result.checksums)
  const known = sums.filter((sum) => sum !== null).length
  return [
    paint('bold', `Backup "${result.overview.backup_id}" in ${result.location}`),
    ...overviewLines(result.overview),
    `  checksums ${known === sums.length ? `SHA-256 of all ${plural(sums.length, 'segment')}` : `SHA-256 of ${count(known)} of ${plural(sums.length, 'segment')}`}`,
    `  manifest SHA-256 ${result.manifest_sha256}`,
    ...signatureLine(result.manifest_signature),
    '',
    ...table(
      ['topic', 'segments', 'records', 'size', 'first offset', 'last offset', 'first record', 'last record'],
      result.topics.flatMap(({ topic, partitions }) =>
        (partitions.length === 0 ? [EMPTY] : partitions).map((partition) => [
          partition === EMPTY ? topic : `${topic}/${partition.partition}`,
          count(partition.segments),
          count(partition.records),
          bytes(partition.bytes),
          partition.start_offset === null ? '–' : count(partition.start_offset),
          partition.end_offset === null ? '–' : count(partition.end_offset),
          moment(partition.first_timestamp),
          moment(partition.last_timestamp),
        ]),
      ),
    ),
    ...settingLines(result),
    ...(result.account === null ? [] : ['', accountSentence(result.account)]),
    ...gapLines(result.gaps, result.gaps_total),
  ]
}

function settingLines({ topics }: DescribeResult): string[] {
  const lines = topics.flatMap(({ topic, configuration_overrides: settings }) =>
    Object.entries(settings).map(([name, value]) => `  ${topic}: ${name} = ${value ?? '(none)'}`),
  )
  return lines.length === 0 ? [] : ['', 'Settings of topics that are not the default:', ...lines]
}

function stateWords({ state, ended_at }: StatusResult): string {
  if (state === 'unknown') return 'state unknown'
  // stopped on purpose, a run says so at its end
  return state === 'interrupted' && ended_at === null ? 'its last run was cut off' : STATE[state]
}

function lockWords(lock: StatusResult['lock']): string {
  if (lock === null) return 'nobody writes to it'
  const since = `since ${moment(lock.acquired_at)}`
  if (!lock.expired) return `held by ${lock.holder} ${since}`
  // its time may not be over yet: a process of this machine that has ended is gone before
  return paint(
    'yellow',
    `left behind by ${lock.holder}, which held it ${since} and is gone; the next run takes it over`,
  )
}

export function statusText(result: StatusResult): string[] {
  const { lock, statistics } = result
  return [
    paint('bold', `Backup "${result.backup_id}" in ${result.location}: ${stateWords(result)}`),
    ...(result.generation === null
      ? []
      : [
          `  run      ${count(result.generation)}${result.started_at === null ? '' : `, started ${moment(result.started_at)}`}${result.operator === null ? '' : ` by ${result.operator}`}`,
        ]),
    ...(result.updated_at === null ? [] : [`  moved    ${moment(result.updated_at)}`]),
    `  lock     ${lockWords(lock)}`,
    `  holds    ${plural(statistics.records, 'record')} (${bytes(statistics.bytes)}, stored as ${bytes(statistics.stored_bytes)}) in ${plural(statistics.segments, 'segment')}`,
    ...(statistics.records === 0
      ? []
      : [`  records  ${moment(statistics.first_timestamp)} to ${moment(statistics.last_timestamp)}`]),
    ...(result.partitions.length === 0
      ? []
      : [
          '',
          ...table(
            ['partition', 'next offset', "this run's end", 'left'],
            result.partitions.map((one) => [
              `${one.topic}/${one.partition}`,
              count(one.next_offset),
              one.cut === null ? '–' : count(one.cut),
              one.cut === null ? '–' : count(Math.max(0, one.cut - one.next_offset)),
            ]),
          ),
        ]),
    ...(result.account === null ? [] : ['', accountSentence(result.account)]),
  ]
}
