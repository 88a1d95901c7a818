import assert from 'node:assert/strict'
import { test } from 'node:test'
import { constants, crc32, zstdCompressSync } from 'node:zlib'
import { encodeFooter, encodeHeader } from '../../src/archive/segment/format.ts'
import { openSegment } from '../../src/archive/segment/reader.ts'
import { randomBytesFrom, seededRandom } from '../rig/random.ts'
import { type PlainRecord, plain, sealed, view } from './support.ts'

/** Records of every shape, the same for the same seed. */
function randomRecords(random: () => number): PlainRecord[] {
  const below = (n: number) => Math.floor(random() * n)
  const sizes = [0, 1, 8, 23, 24, 25, 100, 5000, 70_000]
  const bytes = () => (below(5) === 0 ? null : randomBytesFrom(random, sizes[below(below(4) === 0 ? 9 : 6)] ?? 0))
  const extremes = [0, -1, 2n ** 63n - 1n, -(2n ** 63n), 2 ** 53, 4_294_967_296, -4_294_967_296, 4_294_967_295]
  let offset = below(2) === 0 ? 0 : 2 ** 40 + below(1000)
  return Array.from({ length: 1 + below(60) }, () => {
    offset += 1 + (below(4) === 0 ? below(10_000_000_000) : 0)
    return {
      offset,
      timestamp: below(3) === 0 ? (extremes[below(extremes.length)] ?? 0) : 1_700_000_000_000 + below(1e9),
      key: bytes(),
      value: bytes(),
      headers: Array.from({ length: below(4) }, (): [Buffer, Buffer | null] => [
        randomBytesFrom(random, below(40)),
        bytes(),
      ]),
    }
  })
}

test('what is written is read, for records, chunks and compressions of every shape', async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = seededRandom(seed)
    const list = randomRecords(random)
    const expected = list.map((record) => plain(view(record)))
    const compression = (['zstd', 'lz4', 'none'] as const)[seed % 3] ?? 'zstd'
    const chunkBytes = [50, 1000, 100_000, 4_194_304][Math.floor(random() * 4)] ?? 50
    const level = seed % 2 === 0 ? 'adaptive' : 1 + Math.floor(random() * 12)
    const { object, entry } = await sealed(list, { compression, chunkBytes, level })
    assert.equal(entry.uncompressed_size, (await sealed(list, { compression: 'none' })).object.length - 40)
    const found: unknown[] = []
    for await (const record of openSegment(object, entry).records()) found.push(plain(record))
    assert.deepEqual(found, expected, `seed ${seed}`)
  }
})

test('records straddle the frames of foreign writers in every possible way', async () => {
  for (let seed = 100; seed < 130; seed++) {
    const random = seededRandom(seed)
    const list = randomRecords(random)
    const { object, entry } = await sealed(list, { compression: 'none' })
    const body = object.subarray(32, -8)
    const frames: Buffer[] = []
    for (let at = 0; at < body.length; ) {
      const end = Math.min(body.length, at + Math.floor(random() * 3000))
      const sized = random() < 0.5 ? 1 : 0
      frames.push(zstdCompressSync(body.subarray(at, end), { params: { [constants.ZSTD_c_contentSizeFlag]: sized } }))
      at = end
    }
    const header = encodeHeader({
      compression: 'zstd',
      recordCount: list.length,
      startOffset: entry.start_offset,
      endOffset: entry.end_offset,
    })
    const framed = Buffer.concat([header, ...frames])
    const foreign = Buffer.concat([framed, encodeFooter(crc32(framed))])
    const found: unknown[] = []
    for await (const record of openSegment(foreign).records()) found.push(plain(record))
    assert.deepEqual(
      found,
      list.map((record) => plain(view(record))),
      `seed ${seed}`,
    )
  }
})
