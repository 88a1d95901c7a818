import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { loadConfig } from '../../src/contract/config/load.ts'
import { isCofferError } from '../../src/contract/errors.ts'
import { checkGroupRights, checkTopicRights } from '../../src/jobs/restore/prepare.ts'
import { runRestore } from '../../src/jobs/restore/run.ts'
import { openStateStore, type RestoreState, STATE_FORMAT } from '../../src/jobs/restore/state.ts'
import { openCluster } from '../../src/kafka/cluster.ts'
import { FilesystemStorage } from '../../src/storage/filesystem.ts'
import { FaultyStorage } from '../rig/faulty-storage.ts'
import { type JavaClient, startJavaClient } from '../rig/java-client.ts'
import { type KafkaRig, startKafka } from '../rig/kafka.ts'
import { type FaultyProxy, startKafkaBehindProxy } from '../rig/proxy.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { makeArchive, plainRecords } from './archive-maker.ts'
import { recordingContext, restore, restoreConfig, temporaryFolder } from './support.ts'

const PARTITIONS = [0, 1, 2]
const PER_PARTITION = 3000

async function largeArchive(): Promise<{ folder: string; name: string }> {
  const folder = await temporaryFolder()
  const name = uniqueName('faults')
  const records = plainRecords(0, PER_PARTITION).map((record) => ({
    ...record,
    value: `${record.value} ${'y'.repeat(2000)}`,
  }))
  await makeArchive(folder, 'made', [
    { name, partitions: Object.fromEntries(PARTITIONS.map((partition) => [partition, [{ records, ours: true }]])) },
  ])
  return { folder, name }
}

async function assertExactlyOnce(java: JavaClient, name: string): Promise<void> {
  const found = await java.records([name])
  for (const partition of PARTITIONS) {
    const keys = found
      .filter((record) => record.partition === partition)
      .map((record) => Buffer.from(record.key as string, 'base64').toString())
    assert.deepEqual(
      keys,
      Array.from({ length: PER_PARTITION }, (_, i) => `key-${i}`),
    )
  }
}

describe('a restore over a bad wire', () => {
  let kafka: KafkaRig
  let proxy: FaultyProxy
  let java: JavaClient
  before(async () => {
    const rig = await startKafkaBehindProxy()
    kafka = rig.kafka
    proxy = rig.proxy
    java = await startJavaClient(kafka.direct)
  })
  after(async () => {
    await java.stop()
    await kafka.stop()
    await proxy.stop()
  })

  const start = async () => {
    const { folder, name } = await largeArchive()
    const config = restoreConfig({
      bootstrap: kafka.bootstrap,
      path: folder,
      backupId: 'made',
      restore: { create_topics: true, rate_limit_records_per_sec: 4000, produce_compression: 'none' },
    })
    return { name, running: restore(config) }
  }

  it('cut at random again and again, brings each record once', async () => {
    const { name, running } = await start()
    proxy.cutRandomly({ seed: 5, minBytes: 100_000, maxBytes: 3_000_000, atMost: 15 })
    const { result } = await running
    proxy.heal()
    assert.equal(result.state, 'complete')
    assert.ok(proxy.counters.cut > 0)
    await assertExactlyOnce(java, name)
  })

  for (const how of ['restarted', 'killed and started again']) {
    it(`lives through a broker that is ${how}`, async () => {
      const { name, running } = await start()
      running.catch(() => {})
      for (;;) {
        const rows = await java.listOffsets([name]).catch(() => [])
        if (rows.some((row) => row.latest > 0)) break
        await delay(50)
      }
      if (how !== 'restarted') await kafka.kill9()
      await kafka.restart()
      const { result } = await running
      assert.equal(result.records, PARTITIONS.length * PER_PARTITION)
      await assertExactlyOnce(java, name)
    })
  }
})

describe('a restore without the rights it needs', () => {
  let kafka: KafkaRig
  let admin: JavaClient
  before(async () => {
    kafka = await startKafka({ secure: true })
    admin = await startJavaClient(kafka.bootstrap)
  })
  after(async () => {
    await admin.stop()
    await kafka.stop()
  })

  it('failure 30: a dry run names the missing right; with it, the restore goes through', async () => {
    const { folder, name } = await largeArchive()
    const secure = kafka.secure!
    const user = secure.users.scram
    const file = (more: Record<string, unknown>) =>
      JSON.stringify({
        mode: 'restore',
        backup_id: 'made',
        target: {
          bootstrap_servers: [secure.saslSslBootstrap],
          security: {
            security_protocol: 'SASL_SSL',
            sasl_mechanism: 'SCRAM-SHA-512',
            sasl_username: user.username,
            // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the configuration file
            sasl_password: '${PASSWORD}',
            ssl_ca_location: secure.certificates.caFile,
          },
        },
        storage: { backend: 'filesystem', path: folder },
        restore: more,
      })
    const source = (more: Record<string, unknown>) => ({ text: file(more), name: 'restore.yaml', directory: '.' })
    const run = async (dryRun: boolean, more: Record<string, unknown> = {}) => {
      const config = loadConfig(source(more), { PASSWORD: user.password }, 'restore')
      if (config.mode !== 'restore') throw new Error('expected a restore')
      return runRestore(config, { dryRun, directory: '.' }, recordingContext())
    }
    const codes = async (more: Record<string, unknown> = {}) => {
      const { exitCode, result } = await run(true, more)
      assert.ok(result.dry_run)
      const failed = result.checks.filter((step) => step.outcome === 'failed')
      return { exitCode, failed: failed.map((step) => [step.step, step.code]) }
    }
    const principal = `User:${user.username}`
    const topic = { principal, resource: 'topic', name } as const

    assert.deepEqual(await codes({ create_topics: true }), {
      exitCode: 3,
      failed: [['topic-configuration', 'KAFKA_NOT_AUTHORIZED']],
    })
    await admin.createTopics([{ name, partitions: 3, configs: { 'retention.ms': '-1' } }])
    await admin.createAcls([
      { ...topic, operation: 'describe' },
      { ...topic, operation: 'describe_configs' },
    ])
    assert.deepEqual(await codes(), { exitCode: 3, failed: [['topic-acl', 'KAFKA_NOT_AUTHORIZED']] })
    await assert.rejects(run(false), (error) => isCofferError(error, 'KAFKA_NOT_AUTHORIZED'))
    await admin.createAcls([{ ...topic, operation: 'write' }])
    assert.deepEqual(await codes(), { exitCode: 0, failed: [] })
    await admin.deleteAcls()
    // A topic that may not even be described looks like one that does not exist.
    assert.deepEqual(await codes(), { exitCode: 3, failed: [['topics', 'KAFKA_NOT_AUTHORIZED']] })
    const endpoint = loadConfig(source({}), { PASSWORD: user.password }, 'restore').target
    const cluster = await openCluster(endpoint)
    try {
      const denied = (error: unknown) => isCofferError(error, 'KAFKA_NOT_AUTHORIZED')
      await assert.rejects(checkTopicRights(cluster, name, ['write']), denied)
      await assert.rejects(checkGroupRights(cluster, 'hidden'), denied)
    } finally {
      await cluster.close()
    }
    await admin.createAcls([
      { ...topic, operation: 'write' },
      { ...topic, operation: 'describe_configs' },
    ])
    const { result } = await run(false)
    assert.ok(!result.dry_run && result.records === PARTITIONS.length * PER_PARTITION)
    await assertExactlyOnce(admin, name)
  })
})

describe('two restores that begin together', () => {
  it('one is refused, in one process too, and the other is whole', async () => {
    const { folder, name } = await largeArchive()
    const { bootstrap } = await useKafka()
    const java = await useJava()
    try {
      await java.createTopics([{ name, partitions: 3, configs: { 'retention.ms': '-1' } }])
      const config = restoreConfig({ bootstrap, path: folder, backupId: 'made' })
      const outcomes = await Promise.allSettled([restore(config), restore(config)])
      const [refused, ...others] = outcomes.filter((one) => one.status === 'rejected')
      assert.ok(refused !== undefined && others.length === 0)
      assert.ok(isCofferError(refused.reason, 'LOCKED'), String(refused.reason))
      await assertExactlyOnce(java, name)
      // What was held has been given back.
      assert.equal((await restore(config)).result.records, 0)
    } finally {
      await java.stop()
    }
  })
})

describe('the kept state', () => {
  const state = (restoreId: string): RestoreState => ({
    format: STATE_FORMAT,
    restore_id: restoreId,
    backup_id: 'made',
    manifest_sha256: '0',
    state: 'running',
    phase: 'writing',
    target_cluster_id: null,
    topics: [],
    partitions: { 't/0': { base: 5, records: 7 } },
    groups: [],
    holder: { host: 'elsewhere', pid: 1 },
    started_at: 1,
    updated_at: 1,
    ended_at: null,
    tool: { name: 'coffer', version: '0' },
  })

  it('goes to a folder of the user where the archive can not be written to, and is found there', async () => {
    const home = process.env.HOME
    process.env.HOME = await temporaryFolder()
    try {
      const storage = new FaultyStorage(new FilesystemStorage(await temporaryFolder()), ({ call }) =>
        call === 'put' ? { kind: 'fail', code: 'STORAGE_NOT_ALLOWED' } : undefined,
      )
      const warnings: string[] = []
      const open = () =>
        openStateStore(storage, 'made', { checkpointState: null, directory: '.' }, (warning) => warnings.push(warning))
      const id = 'abcdef0123456789'
      const store = open()
      await store.save(state(id))
      await store.save({ ...state(id), updated_at: 2 })
      assert.equal(warnings.length, 1)
      assert.match(warnings[0]!, /can't be written to/)
      assert.equal((await open().load(id))?.updated_at, 2)
      assert.equal(await open().load('f'.repeat(16)), null)
      assert.ok((await store.saveMap(id, [Buffer.from('x')])).startsWith(process.env.HOME))
    } finally {
      process.env.HOME = home
    }
  })
})
