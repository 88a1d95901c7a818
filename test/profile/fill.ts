import { randomUUID } from 'node:crypto'
import type { WindowOutcome } from '../../src/contract/ipc/job.ts'
import type { JobRequest } from '../../src/contract/jobs.ts'
import { endStateOf } from '../../src/worker/profile/job-rows.ts'
import { ProfileMemory } from '../../src/worker/profile/memory.ts'

/** Puts a history of made-up jobs into a profile, for pictures and for measuring the page that shows it. */

const SUBJECTS = ['trading', 'ledger-payments', 'kyc-documents', 'card-authorisations', 'audit-trail']
const CONFIG = { text: 'mode: backup\nbackup_id: trading\n', name: 'trading.yaml', directory: '/etc/coffer' }

const done = (records: number, backupId: string): WindowOutcome => ({
  state: 'done',
  exitCode: 0,
  result: {
    kind: 'backup',
    dryRun: false,
    continuous: false,
    backupId,
    location: 's3://compliance-archive/production',
    state: 'complete',
    topics: 12,
    records,
    bytes: records * 412,
    storedBytes: records * 97,
    seconds: 214,
    gaps: 0,
    warnings: [],
  },
})

const unreachable: WindowOutcome = {
  state: 'failed',
  error: {
    code: 'KAFKA_AUTHENTICATION',
    message: 'the cluster at "kafka-1.example.com:9093" refused the user "coffer-backup"',
    hint: 'Ask the platform team whether the password was changed, and save the new one with the connection.',
    details: { broker: 'kafka-1.example.com:9093', mechanism: 'SCRAM-SHA-512' },
  },
}

const damaged: WindowOutcome = {
  state: 'done',
  exitCode: 4,
  result: {
    kind: 'validate',
    backupId: 'kyc-documents',
    location: 's3://compliance-archive/production',
    deep: true,
    verdict: 'FAILED',
    reason: 'one of 4,112 segments is damaged',
    seconds: 612,
    segments: 4_112,
    records: 80_112_204,
    bytes: 33_006_228_048,
    account: null,
    findings: [
      {
        severity: 'error',
        code: 'SEGMENT_DAMAGED',
        topic: 'kyc-documents',
        partition: 3,
        segment: 'kyc-documents/topics/kyc-documents/partition=3/segment-000412.zst',
        reason: 'expected SHA-256 9f2c…, got 41aa…',
      },
    ],
    findingsTotal: 1,
  },
}

/** @param last what the newest job came to; null: it was cut off */
export async function fillHistory(profile: string, jobs: number, last: 'failed' | 'crashed' | 'done'): Promise<void> {
  const memory = await ProfileMemory.open(profile, (text) => text)
  const { history, database } = memory
  const now = Date.now()
  database.transaction(() => {})
  for (let n = jobs - 1; n >= 0; n--) {
    const subject = SUBJECTS[n % SUBJECTS.length] ?? 'trading'
    const startedAt = now - n * 3_600_000 - 900_000
    const outcome = n === 0 ? (last === 'done' ? done(18_204_117, subject) : unreachable) : outcomeOf(n, subject)
    const kind = outcome.state === 'done' && outcome.result.kind === 'validate' ? 'validate' : 'backup'
    const environment = {}
    const request: JobRequest =
      kind === 'validate'
        ? { kind, archive: { config: CONFIG }, backupId: subject, deep: true, environment }
        : { kind, config: CONFIG, dryRun: n % 17 === 5, environment }
    const jobId = randomUUID()
    const schedule = n % 3 === 0 ? `${subject} nightly` : null
    history.begin({ jobId, request, subject, file: null, startedAt, schedule, continues: null }, () => {})
    history.log(jobId, { at: startedAt + 500, level: 'info', message: 'source: 12 record streams, 96 partitions' })
    if (n % 4 === 0)
      history.log(jobId, { at: startedAt + 9_000, level: 'warn', message: 'broker 2 answers slowly (1.8 s)' })
    const crashed: WindowOutcome = {
      state: 'failed',
      error: {
        code: 'WORKER_DIED',
        message: 'the process that ran the job is gone',
        hint: 'Resume it: it goes on from its last durable point. Nothing that was durable is lost or done twice.',
      },
    }
    const end = n === 0 && last === 'crashed' ? crashed : outcome
    history.end(jobId, end, endStateOf(end, null))
    database.run('UPDATE jobs SET ended_at = ? WHERE id = ?', [startedAt + 214_000 + (n % 7) * 31_000, jobId])
  }
  memory.close()
}

function outcomeOf(n: number, subject: string): WindowOutcome {
  if (n % 23 === 3) return damaged
  if (n % 31 === 7) return unreachable
  if (n % 41 === 11) return { state: 'failed', error: { code: 'INTERRUPTED', message: 'the job was stopped' } }
  return done(1_000_000 + ((n * 7_919) % 9_000_000), subject)
}
