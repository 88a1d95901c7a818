import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { crc32 } from '@node-rs/crc32'
import { isCofferError } from '../../src/contract/errors.ts'
import { seededRandom } from '../rig/random.ts'
import { walkBytes } from './batches.ts'

/** Kafka's own brokers write these formats in test/restore/releases.real.test.ts; here is what they should not send. */
interface Old {
  offset: number
  magic: 0 | 1
  attributes?: number
  timestamp?: bigint
  key?: string | null
  value?: string | Buffer | null
}

const GZIP = 1
const LOG_APPEND_TIME = 8

/** As in kafka.apache.org/documentation, "Old Message Format", written from there. */
function message({ offset, magic, attributes = 0, timestamp = 7n, key = null, value = null }: Old): Buffer {
  const field = (bytes: string | Buffer | null) => {
    const length = Buffer.alloc(4)
    length.writeInt32BE(bytes === null ? -1 : Buffer.byteLength(bytes))
    return Buffer.concat([length, Buffer.from(bytes ?? '')])
  }
  const time = Buffer.alloc(magic === 1 ? 8 : 0)
  if (magic === 1) time.writeBigInt64BE(timestamp)
  const summed = Buffer.concat([Buffer.from([magic, attributes]), time, field(key), field(value)])
  const head = Buffer.alloc(16)
  head.writeBigInt64BE(BigInt(offset))
  head.writeInt32BE(4 + summed.length, 8)
  head.writeUInt32BE(crc32(summed), 12)
  return Buffer.concat([head, summed])
}

function wrapper(inner: readonly Old[], outer: Old): Buffer {
  const value = gzipSync(Buffer.concat(inner.map(message)))
  return message({ ...outer, attributes: GZIP | (outer.attributes ?? 0), value })
}

const text = (bytes: unknown) => (typeof bytes === 'string' ? Buffer.from(bytes, 'base64').toString() : bytes)
const read = (bytes: Buffer) =>
  walkBytes(bytes).flatMap(({ records }) =>
    records.map(({ offset, timestamp, key, value }) => [offset, timestamp, text(key), text(value)]),
  )
const refused = (why: RegExp) => (error: unknown) => isCofferError(error, 'BATCH_DAMAGED') && why.test(error.message)

describe('message formats 0 and 1', () => {
  test('single messages, nulls and empty ones, the largest and smallest times', () => {
    const bytes = Buffer.concat([
      message({ offset: 3, magic: 0, key: 'k', value: 'v' }),
      message({ offset: 4, magic: 1, timestamp: 2n ** 63n - 1n, key: '', value: null }),
      message({ offset: 9, magic: 1, timestamp: -(2n ** 63n), key: null, value: '' }),
    ])
    assert.deepEqual(read(bytes), [
      [3, '-1', 'k', 'v'],
      [4, '9223372036854775807', '', null],
      [9, '-9223372036854775808', null, ''],
    ])
  })

  test('wrapped ones: offsets of format 0 are true, those of format 1 count back from the wrapper; holes stay', () => {
    const one = { magic: 0, key: 'a' } as const
    assert.deepEqual(
      read(
        wrapper(
          [
            { ...one, offset: 10 },
            { ...one, offset: 12 },
          ],
          { offset: 12, magic: 0 },
        ),
      ).map(([at]) => at),
      [10, 12],
    )
    const [low, high] = [
      { offset: 0, magic: 1, timestamp: 2n ** 62n },
      { offset: 3, magic: 1, timestamp: -(2n ** 62n) },
    ] as const
    assert.deepEqual(read(wrapper([low, high], { offset: 23, magic: 1 })), [
      [20, String(2n ** 62n), null, null],
      [23, String(-(2n ** 62n)), null, null],
    ])
  })

  test('LogAppendTime stands on the wrapper alone', () => {
    const inner: Old[] = [
      { offset: 0, magic: 1, timestamp: 1n },
      { offset: 1, magic: 1, timestamp: 2n },
    ]
    const bytes = wrapper(inner, { offset: 6, magic: 1, attributes: LOG_APPEND_TIME, timestamp: 99n })
    assert.deepEqual(
      read(bytes).map(([at, time]) => [at, time]),
      [
        [5, '99'],
        [6, '99'],
      ],
    )
  })

  const inner: Old = { offset: 0, magic: 1 }
  const flipped = message(inner)
  flipped[20] = (flipped[20] ?? 0) ^ 1
  const damaged: [string, Buffer, RegExp][] = [
    ['a bit turned over', flipped, /checksum is wrong/],
    ['a wrapper without a value', message({ offset: 0, magic: 1, attributes: GZIP }), /no value/],
    ['a wrapper around nothing', wrapper([], { offset: 0, magic: 1 }), /holds none/],
    ['packed twice', wrapper([{ ...inner, attributes: GZIP }], { offset: 0, magic: 1 }), /holds a compressed one/],
    [
      'one format in another',
      wrapper([{ offset: 0, magic: 0 }], { offset: 0, magic: 1 }),
      /format 0 inside of format 1/,
    ],
    [
      'offsets that go back',
      wrapper(
        [
          { ...inner, offset: 1 },
          { ...inner, offset: 1 },
        ],
        { offset: 1, magic: 1 },
      ),
      /out of order/,
    ],
    ['offsets below 0', wrapper([{ ...inner, offset: 5 }], { offset: 2, magic: 1 }), /last offset inside is 5/],
    ['not what it was packed by', message({ ...inner, attributes: GZIP, value: 'x' }), /malformed/],
    ['an unknown compression', message({ ...inner, attributes: 7, value: 'x' }), /compression 7 is unknown/],
  ]
  for (const [what, bytes, why] of damaged)
    test(`damage: ${what}`, () => assert.throws(() => read(bytes), refused(why)))

  test('fuzz: any change is refused or was not one; a right checksum over wrong parts is refused', () => {
    const whole = wrapper(
      [
        { ...inner, key: 'key', value: 'value' },
        { ...inner, offset: 1 },
      ],
      { offset: 1, magic: 1 },
    )
    const original = Buffer.concat([message({ offset: 0, magic: 0, key: 'k', value: 'v' }), whole])
    let refusals = 0
    const deadline = Date.now() + 2000
    for (let seed = 1; seed < 20_000 && (seed < 500 || Date.now() < deadline); seed++) {
      const random = seededRandom(seed)
      const bytes = Buffer.from(original)
      const at = Math.floor(random() * bytes.length)
      bytes[at] = Math.floor(random() * 256)
      if (random() < 0.7) bytes.writeUInt32BE(crc32(bytes.subarray(16, 28)), 12)
      try {
        walkBytes(bytes.subarray(0, random() < 0.9 ? bytes.length : at))
      } catch (error) {
        if (!isCofferError(error, 'BATCH_DAMAGED')) throw new Error(`seed ${seed}`, { cause: error })
        refusals++
      }
    }
    assert.ok(refusals > 100, String(refusals))
  })
})
