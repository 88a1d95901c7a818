import assert from 'node:assert/strict'
import { readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { isCofferError } from '../../src/contract/errors.ts'
import { runRestore } from '../../src/jobs/restore/run.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { freePort } from '../rig/ports.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { type MadeTopic, makeArchive, plainRecords } from './archive-maker.ts'
import { dryRun, recordingContext, restore, restoreConfig, temporaryFolder } from './support.ts'

const LONG_MAX = '9223372036854775807'
/** Takes old and future records and keeps them. */
const LASTING = { 'retention.ms': '-1', 'message.timestamp.after.max.ms': LONG_MAX }

describe('the target of a restore', () => {
  let java: JavaClient
  let bootstrap: string
  before(async () => {
    java = await useJava()
    bootstrap = (await useKafka()).bootstrap
  })
  after(() => java.stop())

  const archiveOf = async (topic: Partial<MadeTopic> = {}) => {
    const folder = await temporaryFolder()
    const name = uniqueName('target')
    const partitions = topic.partitions ?? {
      0: [{ records: plainRecords(0, 20) }],
      1: [{ records: plainRecords(0, 10) }],
    }
    await makeArchive(folder, 'made', [{ ...topic, name, partitions }])
    const config = (more: Record<string, unknown> = {}) =>
      restoreConfig({ bootstrap, path: folder, backupId: 'made', restore: more })
    return { folder, name, config }
  }

  const ends = async (name: string) => (await java.listOffsets([name])).map((row) => [row.earliest, row.latest])

  it('default_replication_factor goes to the cluster, which refuses what it has too few brokers for', async () => {
    const { name, config } = await archiveOf()
    const more = { create_topics: true, default_replication_factor: 3 }
    const refused = await dryRun(config(more))
    assert.equal(refused.result.verdict, 'FAILED')
    assert.match(JSON.stringify(refused.result.checks), /replication factor/i)
    await assert.rejects(restore(config(more)), (error) => isCofferError(error, 'KAFKA_REJECTED'))
    assert.ok(!(await java.listTopics()).includes(name))
    const { result } = await restore(config({ ...more, default_replication_factor: 1 }))
    assert.equal(result.records, 30)
  })

  it('failure 30: a dry run contacts the target, changes nothing, and fails where the restore would', async () => {
    const { name, config } = await archiveOf()
    const missing = await dryRun(config())
    assert.equal(missing.result.verdict, 'FAILED')
    assert.equal(missing.exitCode, 4)
    assert.deepEqual(
      missing.result.checks.filter((step) => step.outcome === 'failed').map((step) => step.code),
      ['TOPIC_MISSING'],
    )
    assert.equal(missing.result.topics[0]?.action, 'refused')

    const creating = await dryRun(config({ create_topics: true }))
    assert.equal(creating.result.verdict, 'PASSED')
    assert.equal(creating.exitCode, 0)
    assert.equal(creating.result.topics[0]?.action, 'create')
    assert.equal(creating.result.records_estimate, 30)
    assert.equal(creating.result.seconds_estimate, 1)
    const slow = await dryRun(config({ create_topics: true, rate_limit_records_per_sec: 10 }))
    assert.equal(slow.result.seconds_estimate, 3)
    // "dry_run: true" in the file is the same
    const byFile = config({ create_topics: true, dry_run: true })
    const { result } = await runRestore(byFile, { dryRun: false, directory: '.' }, recordingContext())
    assert.equal(result.dry_run, true)
    assert.ok(!(await java.listTopics()).includes(name))

    await java.createTopics([{ name, partitions: 1, configs: LASTING }])
    const narrow = await dryRun(config())
    assert.equal(narrow.exitCode, 5)
    assert.deepEqual(
      narrow.result.checks.filter((step) => step.outcome === 'failed').map((step) => [step.step, step.code]),
      [['partitions', 'CHECK_FAILED']],
    )
    await java.createPartitions(name, 2)
    assert.equal((await dryRun(config())).result.topics[0]?.action, 'write_to_empty')

    await java.produce([{ topic: name, partition: 1, value: 'already there' }])
    const taken = await dryRun(config())
    assert.equal(taken.exitCode, 5)
    assert.ok(taken.result.checks.some((step) => step.code === 'TARGET_NOT_EMPTY'))
    assert.deepEqual(await ends(name), [
      [0, 0],
      [0, 1],
    ])
    const purging = await dryRun(config({ purge_topics: true }))
    assert.equal(purging.result.topics[0]?.action, 'write_to_non_empty')
    assert.deepEqual(await ends(name), [
      [0, 0],
      [0, 1],
    ])
  })

  it('failure 30: a dry run fails where nobody listens, and where a segment is missing or cut', async () => {
    const { folder, config } = await archiveOf()
    const nobody = restoreConfig({ bootstrap: `localhost:${await freePort()}`, path: folder, backupId: 'made' })
    const unreached = await dryRun(nobody)
    assert.equal(unreached.exitCode, 3)
    assert.equal(unreached.result.checks[0]?.code, 'KAFKA_UNREACHABLE')

    const manifest = JSON.parse(await readFile(join(folder, 'made/manifest.json'), 'utf8'))
    const [first, second] = manifest.topics[0].partitions.map(
      (partition: { segments: { key: string }[] }) => partition.segments[0]!.key,
    )
    await truncate(join(folder, first), 50)
    assert.equal((await dryRun(config({ create_topics: true }))).exitCode, 4)
    await rm(join(folder, first))
    const gone = await dryRun(config({ create_topics: true }))
    assert.ok(gone.result.checks.some((step) => step.code === 'OBJECT_MISSING'))
    await rm(join(folder, second))
    await assert.rejects(restore(config({ create_topics: true })), (error) => isCofferError(error, 'OBJECT_MISSING'))
  })

  it('refuses a missing topic, and one that is not empty, by name', async () => {
    const { name, config } = await archiveOf()
    await assert.rejects(
      restore(config()),
      (error) =>
        isCofferError(error, 'TOPIC_MISSING') && error.message.includes(name) && /create_topics/.test(error.hint!),
    )
    await java.createTopics([{ name, partitions: 2, configs: LASTING }])
    await java.produce([{ topic: name, partition: 1, key: 'k', value: 'already there' }])
    await assert.rejects(
      restore(config()),
      (error) => isCofferError(error, 'TARGET_NOT_EMPTY') && error.message.includes(`"${name}/1"`),
    )
    assert.deepEqual(await ends(name), [
      [0, 0],
      [0, 1],
    ])
    const { result } = await restore(config({ allow_non_empty_target: true }))
    assert.equal(result.records, 30)
    assert.deepEqual(await ends(name), [
      [0, 20],
      [0, 11],
    ])
    assert.equal((await restore(config({ allow_non_empty_target: true }))).result.records, 0)
  })

  it('failure 14: purges only once every segment has been verified', async () => {
    const { folder, name, config } = await archiveOf()
    await java.createTopics([{ name, partitions: 2, configs: LASTING }])
    await java.produce([0, 1].map((partition) => ({ topic: name, partition, value: 'precious' })))
    const manifest = JSON.parse(await readFile(join(folder, 'made/manifest.json'), 'utf8'))
    const { key } = manifest.topics[0].partitions[1].segments[0]
    const good = await readFile(join(folder, key))
    const damaged = Buffer.from(good)
    damaged[damaged.length - 20]! ^= 1
    await writeFile(join(folder, key), damaged)
    await assert.rejects(restore(config({ purge_topics: true })), (error) => isCofferError(error, 'SEGMENT_DAMAGED'))
    assert.deepEqual(await ends(name), [
      [0, 1],
      [0, 1],
    ])
    await writeFile(join(folder, key), good)
    await restore(config({ purge_topics: true }))
    assert.deepEqual(await ends(name), [
      [1, 21],
      [1, 11],
    ])
  })

  it('failure 12: creates topics so that old and future records stay, and lists where that is not what was archived', async () => {
    const now = Date.now()
    const records = [
      { offset: 0, timestamp: 0, value: 'as old as can be' },
      { offset: 1, timestamp: now + 400 * 86_400_000, value: 'a year ahead' },
      { offset: 2, timestamp: now, value: 'now' },
    ]
    const own = (name: string, value: string) => ({ name, value, overridden: true })
    const { name, config } = await archiveOf({
      partitionCount: 3,
      partitions: { 0: [{ records, ours: true }] },
      configuration: [
        own('cleanup.policy', 'compact'),
        own('retention.ms', '86400000'),
        own('message.timestamp.type', 'LogAppendTime'),
        own('message.timestamp.after.max.ms', '3600000'),
        own('max.message.bytes', '2000000'),
        own('min.insync.replicas', '2'),
        own('segment.bytes', '1048576'),
        own('confluent.tier.enable', 'true'),
        own('leader.replication.throttled.replicas', '0:1'),
        { name: 'compression.type', value: 'producer', overridden: false },
      ],
    })
    const { result } = await restore(config({ create_topics: true }))
    const found = await java.records([name])
    assert.deepEqual(
      found.map((record) => [record.timestamp, record.timestampType]),
      [
        ['0', 'CreateTime'],
        [String(now + 400 * 86_400_000), 'CreateTime'],
        [String(now), 'CreateTime'],
      ],
    )
    assert.equal((await java.describeTopics([name]))[0]!.partitions, 3)
    const { own: configured } = await java.describeConfigs(name)
    assert.deepEqual(configured, {
      'cleanup.policy': 'delete',
      'retention.ms': '-1',
      'retention.bytes': '-1',
      'message.timestamp.type': 'CreateTime',
      'message.timestamp.after.max.ms': LONG_MAX,
      'message.timestamp.before.max.ms': LONG_MAX,
      'max.message.bytes': '2000000',
      'min.insync.replicas': '1',
      'segment.bytes': '1048576',
    })
    const differing = result.configuration_differences.map(({ name: key, archived, applied }) => [
      key,
      archived,
      applied,
    ])
    assert.deepEqual(differing.sort(), [
      ['cleanup.policy', 'compact', 'delete'],
      ['confluent.tier.enable', 'true', null],
      ['leader.replication.throttled.replicas', '0:1', null],
      ['message.timestamp.after.max.ms', '3600000', LONG_MAX],
      ['message.timestamp.type', 'LogAppendTime', 'CreateTime'],
      ['min.insync.replicas', '2', '1'],
      ['retention.bytes', null, '-1'],
      ['retention.ms', '86400000', '-1'],
    ])
    const reason = result.configuration_differences.find((one) => one.name === 'retention.ms')!.reason
    assert.match(reason, /kafka-configs .* --add-config retention\.ms=86400000/)
  })

  it('failure 12: refuses an existing topic that would delete, change or refuse records, before it writes one', async () => {
    const future = { offset: 0, timestamp: Date.now() + 400 * 86_400_000, value: 'a year ahead' }
    const settings: [Record<string, string>, string, 'old' | 'future'][] = [
      [{ 'retention.ms': '604800000' }, 'retention.ms', 'old'],
      [{ ...LASTING, 'cleanup.policy': 'compact' }, 'cleanup.policy', 'old'],
      [{ ...LASTING, 'message.timestamp.type': 'LogAppendTime' }, 'message.timestamp.type', 'old'],
      [{ ...LASTING, 'retention.bytes': '10' }, 'retention.bytes', 'old'],
      [{ ...LASTING, 'max.message.bytes': '100' }, 'max.message.bytes', 'old'],
      [{ ...LASTING, 'message.timestamp.before.max.ms': '1000' }, 'message.timestamp.before.max.ms', 'old'],
      [{ 'retention.ms': '-1' }, 'message.timestamp.after.max.ms', 'future'],
    ]
    for (const [configs, expected, when] of settings) {
      const { name, config } = await archiveOf({
        partitions: { 0: [{ records: when === 'old' ? plainRecords(0, 5) : [future] }] },
      })
      await java.createTopics([{ name, partitions: 1, configs }])
      await assert.rejects(
        restore(config()),
        (error) => isCofferError(error, 'CHECK_FAILED') && error.message.includes(`${expected} is`),
        expected,
      )
      assert.deepEqual(await ends(name), [[0, 0]], expected)
    }
  })

  it('failure 11: says when nothing matches', async () => {
    const { folder } = await archiveOf()
    for (const topics of [['no-such-topic'], ['nothing-*']]) {
      const config = restoreConfig({ bootstrap, path: folder, backupId: 'made', topics })
      await assert.rejects(restore(config), (error) => isCofferError(error, 'NOTHING_MATCHED'))
    }
    const other = restoreConfig({ bootstrap, path: folder, backupId: 'other' })
    await assert.rejects(restore(other), (error) => isCofferError(error, 'ARCHIVE_MISSING'))
  })

  it("leaves Kafka's own topics out, and says so", async () => {
    const folder = await temporaryFolder()
    const name = uniqueName('target')
    const partitions = { 0: [{ records: plainRecords(0, 5) }] }
    await makeArchive(folder, 'made', [
      { name, partitions },
      { name: '__consumer_offsets', partitions },
    ])
    const config = (more: Record<string, unknown>) =>
      restoreConfig({ bootstrap, path: folder, backupId: 'made', restore: { create_topics: true, ...more } })
    const { result } = await restore(config({}))
    assert.deepEqual(
      result.topics.map((topic) => topic.source),
      [name],
    )
    assert.ok(result.warnings.some((warning) => warning.includes('__consumer_offsets')))
    const other = uniqueName('their-offsets')
    const mapped = await restore(config({ topic_mapping: { __consumer_offsets: other, [name]: uniqueName('target') } }))
    assert.equal(mapped.result.records, 10)
  })

  it('failure 32: follows no key out of the archive', async () => {
    const { folder, config } = await archiveOf()
    const file = join(folder, 'made/manifest.json')
    const text = await readFile(file, 'utf8')
    for (const key of ['made/../../../etc/passwd', '/etc/passwd', 'other/topics/x', 'made\\\\..\\\\x']) {
      await writeFile(file, text.replace(/"key": "[^"]*"/, `"key": "${key}"`))
      await assert.rejects(
        restore(config({ create_topics: true })),
        (error) => isCofferError(error, 'PATH_ESCAPES'),
        key,
      )
    }
  })
})
