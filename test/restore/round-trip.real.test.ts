import assert from 'node:assert/strict'
import { chmod, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { loadConfig } from '../../src/contract/config/load.ts'
import { runBackup } from '../../src/jobs/backup/run.ts'
import { runShowOffsetMapping } from '../../src/jobs/offsets/run.ts'
import { runRestore } from '../../src/jobs/restore/run.ts'
import { FilesystemStorage } from '../../src/storage/filesystem.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { makeOddities, type Oddities } from '../rig/oddities.ts'
import { uniqueName, useJava, useKafka, useS3 } from '../rig/shared.ts'
import { assertSameContent } from './same-content.ts'
import { recordingContext, restore, restoreConfig, temporaryFolder } from './support.ts'

describe('from a topic to a backup to another topic', () => {
  let java: JavaClient
  let bootstrap: string
  before(async () => {
    java = await useJava()
    bootstrap = (await useKafka()).bootstrap
  })
  after(() => java.stop())

  const backUp = async (topics: string[], storage: Record<string, unknown>): Promise<void> => {
    const file = {
      mode: 'backup',
      backup_id: 'trip',
      source: { bootstrap_servers: [bootstrap], topics: { include: topics } },
      storage,
      backup: { stop_at_current_offsets: true, consumer_group_snapshot: true },
    }
    const config = loadConfig({ text: JSON.stringify(file), name: 'backup.yaml', directory: '.' }, {}, 'backup')
    assert.equal(config.mode, 'backup')
    const { exitCode } = await runBackup(
      config as Extract<typeof config, { mode: 'backup' }>,
      { dryRun: false },
      recordingContext(),
    )
    assert.equal(exitCode, 0)
  }

  const newNames = (names: readonly string[]) => new Map(names.map((name, i) => [name, uniqueName(`trip-${i}`)]))

  it('every oddity comes back record by record, as a read_committed consumer of Kafka sees it', async () => {
    const odd: Oddities = await makeOddities(java, { seed: 11 })
    const folder = await temporaryFolder()
    await backUp([`${odd.prefix}*`], { backend: 'filesystem', path: folder })
    const mapped = newNames(odd.names)
    // As it was at the cut: compaction may go on.
    const source = await java.records(odd.names)
    const { exitCode, result } = await restore(
      restoreConfig({
        bootstrap,
        path: folder,
        backupId: 'trip',
        restore: { create_topics: true, topic_mapping: Object.fromEntries(mapped) },
      }),
    )
    assert.equal(exitCode, 0)
    assert.equal(result.records_suspect, 0)
    assertSameContent(source, await java.records([...mapped.values()]), mapped)
    const partitions = await java.describeTopics([...mapped.values()])
    for (const topic of odd.topics) {
      assert.equal(partitions.find((one) => one.name === mapped.get(topic.name))!.partitions, topic.partitions)
    }
    await odd.endTransactions('abort')

    const shown = await runShowOffsetMapping(new FilesystemStorage(folder), 'trip', null, recordingContext())
    assert.equal(shown.result.restore_id, result.restore_id)
    assert.equal(
      shown.result.entries.reduce((sum, entry) => sum + entry.records, 0),
      result.records,
    )
    const one = shown.result.entries.find((entry) => entry.topic === odd.named('single-batches'))!
    assert.deepEqual([one.source_first_offset, one.target_first_offset, one.target_last_offset], [0, 0, 149])
  })

  it('a topic whose records have gone from its beginning and middle keeps its groups at their records', async () => {
    const [name, group] = [uniqueName('trip'), uniqueName('trip-group')]
    await java.createTopics([{ name }])
    const records = Array.from({ length: 100 }, (_, i) => ({
      topic: name,
      partition: 0,
      timestamp: 1000 + i,
      value: `v${i}`,
    }))
    await java.produce(records.slice(0, 50))
    await java.produce(records.slice(50, 60), { transactionalId: uniqueName('tx'), end: 'abort' })
    await java.produce(records.slice(60))
    await java.deleteRecords([{ topic: name, partition: 0, before: 20 }])
    // 50 to 59 were aborted, 60 is the marker, so v60 lies at 61.
    await java.commitOffsets(group, [{ topic: name, partition: 0, offset: 71 }])
    const folder = await temporaryFolder()
    await backUp([name], { backend: 'filesystem', path: folder })
    const target = uniqueName('trip')
    const { result } = await restore(
      restoreConfig({
        bootstrap,
        path: folder,
        backupId: 'trip',
        restore: {
          create_topics: true,
          topic_mapping: { [name]: target },
          consumer_groups: [group],
          reset_consumer_offsets: true,
        },
      }),
    )
    const position = result.consumer_groups![0]!.positions.find((one) => one.topic === name)!
    assert.deepEqual([position.source_offset, position.target_offset, position.clamped], [71, 40, false])
    const there = (await java.records([target])).find((record) => record.offset === 40)!
    assert.equal(Buffer.from(there.value as string, 'base64').toString(), 'v70')
    const committed = (await java.groupOffsets(group)).find((one) => one.topic === target)
    assert.equal(committed?.offset, 40)
  })

  it('works from S3 as from disk, and keeps its state and map there', async () => {
    const s3 = await useS3()
    const bucket = uniqueName('trip')
    await s3.makeBucket(bucket)
    const name = uniqueName('trip')
    await java.createTopics([{ name, partitions: 2 }])
    await java.generate(name, 2000, { size: 300, partitions: 2 })
    const storage = {
      backend: 's3',
      bucket,
      prefix: 'deep/er',
      endpoint: s3.endpoint,
      region: s3.region,
      access_key: s3.accessKeyId,
      secret_key: s3.secretAccessKey,
      path_style: true,
      allow_http: true,
    }
    await backUp([name], storage)
    const target = uniqueName('trip')
    const file = {
      mode: 'restore',
      backup_id: 'trip',
      target: { bootstrap_servers: [bootstrap] },
      storage,
      restore: { create_topics: true, topic_mapping: { [name]: target } },
    }
    const config = loadConfig({ text: JSON.stringify(file), name: 'restore.yaml', directory: '.' }, {}, 'restore')
    const run = (dryRun = false) =>
      runRestore(config as Extract<typeof config, { mode: 'restore' }>, { dryRun, directory: '.' }, recordingContext())
    const { exitCode, result } = await run()
    assert.equal(exitCode, 0)
    assert.ok(!result.dry_run && result.offset_map!.startsWith(`s3://${bucket}/deep/er/trip/restores/`))
    const [source, restored] = [await java.digest([name]), await java.digest([target])]
    assert.deepEqual(
      restored.map((one) => one.sha256),
      source.map((one) => one.sha256),
    )
    const again = await run()
    assert.ok(!again.result.dry_run && again.result.records === 0 && again.result.records_already_there === 2000)
    const { result: left } = await run(true)
    assert.ok(left.dry_run)
    assert.deepEqual([left.records_estimate, left.bytes_estimate, left.seconds_estimate], [0, 0, 0])
  })

  it('writes the report of offsets that was asked for', async () => {
    const name = uniqueName('trip')
    await java.createTopics([{ name }])
    await java.generate(name, 50, { size: 20, partitions: 1 })
    const folder = await temporaryFolder()
    await backUp([name], { backend: 'filesystem', path: folder })
    const target = uniqueName('trip')
    const report = join(folder, 'reports/offsets.json')
    await restore(
      restoreConfig({
        bootstrap,
        path: folder,
        backupId: 'trip',
        restore: { create_topics: true, topic_mapping: { [name]: target }, offset_report: report },
      }),
    )
    const { default: written } = await import(report, { with: { type: 'json' } })
    // by the target's names, as OSO's program writes it
    assert.deepEqual(Object.keys(written.entries), [`${target}/0`])
    const { topic, source_topic, source_last_offset, target_last_offset } = written.entries[`${target}/0`]
    assert.deepEqual([topic, source_topic, source_last_offset, target_last_offset], [target, name, 49, 49])
    assert.deepEqual((await readdir(join(folder, 'reports'))).length, 1)
    await chmod(report, 0o600)
  })
})
