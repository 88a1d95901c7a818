import { type Said, say } from '../../../contract/said/said.ts'
import { type Difference, type DifferenceKind, differingFields, type Fingerprint, told } from './difference.ts'
import type { FlowTask } from './flow.ts'
import type { Lane } from './lane.ts'
import { note, type Tally } from './tally.ts'

/** A record without its like, and where it belongs or lies. */
interface Loose {
  record: Fingerprint
  task: FlowTask
  targetPartition: number
}

export interface Settled {
  /** Not in the archive at its place; the caller may look whether the archive has it elsewhere. */
  extra: Loose[]
}

/**
 * What a topic's partitions could not match in place is matched among all of them: a record that lies in another place
 * or another partition is misplaced, not missing and extra.
 */
export function settleTopic(compared: { task: FlowTask; lanes: Lane[] }[], tally: Tally): Settled {
  const missing = new Map<string, Loose[]>()
  const extra: Loose[] = []
  const changed: { a: Loose; t: Loose }[] = []
  for (const { task, lanes } of compared) {
    for (const [i, lane] of lanes.entries()) {
      const targetPartition = task.places[i]!.partition
      const loose = (record: Fingerprint): Loose => ({ record, task, targetPartition })
      for (const record of lane.left.missing) push(missing, loose(record))
      for (const record of lane.left.extra) extra.push(loose(record))
      for (const [a, t] of lane.left.changed) changed.push({ a: loose(a), t: loose(t) })
      for (const [a, t] of lane.left.misplaced) misplace(tally, loose(a), loose(t))
      tally.missing += lane.left.missingMore
      tally.extra += lane.left.extraMore
    }
  }
  // A pair at one place may be two records that were swapped: each has its like elsewhere.
  for (const pair of changed) push(missing, pair.a)
  const taken = new Set<Loose>()
  const takeFor = (t: Loose): boolean => {
    const a = missing.get(t.record.whole)?.shift()
    if (a === undefined) return false
    taken.add(a)
    misplace(tally, a, t)
    return true
  }
  const paired = new Map(changed.map(({ a, t }) => [t, a]))
  const free = [...paired.keys()].filter((t) => !takeFor(t))
  const rest = extra.filter((t) => !takeFor(t))
  const gone = new Set<Loose>()
  for (const t of free) {
    const a = paired.get(t)!
    if (taken.has(a)) rest.push(t)
    else {
      gone.add(a)
      if (alike(a.record, t.record)) change(tally, a, t)
      else {
        lose(tally, a)
        rest.push(t)
      }
    }
  }
  for (const list of missing.values()) for (const a of list) if (!taken.has(a) && !gone.has(a)) lose(tally, a)
  return { extra: rest }
}

/** @param archived where the archive has the same record; null where it doesn't */
export function tellExtra(tally: Tally, loose: Loose, archived: { partition: number; offset: number } | null): void {
  tally.extra++
  if (archived !== null) tally.duplicates++
  const what = archived === null ? say('report.notInArchive') : say('report.moreThanOnce', { offset: archived.offset })
  note(tally, difference(archived === null ? 'extra' : 'duplicate', loose, archived, loose.record.offset, what))
}

function push(map: Map<string, Loose[]>, loose: Loose): void {
  const list = map.get(loose.record.whole)
  if (list === undefined) map.set(loose.record.whole, [loose])
  else list.push(loose)
}

/** Two records at one place with nothing in common are one that is missing and one that is extra. */
function alike(a: Fingerprint, t: Fingerprint): boolean {
  return a.time === t.time || (a.value === t.value && a.value !== 'null') || (a.key === t.key && a.key !== 'null')
}

function misplace(tally: Tally, a: Loose, t: Loose): void {
  tally.misplaced++
  const what =
    a.targetPartition === t.targetPartition
      ? say('report.sameElsewhere')
      : say('report.sameInPartition', { partition: t.targetPartition })
  note(tally, { ...difference('misplaced', t, a.record, t.record.offset, what), topic: a.task.source })
}

function change(tally: Tally, a: Loose, t: Loose): void {
  tally.changed++
  const { fields, words } = differingFields(a.record, t.record)
  note(tally, { ...difference('changed', t, a.record, t.record.offset, words), fields })
}

function lose(tally: Tally, a: Loose): void {
  tally.missing++
  const place = a.task.places.find(({ partition }) => partition === a.targetPartition)
  const gone = place !== undefined && place.deleted > 0 ? say('report.notInTargetLog') : say('report.notInTarget')
  note(tally, { ...difference('missing', a, a.record, null, gone) })
}

function difference(
  kind: DifferenceKind,
  at: Loose,
  source: { partition: number; offset: number } | null,
  targetOffset: number | null,
  what: Said,
): Difference {
  return {
    kind,
    topic: at.task.source,
    partition: source?.partition ?? null,
    source_offset: source?.offset ?? null,
    target_topic: at.task.flow.target,
    target_partition: at.targetPartition,
    target_offset: targetOffset,
    ...told(what),
  }
}
