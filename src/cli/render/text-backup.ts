import type { BackupPlanResult, BackupResult, CheckStep, ClusterFacts } from '../../contract/results.ts'
import { paint, table } from '../paint.ts'
import { bytes, count, duration, moment, plural, someOf } from '../words.ts'
import { accountSentence, gapLines } from './account.ts'
import { stepLines, warningLines } from './checks.ts'
import { signatureLine } from './text-archive.ts'

export function backupText(result: BackupResult): string[] {
  const { backup_id: id } = result
  const lost = result.gaps.some((gap) => gap.kind === 'deleted_during' || gap.kind === 'unexplained')
  const what = `${plural(result.records, 'record')} (${bytes(result.bytes)})`
  const lead =
    result.state === 'interrupted'
      ? paint(
          'yellow',
          `Backup "${id}" was stopped at a durable point: ${what} archived; the next run goes on from there.`,
        )
      : paint(lost ? 'red' : 'green', `Backup "${id}" is complete${lost ? ', WITH GAPS' : ''}: ${what} archived.`)
  const speed = result.duration_seconds > 0 ? `, ${bytes(result.bytes / result.duration_seconds)}/s` : ''
  return [
    lead,
    `  archive  ${result.location} (run ${result.generation}, ${result.isolation_level.replace('_', ' ')})`,
    `  source   ${clusterWords(result.source)}`,
    `  time     ${moment(result.started_at)} to ${moment(result.ended_at)} (${duration(result.duration_seconds)}${speed})`,
    `  stored   ${bytes(result.stored_bytes)} in ${plural(result.segments, 'new segment')}`,
    ...clockLine(result.clock_offset_ms),
    ...groupLines(result),
    '',
    ...(result.topics.length === 0
      ? ['No topic had anything new.']
      : table(
          ['topic', 'partitions', 'records', 'size', 'stored', 'offsets read'],
          result.topics.map((topic) => [
            topic.topic + (topic.new ? ' (new)' : ''),
            count(topic.partitions),
            count(topic.records),
            bytes(topic.bytes),
            bytes(topic.stored_bytes),
            count(topic.account.offsets),
          ]),
        )),
    '',
    accountSentence(result.account),
    ...gapLines(result.gaps, result.gaps_total),
    ...warningLines(result.warnings),
    '',
    `The archive now holds ${plural(result.archive.records, 'record')} of ${plural(result.archive.topics, 'topic')}, ${moment(result.archive.first_timestamp)} to ${moment(result.archive.last_timestamp)}.`,
    `Manifest SHA-256: ${result.manifest_sha256}`,
    ...signatureLine(result.signature),
  ]
}

function groupLines({ consumer_groups: groups }: BackupResult): string[] {
  if (groups === null) return []
  return [
    `  groups   ${plural(groups.offsets, 'position')} of ${plural(groups.groups, 'consumer group')}`,
    ...groups.failed.map((one) =>
      paint('red', `           group "${one.group_id}" could not be read: ${one.message} [${one.code}]`),
    ),
  ]
}

/** Only a difference worth a word: timestamps in evidence depend on it. */
function clockLine(offset: number | null): string[] {
  if (offset === null || Math.abs(offset) < 2_000) return []
  const seconds = duration(Math.abs(offset) / 1000)
  return [paint('yellow', `  clock    this machine is ${seconds} ${offset > 0 ? 'ahead of' : 'behind'} the broker`)]
}

export function clusterWords({ cluster_id, kafka_version, brokers }: ClusterFacts): string {
  const version = kafka_version === null ? 'Kafka' : `Kafka ${kafka_version}`
  const id = cluster_id === null ? 'cluster without an id' : `cluster ${cluster_id}`
  return `${id}, ${version}${brokers.length === 0 ? '' : `, ${someOf(brokers, 3)}`}`
}

export function backupPlanText(result: BackupPlanResult): string[] {
  const failed = result.checks.some((step) => step.outcome === 'failed')
  return [
    paint(
      failed ? 'red' : 'bold',
      `Dry run, nothing was written. Backup "${result.backup_id}" would ${result.generation === 1 ? 'start an archive' : `add run ${result.generation} to the archive`} in ${result.location}${failed ? ', but a check failed' : ''}.`,
    ),
    `  source   ${clusterWords(result.source)}`,
    `  to read  at most ${plural(result.offsets, 'record')}${estimate(result.bytes_estimate, result.seconds_estimate)}${result.mode === 'continuous' ? ', then on until stopped' : ''}`,
    '',
    ...(result.topics.length === 0
      ? ['There is nothing to read.']
      : table(
          ['topic', 'partitions', 'offsets', 'size (estimate)'],
          result.topics.map((topic) => [
            topic.topic,
            count(topic.partitions),
            count(topic.offsets),
            topic.bytes_estimate === null ? '–' : bytes(topic.bytes_estimate),
          ]),
        )),
    ...checksBelow(result.checks),
    ...warningLines(result.warnings),
  ]
}

export function estimate(size: number | null, seconds: number | null): string {
  return `${size === null ? '' : `, about ${bytes(size)}`}${seconds === null ? '' : `, about ${duration(seconds)}`}`
}

export function checksBelow(checks: readonly CheckStep[]): string[] {
  return checks.length === 0 ? [] : ['', ...stepLines(checks)]
}
