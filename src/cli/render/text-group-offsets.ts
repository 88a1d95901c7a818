import type {
  OffsetChange,
  OffsetResetResult,
  OffsetRollbackResult,
  OffsetSnapshotFacts,
} from '../../contract/results.ts'
import { paint, table } from '../paint.ts'
import { count, moment, plural } from '../words.ts'
import { warningLines } from './checks.ts'

export function offsetResetText(result: OffsetResetResult): string[] {
  if (result.script !== null) return [result.script.trimEnd()]
  const { changed, groups } = tally(result.changes)
  const lead =
    result.output !== null
      ? `A script for ${plural(result.changes.length - tally(result.changes).left, 'position')} of ${groups} is in "${result.output}". Nothing was committed.`
      : result.action === 'plan'
        ? `Dry run, nothing was committed: ${plural(changed, 'position')} of ${groups} would change.`
        : `${plural(changed, 'position')} of ${groups} committed and read back.`
  return [
    paint(result.action === 'execute' ? 'green' : 'bold', lead),
    `  archive  "${result.backup_id}" in ${result.location}, restore ${result.restore_id}`,
    ...undoLine(result.undo_snapshot_id),
    ...changeLines(result.changes),
    ...warningLines(result.warnings),
  ]
}

export function offsetRollbackText(result: OffsetRollbackResult): string[] {
  const [snapshot] = result.snapshots
  switch (result.action) {
    case 'list':
      return [
        ...(result.snapshots.length === 0
          ? [`No offset snapshots in ${result.location}.`]
          : table(
              ['snapshot', 'taken', 'groups', 'positions', 'description'],
              result.snapshots.map((one) => [
                one.snapshot_id,
                moment(one.created_at),
                count(one.groups),
                count(one.offsets),
                one.description ?? '',
              ]),
            )),
        ...warningLines(result.warnings),
      ]
    case 'snapshot':
    case 'show':
      return [
        ...(result.action === 'snapshot' ? [paint('green', 'Noted where the groups stand.')] : []),
        ...(snapshot === undefined ? [] : factLines(snapshot, result.location)),
        '',
        ...table(
          ['group', 'partition', 'position'],
          result.positions.map((one) => [one.group_id, `${one.topic}/${one.partition}`, count(one.offset)]),
        ),
      ]
    case 'delete':
      return [`Offset snapshot "${result.snapshot_id}" is deleted.`]
    default:
      return changedText(result)
  }
}

function changedText(result: OffsetRollbackResult): string[] {
  const { changed, same, groups } = tally(result.changes)
  const lead =
    result.action === 'verify'
      ? result.verdict === 'PASSED'
        ? paint('green', `PASSED: ${plural(same, 'position')} of ${groups} are where the snapshot has them.`)
        : paint('red', `FAILED: ${plural(result.changes.length - same, 'position')} of ${groups} are elsewhere.`)
      : result.dry_run
        ? paint('bold', `Dry run, nothing was committed: ${plural(changed, 'position')} of ${groups} would change.`)
        : paint('green', `${plural(changed, 'position')} of ${groups} put back and read back.`)
  return [
    lead,
    `  snapshot ${result.snapshot_id} in ${result.location}`,
    ...undoLine(result.undo_snapshot_id),
    ...changeLines(result.changes),
    ...warningLines(result.warnings),
  ]
}

function factLines(snapshot: OffsetSnapshotFacts, location: string): string[] {
  return [
    `  snapshot ${snapshot.snapshot_id} in ${location}`,
    `  taken    ${moment(snapshot.created_at)}${snapshot.cluster_id === null ? '' : `, cluster ${snapshot.cluster_id}`}`,
    `  holds    ${plural(snapshot.offsets, 'position')} of ${plural(snapshot.groups, 'group')}`,
    ...(snapshot.description === null ? [] : [`  why      ${snapshot.description}`]),
  ]
}

function undoLine(id: string | null): string[] {
  return id === null ? [] : [`  undo     coffer offset-rollback rollback --snapshot-id ${id} …`]
}

function changeLines(changes: readonly OffsetChange[]): string[] {
  if (changes.length === 0) return []
  return [
    '',
    ...table(
      ['group', 'partition', 'stands at', 'put to', 'remark'],
      changes.map((one) => [
        one.group_id,
        `${one.topic}/${one.partition}`,
        one.current === null ? '–' : count(one.current),
        one.wanted === null ? '–' : count(one.wanted),
        [one.state === 'changed' ? [] : one.state, one.reason ?? []].flat().join(': '),
      ]),
    ),
  ]
}

function tally(changes: readonly OffsetChange[]) {
  const of = (state: OffsetChange['state']) => changes.filter((one) => one.state === state).length
  const groups = plural(new Set(changes.map((one) => one.group_id)).size, 'consumer group')
  return { changed: of('changed'), same: of('same'), left: of('left'), groups }
}
