import type { ProduceRecord } from '../rig/java-client.ts'
import { randomBytesFrom, seededRandom } from '../rig/random.ts'

/** Topic configuration without which a broker refuses times far ahead. */
export const ANY_TIME = { 'message.timestamp.after.max.ms': '9223372036854775807' }

/** Records that a careless tool gets wrong, for one topic; all into one partition, in this order. */
export function oddRecords(topic: string, partition: number, seed: number): ProduceRecord[] {
  const random = seededRandom(seed)
  const at = (timestamp: number | bigint, more: Omit<ProduceRecord, 'topic'>): ProduceRecord => {
    return { topic, partition, timestamp, ...more }
  }
  const list: ProduceRecord[] = [
    at(1_700_000_000_000, { key: 'a', value: 'plain' }),
    at(1_700_000_000_001, { key: null, value: 'null key' }),
    at(1_700_000_000_002, { key: '', value: 'empty key' }),
    at(1_700_000_000_003, { key: 'tombstone', value: null }),
    at(1_700_000_000_004, { key: 'empty value', value: '' }),
    at(1_700_000_000_005, { key: null, value: null }),
    at(0, { key: 'epoch', value: 'timestamp 0' }),
    at(1_500_000_000_000, { key: 'late', value: 'out of order' }),
    at(4_102_444_800_000, { key: 'future', value: 'year 2100' }),
    at(9_223_372_036_854_775_000n, { key: 'far', value: 'beyond 2^53' }),
    at(9_007_199_254_740_993n, { key: 'odd', value: '2^53 + 1' }),
    at(1, { key: 'again', value: 'back to the beginning' }),
    at(1_700_000_000_006, {
      key: 'headers',
      value: 'repeated, empty, null, non-ASCII',
      headers: [
        ['trace', 'first'],
        ['trace', 'second'],
        ['', 'empty name'],
        ['empty', ''],
        ['null', null],
        ['grüße-Ω-☃', Buffer.from([0, 255, 254, 10])],
        ['trace', 'third'],
        ['x-original-offset', 'a user’s own'],
      ],
    }),
    at(1_700_000_000_007, {
      key: 'many headers',
      value: '300 of them',
      headers: Array.from({ length: 300 }, (_, i) => [`h${i % 7}`, i % 5 === 0 ? null : `value ${i}`]),
    }),
    at(1_700_000_000_008, { key: 'binary', value: Buffer.from(Array.from({ length: 256 }, (_, i) => i)) }),
  ]
  for (let i = 0; i < 200; i++) {
    const size = Math.floor(random() ** 3 * 20_000)
    list.push(
      at(1_700_000_000_100 + Math.floor(random() * 1000), { key: `k${i % 13}`, value: randomBytesFrom(random, size) }),
    )
  }
  list.push(at(1_700_000_002_000, { key: 'large', value: randomBytesFrom(random, 900_000) }))
  list.push(at(1_700_000_002_001, { key: 'after', value: 'the large one' }))
  return list
}
