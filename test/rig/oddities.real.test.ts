import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { JavaClient } from './java-client.ts'
import type { DumpedRecord } from './java-types.ts'
import { makeOddities, type Oddities, untilStable } from './oddities.ts'
import { useJava } from './shared.ts'

let java: JavaClient
let odd: Oddities
let all: DumpedRecord[]

before(async () => {
  java = await useJava()
  odd = await makeOddities(java, { seed: 7 })
  all = await java.records(odd.names)
})

function of(what: string): DumpedRecord[] {
  return all.filter((record) => record.topic === odd.named(what))
}

async function offsets(what: string) {
  return (await java.listOffsets([odd.named(what)])).map(({ earliest, latest, stable }) => ({
    earliest,
    latest,
    stable,
  }))
}

test('records are as odd as promised', () => {
  assert.ok(of('bytes').some((record) => record.key === null && record.value === null))
  assert.ok(of('bytes').some((record) => record.key === '' && record.value === ''))
  assert.ok(of('headers').some((record) => record.headers.length === 300))
  assert.ok(of('headers').some((record) => record.headers.some(([name, value]) => name === 'null' && value === null)))
  const times = new Set(of('times').map((record) => record.timestamp))
  for (const time of ['0', '9007199254740993', '9223372036854775807']) assert.ok(times.has(time), time)
  assert.ok(of('append-time').every((record) => record.timestampType === 'LogAppendTime'))
  const sizes = (what: string) => of(what).map(({ value }) => (typeof value === 'object' ? (value?.length ?? 0) : 0))
  assert.equal(sizes('megabyte').filter((size) => size === 1_000_000).length, 4)
  assert.equal(sizes('huge').filter((size) => size >= 8_000_000).length, 4)
})

test('transactions: what was aborted or is open is not seen', async () => {
  assert.equal(of('transactions').length, 15 + 4 * 6 + 4 * 3 + 3)
  assert.equal(of('all-aborted').length, 0)
  assert.deepEqual(await offsets('all-aborted'), [{ earliest: 0, latest: 25, stable: 25 }])
  assert.equal(of('open').length, 20)
  assert.deepEqual(await offsets('open'), [
    { earliest: 0, latest: 19, stable: 10 },
    { earliest: 0, latest: 19, stable: 10 },
  ])
  const log = await java.records([odd.named('transactions')], { isolation: 'read_uncommitted' })
  assert.ok(log.length > 350)
})

test('compaction left holes and kept tombstones', async () => {
  const compacted = of('compacted').filter((record) => record.partition === 0)
  const holes = compacted.filter(
    (record, index) => index > 0 && record.offset - (compacted[index - 1]?.offset ?? 0) > 1,
  )
  assert.ok(holes.length > 3, `${holes.length} holes`)
  assert.ok(compacted.some((record) => record.value === null && record.key !== null))
})

test('deletions moved the beginning, into a batch and to the end', async () => {
  const trimmed = await offsets('trimmed')
  assert.deepEqual(
    trimmed.map((row) => [row.earliest, row.latest]),
    [
      [17, 50],
      [50, 50],
      [0, 50],
    ],
  )
  assert.deepEqual(await offsets('retained'), [{ earliest: 30, latest: 31, stable: 31 }])
})

test('shapes: empty, sparse, many and long', () => {
  assert.equal(of('empty').length, 0)
  assert.deepEqual(new Set(of('sparse').map((record) => record.partition)), new Set([1, 3]))
  assert.equal(new Set(of('hundred').map((record) => record.partition)).size, 97)
  const longest = odd.topics.find((topic) => topic.name.length === 249)
  assert.equal(all.filter((record) => record.topic === longest?.name).length, 30)
})

test('the same seed makes the same records', async () => {
  const again = await makeOddities(java, { seed: 7 })
  const content = (rows: { topic: string; sha256: string }[], prefix: string) =>
    rows
      .map((row) => [row.topic.slice(prefix.length), row.sha256])
      .filter(([topic]) => topic !== '-append-time' && topic !== '-compacted' && topic !== '-retained')
  const first = content(await java.digest(odd.names.filter((name) => name.length < 249)), odd.prefix)
  const second = content(await java.digest(again.names.filter((name) => name.length < 249)), again.prefix)
  assert.deepEqual(second, first)
  for (const made of [odd, again]) await made.endTransactions('commit')
  // Kafka writes the markers after it has said yes, and tells the two ends in two answers.
  await untilStable(java, odd.named('open'))
})
