import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { CallInput, CallOutput } from '../../src/contract/ipc/map.ts'
import type { CallName } from '../../src/contract/ipc/names.ts'
import { emptySpec } from '../../src/contract/requests/spec.ts'
import { unpacked } from '../extract/unpack.ts'
import { mustRun } from '../rig/cache.ts'
import { type JavaClient, startJavaClient } from '../rig/java-client.ts'
import { type KafkaRig, startKafka } from '../rig/kafka.ts'
import { COMPILED, PROGRAM } from '../rig/program.ts'
import { runJob } from '../rig/run-job.ts'
import { type S3Rig, startS3 } from '../rig/s3.ts'
import { askHost, openSession } from './ask.ts'
import { type TestHost, testHost } from './host.ts'
import { ended } from './sample-world.ts'
import { SecretScan } from './secret-scan.ts'

/**
 * A full run with a secret of each kind, none like another: connections to a SASL broker and an S3 store, an encrypted file
 * for their values, backup, restore, a signed report, a package with masks. Then every place that could hold one is looked
 * through: profile, database and its log, case folder, archive, reports, package, output, answers, events, process list.
 */

const SASL = 'org.apache.kafka.common.security.plain.PlainLoginModule'
const word = (what: string) => `${what}~${randomBytes(12).toString('hex')}`
const secrets = {
  'Kafka password': word('kafka'),
  'wrong Kafka password': word('wrong'),
  'S3 secret key': word('s3key'),
  'passphrase of the keys': word('keys'),
  'passphrase of the report’s key': word('report'),
  'passphrase of the encrypted file': word('vault'),
  'wrong passphrase of the encrypted file': word('guess'),
  'key of the masks': word('masks'),
}
const scan = new SecretScan(secrets)
const answers: { call: CallName; text: string }[] = []
const events: string[] = []
const outputs: string[] = []
const commandLines = new Set<string>()
let kafka: KafkaRig
let s3: S3Rig
let java: JavaClient
let host: TestHost
let cookie: string
let clusterId: string
let storageId: string

before(async () => {
  kafka = await startKafka({
    secure: true,
    extraProperties: {
      'listener.name.sasl_plaintext.plain.sasl.jaas.config': `${SASL} required user_admin="${secrets['Kafka password']}";`,
    },
  })
  s3 = await startS3(secrets['S3 secret key'])
  await s3.makeBucket('secrets')
  java = await startJavaClient(kafka.bootstrap)
  await java.createTopics([{ name: 'payments', partitions: 2 }])
  await java.generate('payments', 2_000, { partitions: 2 })
  host = await testHost(runJob, {
    PATH: process.env.PATH ?? '',
    COFFER_KEY_PASSPHRASE: secrets['passphrase of the keys'],
  })
  host.services.begin()
  host.services.subscribe((event) => events.push(JSON.stringify(event)))
  cookie = await openSession(host.address)
})
after(async () => {
  await java?.stop()
  await host?.end()
  await s3?.stop()
  await kafka?.stop()
})

/** As the page does it, over the wire; what comes back is kept for the scan. */
async function call<K extends CallName>(name: K, input: CallInput<K>): Promise<CallOutput<K>> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: name, params: input })
  const headers = { host: new URL(host.origin).host, origin: host.origin, cookie, 'content-type': 'application/json' }
  const { body: text } = await askHost(host.origin, '/rpc', headers, 'POST', body)
  answers.push({ call: name, text })
  const answer = JSON.parse(text) as { result: CallOutput<K>; error?: unknown }
  if (answer.error !== undefined) throw new Error(`${name}: ${JSON.stringify(answer.error)}`)
  return answer.result
}

/** The program itself, with the secrets in its environment alone; its command line is read while it runs. */
async function cli(args: string[]): Promise<void> {
  const child = spawn(process.execPath, [PROGRAM, ...args, '--verbose'], {
    cwd: host.folder,
    env: {
      PATH: process.env.PATH,
      ...COMPILED,
      COFFER_PROFILE: join(host.folder, 'profile'),
      COFFER_KEY_STORE: 'file',
      WINDOW_KAFKA_PASSWORD: secrets['Kafka password'],
      WINDOW_S3_KEY: s3.accessKeyId,
      WINDOW_S3_SECRET: secrets['S3 secret key'],
      REPORT_KEY_PASSPHRASE: secrets['passphrase of the report’s key'],
      COFFER_KEY_PASSPHRASE: secrets['passphrase of the keys'],
    },
  })
  const timer = setInterval(() => readCommandLines(), 50)
  let text = ''
  child.stdout.on('data', (part) => {
    text += part
  })
  child.stderr.on('data', (part) => {
    text += part
  })
  const code = await new Promise((resolve) => child.on('close', resolve))
  clearInterval(timer)
  outputs.push(text)
  assert.equal(code, 0, text)
}

/** Of this process and whatever it started, but for the servers, whose own keys they are given. */
function readCommandLines(): void {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8')
      parents.set(Number(name), Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]))
    } catch {
      // it has ended
    }
  }
  const isOurs = (pid: number): boolean => pid === process.pid || (pid > 1 && isOurs(parents.get(pid) ?? 0))
  for (const pid of parents.keys()) {
    if (!isOurs(pid) || pid === s3.pid || pid === kafka.pid) continue
    try {
      commandLines.add(readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '))
    } catch {
      // it has ended
    }
  }
}

const CLUSTER = () => `bootstrap_servers: ["${kafka.secure?.saslPlaintextBootstrap}"]
security:
  security_protocol: SASL_PLAINTEXT
  sasl_mechanism: PLAIN
  sasl_username: admin
  sasl_password: "\${WINDOW_KAFKA_PASSWORD}"
`
const STORAGE = () => `backend: s3
bucket: secrets
region: ${s3.region}
endpoint: "${s3.endpoint}"
allow_http: true
access_key: "\${WINDOW_S3_KEY}"
secret_key: "\${WINDOW_S3_SECRET}"
`
const under = (section: string, text: string) => `${section}:\n${text.replaceAll(/^/gm, '  ').trimEnd()}\n`

test('connections are saved with their secrets in the encrypted file, and work', async () => {
  const phrase = secrets['passphrase of the encrypted file']
  assert.equal((await call('vault.create', { passphrase: phrase })).state, 'file-unlocked')
  const cluster = { id: null, name: 'secured cluster', kind: 'source', yaml: CLUSTER() } as const
  const wrong = { WINDOW_KAFKA_PASSWORD: secrets['wrong Kafka password'] }
  clusterId = (await call('connections.save', { ...cluster, secrets: wrong })).id
  assert.equal((await call('connections.check', { id: clusterId })).verdict, 'FAILED')
  const right = { WINDOW_KAFKA_PASSWORD: secrets['Kafka password'] }
  await call('connections.save', { ...cluster, id: clusterId, secrets: right })
  assert.equal((await call('connections.check', { id: clusterId })).verdict, 'PASSED')
  const storage = { id: null, name: 'secured store', kind: 'storage', yaml: STORAGE() } as const
  storageId = (
    await call('connections.save', {
      ...storage,
      secrets: { WINDOW_S3_KEY: s3.accessKeyId, WINDOW_S3_SECRET: secrets['S3 secret key'] },
    })
  ).id
  assert.equal((await call('connections.check', { id: storageId })).verdict, 'PASSED')
  await call('connections.list', null)
  await call('vault.lock', null)
  await assert.rejects(call('vault.unlock', { passphrase: secrets['wrong passphrase of the encrypted file'] }))
  assert.equal((await call('vault.unlock', { passphrase: phrase })).state, 'file-unlocked')
})

test('a backup, its check and a restore run with them', async () => {
  const start = async (text: string) => {
    const source = { text }
    const { jobId } = await call('jobs.startFromYaml', { source, dryRun: false })
    await ended(host.services, jobId)
    await call('jobs.get', { jobId })
  }
  await start(
    `mode: backup\nbackup_id: ledger\n${under('source', `${CLUSTER()}topics: { include: [payments] }\n`)}${under('storage', STORAGE())}`,
  )
  const { jobId } = await call('archives.validate', {
    location: { connectionId: storageId },
    backupId: 'ledger',
    deep: true,
  })
  await ended(host.services, jobId)
  await start(
    `mode: restore\nbackup_id: ledger\n${under('target', CLUSTER())}${under('storage', STORAGE())}restore:\n  create_topics: true\n  topic_mapping: { payments: payments-copy }\n`,
  )
})

test('a report is made and signed by a key with a passphrase', async () => {
  const key = join(host.folder, 'report-key.pem')
  const pass = join(host.folder, '..', `${randomBytes(6).toString('hex')}.pass`)
  writeFileSync(pass, secrets['passphrase of the report’s key'], { mode: 0o600 })
  const parameters = [
    '-algorithm',
    'EC',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-aes-256-cbc',
    '-pass',
    `file:${pass}`,
  ]
  await mustRun('openssl', ['genpkey', ...parameters, '-out', key], { install: 'install openssl' })
  await mustRun('rm', [pass], { install: 'install coreutils' })
  writeFileSync(
    join(host.folder, 'validation.yaml'),
    `backup_id: ledger\n${under('storage', STORAGE())}${under('target', CLUSTER())}evidence:
  formats: [json, pdf]
  signing:
    enabled: true
    private_key_path: ${JSON.stringify(key)}
    passphrase: "\${REPORT_KEY_PASSPHRASE}"
    signer_name: Jane Doe
`,
  )
  await cli(['validation', 'run', '--config', join(host.folder, 'validation.yaml')])
  const reports = scan.inFolder(s3.dataDir).files.filter((file) => file.includes('evidence-reports'))
  assert.ok(
    reports.some((file) => file.endsWith('.pdf')),
    reports.join('\n'),
  )
})

test('a request is answered by a signed package with masks', async () => {
  const data = {
    matter: 'SECRET-1',
    title: '',
    custodian: 'Records',
    requestedBy: 'us',
    askedOn: null,
    reason: '',
    due: null,
  }
  const { id } = await call('requests.create', { parent: null, data })
  const { name } = await call('requests.makeSigner', { owner: 'Jane Doe', organisation: 'Example Bank' })
  await call('requests.setMaskKey', { key: secrets['key of the masks'] })
  const spec = {
    ...emptySpec('UTC'),
    location: { connectionId: storageId },
    backupId: 'ledger',
    key: name,
    role: 'Records officer',
    meaning: 'approved',
    mask: [{ id: 'mask-1', on: 'key' as const, place: '', how: 'hash' as const, text: '', characters: 4 }],
  }
  assert.equal((await call('requests.yaml', { id, spec })).problem, null)
  await call('requests.estimate', { id, spec })
  const { jobId } = await call('requests.extract', { id, spec })
  await ended(host.services, jobId)
  await call('requests.get', { id })
  await call('requests.custody', { id })
  await call('requests.verify', { id, file: 'SECRET-1.zip' })
  const members = await unpacked(join(host.folder, 'profile/requests/SECRET-1/packages/SECRET-1.zip'))
  assert.ok(members.size > 5)
  for (const [member, bytes] of members) assert.deepEqual(scan.inBytes(member, bytes), [])
})

test('no answer, no event and no line of output holds a secret', async () => {
  await call('jobs.list', null)
  await call('settings.get', null)
  await call('vault.state', null)
  await call('drafts.list', null)
  await call('requests.list', null)
  await call('requests.signers', null)
  await call('requests.maskKey', null)
  await call('overview.get', { fresh: true })
  await call('archives.list', { location: { connectionId: storageId } })
  await call('archives.describe', { location: { connectionId: storageId }, backupId: 'ledger' })
  await call('app.info', null)
  assert.ok(answers.length > 30 && events.length > 10 && outputs.length === 1)
  const found = [
    ...answers.flatMap(({ call: name, text }) => scan.inBytes(`the answer of ${name}`, text)),
    ...events.flatMap((text) => scan.inBytes('an event', text)),
    ...outputs.flatMap((text) => scan.inBytes('the output', text)),
  ]
  assert.deepEqual([...new Set(found)], [])
})

test('no file of the profile, its database, the archive or the reports holds one', () => {
  const profile = scan.inFolder(host.folder)
  for (const name of ['profile.db', 'profile.db-wal', 'secrets.json', 'connections.json', 'report-key.pem']) {
    assert.ok(
      profile.files.some((file) => file.endsWith(`/${name}`)),
      `${name} is there to be looked through`,
    )
  }
  const store = scan.inFolder(s3.dataDir)
  assert.ok(store.files.length > 5)
  assert.deepEqual([...profile.found, ...store.found], [])
})

test('no command line of the program or of what it started holds one', () => {
  readCommandLines()
  const lines = [...commandLines]
  assert.ok(
    lines.some((line) => line.includes('validation run')),
    'the program was seen while it ran',
  )
  assert.deepEqual(
    lines.flatMap((line) => scan.inBytes(`“${line.slice(0, 80)}…”`, line)),
    [],
  )
})

test('the scan finds what is there', () => {
  const folder = join(host.folder, 'planted')
  mkdirSync(folder)
  writeFileSync(join(folder, 'note'), `password=${secrets['Kafka password']}`)
  writeFileSync(join(folder, 'form'), Buffer.from(secrets['S3 secret key']).toString('base64'))
  const { found } = scan.inFolder(folder)
  assert.ok(found.some((line) => line.includes('note holds the Kafka password (clear)')))
  assert.ok(found.some((line) => line.includes('form holds the S3 secret key (base64)')))
  assert.ok(existsSync(folder))
})
