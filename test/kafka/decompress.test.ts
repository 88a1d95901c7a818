import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { compressFrameSync } from 'lz4-napi'
import { compressSync } from 'snappy'
import { compressRecords } from '../../src/kafka/batch/compress.ts'
import { Damage } from '../../src/kafka/batch/damage.ts'
import { Decompressor } from '../../src/kafka/batch/decompress.ts'
import { xxhash32 } from '../../src/kafka/batch/xxhash32.ts'
import { randomBytesFrom, seededRandom } from '../rig/random.ts'

const PACKED = ['gzip', 'snappy', 'lz4', 'zstd'] as const
type Packed = (typeof PACKED)[number]

function unpack(codec: Packed, bytes: Buffer, limit?: number): Buffer {
  const padded = Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')])
  const { buf, start, end } = new Decompressor(limit).unpack(codec, padded, 6, 6 + bytes.length)
  return Buffer.from(buf.subarray(start, end))
}

const damage = (why: RegExp) => (error: unknown) => {
  assert.ok(error instanceof Damage, String(error))
  assert.match(error.message, why)
  return true
}

describe('unpacking', () => {
  const random = seededRandom(5)
  const samples = [0, 1, 12, 13, 64, 1000, 65_535, 65_536, 65_537, 300_000, 5_000_000].flatMap((size) => [
    Buffer.alloc(size, 'a text that repeats, '),
    size > 1_000_000 ? Buffer.alloc(size) : randomBytesFrom(random, size),
  ])

  for (const codec of PACKED) {
    test(`${codec}: what other programs pack`, async () => {
      for (const sample of samples) {
        const packed = await compressRecords(codec, sample)
        assert.ok(packed !== null && unpack(codec, packed).equals(sample), `${sample.length} bytes`)
      }
    })

    test(`${codec}: a bomb is refused at the limit, before it is unpacked whole`, async () => {
      const bomb = (await compressRecords(codec, Buffer.alloc(64 * 1024 * 1024))) as Buffer
      const before = process.memoryUsage().rss
      assert.throws(() => unpack(codec, bomb, 1024 * 1024), damage(/unpacks to more than 1048576 bytes/))
      assert.ok(process.memoryUsage().rss - before < 48 * 1024 * 1024)
    })

    test(`${codec}: cut anywhere is damage`, async () => {
      const packed = (await compressRecords(codec, samples[10] as Buffer)) as Buffer
      for (let length = 1; length < packed.length; length++) {
        // Xerial's framing has no end: cut between two blocks it is shorter, which the record count then shows.
        if (codec === 'snappy' && length === 16) continue
        assert.throws(() => unpack(codec, packed.subarray(0, length)), Damage, `${length} of ${packed.length}`)
      }
    })
  }

  test('snappy without framing', () => {
    const sample = Buffer.alloc(100_000, 'raw block ')
    assert.ok(unpack('snappy', compressSync(sample)).equals(sample))
  })

  test('a snappy block that claims gigabytes', () => {
    const claim = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x07, 0x00, 0x41])
    assert.throws(() => unpack('snappy', claim), damage(/claims more than it can hold/))
  })

  test('several zstd frames, and one to skip', () => {
    const skip = Buffer.from('502a4d1803000000aabbcc', 'hex')
    const parts = [Buffer.from('first '), Buffer.alloc(300_000, 'second '), Buffer.alloc(0), Buffer.from('last')]
    const packed = Buffer.concat(parts.flatMap((part) => [zstdCompressSync(part), skip]))
    assert.ok(unpack('zstd', packed).equals(Buffer.concat(parts)))
    assert.throws(() => unpack('zstd', Buffer.concat([packed, Buffer.from([1])])), damage(/zstd frame is cut/))
    assert.throws(() => unpack('zstd', Buffer.concat([packed, Buffer.alloc(20)])), damage(/magic number/))
  })

  test('several gzip members', () => {
    const packed = Buffer.concat([gzipSync('one '), gzipSync('two')])
    assert.equal(unpack('gzip', packed).toString(), 'one two')
  })
})

describe('lz4 frames', () => {
  /** A frame by hand: blocks are given as they stand, with their size words. */
  const frame = (flags: number, blocks: Buffer[], tail: Buffer[] = []) => {
    const head = Buffer.from([0x04, 0x22, 0x4d, 0x18, flags, 0x40])
    const checksum = Buffer.from([(xxhash32(head, 4, 6) >>> 8) & 0xff])
    return Buffer.concat([head, checksum, ...blocks, Buffer.alloc(4), ...tail])
  }
  const block = (...bytes: number[]) => {
    const word = Buffer.alloc(4)
    word.writeUInt32LE(bytes.length)
    return Buffer.concat([word, Buffer.from(bytes)])
  }
  const text = (value: string) => [...Buffer.from(value)]
  const LINKED = 0x40
  const INDEPENDENT = 0x60
  const first = block(0x80, ...text('abcdefgh'))
  // A match of 8 bytes, 8 back, then the literals "xy".
  const reachesBack = block(0x04, 8, 0, 0x20, ...text('xy'))

  test('xxHash32 of known strings', () => {
    const hash = (value: string) => xxhash32(Buffer.from(value), 0, value.length)
    assert.equal(hash(''), 0x02cc5d05)
    assert.equal(hash('a'), 0x550d7456)
    assert.equal(hash('abc'), 0x32d153ff)
    assert.equal(hash('Nobody inspects the spammish repetition'), 0xe2293b2f)
  })

  test('linked blocks find their window in the block before; independent ones may not', () => {
    assert.equal(unpack('lz4', frame(LINKED, [first, reachesBack])).toString(), 'abcdefghabcdefghxy')
    assert.throws(() => unpack('lz4', frame(INDEPENDENT, [first, reachesBack])), damage(/lz4 block is malformed/))
  })

  test('a window does not reach into the frame before', () => {
    const two = Buffer.concat([frame(LINKED, [first]), frame(LINKED, [reachesBack])])
    assert.throws(() => unpack('lz4', two), damage(/lz4 block is malformed/))
  })

  test('an overlapping match repeats what it writes', () => {
    // One literal "a", a match of 19 bytes 1 back, then "b".
    const repeats = block(0x1f, ...text('a'), 1, 0, 0, 0x10, ...text('b'))
    assert.equal(unpack('lz4', frame(INDEPENDENT, [repeats])).toString(), `${'a'.repeat(20)}b`)
  })

  test('checksums of blocks and content are checked', () => {
    const sample = Buffer.alloc(200_000, 'checked ')
    const packed = compressFrameSync(sample, { contentChecksum: true, blockChecksums: true })
    assert.ok(unpack('lz4', packed).equals(sample))
    for (const at of [6, packed.length - 1, packed.length - 9, 20]) {
      const copy = Buffer.from(packed)
      copy[at] = (copy[at] as number) ^ 1
      assert.throws(() => unpack('lz4', copy), Damage, `byte ${at}`)
    }
  })

  test('stored blocks, empty frames, frames in a row', () => {
    const stored = Buffer.concat([Buffer.from([3, 0, 0, 0x80]), Buffer.from('raw')])
    assert.equal(unpack('lz4', frame(INDEPENDENT, [stored])).toString(), 'raw')
    assert.equal(unpack('lz4', frame(INDEPENDENT, [])).length, 0)
    const row = Buffer.concat([frame(INDEPENDENT, [stored]), frame(LINKED, [first])])
    assert.equal(unpack('lz4', row).toString(), 'rawabcdefgh')
  })

  test('what can not be', () => {
    const cases: [Buffer, RegExp][] = [
      [frame(0x41, [first]), /dictionary/],
      [frame(0x20, [first]), /not supported/],
      [frame(INDEPENDENT, [block(0x04, 9, 0)]), /malformed/],
      [frame(INDEPENDENT, [block(0xf0, 255, 255)]), /malformed/],
      [frame(INDEPENDENT, [block(0x10, 65, 0, 0)]), /malformed/],
      [frame(INDEPENDENT, [Buffer.from([0xff, 0xff, 0xff, 0x7f])]), /larger than allowed/],
      [Buffer.from('not an lz4 frame'), /magic number/],
    ]
    for (const [bytes, why] of cases) assert.throws(() => unpack('lz4', bytes), damage(why), String(why))
  })
})
