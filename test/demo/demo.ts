import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startJavaClient } from '../rig/java-client.ts'
import { startKafka } from '../rig/kafka.ts'
import { requireJava } from '../rig/kafka-jars.ts'
import { compareTopics } from './compare.ts'
import { GROUP, TOPICS, writeLedger } from './ledger.ts'

/**
 * `npm run demo`: the main job from beginning to end on a real Apache Kafka, through the command line that users have.
 * Leaves nothing running, and nothing behind but the cache of fetched programs and the evidence package with the
 * certificate that it is verified by.
 */

const PAYMENTS = 60_000
const COFFER = new URL('../../src/cli/coffer.ts', import.meta.url).pathname

const started = Date.now()
const folder = await mkdtemp(join(tmpdir(), 'coffer-demo-'))
/** What stays. */
const evidence = await mkdtemp(join(tmpdir(), 'coffer-evidence-'))
/** A key store of the demo's own: the user's keychain is nobody's playground. */
const environment = {
  ...process.env,
  COFFER_PROFILE: join(folder, 'profile'),
  COFFER_KEY_STORE: 'file',
  COFFER_KEY_PASSPHRASE: randomBytes(24).toString('base64url'),
}
process.on('exit', () => process.stdout.write('\x1b[0m'))

function say(step: string, words: string): void {
  const seconds = ((Date.now() - started) / 1000).toFixed(0).padStart(3)
  console.log(`\n[${seconds} s] ${step}\n        ${words}`)
}

/** Runs `coffer` as a user would; its progress and results go to this terminal. */
async function coffer(...args: string[]): Promise<void> {
  await expectCoffer(0, ...args)
}

/** @throws where it ends with another exit code */
async function expectCoffer(expected: number, ...args: string[]): Promise<void> {
  console.log(`\n$ coffer ${args.join(' ')}`)
  const child = spawn(process.execPath, [COFFER, ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    cwd: folder,
    env: environment,
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
  if (code !== expected) throw new Error(`coffer ${args[0]} ended with exit code ${code}, not ${expected}`)
}

const PACKAGE = join(evidence, 'case-2026-017.zip')
const ROOT = join(evidence, 'demo-root.pem')

const SIGNING = `evidence:
  formats: [json, pdf]
  signing:
    enabled: true
    key: demo
    signer_name: Ada Doe
    signer_role: records manager
    meaning: made and reviewed by me
`

/** The main job once more, for somebody who was not there: a signed package, checked offline, and a forgery caught. */
async function prove(): Promise<void> {
  say('Extract', 'Cutting out the payments of one customer in one month, with a proof for every record.')
  await coffer('extract', '--config', 'case.yaml')
  await coffer('keys', 'export-public', '--name', 'demo', '--output', evidence)
  console.log(`\nevidence package: ${PACKAGE}`)
  say(
    'Verify',
    'As an auditor who has nothing but the package and the root certificate. No Kafka, no archive, no network.',
  )
  await coffer('verify', PACKAGE, '--trust', ROOT)

  const bytes = await readFile(PACKAGE)
  // The file's own entry: a local header (PKWARE APPNOTE, 4.3.7) of 30 bytes, then its name, then its bytes.
  const name = 'records/records.ndjson'
  let at = bytes.indexOf(name)
  while (at >= 0 && bytes.readUInt32LE(at - 30) !== 0x04034b50) at = bytes.indexOf(name, at + 1)
  if (at < 0) throw new Error(`the package has no "${name}"`)
  at += name.length + 500
  bytes[at] = (bytes[at] ?? 0) ^ 0x01
  const forged = join(folder, 'forged.zip')
  await writeFile(forged, bytes)
  say(
    'Forgery',
    `The same package with one bit turned over, in the records: byte ${at.toLocaleString('en')} of ${bytes.length.toLocaleString('en')}.`,
  )
  await expectCoffer(5, 'verify', forged, '--trust', ROOT)
  say('Custody', 'Who did what to the backup so far.')
  await coffer('custody', '--path', 'archive', '--backup-id', 'ledger-q3', '--config', 'backup.yaml')
}

async function writeConfigs(bootstrap: string): Promise<void> {
  await writeFile(
    join(folder, 'backup.yaml'),
    `mode: backup
backup_id: ledger-q3
source:
  bootstrap_servers: ["${bootstrap}"]
  topics:
    include: ["ledger-*"]
storage:
  backend: filesystem
  path: ./archive
backup:
  compression: zstd
  stop_at_current_offsets: true
  consumer_group_snapshot: true
${SIGNING}`,
  )
  await writeFile(
    join(folder, 'case.yaml'),
    `mode: extract
backup_id: ledger-q3
storage:
  backend: filesystem
  path: ./archive
case:
  matter: "2026-017"
  custodian: Payments
  requested_by: Supervisory authority
  reason: Payments of customer C17 in August 2025
extract:
  topics:
    include: ["ledger-payments"]
  time_window_start: "2025-08-01T00:00:00Z"
  time_window_end: "2025-08-31T23:59:59.999Z"
  filter: {json: "$.customer_id", equals: "C17"}
  formats: [ndjson, csv]
${SIGNING}output: ${JSON.stringify(PACKAGE)}
`,
  )
  await writeFile(
    join(folder, 'restore.yaml'),
    `mode: restore
backup_id: ledger-q3
target:
  bootstrap_servers: ["${bootstrap}"]
storage:
  backend: filesystem
  path: ./archive
restore:
  create_topics: true
  topic_mapping:
${Object.values(TOPICS)
  .map((topic) => `    ${topic}: restored-${topic}\n`)
  .join('')}  consumer_groups: [${GROUP}]
  reset_consumer_offsets: true
`,
  )
}

async function main(): Promise<void> {
  say('Kafka', 'Starting a real Apache Kafka on this machine (fetched once, about 54 MB).')
  await requireJava()
  const kafka = await startKafka()
  try {
    const java = await startJavaClient(kafka.bootstrap)
    try {
      say(
        'Data',
        `Writing ${PAYMENTS} payments, transfers with an aborted transaction, customers on a compacted topic.`,
      )
      await writeLedger(java, PAYMENTS)
      await writeConfigs(kafka.bootstrap)

      say('Key', 'Making a signing key with a root of its own; an auditor will trust the root.')
      await coffer('keys', 'create', '--name', 'demo', '--owner', 'Ada Doe', '--organisation', 'Example Bank')
      say('Backup', 'Archiving every committed record, byte for byte, with an account of every offset.')
      await coffer('backup', '--config', 'backup.yaml')
      say('Check', 'Reading the whole archive again: every record, hash and offset.')
      await coffer('validate', '--path', 'archive', '--backup-id', 'ledger-q3', '--deep')
      say('Restore', 'Writing it to a second set of topics, and moving the consumer group along.')
      await coffer('restore', '--config', 'restore.yaml')

      say('Compare', 'Reading both sets of topics with Apache Kafka’s own consumer.')
      let compared = 0
      for (const topic of Object.values(TOPICS)) {
        const { records, difference } = await compareTopics(java, topic, `restored-${topic}`)
        if (difference !== null) throw new Error(`not the same: ${difference}`)
        compared += records
        console.log(`        ${topic} = restored-${topic}: ${records.toLocaleString('en')} records, every one the same`)
      }
      await prove()
      say(
        'Done',
        `${compared.toLocaleString('en')} records compared, no difference; the package is verified and its forgery caught, in ${Math.round((Date.now() - started) / 1000)} s.`,
      )
      console.log(`\nevidence package: ${PACKAGE}\nverify it again:  coffer verify ${PACKAGE} --trust ${ROOT}`)
    } finally {
      await java.stop()
    }
  } finally {
    await kafka.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

try {
  await main()
} catch (error) {
  for (const left of [evidence, folder]) await rm(left, { recursive: true, force: true })
  console.error(`\ndemo failed: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
