import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createPrivateKey } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { type JavaClient, startJavaClient } from './java-client.ts'
import { JavaError } from './java-process.ts'
import { type KafkaRig, type SecureAccess, startKafka } from './kafka.ts'
import { until } from './oddities.ts'
import { startKafkaBehindProxy } from './proxy.ts'

let kafka: KafkaRig
let secure: SecureAccess
let java: JavaClient

before(async () => {
  kafka = await startKafka({ secure: true })
  assert.ok(kafka.secure !== undefined)
  secure = kafka.secure
  java = await startJavaClient(kafka.bootstrap)
  await java.createTopics([{ name: 'ledger' }, { name: 'hidden' }])
  await java.produce([{ topic: 'ledger', partition: 0, value: 'paid' }])
  await java.createAcls(
    [secure.users.scram.username, secure.users.plain.username, 'coffer-client'].flatMap((user) => [
      { principal: `User:${user}`, resource: 'topic' as const, name: 'ledger', operation: 'read' as const },
      { principal: `User:${user}`, resource: 'topic' as const, name: 'ledger', operation: 'describe' as const },
    ]),
  )
})

after(async () => {
  await java.stop()
  await kafka.stop()
})

function sasl(
  protocol: string,
  mechanism: string,
  user: { username: string; password: string },
): Record<string, string> {
  const module = mechanism === 'PLAIN' ? 'plain.Plain' : 'scram.Scram'
  const quoted = `username="${user.username}" password="${user.password}"`
  return {
    'security.protocol': protocol,
    'sasl.mechanism': mechanism,
    'sasl.jaas.config': `org.apache.kafka.common.security.${module}LoginModule required ${quoted};`,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': secure.certificates.caFile,
  }
}

async function readLedger(client: JavaClient): Promise<number> {
  return (await client.records(['ledger'])).length
}

function refusal(...names: string[]) {
  return (error: unknown) => {
    assert.ok(error instanceof JavaError)
    assert.ok(names.includes(error.errorClass), error.message)
    return true
  }
}

for (const [mechanism, user] of [
  ['SCRAM-SHA-256', 'scram'],
  ['SCRAM-SHA-512', 'scram'],
  ['PLAIN', 'plain'],
] as const) {
  test(`${mechanism} reads what its ACLs allow, over TLS and without`, async () => {
    const account = secure.users[user]
    const tls = java.on(secure.saslSslBootstrap, sasl('SASL_SSL', mechanism, account))
    assert.equal(await readLedger(tls), 1)
    await assert.rejects(tls.records(['hidden']), refusal('TopicAuthorizationException'))
    assert.equal(
      await readLedger(java.on(secure.saslPlaintextBootstrap, sasl('SASL_PLAINTEXT', mechanism, account))),
      1,
    )
    const wrong = java.on(secure.saslSslBootstrap, sasl('SASL_SSL', mechanism, { ...account, password: 'wrong' }))
    await assert.rejects(readLedger(wrong), refusal('SaslAuthenticationException'))
  })
}

test('a client certificate is asked for, and names the principal', async () => {
  const { certificates } = secure
  const tls = async (key: string, certificate: string) =>
    java.on(secure.sslBootstrap, {
      'security.protocol': 'SSL',
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.location': certificates.caFile,
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.key': await readFile(key, 'utf8'),
      'ssl.keystore.certificate.chain': await readFile(certificate, 'utf8'),
    })
  assert.equal(await readLedger(await tls(certificates.clientKeyFile, certificates.clientCertFile)), 1)
  const stranger = await tls(certificates.strangerKeyFile, certificates.strangerCertFile)
  await assert.rejects(readLedger(stranger), refusal('SslAuthenticationException'))
})

test('the encrypted client key opens with its passphrase alone, to the same key', async () => {
  const { certificates } = secure
  const key = { key: await readFile(certificates.encryptedClientKeyFile), format: 'pem' as const }
  const opened = createPrivateKey({ ...key, passphrase: certificates.clientKeyPassphrase })
  assert.ok(opened.equals(createPrivateKey(await readFile(certificates.clientKeyFile))))
  assert.throws(() => createPrivateKey({ ...key, passphrase: 'wrong' }), /bad decrypt|pkcs12 cipherfinal|unsupported/i)
})

test('data survive kill -9, a restart, and a shutdown, on the same ports', async () => {
  for (const stopping of ['kill9', 'shutdown'] as const) {
    await kafka[stopping]()
    await kafka.restart()
    assert.equal(await readLedger(java), 1)
  }
  const { stdout, code } = await kafka.exec('org.apache.kafka.tools.TopicCommand', [
    '--bootstrap-server',
    kafka.direct,
    '--list',
  ])
  assert.equal(code, 0)
  assert.match(stdout, /ledger/)
})

test('behind a proxy, clients come back through it after a cut', async () => {
  const { kafka: broker, proxy } = await startKafkaBehindProxy()
  const client = java.on(broker.bootstrap)
  try {
    await java.on(broker.direct).createTopics([{ name: 'cut' }])
    await java.on(broker.direct).generate('cut', 20_000)
    const cut = proxy.cutAfter(5_000_000)
    const [rows] = await Promise.all([client.digest(['cut']), cut])
    assert.equal(rows[0]?.count, 20_000)
    assert.ok(proxy.counters.bytesToClient > 20_000_000)
  } finally {
    await broker.stop()
    await proxy.stop()
  }
})

test('a broker does not outlive a test process that is killed', async () => {
  const script = `
    import { startKafka } from ${JSON.stringify(join(import.meta.dirname, 'kafka.ts'))}
    const kafka = await startKafka()
    console.log(JSON.stringify([kafka.pid, kafka.dataDir]))
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const [pid, dataDir] = JSON.parse(line) as [number, string]
  assert.ok(isAlive(pid))
  child.kill('SIGKILL')
  await until('the broker to die and its data to go', async () => !isAlive(pid) && !existsSync(dataDir))
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
