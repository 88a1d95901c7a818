import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { crc32c } from '@node-rs/crc32'
import fc from 'fast-check'
import type { DumpedRecord } from '../rig/java-client.ts'
import { answerOf, batchOf, walk, walkBytes } from './batches.ts'
import { dumped, type PlainRecord, viewOf } from './support.ts'

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

describe('record batches of the Java client', () => {
  const file = new URL('vectors/java-batches.json', import.meta.url)
  const vectors = JSON.parse(readFileSync(file, 'utf8')) as { name: string; log: string; records: DumpedRecord[] }[]

  test('there are vectors for every codec', () => {
    assert.deepEqual(
      vectors.map(({ name }) => name),
      [...CODECS, 'LogAppendTime', 'transaction'],
    )
  })

  for (const { name, log, records } of vectors) {
    test(name, () => {
      const walked = walkBytes(Buffer.from(log, 'base64'))
      const data = walked.filter(({ kind }) => kind === 'data').flatMap((batch) => batch.records)
      const expected = records.map((record) => ({ ...record, topic: 't' }))
      assert.deepEqual(data, expected)
      assert.equal(walked.filter(({ kind }) => kind === 'control').length, name === 'transaction' ? 1 : 0)
    })

    test(`${name}, cut anywhere, is either not there yet or whole`, () => {
      const bytes = Buffer.from(log, 'base64')
      for (let length = 0; length < bytes.length; length += 1 + (length >> 4)) {
        const seen = walkBytes(bytes.subarray(0, length)).flatMap((batch) => batch.records).length
        assert.ok(seen === 0 || seen === records.length)
      }
    })
  }
})

const bytes = fc.option(
  fc.uint8Array({ maxLength: 40 }).map((b) => Buffer.from(b)),
  { nil: null },
)
const headerName = fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => Buffer.from(text))
const anyRecord = fc.record({
  offset: fc.nat(),
  timestamp: fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.bigInt({ min: 0n, max: 2n ** 41n }),
    fc.constantFrom(0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, 2n ** 32n, 2n ** 31n, -(2n ** 31n) - 1n),
  ),
  key: bytes,
  value: bytes,
  headers: fc.array(fc.tuple(headerName, bytes), { maxLength: 6 }),
})

/** What the plain record must read as, at a given offset. */
function expectedOf(record: PlainRecord, offset: number): DumpedRecord {
  return { ...dumped(viewOf(record), { topic: 't', partition: 0 }), offset }
}

describe('record batches of our own', () => {
  for (const codec of CODECS) {
    test(`any records survive ${codec}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyRecord, { minLength: 1, maxLength: 20 }), async (list) => {
          const [batch, ...others] = walkBytes(await batchOf(list, codec))
          assert.deepEqual(batch?.records, list.map(expectedOf))
          assert.equal(others.length, 0)
        }),
        { numRuns: 150, seed: 20261122 },
      )
    })
  }

  test('a batch by hand: every byte where the protocol guide says', async () => {
    const record = {
      offset: 9,
      timestamp: 300n,
      key: Buffer.from('k'),
      value: null,
      headers: [[Buffer.from('h'), null]],
    }
    const second = { ...record, timestamp: 299n, key: null, value: Buffer.from('v'), headers: [] }
    const batch = await batchOf([record, second] as PlainRecord[], 'none', {
      producerId: 5n,
      producerEpoch: 6,
      baseSequence: 7,
    })
    const expected = [
      '0000000000000000', // base offset
      '00000042', // length: 49 + 10 + 8 - 1
      'ffffffff', // no leader epoch
      '02', // magic
      batch.toString('hex', 17, 21), // CRC, checked below
      '0000', // attributes
      '00000001', // last offset delta
      '000000000000012c', // base timestamp 300
      '000000000000012c', // max timestamp 300
      '0000000000000005', // producer id
      '0006', // epoch
      '00000007', // sequence
      '00000002', // two records
      // length 10, attributes, timestamp +0, offset +0, key 1 "k", value null, one header: 1 "h", null
      '1400000002' + '6b' + '01' + '02' + '02' + '68' + '01',
      // length 7, attributes, timestamp -1, offset +1, key null, value 1 "v", no headers
      '0e000102' + '01' + '02' + '76' + '00',
    ].join('')
    const body = expected.length / 2 - 12
    assert.equal(batch.toString('hex'), expected.replace('00000042', body.toString(16).padStart(8, '0')))
    assert.equal(batch.readUInt32BE(17), crc32c(batch.subarray(21)))
  })

  test('header names keep bytes that are no text', async () => {
    const name = Buffer.from([0xff, 0xfe, 0x00])
    const batch = await batchOf([{ offset: 0, timestamp: 1n, key: null, value: null, headers: [[name, null]] }])
    assert.ok(batch.includes(name))
    assert.equal(walkBytes(batch)[0]?.records[0]?.headers.length, 1)
  })
})

describe('damaged batches', () => {
  const plain = (value: string): PlainRecord => ({
    offset: 0,
    timestamp: 5n,
    key: null,
    value: Buffer.from(value),
    headers: [],
  })
  const damaged = (why: RegExp) => ({ code: 'BATCH_DAMAGED', message: why })
  /** Changes bytes and sets the checksum right again, as nobody but an attacker or a broken writer does. */
  const changed = (batch: Buffer, change: (copy: Buffer) => void) => {
    const copy = Buffer.from(batch)
    change(copy)
    copy.writeUInt32BE(crc32c(copy.subarray(21)), 17)
    return copy
  }

  test('a single flipped bit anywhere behind the checksum is found', async () => {
    const batch = await batchOf([plain('one'), plain('two')])
    for (let at = 17; at < batch.length; at++) {
      const copy = Buffer.from(batch)
      copy[at] = (copy[at] as number) ^ (1 << (at % 8))
      // a negative span of offsets is seen before the checksum is made over it
      assert.throws(() => walkBytes(copy), damaged(/checksum is wrong|before the first/))
    }
  })

  test('each claim that can not be true, with a right checksum', async () => {
    const batch = await batchOf([plain('one'), plain('two')])
    const cases: [(copy: Buffer) => void, RegExp][] = [
      [(b) => b.writeInt32BE(3, 57), /expected 0 to 2 records, got 3/],
      [(b) => b.writeInt32BE(-1, 57), /expected 0 to 2 records, got -1/],
      [(b) => b.writeInt32BE(1, 57), /bytes follow the last record/],
      [(b) => b.writeInt32BE(-2, 23), /last offset lies 2 before the first/],
      [(b) => b.writeInt32BE(0, 23), /expected 0 to 1 records, got 2/],
      [(b) => b.writeInt16BE(7, 21), /compression 7 is unknown/],
      [(b) => b.writeInt16BE(1, 21), /compressed data is malformed/],
      [(b) => b.writeInt16BE(2, 21), /snappy/],
      [(b) => b.writeInt16BE(3, 21), /lz4/],
      [(b) => b.writeInt16BE(4, 21), /zstd/],
      [(b) => b.writeUInt8(0xff, 61), /does not fit its batch|longer than 5 bytes/],
      [(b) => b.writeUInt8(0x02, 61), /does not fit its batch/],
      [(b) => b.writeUInt8(0x7e, 65), /beyond its record|do not add up/],
      [(b) => b.writeBigInt64BE(-5n, 0), /offset -5 is impossible/],
      [(b) => b.writeBigInt64BE(2n ** 60n, 0), /is impossible/],
    ]
    for (const [change, why] of cases) assert.throws(() => walkBytes(changed(batch, change)), damaged(why), String(why))
  })

  test('a batch length that is too small', () => {
    assert.throws(() => walkBytes(Buffer.alloc(100)), damaged(/too small/))
  })

  test('a header count larger than the record', async () => {
    const batch = await batchOf([{ ...plain('x'), headers: [[Buffer.from('n'), Buffer.from('v')]] }])
    const at = batch.length - 5
    assert.equal(batch[at], 2)
    assert.throws(
      () => walkBytes(changed(batch, (b) => b.writeUInt8(126, at))),
      damaged(/header count of 63 is impossible/),
    )
    assert.throws(
      () => walkBytes(changed(batch, (b) => b.writeUInt8(1, at))),
      damaged(/header count of -1 is impossible/),
    )
  })
})

describe('aborted transactions', () => {
  const TRANSACTIONAL = 0x10
  const CONTROL = 0x20
  /** A batch at `offset` by a producer; a marker is its key's type: 0 abort, 1 commit. */
  const batchAt = async (offset: number, producerId: bigint, attributes: number, marker?: number) => {
    const key = marker === undefined ? null : Buffer.from([0, 0, 0, marker])
    const identity = { producerId, producerEpoch: 0, baseSequence: 0 }
    const batch = await batchOf(
      [{ offset, timestamp: 1n, key, value: Buffer.from('v'), headers: [] }],
      'none',
      identity,
    )
    batch.writeBigInt64BE(BigInt(offset), 0)
    batch.writeInt16BE(attributes, 21)
    batch.writeUInt32BE(crc32c(batch.subarray(21)), 17)
    return batch
  }
  const data = (offset: number, producerId: bigint) => batchAt(offset, producerId, TRANSACTIONAL)
  const marker = (offset: number, producerId: bigint, type: 0 | 1) => {
    return batchAt(offset, producerId, TRANSACTIONAL | CONTROL, type)
  }

  test('two producers interleaved, one of whom aborts and then commits', async () => {
    const log = Buffer.concat([
      await data(0, 1n),
      await data(1, 2n),
      await batchAt(2, -1n, 0),
      await data(3, 1n),
      await marker(4, 1n, 0),
      await data(5, 1n),
      await marker(6, 2n, 1),
      await marker(7, 1n, 1),
      await batchAt(8, 1n, 0),
    ])
    const kinds = (isolation: 'read_committed' | 'read_uncommitted') =>
      walk(answerOf(log, [{ producerId: 1n, firstOffset: 0 }]), isolation).map(({ kind }) => kind)
    const committed = ['aborted', 'data', 'data', 'aborted', 'control', 'data', 'control', 'control', 'data']
    assert.deepEqual(kinds('read_committed'), committed)
    assert.deepEqual(
      kinds('read_uncommitted'),
      committed.map((kind) => (kind === 'aborted' ? 'data' : kind)),
    )
  })

  test('the same producer aborts twice', async () => {
    const log = Buffer.concat([
      await data(0, 1n),
      await marker(1, 1n, 0),
      await data(2, 1n),
      await marker(3, 1n, 0),
      await data(4, 1n),
    ])
    const aborted = [
      { producerId: 1n, firstOffset: 0 },
      { producerId: 1n, firstOffset: 2 },
    ]
    assert.deepEqual(
      walk(answerOf(log, aborted)).map(({ kind }) => kind),
      ['aborted', 'control', 'aborted', 'control', 'data'],
    )
  })
})
