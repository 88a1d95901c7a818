import type { ProduceRecord } from './java-types.ts'
import { randomBytesFrom } from './random.ts'

type Headers = NonNullable<ProduceRecord['headers']>

/** The largest timestamp that Kafka's format holds. */
export const LONG_MAX = 9_223_372_036_854_775_807n

const BASE = 1_700_000_000_000

/** Keys and values that are null, empty, binary, not UTF-8, or look like something they are not. */
export function oddBytes(topic: string, random: () => number): ProduceRecord[] {
  const bytes = (...values: number[]) => Uint8Array.from(values)
  const every = Uint8Array.from({ length: 256 }, (_, value) => value)
  const pairs: [ProduceRecord['key'], ProduceRecord['value']][] = [
    ['key', 'value'],
    [null, 'null key'],
    ['', 'empty key'],
    ['null value', null],
    ['empty value', ''],
    [null, null],
    ['', ''],
    [null, ''],
    ['', null],
    [every, every],
    [bytes(0), bytes(0)],
    [bytes(0xff, 0xfe, 0x80), bytes(0xc3, 0x28)],
    // These look like the key and value of an abort and a commit marker (version, type), but are data.
    [bytes(0, 0, 0, 0), bytes(0, 0, 0, 0, 0, 0)],
    [bytes(0, 0, 0, 1), bytes(0, 0, 0, 0, 0, 1)],
    ['ключ-鍵-🔑', 'значение-値-💰'],
    ['{"json":', '\u0000\n\r\u2028"\\'],
    [bytes(0x4b, 0x42, 0x41, 0x4b), bytes(0x4b, 0x42, 0x41, 0x4b, 1, 0, 0, 0)],
  ]
  for (const size of [1, 63, 64, 65, 127, 128, 8191, 8192, 16_383, 16_384, 100_000]) {
    pairs.push([randomBytesFrom(random, size % 300), randomBytesFrom(random, size)])
  }
  return pairs.map(([key, value], index) => ({
    topic,
    partition: 0,
    timestamp: BASE + index,
    key: key ?? null,
    value: value ?? null,
  }))
}

/** Headers that are repeated, out of order, empty, null, not ASCII, many, or named like a tool's own. */
export function oddHeaders(topic: string, random: () => number): ProduceRecord[] {
  const original = Buffer.alloc(8)
  original.writeBigInt64LE(77n)
  const lists: Headers[] = [
    [],
    [['one', '1']],
    [
      ['b', 'first'],
      ['a', 'second'],
      ['b', 'third'],
      ['b', 'first'],
    ],
    [
      ['null', null],
      ['empty', ''],
      ['', 'empty name'],
      ['', null],
      ['null', ''],
    ],
    [
      ['grüße-Ω-☃-🔑', 'Zürich'],
      ['binary', Uint8Array.of(0, 0xff, 0xfe, 0x0a, 0x80)],
    ],
    [
      ['x-original-offset', original],
      ['x-original-timestamp', original],
      ['x-original-partition', '0'],
      ['x-source-cluster', "a user's own"],
      ['x-original-offset', 'and again'],
    ],
    [
      ['__proto__', 'x'],
      ['constructor', 'y'],
      ['toString', null],
    ],
    Array.from({ length: 300 }, (_, i) => [`h${i % 7}`, i % 5 === 0 ? null : `value ${i}`]),
    [['long', randomBytesFrom(random, 70_000)]],
    [['n'.repeat(40_000), 'a long name']],
  ]
  return lists.map((headers, index) => ({
    topic,
    partition: 0,
    timestamp: BASE + index,
    key: `key ${index}`,
    value: index % 3 === 0 ? null : `value ${index}`,
    headers,
  }))
}

/** Times at both ends of what Kafka takes, backwards, equal, and beyond what a double holds exactly. */
export function oddTimes(topic: string): ProduceRecord[] {
  const times = [BASE, 0, BASE + 5, 1, BASE - 86_400_000, BASE, BASE, 4_102_444_800_000]
  const large = [2n ** 53n, 2n ** 53n + 1n, 2n ** 62n + 1n, LONG_MAX - 1n, LONG_MAX]
  return [...times, ...large, BASE + 10, 0, LONG_MAX, 2].map((timestamp, index) => ({
    topic,
    partition: 0,
    timestamp,
    key: `key ${index}`,
    value: `at ${timestamp}`,
  }))
}

/** Records of a usual sort: text and noise of changing size over the partitions, some headers, rising times. */
export function mixedRecords(topic: string, count: number, random: () => number, partitions = 1): ProduceRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const size = Math.floor(random() ** 3 * 3000)
    const headers: Headers =
      index % 4 === 0
        ? [
            ['n', String(index)],
            ['trace', randomBytesFrom(random, 16)],
          ]
        : []
    return {
      topic,
      partition: index % partitions,
      timestamp: BASE + index * 7,
      key: random() < 0.1 ? null : `key-${Math.floor(random() * 50)}`,
      value: random() < 0.5 ? `payment ${index} `.repeat(1 + (size >> 5)) : randomBytesFrom(random, size),
      headers,
    }
  })
}
