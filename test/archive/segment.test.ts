import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { constants, crc32, zstdCompressSync } from 'node:zlib'
import { compressSync as lz4Block } from 'lz4-napi'
import { leafHash, merkleRoot } from '../../src/archive/merkle.ts'
import { encodeFooter, encodeHeader } from '../../src/archive/segment/format.ts'
import { openSegment } from '../../src/archive/segment/reader.ts'
import { SegmentWriter } from '../../src/archive/segment/writer.ts'
import type { Compression, SegmentEntry } from '../../src/archive/types.ts'
import { readArchive } from '../rig/kbak.ts'
import { randomBytesFrom, seededRandom } from '../rig/random.ts'
import { freshStorage, type PlainRecord, plain, records, sealed, view, withCode } from './support.ts'

const I64_MAX = 2n ** 63n - 1n

const ODDITIES: PlainRecord[] = [
  { offset: 0, key: null, value: null, timestamp: 0 },
  { offset: 1, key: '', value: '', timestamp: -1 },
  { offset: 2, key: Buffer.from([0, 255, 128]), value: Buffer.from([0xc3, 0x28]), timestamp: I64_MAX },
  { offset: 5, key: 'k', value: null, timestamp: -(2n ** 63n) },
  {
    offset: 6,
    value: 'repeated, empty, null and non-ASCII headers in their order',
    headers: [
      ['a', '1'],
      ['A', '2'],
      ['a', '1'],
      ['null', null],
      ['empty', ''],
      ['', 'no name'],
      ['', null],
      ['ключ-💶', 'значение'],
      [Buffer.from([0xff, 0xfe]), Buffer.from([0xff])],
    ],
  },
  { offset: 2 ** 40, headers: Array.from({ length: 300 }, (_, i): [string, string] => [`h${i}`, `v${i}`]) },
  { offset: 2 ** 53 - 2, value: Buffer.alloc(3_000_000, 'large ') },
  { offset: 2 ** 53 - 1, key: Buffer.alloc(25, 7), headers: [['x'.repeat(65535), 'longest name']] },
]

async function readBack(object: Buffer, entry: Partial<SegmentEntry> = {}): Promise<Required<PlainRecord>[]> {
  const found: Required<PlainRecord>[] = []
  for await (const record of openSegment(Buffer.from(object), entry).records()) found.push(plain(record))
  return found
}

function framed(body: Buffer, compression: Compression, list: readonly PlainRecord[]): Buffer {
  const [first, last] = [list[0]?.offset ?? -1, list.at(-1)?.offset ?? -1]
  const header = encodeHeader({ compression, recordCount: list.length, startOffset: first, endOffset: last })
  return Buffer.concat([header, body, encodeFooter(crc32(body, crc32(header)))])
}

/** The uncompressed body of some records. */
async function bodyOf(list: readonly PlainRecord[]): Promise<Buffer> {
  return (await sealed(list, { compression: 'none' })).object.subarray(32, -8)
}

test('a record’s bytes are those of the format, byte for byte', async () => {
  const { object } = await sealed(
    [
      {
        offset: 258,
        timestamp: 1,
        key: 'k',
        value: null,
        headers: [
          ['h', 'v'],
          ['n', null],
        ],
      },
    ],
    { compression: 'none' },
  )
  const expected = [
    '4b42414b 01 00 0000 0100000000000000 0201000000000000 0201000000000000',
    '2b000000 0100000000000000 0201000000000000 01000000 6b ffffffff',
    '0200 0100 68 01000000 76 0100 6e ffffffff',
  ].join('')
  const body = Buffer.from(expected.replaceAll(' ', ''), 'hex')
  body.writeUInt32LE(body.length - 32 - 4, 32)
  const footer = Buffer.alloc(8)
  footer.writeUInt32LE(crc32(body))
  footer.write('BKAE', 4)
  assert.equal(object.toString('hex'), Buffer.concat([body, footer]).toString('hex'))
})

for (const compression of ['zstd', 'lz4', 'none'] as const) {
  test(`${compression}: every oddity reads back as it was, whatever the size of chunks`, async () => {
    for (const chunkBytes of [1, 100, 65_536, 4 * 1024 * 1024]) {
      const { object, entry } = await sealed(ODDITIES, { compression, chunkBytes })
      const found = await readBack(object, { key: 'b/x', ...entry })
      assert.deepEqual(
        found,
        ODDITIES.map((record) => plain(view(record))),
      )
      assert.equal(entry.record_count, ODDITIES.length)
      assert.equal(entry.compressed_size, object.length)
      assert.deepEqual([entry.start_offset, entry.end_offset], [0, 2 ** 53 - 1])
      assert.deepEqual([entry.start_timestamp, entry.end_timestamp], [0, 1_700_000_000_000 + 2 ** 53 - 1].map(exactly))
      assert.deepEqual([entry.min_timestamp, entry.max_timestamp], [-(2n ** 63n), I64_MAX])
    }
  })
}

function exactly(value: number): number | bigint {
  return Number.isSafeInteger(value) ? value : BigInt(value)
}

test('what the writer writes, the tests’ own reader reads', async () => {
  const { folder } = await freshStorage()
  const list = [...ODDITIES.slice(0, 5), ...records(100, 2000)]
  const { object, entry } = await sealed(list, { chunkBytes: 10_000 })
  const key = 'b/topics/ledger/partition=0/segment.bin.zst'
  const manifest = {
    topics: [
      { name: 'ledger', partitions: [{ partition_id: 0, segments: [{ key, record_count: entry.record_count }] }] },
    ],
  }
  await mkdir(dirname(join(folder, key)), { recursive: true })
  await writeFile(join(folder, key), object)
  await writeFile(join(folder, 'b/manifest.json'), JSON.stringify(manifest))
  const found = await readArchive(folder, 'b')
  const base64 = (value: Buffer | string | null) =>
    value === null ? null : Buffer.from(value as string).toString('base64')
  const expected = list.map((record) => {
    const { offset, timestamp, key: k, value, headers } = plain(view(record))
    const shown = headers.map(([name, v]) => [name.toString('utf8'), base64(v)])
    return {
      topic: 'ledger',
      partition: 0,
      offset,
      timestamp: `${timestamp}`,
      key: base64(k),
      value: base64(value),
      headers: shown,
    }
  })
  assert.deepEqual(found, expected)
})

test('the Merkle root is made over the records’ bytes in order', async () => {
  const { object, entry } = await sealed(ODDITIES, { chunkBytes: 200 })
  const leaves: Buffer[] = []
  for await (const cursor of openSegment(object, entry).chunks()) {
    while (cursor.next()) leaves.push(leafHash(cursor.view.buf.subarray(cursor.recordStart, cursor.recordEnd)))
  }
  assert.equal(entry.merkle_root, merkleRoot(leaves).toString('hex'))
})

test('OSO’s tracking headers come behind the users’ own, only where asked for', async () => {
  const list: PlainRecord[] = [{ offset: 258, timestamp: -2, headers: [['x-original-offset', 'mine']] }]
  const [record] = await readBack((await sealed(list, { includeOffsetHeaders: true, sourceClusterId: 'c1' })).object)
  assert.deepEqual(
    record?.headers.map(([name, value]) => [String(name), Buffer.from(value as Buffer).toString('hex')]),
    [
      ['x-original-offset', '6d696e65'],
      ['x-original-offset', '0201000000000000'],
      ['x-original-timestamp', 'feffffffffffffff'],
      ['x-source-cluster', '6331'],
    ],
  )
  const [bare] = await readBack((await sealed(list, { includeOffsetHeaders: true })).object)
  assert.equal(bare?.headers.length, 3)
})

test('what the format has no room for is refused, and nothing else changes', () => {
  const writer = new SegmentWriter({ compression: 'zstd', level: 3 })
  writer.append(view({ offset: 5 }))
  assert.throws(() => writer.append(view({ offset: 5 })), withCode('UNEXPECTED', /above 5/))
  assert.throws(
    () => writer.append(view({ offset: 6, headers: [['x'.repeat(65_536), null]] })),
    withCode('RECORD_UNREPRESENTABLE'),
  )
  const many = view({ offset: 6 })
  many.headers = Array.from({ length: 65_536 * 4 }, (_, i) => (i % 4 === 3 ? -1 : 0))
  many.headerCount = 65_536
  assert.throws(() => writer.append(many), withCode('RECORD_UNREPRESENTABLE'))
  const huge = { ...view({ offset: 6 }), valLen: 0x7fffffff }
  assert.throws(() => writer.append(huge), withCode('RECORD_UNREPRESENTABLE'))
  assert.equal(writer.records, 1)
  writer.discard()
  assert.equal(writer.heldBytes, 0)
})

test('an empty segment can’t be sealed, nor one twice', async () => {
  await assert.rejects(new SegmentWriter({ compression: 'none', level: 3 }).seal(), withCode('UNEXPECTED'))
  const writer = new SegmentWriter({ compression: 'none', level: 3 })
  writer.append(view({ offset: 0 }))
  await writer.seal()
  await assert.rejects(writer.seal(), withCode('UNEXPECTED'))
  assert.throws(() => writer.append(view({ offset: 1 })), withCode('UNEXPECTED'))
})

test('pressure holds the writer back until the thread pool has caught up', async () => {
  const writer = new SegmentWriter({ compression: 'zstd', level: 19, chunkBytes: 100_000 })
  const random = seededRandom(1)
  for (let offset = 0; offset < 20; offset++) writer.append(view({ offset, value: randomBytesFrom(random, 100_000) }))
  const waited = writer.pressure()
  assert.ok(waited instanceof Promise)
  assert.ok(writer.heldBytes >= 2_000_000)
  await waited
  assert.equal(writer.pressure(), undefined)
  writer.discard()
})

test('a foreign stream frame without its size, records over several frames, and skippable frames are read', async () => {
  const list = records(0, 3000)
  const body = await bodyOf(list)
  const stream = zstdCompressSync(body, { params: { [constants.ZSTD_c_contentSizeFlag]: 0 } })
  const pieces: Buffer[] = []
  for (let at = 0; at < body.length; at += 1009) pieces.push(zstdCompressSync(body.subarray(at, at + 1009)))
  const skippable = Buffer.from('502a4d18 04000000 deadbeef'.replaceAll(' ', ''), 'hex')
  const expected = list.map((record) => plain(view(record)))
  for (const zstd of [stream, Buffer.concat(pieces), Buffer.concat([skippable, stream, skippable])]) {
    assert.deepEqual(await readBack(framed(zstd, 'zstd', list), { uncompressed_size: body.length }), expected)
  }
  const withChecksum = zstdCompressSync(body, { params: { [constants.ZSTD_c_checksumFlag]: 1 } })
  assert.deepEqual(await readBack(framed(withChecksum, 'zstd', list)), expected)
})

test('legacy JSON segments are read, plain and compressed', async () => {
  const json = Buffer.from(
    JSON.stringify([
      { key: null, value: 'AP8=', headers: [], timestamp: 12, offset: 3 },
      { key: 'aw==', timestamp: 13, offset: 5, headers: [{ key: 'h', value: 'dg==' }] },
    ]).replace('"timestamp":13', '"timestamp":9223372036854775807'),
  )
  const expected = [
    { offset: 3, timestamp: 12, value: Buffer.from([0, 255]) },
    { offset: 5, timestamp: I64_MAX, key: 'k', headers: [['h', 'v']] as [string, string][] },
  ].map((record) => plain(view(record)))
  const entry = { record_count: 2, start_offset: 3, end_offset: 5 }
  for (const [key, object] of [
    ['b/segment-0001.json', json],
    ['b/segment-0001.json.zst', zstdCompressSync(json)],
    ['b/segment-0001.json.lz4', lz4Block(json)],
  ] as const) {
    assert.deepEqual(await readBack(object, { key, ...entry }), expected)
    await assert.rejects(
      readBack(object, { key, ...entry, record_count: 3 }),
      withCode('SEGMENT_DAMAGED', /3 records, got 2/),
    )
  }
  for (const broken of [
    '[{"offset":1}]',
    '[{"offset":-1,"timestamp":1}]',
    '[',
    '{}',
    '[{"offset":1,"timestamp":1,"key":"?"}]',
  ]) {
    await assert.rejects(readBack(Buffer.from(broken), { key: 'b/x.json' }), withCode('SEGMENT_DAMAGED'), broken)
  }
})

test('an altered byte anywhere is found, and said with segment and reason', async () => {
  const { object, entry } = await sealed(records(0, 50))
  const expected = { key: 'b/segment', ...entry }
  for (let at = 0; at < object.length; at += 7) {
    const broken = Buffer.from(object)
    broken[at] = (broken[at] as number) ^ 0x10
    assert.throws(
      () => openSegment(broken, expected),
      withCode('SEGMENT_DAMAGED', /"b\/segment" is damaged: expected SHA-256/),
    )
    // a foreign archive has the CRC alone; two header bytes are reserved, and within the CRC too
    await assert.rejects(readBack(broken), withCode('SEGMENT_DAMAGED'), `byte ${at}`)
  }
  for (const length of [0, 1, 31, 39, 40, object.length - 1]) {
    await assert.rejects(readBack(object.subarray(0, length)), withCode('SEGMENT_DAMAGED'), `length ${length}`)
  }
})

test('garbage behind a good CRC is found', async () => {
  const list = records(0, 10)
  const body = await bodyOf(list)
  const cases: [string, Buffer, RegExp][] = [
    [
      'a record too many',
      framed(Buffer.concat([body, body.subarray(0, 0)]), 'none', list.slice(0, 9)),
      /records, got|last offset/,
    ],
    ['a record too few', framed(body, 'none', [...list, { offset: 10 }]), /11 records, got 10/],
    ['trailing bytes', framed(Buffer.concat([body, Buffer.alloc(3)]), 'none', list), /cut off/],
    ['cut off', framed(body.subarray(0, -1), 'none', list), /impossible length|cut off/],
    ['not a record', framed(Buffer.alloc(100, 0xee), 'none', list), /impossible length/],
    ['length of zero', framed(Buffer.alloc(100), 'none', list), /impossible length/],
    ['not zstd', framed(body, 'zstd', list), /zstd frame/],
    ['zstd and more', framed(Buffer.concat([zstdCompressSync(body), Buffer.from('more')]), 'zstd', list), /zstd frame/],
    ['zstd cut off', framed(zstdCompressSync(body).subarray(0, -4), 'zstd', list), /cut off/],
    ['not lz4', framed(Buffer.from('10000000ffffffffff', 'hex'), 'lz4', list), /LZ4/],
    ['lz4 cut off', framed(lz4Block(body).subarray(0, -9), 'lz4', list), /LZ4/],
    ['offsets not rising', framed(Buffer.concat([body, body]), 'none', [...list, ...list]), /above 9, got 0/],
  ]
  for (const [name, object, message] of cases) {
    await assert.rejects(readBack(object), withCode('SEGMENT_DAMAGED', message), name)
  }
})

test('a record whose inside does not fit its length is named by its offset', async () => {
  const list: PlainRecord[] = [{ offset: 77, timestamp: 1, key: 'key', value: 'value', headers: [['h', 'v']] }]
  const body = await bodyOf(list)
  const at = { key: 20, value: 27, count: 36, name: 38, headerValue: 41 }
  for (const [field, position] of Object.entries(at)) {
    for (const value of [0xff, 0x7f, 0x06]) {
      const broken = Buffer.from(body)
      broken[position] = value
      await assert.rejects(
        readBack(framed(broken, 'none', list), { key: 'b/s' }),
        withCode('SEGMENT_DAMAGED', /"b\/s" is damaged: the record at offset 77 is broken/),
        `${field} ${value}`,
      )
    }
  }
  const negative = Buffer.from(body)
  negative.writeInt32LE(-2, 20)
  await assert.rejects(readBack(framed(negative, 'none', list)), withCode('SEGMENT_DAMAGED', /offset 77/))
})

test('decompression bombs are refused before they take memory', async () => {
  const bomb = zstdCompressSync(Buffer.alloc(200_000_000))
  const unsized = zstdCompressSync(Buffer.alloc(200_000_000), { params: { [constants.ZSTD_c_contentSizeFlag]: 0 } })
  const list = records(0, 1)
  const before = process.memoryUsage().arrayBuffers
  for (const zstd of [bomb, unsized]) {
    const read = readBack(framed(zstd, 'zstd', list), { uncompressed_size: 1000 })
    await assert.rejects(read, withCode('SEGMENT_DAMAGED', /more than the 1000 bytes/))
  }
  const taken = process.memoryUsage().arrayBuffers - before
  assert.ok(taken < 20_000_000, `took ${taken} bytes`)
  // an LZ4 block that says 4 GB, and one that says 200 MB in 20 bytes
  for (const size of ['ffffffff', '00c2eb0b']) {
    const lie = Buffer.from(`${size}${'00'.repeat(16)}`, 'hex')
    await assert.rejects(readBack(framed(lie, 'lz4', list)), withCode('SEGMENT_DAMAGED'))
  }
  // a zstd frame of one block that says 60 GB
  const frame = Buffer.from('28b52ffde0 00000000 0e000000 010000'.replaceAll(' ', ''), 'hex')
  await assert.rejects(readBack(framed(frame, 'zstd', list)), withCode('SEGMENT_DAMAGED', /at most 0 bytes/))
  // and without limits from a manifest the hard limit holds
  const object = framed(bomb, 'zstd', list)
  const opened = openSegment(object, {}, { maxUncompressedBytes: 1_000_000 })
  await assert.rejects(opened.chunks().next(), withCode('SEGMENT_DAMAGED', /more than the 1000000 bytes/))
})
