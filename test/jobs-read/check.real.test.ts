import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { loadConfig } from '../../src/contract/config/load.ts'
import type { RestoreConfig } from '../../src/contract/config/types.ts'
import type { CheckResult, CheckStep } from '../../src/contract/results.ts'
import { runCheck } from '../../src/jobs/check/run.ts'
import { coffer } from '../cli/program.ts'
import { type AclRow, type JavaClient, startJavaClient } from '../rig/java-client.ts'
import { type KafkaRig, type SecureAccess, startKafka } from '../rig/kafka.ts'
import { freePort } from '../rig/ports.ts'
import { uniqueName, useS3 } from '../rig/shared.ts'
import { backUp, backupConfig, type Security, s3Storage } from './real-support.ts'
import { context, temporaryFolder } from './support.ts'

const ALL_STEPS = [
  'dns',
  'tcp',
  'tls',
  'sasl',
  'cluster',
  'topics',
  'topic-acl',
  'group-acl',
  'storage-read',
  'storage-write',
]

describe('coffer check on a broker with TLS, SASL and ACLs', () => {
  let kafka: KafkaRig
  let secure: SecureAccess
  let java: JavaClient

  before(async () => {
    kafka = await startKafka({ secure: true })
    secure = kafka.secure as SecureAccess
    java = await startJavaClient(kafka.bootstrap)
  })

  after(async () => {
    await java?.stop()
    await kafka?.stop()
  })

  afterEach(() => java.deleteAcls())

  const scram = (more: Security = {}): Security => ({
    security_protocol: 'SASL_SSL',
    sasl_mechanism: 'SCRAM-SHA-512',
    sasl_username: secure.users.scram.username,
    sasl_password: secure.users.scram.password,
    ssl_ca_location: secure.certificates.caFile,
    ...more,
  })
  const allow = (resource: AclRow['resource'], name: string, ...operations: AclRow['operation'][]): AclRow[] =>
    operations.map((operation) => ({ principal: 'User:scram-user', resource, name, operation }))
  const config = (settings: Partial<Parameters<typeof backupConfig>[0]> & { storage: Record<string, unknown> }) =>
    backupConfig({
      bootstrap: secure.saslSslBootstrap,
      backupId: 'b',
      topics: ['*'],
      security: scram(),
      backup: { consumer_group_snapshot: true },
      ...settings,
    })
  const folder = async () => ({ backend: 'filesystem', path: await temporaryFolder() })

  /** The check fails with code 3, and this is its first failing step. No secret is in what it says. */
  async function fails(checked: ReturnType<typeof config> | RestoreConfig, step: string): Promise<CheckStep> {
    const { exitCode, result } = await runCheck(checked, context())
    assert.deepEqual([exitCode, result.verdict], [3, 'FAILED'], JSON.stringify(result.steps, null, 1))
    const first = result.steps.find(({ outcome }) => outcome === 'failed')
    assert.ok(first !== undefined)
    assert.equal(first.step, step, JSON.stringify(result.steps, null, 1))
    assert.ok(first.code !== undefined && first.hint !== undefined && first.message !== '')
    for (const { outcome, message } of result.steps) if (outcome === 'skipped') assert.match(message, /since|needed/)
    const told = JSON.stringify(result)
    for (const { password } of [secure.users.scram, secure.users.plain]) assert.ok(!told.includes(password))
    return first
  }

  test('a user who may do all that a backup does passes every step in order', async () => {
    const topic = uniqueName('ledger')
    await java.createTopics([{ name: topic }])
    await java.createAcls([...allow('topic', topic, 'read', 'describe_configs'), ...allow('group', '*', 'describe')])
    const s3 = await useS3()
    const bucket = uniqueName('check')
    await s3.makeBucket(bucket)
    for (const storage of [await folder(), s3Storage(s3, bucket, 'deep/prefix')]) {
      const { exitCode, result } = await runCheck(config({ topics: [topic], storage }), context(), 'backup.yaml')
      assert.equal(exitCode, 0, JSON.stringify(result.steps, null, 1))
      assert.deepEqual([result.config, result.verdict], ['backup.yaml', 'PASSED'])
      assert.deepEqual(
        result.steps.map(({ step }) => step),
        ALL_STEPS,
      )
      assert.ok(result.steps.every(({ outcome }) => outcome === 'passed'))
    }
  })

  test('name lookup, TCP, TLS and sign-in are told apart, and what comes after them is skipped', async () => {
    const storage = await folder()
    const dead = await freePort()
    const cases: [step: string, code: string, settings: Partial<Parameters<typeof backupConfig>[0]>][] = [
      ['dns', 'KAFKA_DNS', { bootstrap: 'no-such-broker.invalid:9093' }],
      ['tcp', 'KAFKA_UNREACHABLE', { bootstrap: `localhost:${dead}` }],
      ['tls', 'KAFKA_TLS', { security: scram({ ssl_ca_location: secure.certificates.otherCaFile }) }],
      ['sasl', 'KAFKA_AUTHENTICATION', { security: scram({ sasl_password: 'wrong-password' }) }],
    ]
    for (const [step, code, settings] of cases) {
      const first = await fails(config({ storage, ...settings }), step)
      assert.equal(first.code, code)
      const { result } = await runCheck(config({ storage, ...settings }), context())
      const at = ALL_STEPS.indexOf(step)
      assert.deepEqual(
        result.steps.map((one) => one.outcome),
        ALL_STEPS.map((name, i) => (name.startsWith('storage') || i < at ? 'passed' : i === at ? 'failed' : 'skipped')),
      )
    }
  })

  test('failure 33: a missing right on a topic is named, with the command that gives it', async () => {
    const topic = uniqueName('ledger')
    await java.createTopics([{ name: topic }])
    const storage = await folder()
    const nothing = await fails(config({ topics: [topic], storage }), 'topic-acl')
    assert.equal(nothing.subject, `topic ${topic}`)
    assert.match(nothing.message, /user "scram-user" may not describe, read or read the configuration of topic/)
    await java.createAcls(allow('topic', topic, 'describe'))
    const some = await fails(config({ topics: [topic], storage }), 'topic-acl')
    assert.match(some.hint ?? '', /--operation Read --operation DescribeConfigs --topic/)

    // The command is real: Kafka's own tool takes it, and then the step passes.
    const words = (some.hint ?? '').slice((some.hint ?? '').indexOf('--add')).split(' ')
    const args = ['--bootstrap-server', kafka.direct, ...words]
    const given = await kafka.exec('org.apache.kafka.tools.AclCommand', args).then(async (result) =>
      // The class moved between releases.
      result.code === 0 ? result : kafka.exec('kafka.admin.AclCommand', args),
    )
    assert.equal(given.code, 0, given.stderr)
    const { result } = await runCheck(
      config({ topics: [topic], storage, backup: { consumer_group_snapshot: false } }),
      context(),
    )
    assert.equal(result.verdict, 'PASSED', JSON.stringify(result.steps, null, 1))
    const group = result.steps.find(({ step }) => step === 'group-acl')
    assert.deepEqual([group?.outcome, group?.message], ['skipped', 'not needed, since consumer_group_snapshot is off'])
  })

  test('a topic that is misspelt is told from one that may not be seen', async () => {
    const topic = uniqueName('ledger')
    await java.createAcls([...allow('topic', '*', 'read', 'describe_configs'), ...allow('group', '*', 'describe')])
    const storage = await folder()
    const missing = await fails(config({ topics: [topic], storage }), 'topics')
    assert.deepEqual([missing.code, missing.message], ['TOPIC_MISSING', `topic "${topic}" does not exist`])
    const glob = await fails(config({ topics: [`${topic}-*`], storage }), 'topics')
    assert.equal(glob.code, 'NOTHING_MATCHED')
  })

  test('failure 17: no right on groups is not taken for no groups', async () => {
    const topic = uniqueName('ledger')
    await java.createTopics([{ name: topic }])
    const group = uniqueName('billing')
    await java.commitOffsets(group, [{ topic, partition: 0, offset: 0 }])
    await java.createAcls(allow('topic', topic, 'read', 'describe_configs'))
    const storage = await folder()
    const none = await fails(config({ topics: [topic], storage }), 'group-acl')
    assert.deepEqual([none.code, none.subject], ['KAFKA_NOT_AUTHORIZED', 'groups'])
    assert.match(none.hint ?? '', /--operation Describe --group '\*'$/)
    await java.createAcls(allow('cluster', 'kafka-cluster', 'describe'))
    const listed = await runCheck(config({ topics: [topic], storage }), context())
    // Whoever may describe the cluster is shown the groups; their positions are another right.
    assert.equal(listed.result.steps.find(({ step }) => step === 'group-acl')?.outcome, 'failed')
    await java.createAcls(allow('group', '*', 'describe'))
    assert.equal((await runCheck(config({ topics: [topic], storage }), context())).exitCode, 0)
  })

  test('storage: what can not be read is told from what can not be written', async () => {
    const topic = uniqueName('ledger')
    await java.createTopics([{ name: topic }])
    await java.createAcls([...allow('topic', topic, 'read', 'describe_configs'), ...allow('group', '*', 'describe')])
    const s3 = await useS3()
    const wrongKey = { ...s3Storage(s3, uniqueName('nothing'), 'x'), secret_key: 'not-the-secret' }
    const read = await fails(config({ topics: [topic], storage: wrongKey }), 'storage-read')
    assert.ok(read.code?.startsWith('STORAGE_'))
    const file = join(await temporaryFolder(), 'a-file')
    await writeFile(file, 'not a folder')
    const place = { backend: 'filesystem', path: file }
    const write = await fails(config({ topics: [topic], storage: place }), 'storage-write')
    assert.equal(write.code, 'STORAGE_FAILED')
  })

  test('a restore is checked for what it writes: topics that exist, topics to be created, groups', async () => {
    const [topic, absent] = [uniqueName('ledger'), uniqueName('restored')]
    await java.createTopics([{ name: topic }])
    await java.generate(topic, 50, { size: 50 })
    const group = uniqueName("it's a group")
    await java.commitOffsets(group, [{ topic, partition: 0, offset: 3 }])
    const storage = await folder()
    const backup = { consumer_group_snapshot: true }
    const { security: _, ...open } = {
      security: null,
      bootstrap: kafka.bootstrap,
      backupId: 'b',
      topics: [topic],
      storage,
      backup,
    }
    await backUp(backupConfig(open))
    const restoreTo = (target: string, restore: Record<string, unknown>): RestoreConfig => {
      const text = JSON.stringify({
        mode: 'restore',
        backup_id: 'b',
        target: { bootstrap_servers: [secure.saslSslBootstrap], security: scram() },
        storage,
        restore: {
          topic_mapping: { [topic]: target },
          consumer_groups: [group],
          reset_consumer_offsets: true,
          ...restore,
        },
      })
      return loadConfig({ text, name: 'restore.yaml', directory: '/' }, {}, 'restore')
    }
    await java.createAcls(allow('topic', topic, 'read', 'describe_configs'))
    const write = await fails(restoreTo(topic, {}), 'topic-acl')
    assert.match(write.hint ?? '', new RegExp(`--operation Write --topic ${topic}$`))
    await java.createAcls(allow('topic', topic, 'write'))
    const groups = await fails(restoreTo(topic, {}), 'group-acl')
    assert.match(groups.hint ?? '', /--operation Describe --operation Read --group 'it'\\''s a group-/)
    await java.createAcls(allow('group', '*', 'read'))
    assert.equal((await runCheck(restoreTo(topic, {}), context())).result.verdict, 'PASSED')

    const create = await fails(restoreTo(absent, { create_topics: true }), 'topic-acl')
    assert.match(create.hint ?? '', /--operation Create|--operation Describe/)
    await java.createAcls(allow('topic', absent, 'create', 'read', 'write', 'describe_configs'))
    assert.equal((await runCheck(restoreTo(absent, { create_topics: true }), context())).result.verdict, 'PASSED')
    const off = await fails(restoreTo(absent, {}), 'topic-acl')
    assert.deepEqual([off.code, off.subject], ['TOPIC_MISSING', `topic ${absent}`])
    assert.deepEqual(await java.listTopics().then((names) => names.includes(absent)), false, 'a check creates nothing')
  })

  test('failure 34: the command line tells the step and the hint, and no secret, and leaves nothing behind', async () => {
    const path = await temporaryFolder()
    const file = join(await temporaryFolder(), 'backup.yaml')
    await writeFile(
      file,
      [
        'mode: backup',
        'backup_id: b',
        'source:',
        `  bootstrap_servers: ["${secure.saslSslBootstrap}"]`,
        '  topics: { include: ["ledger-*"] }',
        '  security:',
        '    security_protocol: SASL_SSL',
        '    sasl_mechanism: SCRAM-SHA-512',
        '    sasl_username: scram-user',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the configuration's own variable
        '    sasl_password: "${PASSWORD}"',
        `    ssl_ca_location: ${secure.certificates.caFile}`,
        'storage: { backend: filesystem, path: "./archive" }',
      ].join('\n'),
    )
    const environment = { PASSWORD: 'a-wrong-secret' }
    const json = await coffer(['check', '--config', file, '--json'], { environment })
    assert.equal(json.code, 3, json.err)
    const result = JSON.parse(json.out) as CheckResult
    assert.equal(result.steps.find(({ outcome }) => outcome === 'failed')?.step, 'sasl')
    const text = await coffer(['check', '--config', file, '-v'], { environment })
    assert.equal(text.code, 3)
    assert.match(text.out, /sasl/i)
    assert.ok(!`${json.out}${json.err}${text.out}${text.err}`.includes('a-wrong-secret'))
    assert.deepEqual(await readdir(path), [])
    const none = await coffer(['check', '--config', file], { environment: {} })
    assert.equal(none.code, 2)
    assert.match(none.err, /PASSWORD/)
  })
})
