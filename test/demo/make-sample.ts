import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startJavaClient } from '../rig/java-client.ts'
import { startKafka } from '../rig/kafka.ts'
import { payments, TOPICS } from './ledger.ts'

/**
 * Makes assets/sample: a small signed archive of an invented bank's third quarter 2026, by real backups of a real Kafka,
 * for the door "Explore with sample data". It has two runs, an aborted transaction, a compacted stream, and a stream
 * whose retention took some records before the second run. Run it again only to change the sample:
 * `node test/demo/make-sample.ts`
 */

const COUNT = 12_000
const START = Date.UTC(2026, 6, 1)
const DAY = 86_400_000
const AUDIT = 'ledger-audit'
const OUT = new URL('../../assets/sample', import.meta.url).pathname
const COFFER = new URL('../../src/cli/coffer.ts', import.meta.url).pathname
const folder = mkdtempSync(join(tmpdir(), 'coffer-sample-'))
const environment = {
  ...process.env,
  COFFER_PROFILE: join(folder, 'profile'),
  COFFER_KEY_STORE: 'file',
  COFFER_KEY_PASSPHRASE: 'the sample key signs nothing but the sample',
}

function coffer(...args: string[]): void {
  const { status } = spawnSync(process.execPath, [COFFER, ...args], { cwd: folder, env: environment, stdio: 'inherit' })
  if (status !== 0) throw new Error(`coffer ${args[0]} ended with exit code ${status}`)
}

function* audit(from: number, to: number) {
  for (let i = from; i < to; i++) {
    yield {
      topic: AUDIT,
      partition: 0,
      timestamp: START + Math.floor((i / 1_800) * 92 * DAY),
      key: `user-${i % 23}`,
      value: JSON.stringify({
        event: i % 7 === 0 ? 'export' : 'view',
        user: `user-${i % 23}`,
        customer_id: `C${(i * 7) % 900}`,
      }),
    }
  }
}

const customers = (version: number) =>
  Array.from({ length: 300 }, (_, i) => ({
    topic: TOPICS.customers,
    partition: i % 2,
    timestamp: START + version * 20 * DAY,
    key: `C${i + 1}`,
    value: JSON.stringify({
      customer_id: `C${i + 1}`,
      name: `Customer ${i + 1}`,
      segment: ['retail', 'private', 'business'][i % 3],
      version,
    }),
  }))

const transfers = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({
    topic: TOPICS.transfers,
    partition: 0,
    timestamp: START + (from + i) * 3_600_000,
    key: `T-${from + i}`,
    value: JSON.stringify({ transfer_id: `T-${from + i}`, amount: ((from + i) * 12.5).toFixed(2), currency: 'EUR' }),
  }))

const kafka = await startKafka()
try {
  const java = await startJavaClient(kafka.bootstrap)
  await java.createTopics([
    { name: TOPICS.payments, partitions: 3, configs: { 'retention.ms': '-1' } },
    { name: TOPICS.transfers, partitions: 1, configs: { 'retention.ms': '-1' } },
    { name: TOPICS.customers, partitions: 2, configs: { 'cleanup.policy': 'compact' } },
    { name: AUDIT, partitions: 1, configs: { 'retention.ms': '-1' } },
  ])
  writeFileSync(
    join(folder, 'backup.yaml'),
    `mode: backup
backup_id: sample-ledger
source:
  bootstrap_servers: ["${kafka.bootstrap}"]
  topics: { include: ["ledger-*"] }
storage: { backend: filesystem, path: ./archive }
backup:
  compression: zstd
  compression_level: 12
  segment_max_bytes: 400000
  stop_at_current_offsets: true
  consumer_group_snapshot: true
evidence:
  signing: { enabled: true, key: sample, signer_name: Ada Sample, signer_role: records manager }
`,
  )
  coffer('keys', 'create', '--name', 'sample', '--owner', 'Ada Sample', '--organisation', 'Sample Bank (not real)')
  const all = [...payments(COUNT, START)]
  const cut = Math.floor(COUNT * (62 / 92))
  await java.produce(all.slice(0, cut))
  await java.produce(transfers(0, 300), { transactionalId: 'sample-1', end: 'commit' })
  await java.produce(transfers(300, 20), { transactionalId: 'sample-2', end: 'abort' })
  await java.produce(customers(1))
  await java.produce(audit(0, 1_200))
  await java.commitOffsets(
    'settlement',
    [0, 1, 2].map((partition) => ({ topic: TOPICS.payments, partition, offset: 900 + partition })),
  )
  coffer('backup', '--config', 'backup.yaml')
  await java.produce(all.slice(cut))
  await java.produce(transfers(320, 300), { transactionalId: 'sample-3', end: 'commit' })
  await java.produce(customers(2))
  await java.produce(audit(1_200, 1_800))
  // What a retention that is too short does: these were on the cluster, and no run could read them.
  await java.deleteRecords([{ topic: AUDIT, partition: 0, before: 1_240 }])
  coffer('backup', '--config', 'backup.yaml')
  coffer('validate', '--path', 'archive', '--backup-id', 'sample-ledger', '--deep')
  coffer('keys', 'export-public', '--name', 'sample', '--output', join(folder, 'public'))
  rmSync(OUT, { recursive: true, force: true })
  cpSync(join(folder, 'archive'), join(OUT, 'archive'), { recursive: true })
  cpSync(join(folder, 'public'), join(OUT, 'key'), { recursive: true })
  await java.stop()
} finally {
  await kafka.stop()
  rmSync(folder, { recursive: true, force: true })
}
