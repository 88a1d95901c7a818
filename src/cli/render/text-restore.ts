import type {
  ConfigurationDifference,
  GroupSnapshotResult,
  OffsetMappingResult,
  RestoredPosition,
  RestorePlanResult,
  RestoreResult,
  TimeWindow,
} from '../../contract/results.ts'
import { paint, table } from '../paint.ts'
import { bytes, count, duration, moment, plural, someOf } from '../words.ts'
import { warningLines } from './checks.ts'
import { checksBelow, clusterWords, estimate } from './text-backup.ts'

export function restoreText(result: RestoreResult): string[] {
  const what = `${plural(result.records, 'record')} (${bytes(result.bytes)}) written`
  const before = result.records_already_there > 0 ? `, ${count(result.records_already_there)} were there already` : ''
  const speed = result.duration_seconds > 0 ? `, ${bytes(result.bytes / result.duration_seconds)}/s` : ''
  return [
    result.state === 'complete'
      ? paint('green', `Restore of "${result.backup_id}" is complete: ${what}${before}.`)
      : paint(
          'yellow',
          `Restore of "${result.backup_id}" was stopped: ${what}${before}; run it again to go on from there.`,
        ),
    `  archive  ${result.location}`,
    `  target   ${clusterWords(result.target)}`,
    `  time     ${moment(result.started_at)} to ${moment(result.ended_at)} (${duration(result.duration_seconds)}${speed})`,
    ...windowLine(result.window),
    `  read     ${plural(result.segments_read, 'segment')}${result.segments_skipped > 0 ? `, ${count(result.segments_skipped)} not needed` : ''}`,
    ...(result.records_filtered > 0
      ? [
          `  left out ${plural(result.records_filtered, 'record')} outside the window or the partitions asked for${unread(result.records_ruled_out)}`,
        ]
      : []),
    ...(result.offset_map === null ? [] : [`  offsets  map kept at ${result.offset_map}`]),
    '',
    ...table(
      ['topic', 'restored to', 'partitions', 'records', 'size', 'already there', 'left out'],
      result.topics.map((topic) => [
        topic.source,
        topic.target + (topic.created ? ' (created)' : ''),
        count(topic.partitions),
        count(topic.records),
        bytes(topic.bytes),
        count(topic.records_already_there),
        count(topic.records_filtered),
      ]),
    ),
    ...(result.records_suspect > 0
      ? [
          '',
          paint(
            'yellow',
            `${plural(result.records_suspect, 'record')} of this archive look like transaction markers kept as data and were not restored ("suspect_records: restore" asks for them).`,
          ),
        ]
      : []),
    ...differenceLines(result.configuration_differences),
    ...groupLines(result),
    ...warningLines(result.warnings),
  ]
}

function windowLine(window: TimeWindow | null): string[] {
  if (window === null) return []
  return [`  window   ${window.start ?? 'the beginning'} to ${window.end ?? 'the end'}, both included`]
}

/** The same change of many topics is said once: a hundred topics must not push the result off the screen. */
function differenceLines(differences: readonly ConfigurationDifference[]): string[] {
  if (differences.length === 0) return []
  const said = Map.groupBy(differences, ({ topic, name, applied, archived, reason }) => {
    const change = `${name} = ${applied ?? '(default)'} instead of ${archived ?? '(default)'}`
    return `${change}: ${reason.replace(` --topic ${topic} `, ' --topic TOPIC ')}`
  })
  return [
    '',
    'Topic settings that differ from the archived ones:',
    ...[...said].flatMap(([words, same]) => {
      const [one] = same
      if (one !== undefined && same.length === 1)
        return [`  ${one.topic}: ${words.replace(' --topic TOPIC ', ` --topic ${one.topic} `)}`]
      return [`  ${words}`, `    in ${count(same.length)} topics: ${someOf(same.map(({ topic }) => topic))}`]
    }),
  ]
}

function groupLines({ consumer_groups: groups }: RestoreResult): string[] {
  if (groups === null) return []
  const positions = groups.flatMap((group) =>
    group.positions.map((position) => ({ group: group.group_id, ...position })),
  )
  const special = positions.filter((position) => position.clamped || position.target_offset === null)
  return [
    '',
    positions.length > 0 && positions.every((position) => position.target_offset === null)
      ? `No position of ${plural(groups.length, 'consumer group')} was committed.`
      : `${plural(positions.length - special.length, 'position')} of ${plural(groups.length, 'consumer group')} translated exactly and read back.`,
    ...special.map((position) =>
      paint(
        'yellow',
        `  group "${position.group}" on ${position.topic}/${position.partition} at ${count(position.source_offset)}: ${positionWords(position)}`,
      ),
    ),
  ]
}

function positionWords({ target_offset, reason }: RestoredPosition): string {
  if (target_offset === null) return reason ?? 'not committed'
  return `now at ${count(target_offset)}${reason === undefined ? '' : `, ${reason}`}`
}

const ACTIONS = {
  create: 'create',
  write_to_empty: 'write (empty)',
  write_to_non_empty: 'write (NOT EMPTY)',
  resume: 'go on',
  refused: 'REFUSED',
} as const

export function restorePlanText(result: RestorePlanResult): string[] {
  return [
    result.verdict === 'PASSED'
      ? paint('green', `PASSED: a restore of "${result.backup_id}" would succeed. Dry run, nothing was written.`)
      : paint('red', `FAILED: a restore of "${result.backup_id}" would not succeed. Dry run, nothing was written.`),
    `  archive  ${result.location}`,
    `  target   ${clusterWords(result.target)}`,
    ...windowLine(result.window),
    `  to write about ${plural(result.records_estimate, 'record')}${estimate(result.bytes_estimate, result.seconds_estimate)} from ${plural(result.segments_to_read, 'segment')}${result.segments_skipped > 0 ? ` (${count(result.segments_skipped)} not needed)` : ''}`,
    '',
    ...table(
      ['topic', 'to', 'partitions', 'records', 'size', 'what'],
      result.topics.map((topic) => [
        topic.source,
        topic.target,
        topic.source_partitions === topic.target_partitions
          ? count(topic.source_partitions)
          : `${count(topic.source_partitions)} to ${count(topic.target_partitions)}`,
        count(topic.records_estimate),
        bytes(topic.bytes_estimate),
        ACTIONS[topic.action] + (topic.reason === undefined ? '' : `: ${topic.reason}`),
      ]),
    ),
    ...differenceLines(result.configuration_differences),
    ...checksBelow(result.checks),
    ...warningLines(result.warnings),
  ]
}

export function groupSnapshotText(result: GroupSnapshotResult): string[] {
  return [
    paint(
      result.failed.length > 0 ? 'red' : 'green',
      `${plural(result.offsets, 'position')} of ${plural(result.groups, 'consumer group')} recorded beside backup "${result.backup_id}" (${moment(result.taken_at)}).`,
    ),
    `  archive  ${result.location}, ${result.key}`,
    ...(result.captured.length === 0
      ? []
      : [
          '',
          ...table(
            ['group', 'topics', 'positions'],
            result.captured.map((group) => [group.group_id, count(group.topics), count(group.offsets)]),
          ),
        ]),
    ...result.failed.map((one) =>
      paint('red', `group "${one.group_id}" could not be read: ${one.message} [${one.code}]`),
    ),
  ]
}

export function offsetMappingText(result: OffsetMappingResult): string[] {
  const number = (value: number | null) => (value === null ? '–' : count(value))
  const restore = result.restores.find((one) => one.restore_id === result.restore_id)
  return [
    result.restore_id === null
      ? `Backup "${result.backup_id}" has not been restored: there are source offsets only.`
      : paint(
          'bold',
          `Backup "${result.backup_id}", restore ${result.restore_id}${restore === undefined ? '' : ` to ${restore.target} (${moment(restore.ended_at)})`}`,
        ),
    '',
    ...table(
      ['topic', 'first', 'last', 'restored to', 'first', 'last', 'records'],
      result.entries.map((entry) => [
        `${entry.topic}/${entry.partition}`,
        number(entry.source_first_offset),
        number(entry.source_last_offset),
        entry.target_topic === null ? '–' : `${entry.target_topic}/${entry.target_partition ?? '*'}`,
        number(entry.target_first_offset),
        number(entry.target_last_offset),
        count(entry.records),
      ]),
    ),
    ...(result.restores.length > 1
      ? [
          '',
          `Other restores: ${result.restores
            .filter((one) => one !== restore)
            .map((one) => one.restore_id)
            .join(', ')} (see --restore-id)`,
        ]
      : []),
  ]
}

/** What was left out without having been read is told as such. */
function unread(records: number): string {
  return records === 0 ? '' : ` (${count(records)} of them unread, by the index of their segment)`
}
