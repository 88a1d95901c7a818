import assert from 'node:assert/strict'
import { test } from 'node:test'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { zstdFrames } from '../../src/archive/segment/frames.ts'
import { FrameLevel } from '../../src/archive/segment/level.ts'
import { type FrameParameters, lengthOf, ZstdEncoder, zstdFrame } from '../../src/archive/segment/zstd.ts'
import { randomBytesFrom, seededRandom } from '../rig/random.ts'

/** All the parameters that any frame is made with here, the fastest first. */
const LEVEL_1: FrameParameters = { level: 1 }
const LEVEL_3: FrameParameters = { level: 3 }

/** Made by Node in one go, with nothing of ours: what the library makes of it. */
function sizeBy(raw: Buffer, { level, minMatch, chainLog, hashLog }: FrameParameters): number {
  const set = {
    minMatch: constants.ZSTD_c_minMatch,
    chainLog: constants.ZSTD_c_chainLog,
    hashLog: constants.ZSTD_c_hashLog,
  }
  const params: Record<number, number> = {
    [constants.ZSTD_c_compressionLevel]: level,
    [constants.ZSTD_c_windowLog]: 20,
  }
  for (const [name, value] of Object.entries({ minMatch, chainLog, hashLog })) {
    if (value !== undefined) params[set[name as keyof typeof set]] = value
  }
  return zstdCompressSync(raw, { params }).length
}

const MIB = 1024 * 1024

/** A megabyte of each: noise, decimal numbers in a little text, sentences made of a few hundred phrases, packed fields. */
function samples(): Record<'noise' | 'digits' | 'phrases' | 'packed', Buffer> {
  const random = seededRandom(2)
  const below = (n: number) => Math.floor(random() * n)
  const grown = (next: (i: number) => Buffer | string) => {
    const parts: Buffer[] = []
    for (let i = 0, size = 0; size < MIB; i++) {
      const part = Buffer.from(next(i))
      size += part.length
      parts.push(part)
    }
    return Buffer.concat(parts).subarray(0, MIB)
  }
  const word = () => Array.from({ length: 4 + below(8) }, () => String.fromCharCode(97 + below(26))).join('')
  const phrases = Array.from({ length: 4000 }, () => `${word()} ${word()} ${word()}`)
  const packed = Buffer.alloc(28)
  return {
    noise: randomBytesFrom(random, MIB),
    digits: grown(() => `amount ${below(1e9)}${below(1e9)} of account ${below(1e9)};`),
    phrases: grown(() => `${phrases[below(phrases.length)]} ${below(100)}, `),
    packed: grown((i) => {
      packed.writeUInt32BE(i, 0)
      packed.writeDoubleLE(below(1e6) / 100, 4)
      packed.writeUInt16LE(below(5000), 12)
      packed.write(['EURBOOKED', 'USDPENDNG', 'GBPREVRSD'][below(3)] as string, 14)
      packed.writeUInt32LE(below(2 ** 32), 24)
      return packed
    }),
  }
}

test('a level is chosen by the data: the fastest that makes it no larger than zstd 3, and level 3 is always a level 3', async () => {
  const chosen = new Set<string>()
  for (const [name, raw] of Object.entries(samples())) {
    const most = sizeBy(raw, LEVEL_3) * 1.006
    for (const level of ['adaptive', 3] as const) {
      const one = new FrameLevel(level)
      const frame = Buffer.concat(await one.frame(raw))
      assert.ok(zstdDecompressSync(frame).equals(raw))
      assert.ok(frame.length <= most, `${name}, ${level}: ${frame.length} of at most ${most}`)
      const words = JSON.stringify(one.chosen)
      if (level === 3) assert.equal(one.chosen.level, 3, name)
      // where the plain level 1 is as small, nothing slower is taken
      else assert.equal(words === JSON.stringify(LEVEL_1), sizeBy(raw, LEVEL_1) <= sizeBy(raw, LEVEL_3) * 1.005, name)
      chosen.add(words)
    }
  }
  assert.ok(
    chosen.has(JSON.stringify(LEVEL_1)) && chosen.has(JSON.stringify(LEVEL_3)) && chosen.size >= 3,
    [...chosen].join(),
  )
})

test('what was learned is tried again, since data change; of little nothing is learned', async () => {
  const { noise, packed } = samples()
  const one = new FrameLevel('adaptive')
  await one.frame(noise.subarray(0, 200_000))
  assert.deepEqual(one.chosen, LEVEL_3)
  await one.frame(noise)
  assert.deepEqual(one.chosen, LEVEL_1)
  for (let i = 1; i < 32; i++) await one.frame(packed.subarray(0, 262_144))
  assert.deepEqual(one.chosen, LEVEL_1)
  await one.frame(packed)
  assert.equal(one.chosen.level, 3)
})

test("other levels are the library's own", async () => {
  const { phrases } = samples()
  for (const level of [1, 2, 9]) {
    const frame = await new FrameLevel(level).frame(phrases)
    assert.ok(Math.abs(lengthOf(frame) - sizeBy(phrases, { level })) < 64, `${level}`)
  }
})

test('many frames at a time: each is one frame that says its size, and holds what was given', async () => {
  const random = seededRandom(3)
  const raws = Array.from({ length: 60 }, (_, i) =>
    i % 3 === 0 ? randomBytesFrom(random, 1 + i * 40_000) : Buffer.alloc(1 + i * 50_000, `record ${i} `),
  )
  const frames = await Promise.all(raws.map((raw, i) => zstdFrame(raw, { level: 1 + (i % 3) })))
  for (const [i, parts] of frames.entries()) {
    const whole = Buffer.concat(parts)
    const found = zstdFrames(whole)
    assert.deepEqual([found.length, found[0]?.contentSize, found[0]?.end], [1, raws[i]?.length, whole.length])
    assert.ok(zstdDecompressSync(whole).equals(raws[i] as Buffer), `${i}`)
  }
})

test('a frame that ends exactly with the output buffer has no empty frame behind it', async () => {
  const output = 4096
  let exact = 0
  for (let size = output - 40; size <= output; size++) {
    const encoder = new ZstdEncoder({ level: 3 }, 12, output)
    const raw = randomBytesFrom(seededRandom(size), size)
    const parts = await encoder.frame(raw)
    encoder.close()
    const whole = Buffer.concat(parts)
    assert.deepEqual(
      zstdFrames(whole).map(({ end }) => end),
      [whole.length],
      `${size}`,
    )
    assert.ok(zstdDecompressSync(whole).equals(raw))
    if (whole.length === output) exact++
  }
  assert.ok(exact > 0, 'no frame was as long as the buffer')
})

test('a frame whose last bytes are those of an empty frame keeps them', async () => {
  const output = 4096
  const empty = Buffer.from('28b52ffd2000010000', 'hex')
  // incompressible, so that its bytes stand in the frame as they are, and its last nine begin a buffer
  const noise = randomBytesFrom(seededRandom(5), 2 * output)
  let met = 0
  for (let size = output - 30; size < output; size++) {
    const raw = Buffer.concat([noise.subarray(0, size), empty])
    const one = new ZstdEncoder({ level: 3 }, 13, output)
    const parts = await one.frame(raw)
    one.close()
    assert.ok(zstdDecompressSync(Buffer.concat(parts)).equals(raw), `${size}`)
    if (parts.length === 2 && parts[1]?.equals(empty)) met++
  }
  assert.equal(met, 1)
})
