import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import type { CallInput } from '../../src/contract/ipc/map.ts'
import { type JavaClient, startJavaClient } from '../rig/java-client.ts'
import { startKafka } from '../rig/kafka.ts'
import { type S3Rig, startS3 } from '../rig/s3.ts'
import type { TestHost } from './host.ts'
import { ended } from './sample-world.ts'

/** A firm that has used Coffer for a while, for pictures: a real cluster, a bucket with a lock, a proved restore. */
export interface LiveWorld {
  planId: string
  /** The proof of the restore. */
  jobId: string
  stop(): Promise<void>
}

const DAY_MS = 86_400_000
const DAYS = 30
/** Records of a segment: each day has whole ones, so that its bar is its own. */
const SEGMENT = 100
const TOPICS = [
  { name: 'trading-orders', partitions: 2, busy: 3 },
  { name: 'trading-settlements', partitions: 1, busy: 2 },
  { name: 'trading-fees', partitions: 1, busy: 1 },
]
const BUCKET = 'compliance-archive'
const PLAN = 'trading-ledger'

export async function fillWithLife(host: TestHost): Promise<LiveWorld> {
  const [kafka, s3] = await Promise.all([startKafka(), startS3()])
  const java = await startJavaClient(kafka.bootstrap)
  const stop = async () => {
    await java.stop()
    await Promise.all([kafka.stop(), s3.stop()])
  }
  try {
    await s3.makeBucket(BUCKET, { objectLock: true })
    await trade(java)
    await java.commitOffsets('settlement-office', [{ topic: 'trading-orders', partition: 0, offset: 9_000 }])
    const { handlers } = host.services
    const connect = async (kind: 'source' | 'target', name: string) => {
      const yaml = `bootstrap_servers: ["${kafka.bootstrap}"]\n`
      const purpose = kind === 'target' ? ('validation' as const) : ('production' as const)
      return (await handlers['connections.save']({ id: null, kind, name, yaml, purpose, secrets: {} })).id
    }
    const sourceId = await connect('source', 'Trading cluster')
    const targetId = await connect('target', 'Validation cluster')
    const storageId = await connectBucket(host, s3)
    const { name: key } = await handlers['requests.makeSigner']({ owner: 'Jane Doe', organisation: 'Example Bank' })
    await plan(host, { sourceId, storageId, key })
    const location = { connectionId: storageId }
    await keep(host, location)
    const jobId = await restore(host, { location, backupId: PLAN, targetId }, key)
    return { planId: PLAN, jobId, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Thirty days of records, fewer on Saturdays and Sundays. */
async function trade(java: JavaClient): Promise<void> {
  const topics = TOPICS.map(({ name, partitions }) => ({ name, partitions, configs: { 'retention.ms': '-1' } }))
  await java.createTopics(topics)
  const today = Math.floor(Date.now() / DAY_MS)
  for (let ago = DAYS - 1; ago >= 1; ago--) {
    const day = today - ago
    // day 0 was a Thursday
    const isWeekend = (day + 4) % 7 === 0 || (day + 4) % 7 === 6
    for (const [at, { name, partitions, busy }] of TOPICS.entries()) {
      const segments = isWeekend ? 1 : busy + ((day * 7 + at * 3) % 4)
      const records = segments * SEGMENT * partitions
      const times = { firstTimestamp: day * DAY_MS + 60_000, timestampStep: Math.floor((DAY_MS - 120_000) / records) }
      await java.generate(name, records, { partitions, size: 300, seed: day, ...times })
    }
  }
}

async function connectBucket({ services }: TestHost, s3: S3Rig): Promise<string> {
  const variable = (name: string) => `"\${${name}}"`
  const lines = [
    ...['backend: s3', `bucket: ${BUCKET}`, 'prefix: trading', `endpoint: ${s3.endpoint}`, `region: ${s3.region}`],
    ...['path_style: true', 'allow_http: true'],
    ...[`access_key: ${variable('ARCHIVE_ACCESS_KEY')}`, `secret_key: ${variable('ARCHIVE_SECRET_KEY')}`],
  ]
  const secrets = { ARCHIVE_ACCESS_KEY: s3.accessKeyId, ARCHIVE_SECRET_KEY: s3.secretAccessKey }
  const input = { id: null, name: 'Archive in Frankfurt', kind: 'storage' as const, purpose: null, secrets }
  return (await services.handlers['connections.save']({ ...input, yaml: lines.join('\n') })).id
}

async function plan(
  { services }: TestHost,
  of: Pick<CallInput<'plans.save'>['plan'], 'sourceId' | 'storageId' | 'key'>,
): Promise<void> {
  const { handlers } = services
  const { path } = await handlers['plans.save']({
    isNew: true,
    plan: {
      ...{ ...of, id: PLAN, name: 'Trading ledger', include: ['trading-*'], exclude: [], internalTopics: false },
      ...{ mode: 'incremental', retention: { preset: 'sox', days: 2_557 }, consumerGroups: true },
      ...{ compression: 'zstd', timestampUrl: null, targetHours: 26 },
    },
  })
  const text = await readFile(path, 'utf8')
  assert.match(text, /^backup:$/m)
  // the first run in small segments; the second as the plan has it
  const small = text.replace(/^backup:$/m, `backup:\n  segment_max_records: ${SEGMENT}`)
  const first = await handlers['jobs.startFromYaml']({ source: { text: small }, dryRun: false })
  await ended(services, first.jobId)
  const clock = { cron: '0 2 * * *', timezone: 'Europe/Berlin', jitterSeconds: 0, retries: 3, retryDelaySeconds: 300 }
  await handlers['schedules.set']({ planId: PLAN, clock: { ...clock, quietHours: null, alertAfterHours: 26 } })
  const second = await handlers['plans.run']({ id: PLAN })
  await ended(services, second.jobId)
}

/** For seven years, and for a court. */
async function keep({ services }: TestHost, location: { connectionId: string }): Promise<void> {
  const { handlers } = services
  const until = Date.now() + 2_557 * DAY_MS
  const longer = { location, backupId: PLAN, mode: 'COMPLIANCE' as const, until, reason: 'SOX § 802' }
  await ended(services, (await handlers['holds.extend'](longer)).jobId)
  const matter = { matter: 'REG-2026-014', reason: 'Letter of the supervisor' }
  const { jobId } = await handlers['holds.change']({ location, backupId: PLAN, action: 'place', ...matter })
  await ended(services, jobId)
}

async function restore(
  { services }: TestHost,
  of: Pick<CallInput<'restore.start'>['choices'], 'location' | 'backupId' | 'targetId'>,
  signWith: string,
): Promise<string> {
  const { handlers } = services
  const mapping = Object.fromEntries(TOPICS.map(({ name }) => [name, `restored.${name}`]))
  const choices: CallInput<'restore.start'>['choices'] = {
    ...{ ...of, streams: null, window: { start: null, end: null }, mapping, partitions: {} },
    ...{ createTopics: true, allowNonEmpty: false, groups: 'all' },
  }
  const started = await handlers['restore.start']({ choices, confirmed: null })
  await ended(services, started.jobId)
  const { jobId } = await handlers['restore.prove']({ choices, signWith })
  await ended(services, jobId)
  return jobId
}
