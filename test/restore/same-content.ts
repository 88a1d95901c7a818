import assert from 'node:assert/strict'
import type { DumpedBytes, DumpedRecord } from '../rig/java-types.ts'
import { bytesOf, type MadeRecord } from './archive-maker.ts'

/** All that a restore must bring back: everything but the offset and the kind of timestamp. */
function content(records: readonly DumpedRecord[], mapped: ReadonlyMap<string, string>): Map<string, unknown[]> {
  const partitions = new Map<string, unknown[]>()
  for (const { topic, partition, timestamp, key, value, headers } of records) {
    const place = `${mapped.get(topic) ?? topic}/${partition}`
    const there = partitions.get(place) ?? []
    there.push({ timestamp, key, value, headers })
    partitions.set(place, there)
  }
  return partitions
}

/** Two readings by Kafka's own consumer, record by record in each partition. @param mapped source topic → target topic */
export function assertSameContent(
  source: readonly DumpedRecord[],
  target: readonly DumpedRecord[],
  mapped: ReadonlyMap<string, string>,
): void {
  const expected = content(source, mapped)
  const found = content(target, new Map())
  assert.ok(expected.size > 0, 'nothing to compare')
  assert.deepEqual([...found.keys()].sort(), [...expected.keys()].sort())
  for (const [place, records] of expected) {
    const there = found.get(place) ?? []
    // Record by record: the difference of two long lists would take Node gigabytes to write down.
    for (const [index, record] of records.entries()) {
      const [wanted, got] = [JSON.stringify(record), JSON.stringify(there[index])]
      if (wanted === got) continue
      assert.fail(`${place}, record ${index}: expected ${wanted.slice(0, 300)}, got ${got?.slice(0, 300)}`)
    }
    assert.equal(there.length, records.length, place)
  }
}

export function base64(value: string | Buffer | null | undefined): DumpedBytes {
  return bytesOf(value)?.toString('base64') ?? null
}

/** What Kafka's consumer must show of made records, in order, from `firstOffset` on. */
export function assertSame(found: readonly DumpedRecord[], made: readonly MadeRecord[], firstOffset = 0): void {
  const shown = found.map(({ offset, timestamp, key, value, headers }) => ({ offset, timestamp, key, value, headers }))
  const expected = made.map((record, i) => ({
    offset: firstOffset + i,
    timestamp: String(record.timestamp),
    key: base64(record.key),
    value: base64(record.value),
    headers: (record.headers ?? []).map(([name, value]) => [name, base64(value)]),
  }))
  assert.deepEqual(shown, expected)
}
