import assert from 'node:assert/strict'
import { test } from 'node:test'
import { zstdDecompressSync } from 'node:zlib'
import { BlockTree } from '../../src/archive/block-tree.ts'
import { verifySegment } from '../../src/archive/check/segment.ts'
import { leafHash, MerkleBuilder, merkleRoot } from '../../src/archive/merkle.ts'
import { MerkleTree } from '../../src/archive/merkle-tree.ts'
import { zstdFrames } from '../../src/archive/segment/frames.ts'
import { openSegment } from '../../src/archive/segment/reader.ts'
import { seededRandom } from '../rig/random.ts'
import { indexAt, resealed, withoutIndex } from './segment-index.ts'
import { type PlainRecord, sealed } from './support.ts'

const random = seededRandom(11)

/** Records whose times go up and down, some far off. */
function records(count: number): PlainRecord[] {
  return Array.from({ length: count }, (_, i) => ({
    offset: 5 + 3 * i,
    timestamp: 1_764_000_000_000 + i * 10 + Math.floor(random() * 400) + (i % 997 === 0 ? -3_000_000 : 0),
    key: `key-${i}`,
    value: `${'x'.repeat(Math.floor(random() * 60))} ${random()}`,
  }))
}

const made = await sealed(records(5000), { chunkBytes: 32 * 1024 })
const entry = { key: 'b/topics/t/partition=0/s.bin.zst', ...made.entry, generation: 1 }

/** Codes of what a deep check finds. */
async function codes(object: Buffer, of: typeof entry): Promise<string[]> {
  const task = { entry: of, topic: 't', partition: 0, foreign: false, account: null }
  return (await verifySegment(Buffer.from(object), task)).findings.map(({ code }) => code)
}

test('heads of blocks are the tree heads of each 256 leaves, for sizes around whole and ragged blocks', () => {
  for (const size of [1, 2, 255, 256, 257, 300, 511, 512, 513, 767, 768, 1000, 1025]) {
    const leaves = Array.from({ length: size }, (_, i) => Buffer.from(`-leaf ${i}`))
    const builder = new MerkleBuilder(true)
    for (const leaf of leaves) builder.add(leaf, 1, leaf.length)
    const hashes = leaves.map((leaf) => leafHash(leaf.subarray(1)))
    const heads = Array.from({ length: Math.ceil(size / 256) }, (_, i) =>
      merkleRoot(hashes.slice(256 * i, 256 * i + 256)),
    )
    assert.deepEqual(builder.blockHeads(), Buffer.concat(heads), `${size} leaves`)
    // and with some blocks alone, the tree gives the paths of the whole
    const whole = new MerkleTree(size)
    const part = new BlockTree(size, builder.blockHeads())
    const last = Math.floor((size - 1) / 256)
    for (const [i, leaf] of leaves.entries()) {
      whole.add(leaf, 1, leaf.length)
      if (i < 256 || i >= last * 256) part.add(i, leaf, 1, leaf.length)
    }
    assert.deepEqual(part.root, whole.finish(), `${size} leaves`)
    assert.equal(part.finish(), true)
    for (const i of [0, Math.min(size - 1, 200), size - 1]) {
      assert.deepEqual([part.leafHex(i), part.path(i)], [whole.leafHex(i), whole.path(i)], `leaf ${i} of ${size}`)
    }
  }
})

test('a block that is not the one of which the head is stated shows', () => {
  const leaves = Array.from({ length: 600 }, (_, i) => Buffer.from(`-leaf ${i}`))
  const builder = new MerkleBuilder(true)
  for (const leaf of leaves) builder.add(leaf, 1, leaf.length)
  const tree = new BlockTree(600, builder.blockHeads())
  for (let i = 256; i < 512; i++) tree.add(i, i === 300 ? Buffer.from('-other') : (leaves[i] as Buffer), 1, 6)
  assert.equal(tree.finish(), false)
})

test('the index says what its frames hold, and other decoders pass over it', async () => {
  const index = openSegment(Buffer.from(made.object), entry).index()
  assert.ok(index !== null && !('broken' in index))
  assert.ok(index.frames.length > 10)
  let read = 0
  for await (const cursor of openSegment(Buffer.from(made.object), entry).chunks()) while (cursor.next()) read++
  assert.equal(read, 5000)
  const body = made.object.subarray(32, made.object.length - 8)
  const plain = zstdFrames(body).map(({ start, end }) => zstdDecompressSync(body.subarray(start, end)))
  assert.equal(Buffer.concat(plain).length, entry.uncompressed_size)
  assert.equal(
    index.frames.reduce((sum, one) => sum + one.records, 0),
    5000,
  )
  for (const frame of index.frames) {
    const cursor = await openSegment(Buffer.from(made.object), entry).frame(frame)
    const times: number[] = []
    while (cursor.next()) times.push(Number((BigInt(cursor.view.tsHi) << 32n) | BigInt(cursor.view.tsLo)))
    assert.deepEqual([times.length, Math.min(...times), Math.max(...times)], [frame.records, frame.min, frame.max])
  }
  assert.deepEqual(await codes(made.object, entry), [])
})

test('an empty frame between the others, as earlier versions could write one, is no frame of the index', async () => {
  const empty = Buffer.from('28b52ffd2000010000', 'hex')
  const { object, entry: changed } = resealed(made.object, entry, (body) => {
    const { end } = zstdFrames(body)[0] as { end: number }
    return Buffer.concat([body.subarray(0, end), empty, body.subarray(end)])
  })
  const index = openSegment(Buffer.from(object), changed).index()
  assert.ok(index !== null && !('broken' in index))
  assert.deepEqual(
    [index.frames[0]?.records, index.frames.reduce((sum, one) => sum + one.records, 0)],
    [index.frames[1]?.firstLeaf, 5000],
  )
  assert.deepEqual(await codes(object, changed), [])
})

test('a segment of one frame, and one of another compression, have none; the root is the same with and without', async () => {
  const small = await sealed(records(10))
  assert.equal(indexAt(small.object), -1)
  const plain = await sealed(records(5000), { chunkBytes: 32 * 1024, compression: 'none' })
  assert.equal(openSegment(plain.object, plain.entry).index(), null)
  const old = withoutIndex(made.object, entry)
  assert.equal(openSegment(Buffer.from(old.object), old.entry).index(), null)
  assert.deepEqual(await codes(old.object, old.entry), [])
})

test('every bit of an index is covered: changed alone, the segment is damaged', async () => {
  const at = indexAt(made.object)
  for (let i = 0; i < 200; i++) {
    const object = Buffer.from(made.object)
    const place = i < 24 ? at - 8 + i : at + Math.floor(random() * (object.length - 8 - at))
    object[place] = (object[place] as number) ^ (1 << (i % 8))
    assert.throws(() => openSegment(object, entry), { code: 'SEGMENT_DAMAGED' })
  }
})

test('an index that was written false, with every checksum right, is named by the deep check', async () => {
  const at = indexAt(made.object) - 32
  const index = openSegment(Buffer.from(made.object), entry).index()
  assert.ok(index !== null && !('broken' in index))
  const frames = index.frames.length
  const row = (i: number) => at + 16 + 32 * i
  const heads = row(frames)
  const lies: Record<string, (body: Buffer) => void> = {
    'a head': (body) => body.writeUInt8((body[heads + 40] as number) ^ 1, heads + 40),
    'two heads in each other’s place': (body) => {
      const first = Buffer.from(body.subarray(heads, heads + 32))
      body.copy(body, heads, heads + 32, heads + 64)
      first.copy(body, heads + 32)
    },
    'a record more in one frame and one less in the next': (body) => {
      body.writeUInt32LE(body.readUInt32LE(row(3)) + 1, row(3))
      body.writeUInt32LE(body.readUInt32LE(row(4)) - 1, row(4))
    },
    'a record more in one frame, so that there are more than in the segment': (body) =>
      body.writeUInt32LE(body.readUInt32LE(row(3)) + 1, row(3)),
    'something where nothing may stand, in a frame’s row': (body) => body.writeUInt32LE(1, row(2) + 4),
    'something where nothing may stand, in the head': (body) => body.writeUInt16LE(1, at + 6),
    'a first offset': (body) => body.writeBigInt64LE(body.readBigInt64LE(row(5) + 8) + 1n, row(5) + 8),
    'a smallest time': (body) => body.writeBigInt64LE(body.readBigInt64LE(row(6) + 16) + 1n, row(6) + 16),
    'a largest time': (body) => body.writeBigInt64LE(body.readBigInt64LE(row(7) + 24) - 1n, row(7) + 24),
    'the number of frames': (body) => body.writeUInt32LE(frames - 1, at + 8),
    'the size of a block': (body) => body.writeUInt8(9, at + 5),
  }
  for (const [what, lie] of Object.entries(lies)) {
    const forged = resealed(made.object, entry, (body) => {
      lie(body)
      return body
    })
    assert.deepEqual(await codes(forged.object, forged.entry), ['INDEX_DIFFERS'], what)
  }
})
