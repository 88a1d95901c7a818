import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startJavaClient } from '../rig/java-client.ts'
import { startKafka } from '../rig/kafka.ts'
import { compareTopics } from './compare.ts'
import { GROUP, TOPICS, writeLedger } from './ledger.ts'

/**
 * `npm run demo`: the main job from beginning to end on a real Apache Kafka, through the command line that users have.
 * Leaves nothing running and nothing behind but the cache of fetched programs.
 */

const PAYMENTS = 60_000
const COFFER = new URL('../../src/cli/coffer.ts', import.meta.url).pathname

const started = Date.now()
const folder = await mkdtemp(join(tmpdir(), 'coffer-demo-'))
process.on('exit', () => process.stdout.write('\x1b[0m'))

function say(step: string, words: string): void {
  const seconds = ((Date.now() - started) / 1000).toFixed(0).padStart(3)
  console.log(`\n[${seconds} s] ${step}\n        ${words}`)
}

/** Runs `coffer` as a user would; its progress and results go to this terminal. */
async function coffer(...args: string[]): Promise<void> {
  console.log(`\n$ coffer ${args.join(' ')}`)
  const child = spawn(process.execPath, [COFFER, ...args], { stdio: ['ignore', 'inherit', 'inherit'], cwd: folder })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
  if (code !== 0) throw new Error(`coffer ${args[0]} ended with exit code ${code}`)
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
      say(
        'Done',
        `${compared.toLocaleString('en')} records compared, no difference, in ${Math.round((Date.now() - started) / 1000)} s.`,
      )
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
  console.error(`\ndemo failed: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
