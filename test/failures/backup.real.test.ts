import assert from 'node:assert/strict'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import type { Manifest } from '../../src/archive/types.ts'
import { withCode } from '../archive/support.ts'
import { storageAt, temporaryFolder, validate } from '../jobs-read/support.ts'
import type { JavaClient, ProduceRecord } from '../rig/java-client.ts'
import { readArchive } from '../rig/kbak.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { backUp, ID, type Ledger, objectsIn, sameAsKafka, segmentsIn } from './support.ts'

/** The lines of the field's list of failures that a backup can commit; those of a restore are in test/restore/. */
describe('what the field gets wrong when it backs up', () => {
  let java: JavaClient
  let bootstrap: string

  before(async () => {
    java = await useJava()
    bootstrap = (await useKafka()).bootstrap
  })

  async function ledger(partitions = 1, configs: Record<string, string> = {}): Promise<Ledger & { topic: string }> {
    const topic = uniqueName('ledger')
    await java.createTopics([{ name: topic, partitions, configs }])
    return { topic, topics: [topic], bootstrap, path: await temporaryFolder() }
  }
  const rows = (topic: string, from: number, count: number, partition = 0): ProduceRecord[] =>
    Array.from({ length: count }, (_, i) => ({
      topic,
      partition,
      timestamp: 1_751_000_000_000 + from + i,
      key: `customer-${(from + i) % 7}`,
      value: `{"transfer":${from + i}}`,
    }))
  const manifestOf = async (path: string) =>
    JSON.parse(await readFile(join(path, ID, 'manifest.json'), 'utf8')) as Manifest

  test('failure 1: aborted transactions and control markers are not archived, and are accounted for', async () => {
    const one = await ledger()
    await java.produce(rows(one.topic, 0, 30), { transactionalId: uniqueName('tx') })
    await java.produce(rows(one.topic, 30, 20), { transactionalId: uniqueName('tx'), end: 'abort' })
    await java.produce(rows(one.topic, 50, 30), { transactionalId: uniqueName('tx') })
    const { result } = await backUp(one)
    assert.equal(await sameAsKafka(one, java), 60)
    assert.deepEqual(result.account, { offsets: 83, archived: 60, absent: { aborted: 20, control: 3 } })
  })

  test('failure 2: a second run under the same id adds, and overwrites nothing', async () => {
    const one = await ledger()
    await java.produce(rows(one.topic, 0, 100))
    await backUp(one)
    const first = await Promise.all((await segmentsIn(one.path)).map(async (file) => [file, await readFile(file)]))
    await java.produce(rows(one.topic, 100, 40))
    const { result } = await backUp(one)
    assert.deepEqual([result.generation, result.records, result.archive.records], [2, 40, 140])
    for (const [file, bytes] of first as [string, Buffer][]) assert.ok((await readFile(file)).equals(bytes), file)
    assert.equal(await sameAsKafka(one, java), 140)
  })

  test('failure 4: a manifest that can not be read stops a backup, and stays as it is', async () => {
    const one = await ledger()
    await java.produce(rows(one.topic, 0, 10))
    await backUp(one)
    const file = join(one.path, ID, 'manifest.json')
    const good = await readFile(file)
    for (const bytes of [good.subarray(0, good.length - 9), Buffer.alloc(0), Buffer.from('null')]) {
      await writeFile(file, bytes)
      const objects = await objectsIn(one.path)
      await assert.rejects(backUp(one), withCode('MANIFEST_DAMAGED'))
      assert.ok((await readFile(file)).equals(bytes))
      assert.deepEqual(await objectsIn(one.path), objects)
    }
    // Truly gone, with segments still there, is no first run either.
    await rm(file)
    await java.produce(rows(one.topic, 10, 5))
    const before = await Promise.all((await segmentsIn(one.path)).map((name) => readFile(name)))
    await assert.rejects(backUp(one), withCode('OBJECT_EXISTS'))
    const kept = await Promise.all((await segmentsIn(one.path)).slice(0, before.length).map((name) => readFile(name)))
    assert.deepEqual(kept, before)
  })

  test('failure 7: a snapshot is an exact cut, whatever arrives while it is taken', async () => {
    const one = await ledger(2)
    await java.generate(one.topic, 30_000, { size: 300, partitions: 2 })
    let running = true
    const noise = (async () => {
      for (let i = 0; running; i++) {
        await java.produce([...rows(one.topic, i * 100, 100), ...rows(one.topic, i * 100, 100, 1)])
      }
    })()
    const { result } = await backUp({ ...one, backup: { segment_max_bytes: 500_000 } })
    running = false
    await noise
    const { coffer, topics } = await manifestOf(one.path)
    const ends = new Map((await java.listOffsets([one.topic])).map((row) => [row.partition, row.latest]))
    let archived = 0
    for (const { partition_id: partition, segments, account } of topics[0]?.partitions ?? []) {
      const cut = coffer?.run.cut[`${one.topic}/${partition}`]
      assert.ok(cut !== undefined && cut.to >= 15_000)
      assert.equal(segments.at(-1)?.end_offset, cut.to - 1)
      assert.equal(account?.at(-1)?.to, cut.to)
      archived += cut.to - cut.from
      // The topic went on growing meanwhile, else this would show nothing.
      assert.ok((ends.get(partition) ?? 0) > cut.to)
    }
    assert.equal(result.records, archived)
    assert.equal((await validate(await storageAt(one.path), ID)).exitCode, 0)
  })

  test('failure 7: a backup that starts inside a batch takes nothing before its first offset', async () => {
    const one = await ledger()
    await java.produce(rows(one.topic, 0, 100))
    await backUp({ ...one, backup: { start_offset: { specific: { [one.topic]: { 0: 37 } } } } })
    const archived = await readArchive(one.path, ID)
    assert.deepEqual([archived.length, archived[0]?.offset, archived.at(-1)?.offset], [63, 37, 99])
  })

  test('failures 8 and 9: headers are archived as they are, and none is added', async () => {
    const one = await ledger()
    const offset = Buffer.alloc(8)
    await java.produce([
      {
        topic: one.topic,
        key: null,
        value: '',
        headers: [
          ['a', '1'],
          ['b', null],
          ['a', '2'],
          ['', ''],
          ['ключ', 'значение'],
          ['x-original-offset', '41'],
          ['x-original-offset', offset],
        ],
      },
      { topic: one.topic, key: '', value: null, headers: Array.from({ length: 300 }, (_, i) => [`h${i % 9}`, `${i}`]) },
    ])
    await backUp(one)
    assert.equal(await sameAsKafka(one, java), 2)
  })

  test('failure 11: a backup that matched nothing, or was stopped, does not call itself done', async () => {
    const one = await ledger()
    await assert.rejects(backUp({ ...one, topics: [uniqueName('no-such-topic')] }), withCode('NOTHING_MATCHED'))
    await java.generate(one.topic, 20_000, { size: 200 })
    const stop = new AbortController()
    stop.abort()
    const { exitCode, result } = await backUp(one, stop.signal)
    assert.deepEqual([exitCode, result.state], [130, 'interrupted'])
    assert.equal((await backUp(one)).result.state, 'complete')
    assert.equal(await sameAsKafka(one, java), 20_000)
  })

  test('failure 12: the configuration of a topic is archived', async () => {
    const configs = {
      'retention.ms': '220752000000',
      'max.message.bytes': '9000000',
      'cleanup.policy': 'compact,delete',
    }
    const one = await ledger(3, configs)
    await backUp(one)
    const [topic] = (await manifestOf(one.path)).topics
    assert.equal(topic?.original_partition_count, 3)
    const own = (topic?.configuration ?? []).filter(({ overridden }) => overridden)
    assert.deepEqual(
      Object.fromEntries(own.map(({ name, value }) => [name, value])),
      (await java.describeConfigs(one.topic)).own,
    )
    assert.deepEqual(Object.keys(configs).sort(), own.map(({ name }) => name).sort())
  })

  test('failure 13: large records go into segments bounded by bytes', async () => {
    const one = await ledger(1, { 'max.message.bytes': '9000000' })
    const large = Array.from({ length: 6 }, (_, i) => ({ topic: one.topic, value: Buffer.alloc(8_000_000, i) }))
    await java.produce(large, { producer: { 'max.request.size': '9000000', 'buffer.memory': '40000000' } })
    await java.produce(rows(one.topic, 0, 500))
    await backUp({ ...one, backup: { segment_max_bytes: 10_000_000, compression: 'none' } })
    const segments = (await manifestOf(one.path)).topics[0]?.partitions[0]?.segments ?? []
    assert.ok(segments.length >= 3, `${segments.length} segments`)
    for (const { uncompressed_size } of segments) assert.ok(uncompressed_size <= 18_000_000)
    assert.equal(await sameAsKafka(one, java), 506)
  })

  test('failure 15: of two writers at once one is refused by name, and the archive is whole', async () => {
    const one = await ledger(2)
    await java.generate(one.topic, 20_000, { size: 200, partitions: 2 })
    const ended = await Promise.allSettled([backUp(one), backUp(one), backUp(one)])
    const won = ended.filter(({ status }) => status === 'fulfilled')
    const lost = ended.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []))
    assert.ok(won.length >= 1)
    for (const error of lost) assert.ok(withCode('LOCKED')(error))
    assert.ok(lost.length >= 1)
    assert.equal(await sameAsKafka(one, java), 20_000)
  })

  test('failure 16: what retention took is told as lost, what compaction took as compacted', async () => {
    const one = await ledger()
    await java.produce(rows(one.topic, 0, 100))
    await java.deleteRecords([{ topic: one.topic, partition: 0, before: 30 }])
    const first = await backUp(one)
    assert.deepEqual(first.result.account.absent, { deleted_before: 30 })
    await java.produce(rows(one.topic, 100, 50))
    await java.deleteRecords([{ topic: one.topic, partition: 0, before: 120 }])
    const second = await backUp(one)
    assert.deepEqual(second.result.account, { offsets: 50, archived: 30, absent: { deleted_during: 20 } })
    assert.deepEqual(
      second.result.gaps.map(({ kind, from, to }) => [kind, from, to]),
      [['deleted_during', 100, 120]],
    )
    const checked = await validate(await storageAt(one.path), ID)
    assert.equal(checked.exitCode, 0)
    assert.deepEqual(checked.result.account, {
      offsets: 150,
      archived: 100,
      absent: { deleted_before: 30, deleted_during: 20 },
    })
  })
})
