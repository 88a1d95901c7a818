import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32, zstdCompressSync } from 'node:zlib'
import { verifySegment } from '../../src/archive/check/segment.ts'
import { parseGroupSnapshot } from '../../src/archive/groups.ts'
import { parseManifest, serializeManifest } from '../../src/archive/manifest/parse.ts'
import { zstdFrames } from '../../src/archive/segment/frames.ts'
import { openSegment } from '../../src/archive/segment/reader.ts'
import { type ErrorCode, isCofferError } from '../../src/contract/errors.ts'
import { randomBytesFrom, seededRandom } from '../rig/random.ts'
import { addGeneration, freshStorage, records, sealed } from './support.ts'

/** Each target gets this long; the seeds are fixed, so that a failure names the round that makes it again. */
const BUDGET_MS = Number(process.env.COFFER_FUZZ_MS ?? 1500)
const SEED = 20261122
const MAX_MEMORY = 300_000_000

/** Runs rounds until the time is up. @param round throws what it must not */
async function fuzz(name: string, round: (random: () => number, n: number) => Promise<void> | void): Promise<void> {
  const end = Date.now() + BUDGET_MS
  const before = process.memoryUsage().arrayBuffers
  let n = 0
  // so many also where the machine has much else to do
  for (; n <= 50 || Date.now() < end; n++) {
    const started = Date.now()
    try {
      await round(seededRandom(SEED + n), n)
    } catch (error) {
      throw new Error(`${name}: round ${n}`, { cause: error })
    }
    const took = Date.now() - started
    assert.ok(took < 5000, `${name}: round ${n} took ${took} ms`)
    const memory = process.memoryUsage().arrayBuffers - before
    assert.ok(memory < MAX_MEMORY, `${name}: round ${n} left ${memory} bytes`)
  }
  assert.ok(n > 50, `${name}: only ${n} rounds`)
}

async function codeOf(action: () => unknown, ...allowed: ErrorCode[]): Promise<void> {
  try {
    await action()
  } catch (error) {
    if (!isCofferError(error, ...allowed)) throw error
  }
}

/** Flips, cuts, doubles, overwrites: what happens to bytes. */
function mutate(bytes: Buffer, random: () => number): Buffer {
  let out = Buffer.from(bytes)
  const pick = (below: number) => Math.floor(random() * below)
  for (let i = 1 + pick(4); i > 0; i--) {
    const at = pick(out.length + 1)
    const how = pick(6)
    if (how === 0 && at < out.length) out[at] = pick(256)
    else if (how === 1) out = out.subarray(0, at)
    else if (how === 2) out = Buffer.concat([out.subarray(0, at), randomBytesFrom(random, pick(20)), out.subarray(at)])
    else if (how === 3) out = Buffer.concat([out.subarray(0, at), out.subarray(at + pick(20))])
    else if (how === 4 && at + 4 <= out.length)
      out.writeInt32LE([-1, 0, 0x7fffffff, -0x80000000, 65_535][pick(5)] ?? 0, at)
    else if (how === 5) out = Buffer.concat([out, out.subarray(at, at + pick(200))])
  }
  return out
}

/** The footer's CRC made right again, so that the mutation gets past it. */
function reframed(object: Buffer): Buffer {
  if (object.length < 40) return object
  object.writeUInt32LE(crc32(object.subarray(0, -8)), object.length - 8)
  object.write('BKAE', object.length - 4, 'latin1')
  return object
}

async function drain(object: Buffer): Promise<void> {
  for await (const cursor of openSegment(object, {}, { maxUncompressedBytes: 50_000_000 }).chunks()) {
    while (cursor.next()) assert.ok(cursor.recordEnd <= cursor.view.buf.length)
  }
}

test('fuzz: segments whose framing is right and whose inside is not', async () => {
  const seeds = await Promise.all(
    (['zstd', 'lz4', 'none'] as const).map((compression) => sealed(records(0, 40), { compression, chunkBytes: 1000 })),
  )
  await fuzz('segment', async (random, n) => {
    const seed = seeds[n % seeds.length] as (typeof seeds)[number]
    const object = reframed(mutate(seed.object, random))
    await codeOf(() => drain(object), 'SEGMENT_DAMAGED')
    await verifySegment(object, {
      entry: { key: 'b/s', ...seed.entry, compressed_size: 0 },
      topic: 't',
      partition: 0,
      foreign: n % 2 === 0,
      account: { from: 0, to: 40, absent: new Float64Array() },
    })
  })
})

test('fuzz: record bytes behind a right length', async () => {
  const { object } = await sealed(records(0, 20), { compression: 'none' })
  await fuzz('records', async (random) => {
    const body = mutate(object.subarray(32, -8), random)
    const header = Buffer.from(object.subarray(0, 32))
    header[5] = random() < 0.5 ? 0 : 1
    const packed = header[5] === 1 ? zstdCompressSync(body) : body
    await codeOf(() => drain(reframed(Buffer.concat([header, packed, Buffer.alloc(8)]))), 'SEGMENT_DAMAGED')
  })
})

test('fuzz: legacy segments', async () => {
  const json = Buffer.from(
    JSON.stringify([{ key: null, value: 'AP8=', headers: [{ key: 'h', value: 'dg==' }], timestamp: 12, offset: 3 }]),
  )
  const seeds = [json, zstdCompressSync(json)]
  await fuzz('legacy', async (random, n) => {
    const object = mutate(seeds[n % 2] as Buffer, random)
    const key = ['b/x.json', 'b/x.json.zst', 'b/x.json.lz4'][n % 3] as string
    await codeOf(async () => {
      for await (const cursor of openSegment(object, { key }).chunks()) while (cursor.next());
    }, 'SEGMENT_DAMAGED')
  })
})

test('fuzz: zstd frames', async () => {
  const frames = Buffer.concat([zstdCompressSync(Buffer.alloc(300_000, 'abc')), zstdCompressSync(Buffer.from('x'))])
  await fuzz('frames', async (random, n) => {
    const bytes = n % 2 === 0 ? mutate(frames, random) : randomBytesFrom(random, Math.floor(random() * 100))
    await codeOf(() => {
      let at = 0
      for (const frame of zstdFrames(bytes)) {
        assert.ok(frame.start >= at && frame.end > frame.start && frame.end <= bytes.length)
        at = frame.end
      }
    }, 'SEGMENT_DAMAGED')
  })
})

test('fuzz: manifests; what is accepted is written and read again to the same bytes', async () => {
  const { storage } = await freshStorage()
  await addGeneration(storage, 'b', [{ from: 0, to: 40, records: records(0, 10, 3) }])
  const { manifest } = await addGeneration(storage, 'b', [{ from: 40, to: 50, records: records(40, 10) }])
  const seed = serializeManifest(manifest)
  const words = ['null', '-1', '1e400', '9223372036854775808', '"../x"', '[]', '{}', '0.5', '"\\u0000"', 'true']
  let accepted = 0
  await fuzz('manifest', async (random, n) => {
    let bytes = mutate(seed, random)
    if (n % 2 === 0) {
      // a value replaced by another, so that it stays JSON
      const values = [...seed.toString().matchAll(/: ("[^"]*"|-?\d+|null|true|false)/g)]
      const at = values[Math.floor(random() * values.length)] as RegExpExecArray
      const word = words[Math.floor(random() * words.length)] as string
      const text = seed.toString()
      bytes = Buffer.from(`${text.slice(0, at.index)}: ${word}${text.slice(at.index + at[0].length)}`)
    }
    await codeOf(
      () => {
        const once = serializeManifest(parseManifest(bytes))
        assert.deepEqual(serializeManifest(parseManifest(once)), once)
        accepted++
      },
      'MANIFEST_DAMAGED',
      'PATH_ESCAPES',
    )
  })
  assert.ok(accepted > 0, 'some mutations change nothing that matters')
})

test('fuzz: snapshots of consumer groups', async () => {
  const seed = Buffer.from(
    '{"snapshot_time":1,"groups":[{"group_id":"g","offsets":{"t":{"0":7}},"state":"Empty"}],"errors":[]}',
  )
  await fuzz('groups', (random) => codeOf(() => parseGroupSnapshot(mutate(seed, random)), 'MANIFEST_DAMAGED'))
})
