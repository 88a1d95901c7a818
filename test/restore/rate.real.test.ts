import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Cluster, openCluster } from '../../src/kafka/cluster.ts'
import { endpointOf } from '../kafka/support.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { makeArchive, plainRecords } from './archive-maker.ts'
import { recordingContext, restore, restoreConfig, temporaryFolder } from './support.ts'

const RECORDS = 1_000

describe('a restore that is held back', () => {
  let java: JavaClient
  let bootstrap: string
  let cluster: Cluster
  before(async () => {
    java = await useJava()
    bootstrap = (await useKafka()).bootstrap
    cluster = await openCluster(endpointOf(bootstrap))
  })
  after(async () => {
    await cluster.close()
    await java.stop()
  })

  it('writes and tells what it has, although no batch is full', async () => {
    const path = await temporaryFolder()
    const name = uniqueName('slow')
    await makeArchive(path, 'made', [{ name, partitions: { 0: [{ records: plainRecords(0, RECORDS), ours: true }] } }])
    await java.createTopics([{ name }])
    const context = recordingContext()
    const config = restoreConfig({
      bootstrap,
      path,
      backupId: 'made',
      restore: { rate_limit_records_per_sec: 200, produce_batch_size: 1_000_000 },
    })
    const ends = new Set<number>()
    let running = true
    const done = restore(config, context).finally(() => {
      running = false
    })
    while (running) {
      const offsets = await cluster.offsets([{ topic: name, partition: 0 }], 'latest')
      ends.add(offsets.get(`${name}/0`)!)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    const { result } = await done
    assert.equal(result.records, RECORDS)
    assert.ok(result.duration_seconds > 4, `at 200 a second it takes five: ${result.duration_seconds}`)
    // Without it, all of them arrive at once when the segment ends.
    const between = [...ends].filter((end) => end > 0 && end < RECORDS)
    assert.ok(between.length >= 3, `ends seen while it ran: ${[...ends].join(', ')}`)
    const told = new Set(
      context.told.map((one) => one.recordsDone).filter((records) => records > 0 && records < RECORDS),
    )
    assert.ok(told.size >= 8, `records told while it ran: ${[...told].join(', ')}`)
  })

  it('holds rate_limit_bytes_per_sec over all partitions together', async () => {
    const path = await temporaryFolder()
    const name = uniqueName('bytes')
    const value = Buffer.alloc(10_000, 'x')
    const records = plainRecords(0, 15).map((record) => ({ ...record, value }))
    await makeArchive(path, 'made', [
      { name, partitions: { 0: [{ records, ours: true }], 1: [{ records, ours: true }] } },
    ])
    await java.createTopics([{ name, partitions: 2 }])
    const { result } = await restore(
      restoreConfig({ bootstrap, path, backupId: 'made', restore: { rate_limit_bytes_per_sec: 100_000 } }),
    )
    assert.equal(result.records, 30)
    // 300 kB, of which the last record is written before it is paid for
    assert.ok(result.duration_seconds > 2.5, `${result.duration_seconds}`)
  })

  it('writes max_concurrent_partitions at once, and no more', async () => {
    const path = await temporaryFolder()
    const name = uniqueName('at-once')
    const each = [{ records: plainRecords(0, 150), ours: true }]
    await makeArchive(path, 'made', [{ name, partitions: { 0: each, 1: each, 2: each } }])
    /** The most partitions that were seen begun and not ended. */
    const mostAtOnce = async (max_concurrent_partitions: number) => {
      const target = `${name}-${max_concurrent_partitions}`
      await java.createTopics([{ name: target, partitions: 3 }])
      const restoring = {
        topic_mapping: { [name]: target },
        rate_limit_records_per_sec: 120,
        max_concurrent_partitions,
      }
      let running = true
      const done = restore(restoreConfig({ bootstrap, path, backupId: 'made', restore: restoring })).finally(() => {
        running = false
      })
      let most = 0
      while (running) {
        const where = [0, 1, 2].map((partition) => ({ topic: target, partition }))
        const ends = [...(await cluster.offsets(where, 'latest')).values()]
        most = Math.max(most, ends.filter((end) => end > 0 && end < 150).length)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      assert.equal((await done).result.records, 450)
      return most
    }
    assert.equal(await mostAtOnce(1), 1)
    assert.ok((await mostAtOnce(3)) > 1)
  })

  it('puts no more records into a batch than produce_batch_size says', async () => {
    const path = await temporaryFolder()
    const name = uniqueName('batches')
    await makeArchive(path, 'made', [{ name, partitions: { 0: [{ records: plainRecords(0, 95), ours: true }] } }])
    await java.createTopics([{ name }])
    await restore(restoreConfig({ bootstrap, path, backupId: 'made', restore: { produce_batch_size: 10 } }))
    const counts: number[] = []
    const where = { topic: name, partition: 0, from: 0, to: 95, isolation: 'read_committed' } as const
    for await (const step of cluster.reader(where)) {
      if (step.type === 'batch') counts.push(step.batch.lastOffset - step.batch.baseOffset + 1)
    }
    assert.deepEqual(counts, [10, 10, 10, 10, 10, 10, 10, 10, 10, 5])
  })
})
