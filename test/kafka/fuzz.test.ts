import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { crc32c } from '@node-rs/crc32'
import { isCofferError } from '../../src/contract/errors.ts'
import { decodeApiVersions } from '../../src/kafka/protocol/api-versions.ts'
import { decodeDescribeCluster } from '../../src/kafka/protocol/cluster.ts'
import { decodeAlterConfigs, decodeDescribeConfigs } from '../../src/kafka/protocol/configs.ts'
import { decodeEpochEnd } from '../../src/kafka/protocol/epoch-end.ts'
import { decodeFetch } from '../../src/kafka/protocol/fetch.ts'
import {
  decodeConsumerGroupDescribe,
  decodeDescribeGroups,
  decodeFindCoordinator,
  decodeListGroups,
  decodeOffsetCommit,
  decodeOffsetFetch,
} from '../../src/kafka/protocol/groups.ts'
import { decodeListOffsets } from '../../src/kafka/protocol/list-offsets.ts'
import { decodeDescribeLogDirs } from '../../src/kafka/protocol/log-dirs.ts'
import { decodeMetadata } from '../../src/kafka/protocol/metadata.ts'
import { decodeInitProducerId, decodeProduce } from '../../src/kafka/protocol/produce.ts'
import { decodeCreateTopics, decodeDeleteRecords } from '../../src/kafka/protocol/topics.ts'
import { randomBytesFrom, seededRandom } from '../rig/random.ts'
import { batchOf, walkBytes } from './batches.ts'

const BUDGET_MS = 4000

/** Runs `attempt` with numbered cases until the budget is spent; at least 200 of them. */
function fuzz(seed: number, attempt: (random: () => number) => void): void {
  const deadline = Date.now() + BUDGET_MS
  let slowest = 0
  for (let n = 0; n < 200 || Date.now() < deadline; n++) {
    const began = performance.now()
    try {
      attempt(seededRandom(seed + n))
    } catch (cause) {
      throw new Error(`case ${n} of seed ${seed}`, { cause })
    }
    slowest = Math.max(slowest, performance.now() - began)
    if (n >= 20_000) break
  }
  assert.ok(slowest < 10_000, `a case took ${slowest} ms`)
}

/** Changes, cuts, repeats or removes something. */
function mutate(bytes: Buffer, random: () => number): Buffer {
  const pick = (limit: number) => Math.floor(random() * limit)
  let copy = Buffer.from(bytes)
  for (let changes = 1 + pick(4); changes > 0 && copy.length > 0; changes--) {
    const at = pick(copy.length)
    const kind = pick(6)
    if (kind === 0) copy[at] = pick(256)
    else if (kind === 1) copy[at] = (copy[at] as number) ^ (1 << pick(8))
    else if (kind === 2) copy = copy.subarray(0, at)
    else if (kind === 3)
      copy = Buffer.concat([copy.subarray(0, at), randomBytesFrom(random, pick(20)), copy.subarray(at)])
    else if (kind === 4)
      copy = Buffer.concat([copy.subarray(0, at), copy.subarray(Math.min(copy.length, at + pick(20)))])
    else copy.fill([0, 0xff, 0x7f, 0x80][pick(4)] as number, at, Math.min(copy.length, at + pick(8)))
  }
  return copy
}

/** Makes the first batch's checksum and length true again, so that what is behind them is met. */
function repair(bytes: Buffer, header: Buffer): Buffer {
  if (bytes.length < 62) return bytes
  header.copy(bytes, 8, 8, 17)
  bytes.writeInt32BE(bytes.length - 12, 8)
  bytes.writeUInt32BE(crc32c(bytes.subarray(21)), 17)
  return bytes
}

describe('bytes that nobody should send', () => {
  const file = new URL('vectors/java-batches.json', import.meta.url)
  const vectors = JSON.parse(readFileSync(file, 'utf8')) as { name: string; log: string }[]

  for (const { name, log } of vectors) {
    test(`batches, ${name}: a code or records, never a crash, a hang or a heap of memory`, () => {
      const original = Buffer.from(log, 'base64')
      const before = process.memoryUsage().rss
      let refused = 0
      fuzz(1000, (random) => {
        const mutated = mutate(original, random)
        const bytes = random() < 0.8 ? repair(mutated, original) : mutated
        try {
          walkBytes(bytes)
        } catch (error) {
          if (!isCofferError(error, 'BATCH_DAMAGED', 'UNSUPPORTED')) throw error
          refused++
        }
      })
      assert.ok(refused > 50, `${refused} refused`)
      const grown = process.memoryUsage().rss - before
      assert.ok(grown < 300_000_000, `${grown} bytes more`)
    })
  }

  test('whatever is read as records was not altered on the way: encode, mutate the packed records, decode', async () => {
    const value = Buffer.from('a value that can be recognised '.repeat(20))
    const original = await batchOf([{ offset: 0, timestamp: 1n, key: value, value, headers: [[value, value]] }], 'none')
    let refused = 0
    fuzz(2000, (random) => {
      const bytes = mutate(original, random)
      if (bytes.equals(original)) return
      try {
        const batches = walkBytes(bytes)
        // Only the parts outside the checksum may change: base offset and leader epoch.
        for (const batch of batches) {
          for (const record of batch.records) assert.equal(record.value, value.toString('base64'))
        }
      } catch (error) {
        if (!isCofferError(error, 'BATCH_DAMAGED', 'UNSUPPORTED')) throw error
        refused++
      }
    })
    assert.ok(refused > 50)
  })

  const decoders: readonly (readonly [string, (answer: Buffer) => unknown])[] = [
    ['ApiVersions', (answer) => decodeApiVersions(answer, 3)],
    ['Metadata 12', (answer) => decodeMetadata(answer, 12)],
    ['Metadata 8', (answer) => decodeMetadata(answer, 8)],
    ['ListOffsets', decodeListOffsets],
    ['Fetch 11', (answer) => decodeFetch(answer, 11)],
    ['Fetch 13', (answer) => decodeFetch(answer, 13)],
    ['Produce', (answer) => decodeProduce(answer, 8)],
    ['InitProducerId', decodeInitProducerId],
    ['DescribeConfigs', decodeDescribeConfigs],
    ['IncrementalAlterConfigs', decodeAlterConfigs],
    ['CreateTopics', decodeCreateTopics],
    ['DeleteRecords', decodeDeleteRecords],
    ['FindCoordinator', decodeFindCoordinator],
    ['ListGroups', decodeListGroups],
    ['DescribeGroups', decodeDescribeGroups],
    ['ConsumerGroupDescribe', decodeConsumerGroupDescribe],
    ['OffsetFetch', decodeOffsetFetch],
    ['OffsetCommit', decodeOffsetCommit],
    ['DescribeCluster', decodeDescribeCluster],
    ['DescribeLogDirs', decodeDescribeLogDirs],
    ['OffsetForLeaderEpoch', decodeEpochEnd],
  ]

  test('answers of every request: KAFKA_PROTOCOL or a value', () => {
    let refused = 0
    fuzz(3000, (random) => {
      const bytes = randomBytesFrom(random, Math.floor(random() * 200))
      // Small numbers are likelier to look like true lengths and counts.
      for (let i = 0; i < bytes.length; i++) if (random() < 0.7) bytes[i] = Math.floor(random() * 4)
      for (const [name, decode] of decoders) {
        try {
          decode(bytes)
        } catch (error) {
          if (!isCofferError(error, 'KAFKA_PROTOCOL')) throw new Error(name, { cause: error })
          refused++
        }
      }
    })
    assert.ok(refused > 1000)
  })
})
