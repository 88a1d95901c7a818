import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compressSync, uncompressSync } from 'lz4-napi'
import { lz4Pieces } from '../../src/archive/segment/lz4.ts'
import { isCofferError } from '../../src/contract/errors.ts'
import { randomBytesFrom, seededRandom } from '../rig/random.ts'
import { withCode } from './support.ts'

function decode(prepended: Buffer): Buffer {
  return Buffer.concat([...lz4Pieces(prepended.subarray(4), prepended.readUInt32LE(0))])
}

test('LZ4 blocks of every shape are what the library makes of them', () => {
  const random = seededRandom(4)
  const noise = randomBytesFrom(random, 3_000_000)
  const shapes = [
    Buffer.alloc(0),
    Buffer.from('x'),
    Buffer.from('abcabcabcabcabcabcabcabcabcabcabcabcabc'),
    Buffer.alloc(5_000_000), // one match over several pieces, reaching back a single byte
    Buffer.alloc(3_000_001, 'abcdefghijklmnopqrstuvwxyz0123456789'),
    noise,
    Buffer.concat([noise.subarray(0, 70_000), noise.subarray(0, 70_000), noise]),
    Buffer.concat([noise.subarray(0, 60_000), Buffer.alloc(1024 * 1024 - 60_000), noise.subarray(0, 60_000), noise]),
    Buffer.from(Array.from({ length: 200_000 }, (_, i) => `payment ${i % 1009} to ${i % 97};`).join('')),
  ]
  for (let i = 0; i < 200; i++) {
    const parts: Buffer[] = []
    for (let n = Math.floor(random() * 30); n > 0; n--) {
      const from = Math.floor(random() * 1000)
      parts.push(noise.subarray(from, from + Math.floor(random() * 300)))
    }
    shapes.push(Buffer.concat(parts))
  }
  for (const shape of shapes) assert.ok(decode(compressSync(shape)).equals(shape), `${shape.length} bytes`)
})

test('a broken LZ4 block is refused, or gives what the library gives', () => {
  const random = seededRandom(5)
  const text = Buffer.from(Array.from({ length: 300 }, (_, i) => `payment ${i % 17} to ${i % 7};`).join(''))
  const good = compressSync(text)
  let refused = 0
  for (let i = 0; i < 3000; i++) {
    const bad = Buffer.from(good)
    for (let n = 1 + Math.floor(random() * 3); n > 0; n--)
      bad[4 + Math.floor(random() * (bad.length - 4))] = random() * 256
    try {
      const got = decode(bad)
      assert.deepEqual(got, Buffer.from(uncompressSync(bad)))
    } catch (error) {
      if (!isCofferError(error, 'SEGMENT_DAMAGED')) throw error
      refused++
    }
  }
  assert.ok(refused > 500)
  for (let length = 4; length < good.length; length++) {
    assert.throws(() => decode(good.subarray(0, length)), withCode('SEGMENT_DAMAGED'), `${length} bytes`)
  }
})
