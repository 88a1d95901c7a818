import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { SecurityConfig } from '../../src/contract/config/endpoint.ts'
import type { ErrorCode } from '../../src/contract/errors.ts'
import { Secret } from '../../src/contract/secret.ts'
import { checkEndpoint } from '../../src/kafka/check.ts'
import { type Cluster, openCluster } from '../../src/kafka/cluster.ts'
import { coffer } from '../cli/program.ts'
import { type JavaClient, startJavaClient } from '../rig/java-client.ts'
import { type KafkaRig, type SecureAccess, startKafka } from '../rig/kafka.ts'
import { uniqueName } from '../rig/shared.ts'
import { endpointOf, readAll, viewOf } from './support.ts'

describe('a broker with TLS, SASL and ACLs', () => {
  let kafka: KafkaRig
  let secure: SecureAccess
  let java: JavaClient

  before(async () => {
    kafka = await startKafka({ secure: true, extraProperties: { 'connections.max.reauth.ms': '4000' } })
    secure = kafka.secure as SecureAccess
    java = await startJavaClient(kafka.bootstrap)
  })

  after(async () => {
    await java?.stop()
    await kafka?.stop()
  })

  type Mechanism = 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
  const sasl = (
    user: { username: string; password: string },
    mechanism: Mechanism,
    protocol: 'SASL_SSL' | 'SASL_PLAINTEXT' = 'SASL_SSL',
  ): SecurityConfig => ({
    security_protocol: protocol,
    sasl_mechanism: mechanism,
    sasl_username: user.username,
    sasl_password: new Secret(user.password),
    ...(protocol === 'SASL_SSL' ? { ssl_ca_location: secure.certificates.caFile } : {}),
  })
  const mtls = (more: Partial<SecurityConfig> = {}): SecurityConfig => ({
    security_protocol: 'SSL',
    ssl_ca_location: secure.certificates.caFile,
    ssl_certificate_location: secure.certificates.clientCertFile,
    ssl_key_location: secure.certificates.encryptedClientKeyFile,
    ssl_key_password: new Secret(secure.certificates.clientKeyPassphrase),
    ...more,
  })
  const using = async <T>(bootstrap: string, security: SecurityConfig, work: (cluster: Cluster) => Promise<T>) => {
    const cluster = await openCluster(endpointOf(bootstrap, security))
    try {
      return await work(cluster)
    } finally {
      await cluster.close()
    }
  }
  /** Opening fails with the code, the check names the step, and no secret is in what they say. */
  const refuses = async (bootstrap: string, security: SecurityConfig, code: ErrorCode, step: string, hint: RegExp) => {
    const endpoint = endpointOf(bootstrap, security)
    const logged: string[] = []
    const log = (_level: string, message: string) => logged.push(message)
    await assert.rejects(openCluster(endpoint, { log }), { code })
    const lines = await checkEndpoint(endpoint, log)
    const last = lines.at(-1)
    assert.deepEqual([last?.ok, last?.step, last?.error?.code], [false, step, code], JSON.stringify(lines))
    assert.match(last?.detail ?? '', hint)
    for (const line of lines.slice(0, -1)) assert.ok(line.ok)
    const told = JSON.stringify([lines, logged])
    for (const secret of [security.sasl_password, security.ssl_key_password]) {
      if (secret !== undefined) assert.ok(!told.includes(secret.reveal()))
    }
  }
  const roundTrip = async (cluster: Cluster) => {
    const topic = uniqueName('round')
    await cluster.createTopics([{ name: topic, partitions: 1, replicationFactor: -1, configs: {} }])
    const producer = await cluster.producer({ compression: 'lz4' })
    const writer = producer.partition(topic, 0)
    for (let i = 0; i < 3000; i++) {
      const value = Buffer.alloc(500, `value ${i}`)
      await writer.append(viewOf({ offset: i, timestamp: BigInt(i), key: null, value, headers: [] }))
    }
    await writer.flush()
    const { records } = await readAll(cluster, topic, 0)
    assert.deepEqual(records, await java.records([topic]))
    assert.equal(records.length, 3000)
  }

  for (const mechanism of ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const) {
    for (const protocol of ['SASL_SSL', 'SASL_PLAINTEXT'] as const) {
      test(`${protocol} with ${mechanism}`, async () => {
        const bootstrap = protocol === 'SASL_SSL' ? secure.saslSslBootstrap : secure.saslPlaintextBootstrap
        const security = sasl(secure.users.admin, mechanism, protocol)
        await using(bootstrap, security, roundTrip)
        const lines = await checkEndpoint(endpointOf(bootstrap, security))
        const steps =
          protocol === 'SASL_SSL' ? ['dns', 'tcp', 'tls', 'sasl', 'metadata'] : ['dns', 'tcp', 'sasl', 'metadata']
        assert.deepEqual(
          lines.map(({ step }) => step),
          steps,
        )
        assert.ok(lines.every(({ ok }) => ok))
      })
    }
  }

  test('mTLS with an encrypted key', async () => {
    await java.createAcls(
      (['topic', 'cluster'] as const).map((resource) => ({
        principal: 'User:coffer-client',
        resource,
        name: resource === 'topic' ? '*' : 'kafka-cluster',
        operation: 'all',
      })),
    )
    await using(secure.sslBootstrap, mtls(), roundTrip)
    await java.deleteAcls()
  })

  test('a session that has to be renewed while it is in use, by a reader and by a writer', async () => {
    await using(secure.saslSslBootstrap, sasl(secure.users.admin, 'SCRAM-SHA-512'), async (cluster) => {
      const [read, written] = [uniqueName('read'), uniqueName('written')]
      await java.createTopics([{ name: read }, { name: written, configs: { 'max.message.bytes': '5000' } }])
      await java.generate(read, 3000, { size: 300 })
      const deadline = Date.now() + 9000
      const reading = async () => {
        let rounds = 0
        for (; Date.now() < deadline; rounds++) {
          assert.equal((await readAll(cluster, read, 0, { maxBytes: 50_000 })).records.length, 3000)
        }
        return rounds
      }
      const writing = async () => {
        const producer = await cluster.producer({ compression: 'none' })
        const writer = producer.partition(written, 0)
        let next = 0
        while (Date.now() < deadline) {
          for (let i = 0; i < 40; i++, next++) {
            const value = Buffer.alloc(1000, `${next} `)
            await writer.append(viewOf({ offset: next, timestamp: BigInt(next), key: null, value, headers: [] }))
          }
          await delay(5)
        }
        assert.deepEqual(await writer.flush(), { endOffset: next })
        await producer.close()
        return next
      }
      const [rounds, count] = await Promise.all([reading(), writing()])
      assert.ok(rounds > 2 && count > 1000, `${rounds} rounds, ${count} records`)
      assert.deepEqual(
        (await java.records([written])).map(({ timestamp }) => Number(timestamp)),
        Array.from({ length: count }, (_, i) => i),
      )
    })
  })

  test('wrong password, unknown user, mechanism that is off', async () => {
    const { saslSslBootstrap } = secure
    const wrong = { ...secure.users.admin, password: 'not-the-password' }
    for (const mechanism of ['PLAIN', 'SCRAM-SHA-512'] as const) {
      await refuses(saslSslBootstrap, sasl(wrong, mechanism), 'KAFKA_AUTHENTICATION', 'sasl', /sasl_password/)
    }
    const nobody = { username: 'nobody', password: 'a-secret-word' }
    await refuses(saslSslBootstrap, sasl(nobody, 'SCRAM-SHA-256'), 'KAFKA_AUTHENTICATION', 'sasl', /"nobody"/)
  })

  test('certificates that do not fit', async () => {
    const { certificates, saslSslBootstrap, sslBootstrap } = secure
    const strangerCa = { ...sasl(secure.users.admin, 'PLAIN'), ssl_ca_location: certificates.otherCaFile }
    await refuses(saslSslBootstrap, strangerCa, 'KAFKA_TLS', 'tls', /ssl_ca_location/)
    const { ssl_ca_location: _, ...systemStore } = sasl(secure.users.admin, 'PLAIN')
    await refuses(saslSslBootstrap, systemStore, 'KAFKA_TLS', 'tls', /ssl_ca_location/)
    const anonymous: SecurityConfig = { security_protocol: 'SSL', ssl_ca_location: certificates.caFile }
    await refuses(sslBootstrap, anonymous, 'KAFKA_TLS', 'tls', /ssl_certificate_location/)
    const { ssl_key_password: __, ...plainKey } = mtls()
    const stranger = {
      ...plainKey,
      ssl_certificate_location: certificates.strangerCertFile,
      ssl_key_location: certificates.strangerKeyFile,
    }
    await refuses(sslBootstrap, stranger, 'KAFKA_TLS', 'tls', /client's certificate/)
  })

  test('files that can not be used are a matter of configuration', async () => {
    const { certificates, sslBootstrap } = secure
    const noPem = join(kafka.dataDir, '..', 'no.pem')
    await writeFile(noPem, 'not a certificate')
    const { ssl_key_password: _, ...noPassphrase } = mtls()
    const cases: [SecurityConfig, RegExp][] = [
      [mtls({ ssl_key_password: new Secret('wrong-passphrase') }), /passphrase does not open/],
      [noPassphrase, /is encrypted/],
      [mtls({ ssl_ca_location: '/does/not/exist.pem' }), /cannot read "\/does\/not\/exist.pem"/],
      [mtls({ ssl_ca_location: noPem }), /expected PEM/],
      [mtls({ ssl_certificate_location: certificates.strangerCertFile }), /cannot use the certificates/],
    ]
    for (const [security, message] of cases) {
      await refuses(sslBootstrap, security, 'CONFIG_INVALID_VALUE', 'tls', message)
    }
  })

  test('the wrong protocol for a port', async () => {
    const plaintext: SecurityConfig = { security_protocol: 'PLAINTEXT' }
    await refuses(secure.sslBootstrap, plaintext, 'KAFKA_TLS', 'tls', /security_protocol/)
    await refuses(secure.saslPlaintextBootstrap, plaintext, 'KAFKA_UNREACHABLE', 'metadata', /may ask for SASL/)
    const ca = { ssl_ca_location: secure.certificates.caFile }
    await refuses(kafka.bootstrap, { security_protocol: 'SSL', ...ca }, 'KAFKA_TLS', 'tls', /may not speak TLS/)
    const admin = sasl(secure.users.admin, 'PLAIN', 'SASL_PLAINTEXT')
    await refuses(kafka.bootstrap, admin, 'KAFKA_AUTHENTICATION', 'sasl', /does not accept SASL/)
  })

  test('a name that does not resolve and a port where nobody listens', async () => {
    const plaintext: SecurityConfig = { security_protocol: 'PLAINTEXT' }
    await refuses('no-such-host.invalid:9092', plaintext, 'KAFKA_DNS', 'dns', /cannot resolve/)
    await refuses('localhost:1', plaintext, 'KAFKA_UNREACHABLE', 'tcp', /nothing listens/)
  })

  test('denied by ACLs: each operation with its code', async () => {
    const topic = uniqueName('denied')
    const group = uniqueName('denied')
    await java.createTopics([{ name: topic }])
    await java.produce([{ topic, partition: 0, timestamp: 1, value: 'x' }])
    const denied = { code: 'KAFKA_NOT_AUTHORIZED' }
    const principal = `User:${secure.users.scram.username}`
    const where = { topic, partition: 0 }
    await using(secure.saslSslBootstrap, sasl(secure.users.scram, 'SCRAM-SHA-512'), async (cluster) => {
      assert.deepEqual(await cluster.topics(), [])
      await assert.rejects(cluster.topics([topic]), denied)
      await assert.rejects(cluster.offsets([where], 'latest'), denied)
      await assert.rejects(readAll(cluster, topic, 0, { from: 0, to: 1 }), denied)
      await assert.rejects(cluster.topicConfigs([topic]), denied)
      await assert.rejects(cluster.committedOffsets(group), denied)
      await assert.rejects(cluster.commitOffsets(group, [{ ...where, offset: 1 }]), denied)
      await assert.rejects(cluster.describeGroup(group), denied)
      await assert.rejects(cluster.producer({ compression: 'none' }), denied)
      await assert.rejects(cluster.deleteRecords([{ ...where, offset: 1 }]), denied)
      await assert.rejects(cluster.alterTopicConfigs(topic, { 'retention.ms': '1' }), denied)
      const made = { name: uniqueName('made'), partitions: 1, replicationFactor: -1, configs: {} }
      await assert.rejects(cluster.createTopics([made]), denied)
      assert.deepEqual(await cluster.groups(), [])
      const nothing = [
        ...(await cluster.authorized({ type: 'topic', name: topic })),
        ...(await cluster.authorized({ type: 'group', id: group })),
      ]
      assert.deepEqual(nothing, [])
      assert.ok(!(await cluster.authorized({ type: 'cluster' })).has('create'))

      await java.createAcls([
        { principal, resource: 'topic', name: topic, operation: 'read' },
        { principal, resource: 'group', name: group, operation: 'read' },
      ])
      assert.deepEqual([...(await cluster.authorized({ type: 'topic', name: topic }))].sort(), ['describe', 'read'])
      assert.deepEqual([...(await cluster.authorized({ type: 'group', id: group }))].sort(), ['describe', 'read'])
      assert.equal((await readAll(cluster, topic, 0)).records.length, 1)
      await cluster.commitOffsets(group, [{ ...where, offset: 1 }])
      assert.equal((await cluster.committedOffsets(group))[0]?.offset, 1)

      // A producer id is given to whoever may write some topic; another topic is refused when it is written to.
      await java.createAcls([{ principal, resource: 'topic', name: uniqueName('other'), operation: 'write' }])
      const producer = await cluster.producer({ compression: 'none' })
      const writer = producer.partition(topic, 0)
      await writer.append(viewOf({ offset: 0, timestamp: 1n, key: null, value: null, headers: [] }))
      await assert.rejects(writer.flush(), denied)
      await producer.close()
    })
    await java.deleteAcls()
  })

  test('offset-rollback signs in by flags and environment, and says what the user may not do', async () => {
    const topic = uniqueName('groups')
    const group = uniqueName('readers')
    await java.createTopics([{ name: topic }])
    await java.produce([{ topic, partition: 0, value: 'a' }])
    await java.commitOffsets(group, [{ topic, partition: 0, offset: 1 }])
    const path = await mkdtemp(join(tmpdir(), 'coffer-positions-'))
    const { admin: operator, scram: restricted } = secure.users
    const snapshot = (user: { username: string; password: string }, more: Record<string, string> = {}) =>
      coffer(
        [
          ...['offset-rollback', 'snapshot', '--path', path, '--groups', group],
          ...['--bootstrap-servers', secure.saslSslBootstrap],
          ...['--security-protocol', 'SASL_SSL', '--sasl-mechanism', 'SCRAM-SHA256', '--json'],
        ],
        {
          environment: {
            KAFKA_USERNAME: user.username,
            KAFKA_PASSWORD: user.password,
            KAFKA_SSL_CA_CERT: secure.certificates.caFile,
            ...more,
          },
        },
      )
    try {
      const good = await snapshot(operator)
      assert.equal(good.code, 0, good.err)
      assert.deepEqual(JSON.parse(good.out).positions, [{ group_id: group, topic, partition: 0, offset: 1 }])
      const wrong = await snapshot({ ...operator, password: 'not-that' })
      assert.equal(wrong.code, 3)
      assert.match(wrong.err, /\[KAFKA_AUTHENTICATION\]/)
      const denied = await snapshot(restricted)
      assert.equal(denied.code, 3, denied.err)
      assert.match(denied.err, /\[KAFKA_NOT_AUTHORIZED\]/)
      for (const { out, err } of [good, wrong, denied]) {
        for (const { password } of [operator, restricted]) assert.ok(!`${out}${err}`.includes(password))
      }
    } finally {
      await rm(path, { recursive: true, force: true })
    }
  })
})
