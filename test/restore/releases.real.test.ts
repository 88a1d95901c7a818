import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { loadConfig } from '../../src/contract/config/load.ts'
import type { BackupResult } from '../../src/contract/results.ts'
import { runBackup } from '../../src/jobs/backup/run.ts'
import { storageAt, validate } from '../jobs-read/support.ts'
import { type JavaClient, startJavaClient } from '../rig/java-client.ts'
import { type KafkaRig, startKafka } from '../rig/kafka.ts'
import { OLDEST_KAFKA } from '../rig/kafka-jars.ts'
import { oddBytes, oddHeaders } from '../rig/odd-records.ts'
import { makeOddities, type Oddities } from '../rig/oddities.ts'
import { seededRandom } from '../rig/random.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { assertSameContent } from './same-content.ts'
import { recordingContext, restore, restoreConfig, temporaryFolder } from './support.ts'

/**
 * The oldest release that Coffer claims to work with, as its users ran it: with ZooKeeper. Others by hand, for instance
 * `COFFER_TEST_KAFKA_RELEASES=2.8.2,3.3.2,3.9.1 npm test -- restore/releases`.
 */
const RELEASES = (process.env.COFFER_TEST_KAFKA_RELEASES ?? OLDEST_KAFKA).split(',')
const LONG_MAX = '9223372036854775807'
const ANY_TIME = { 'message.timestamp.difference.max.ms': LONG_MAX }

/**
 * Topics in the message formats that Kafka wrote before 0.11, alone, packed by each codec, and with newer ones behind
 * them. Releases from 3.0 on write format 2 whatever they are told.
 */
async function oldFormats(java: JavaClient): Promise<string[]> {
  const names: string[] = []
  for (const format of ['0.9.0', '0.10.2']) {
    for (const codec of ['none', 'gzip', 'snappy', 'lz4']) {
      const name = uniqueName(`format-${format}-${codec}`)
      names.push(name)
      await java.createTopics([{ name, configs: { 'message.format.version': format } }])
      const records = Array.from({ length: 60 }, (_, i) => ({
        topic: name,
        partition: 0,
        timestamp: 1_000_000 - i * 77,
        key: i % 7 === 0 ? null : `key ${i % 5}`,
        value: i % 11 === 0 ? null : `value ${i} `.repeat(i),
      }))
      const producer = { 'compression.type': codec, 'enable.idempotence': 'false' }
      await java.produce(records, { producer: { ...producer, 'linger.ms': '100' } })
      await java.produce(records.slice(0, 5), { producer, flushEach: true })
      await java.alterConfigs(name, { 'message.format.version': null })
      await java.produce(records.slice(0, 5), { producer })
    }
  }
  return names
}

for (const release of RELEASES) {
  describe(`Apache Kafka ${release}`, () => {
    let old: KafkaRig
    let java: JavaClient
    let modern: JavaClient
    let modernBootstrap: string
    let odd: Oddities
    before(async () => {
      old = await startKafka({ version: release })
      java = await startJavaClient(old.bootstrap)
      modern = await useJava()
      modernBootstrap = (await useKafka()).bootstrap
      odd = await makeOddities(java, { seed: 4, anyTime: ANY_TIME })
    })
    after(async () => {
      await java?.stop()
      await modern?.stop()
      await old?.stop()
    })

    const backUp = async (bootstrap: string, include: string[], path: string): Promise<BackupResult> => {
      const file = {
        mode: 'backup',
        backup_id: 'release',
        source: { bootstrap_servers: [bootstrap], topics: { include } },
        storage: { backend: 'filesystem', path },
        backup: { stop_at_current_offsets: true, consumer_group_snapshot: true },
      }
      const config = loadConfig({ text: JSON.stringify(file), name: 'backup.yaml', directory: '.' }, {}, 'backup')
      const { exitCode, result } = await runBackup(config, { dryRun: false }, recordingContext())
      assert.equal(exitCode, 0)
      assert.ok(!result.dry_run)
      const checked = await validate(await storageAt(path), 'release')
      assert.equal(checked.exitCode, 0, JSON.stringify(checked.result.findings))
      return result
    }
    const renamed = (names: readonly string[]) => new Map(names.map((name, i) => [name, uniqueName(`release-${i}`)]))
    const bringBack = async (bootstrap: string, path: string, mapped: ReadonlyMap<string, string>) => {
      const settings = { create_topics: true, topic_mapping: Object.fromEntries(mapped), auto_consumer_groups: true }
      const config = restoreConfig({ bootstrap, path, backupId: 'release', restore: settings })
      const { exitCode, result } = await restore(config)
      assert.equal(exitCode, 0)
      return result
    }

    it('every oddity goes from it into an archive, and back into it, and into the newest release', async () => {
      const group = uniqueName('release-group')
      const bytes = odd.named('bytes')
      const oldTopics = await oldFormats(java)
      await java.commitOffsets(group, [{ topic: bytes, partition: 0, offset: 7 }])
      const path = await temporaryFolder()
      // A hundred partitions are no matter of the release, and take ZooKeeper its time.
      const names = [...odd.names.filter((name) => name !== odd.named('hundred')), ...oldTopics]
      await backUp(old.bootstrap, names, path)
      const source = await java.records(names)
      for (const [client, bootstrap] of [
        [java, old.bootstrap],
        [modern, modernBootstrap],
      ] as const) {
        const mapped = renamed(names)
        await bringBack(bootstrap, path, mapped)
        assertSameContent(source, await client.records([...mapped.values()]), mapped)
        const { own } = await client.describeConfigs(mapped.get(odd.named('times'))!)
        const limit = client === java ? ANY_TIME : { 'message.timestamp.after.max.ms': LONG_MAX }
        for (const [key, value] of Object.entries(limit)) assert.equal(own[key], value)
        const committed = (await client.groupOffsets(group)).filter(({ topic }) => topic === mapped.get(bytes))
        assert.deepEqual(
          committed.map(({ partition, offset }) => [partition, offset]),
          [[0, 7]],
        )
      }
      await odd.endTransactions('abort')
    })

    it('what the newest release has and it does not know is left out, and said', async () => {
      const [name, target] = [uniqueName('release-new'), uniqueName('release-back')]
      await modern.createTopics([{ name, configs: { 'local.retention.bytes': '1000' } }])
      const random = seededRandom(6)
      await modern.produce([...oddBytes(name, random), ...oddHeaders(name, random)])
      const path = await temporaryFolder()
      await backUp(modernBootstrap, [name], path)
      const mapped = new Map([[name, target]])
      const { configuration_differences } = await bringBack(old.bootstrap, path, mapped)
      assertSameContent(await modern.records([name]), await java.records([target]), mapped)
      const left = configuration_differences.filter(({ applied }) => applied === null)
      assert.deepEqual(
        left.map(({ topic, name, archived }) => [topic, name, archived]),
        [[target, 'local.retention.bytes', '1000']],
      )
    })
  })
}
