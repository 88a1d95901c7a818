import assert from 'node:assert/strict'
import { asArchived } from '../failures/support.ts'
import type { JavaClient } from '../rig/java-client.ts'
import type { DumpedRecord, GroupOffset } from '../rig/java-types.ts'
import { placeOf, type World } from './world.ts'

/** What can be read now is archived, byte for byte; what is archived and can't be read any more was once readable. */
export function compare(ours: readonly Archived[], theirs: readonly DumpedRecord[], world: World): void {
  const left = new Map(ours.map((record) => [placeOf(record), record]))
  assert.equal(left.size, ours.length, 'an offset is archived twice')
  for (const record of theirs) {
    const place = placeOf(record)
    const found = left.get(place)
    left.delete(place)
    if (JSON.stringify(found) !== JSON.stringify(asArchived(record))) {
      assert.fail(
        `${place}: expected ${JSON.stringify(record).slice(0, 300)}, got ${JSON.stringify(found)?.slice(0, 300)}`,
      )
    }
  }
  for (const [place, record] of left) {
    if (world.compacts(record.topic)) continue
    const was = world.deleted.get(place)
    assert.ok(was !== undefined, `${place} is archived and was never readable: ${JSON.stringify(record).slice(0, 300)}`)
    assert.equal(JSON.stringify(record), JSON.stringify(asArchived(was)), place)
  }
}

export type Archived = Omit<DumpedRecord, 'timestampType'>

/** What a topic that compacts shows of what was put into it: some of it, in its order, each key's last record surely. */
export function compareCompacted(put: readonly Archived[], shown: readonly DumpedRecord[]): void {
  const content = ({ partition, timestamp, key, value, headers }: Archived) =>
    JSON.stringify([partition, timestamp, key, value, headers])
  const last = new Map(put.map((record) => [`${record.partition} ${record.key}`, content(record)]))
  let at = 0
  for (const record of shown) {
    const words = content(record)
    while (at < put.length && content(put[at] as Archived) !== words) at++
    assert.ok(at < put.length, `was not put there, or not in this order: ${words.slice(0, 300)}`)
    at++
    if (last.get(`${record.partition} ${record.key}`) === words) last.delete(`${record.partition} ${record.key}`)
  }
  assert.deepEqual([...last.values()], [], 'the last record of a key is missing')
}

/**
 * Where each group must stand on the target: at the record that it stood before on the source, counted from the first that
 * was restored. The targets are fresh and written without transactions, so that a record's place is its offset.
 */
export async function compareGroups(
  java: JavaClient,
  groups: ReadonlyMap<string, readonly GroupOffset[]>,
  restored: readonly Archived[],
  mapped: ReadonlyMap<string, string>,
): Promise<void> {
  for (const [group, positions] of groups) {
    const there = new Map((await java.groupOffsets(group)).map((one) => [`${one.topic}/${one.partition}`, one.offset]))
    for (const { topic, partition, offset } of positions) {
      const before = restored.filter((one) => one.topic === topic && one.partition === partition && one.offset < offset)
      const place = `${mapped.get(topic)}/${partition}`
      assert.equal(there.get(place), before.length, `${group} on ${place}, which stood at ${offset}`)
    }
  }
}
