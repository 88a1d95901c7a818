import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { jobFacts } from '../../src/contract/ipc/facts.ts'
import { windowEvent } from '../../src/contract/ipc/job.ts'
import type { JobKind } from '../../src/contract/jobs.ts'
import type { JobResults, StoredEvidence } from '../../src/contract/results.ts'
import { windowOutcome } from '../../src/worker/services/facts.ts'

/** What the window is told of a finished job: through the same schema that both ends check. */
function told<K extends JobKind>(kind: K, result: JobResults[K]) {
  const outcome = windowOutcome(kind, { state: 'done', exitCode: 0, result })
  const event = windowEvent.parse({ type: 'finished', jobId: 'j', outcome })
  assert.ok(event.type === 'finished' && event.outcome.state === 'done')
  return event.outcome.result
}

const evidence: StoredEvidence = {
  folder: 'b/evidence/2026',
  keys: ['b/evidence/2026/r.json'],
  report_sha256: 'ab',
  signed: true,
  signature_algorithm: 'ECDSA-P256-SHA256',
  signed_by: 'Jane Doe',
  pdf_signature_level: 'PAdES-BASELINE-LT',
  retention_days: 2555,
  lock: { mode: 'COMPLIANCE', retain_until: '2033-01-01T00:00:00.000Z', legal_hold: false, reason: 'as stored' },
}
const times = { started_at: '2026-01-01T00:00:00.000Z', ended_at: '2026-01-01T00:00:02.000Z' }

describe('facts of a job', () => {
  test('validation: each check with its sentence, bounded', () => {
    const check = { check_name: 'ContentCheck', outcome: 'FAILED', detail: '3 of 9 differ', duration_ms: 1 } as const
    const facts = told('validation', {
      kind: 'validation',
      backup_id: 'b',
      location: 'file:///x',
      report_id: 'validation-1',
      overall_result: 'FAILED',
      duration_ms: 2_000,
      checks_total: 300,
      checks_passed: 0,
      checks_failed: 300,
      checks_skipped: 0,
      checks_warned: 0,
      checks_indeterminate: 0,
      results: Array.from({ length: 300 }, () => ({ ...check, data: { rows: ['long'] } })),
      evidence,
      not_covered: ['consumer groups'],
      warnings: [],
      ...times,
    })
    assert.ok(facts.kind === 'validation')
    assert.equal(facts.checks.length, 200)
    assert.deepEqual(facts.checks[0], { name: 'ContentCheck', outcome: 'FAILED', detail: '3 of 9 differ' })
    assert.equal(facts.counts.failed, 300)
    assert.equal(facts.seconds, 2)
    assert.equal(facts.evidence.lock.retainUntil, '2033-01-01T00:00:00.000Z')
  })

  const scope = {
    kind: 'extract',
    backup_id: 'b',
    location: 'file:///x',
    output: '/tmp/p.zip',
    matter: 'M-1',
    window: { start: '2026-01-01T00:00:00.000Z', end: null },
    time: 'record',
    filter: null,
    formats: ['ndjson'],
    topics: [{ topic: 't', partitions: 1, segments_to_read: 2, records_at_most: 30, bytes_at_most: 400 }],
    topics_total: 1,
    segments_to_read: 2,
    segments_skipped: 5,
    records_at_most: 30,
    bytes_at_most: 400,
    stored_bytes: 100,
    foreign: false,
    warnings: [],
  } as const

  test('extract: upper bounds from a dry run, and the package from a real one', () => {
    const mutable = structuredClone(scope) as unknown as JobResults['extract']
    const plan = told('extract', { ...mutable, dry_run: true } as JobResults['extract'])
    assert.ok(plan.kind === 'extract')
    assert.deepEqual([plan.state, plan.records, plan.bytes, plan.package], ['planned', 30, 400, null])
    const made = told('extract', {
      ...mutable,
      dry_run: false,
      state: 'damaged',
      resumed: true,
      package_id: 'p',
      report_id: 'r',
      package_bytes: 9,
      package_sha256: 'cd',
      content_sha256: 'ef',
      records: 12,
      bytes: 99,
      redacted: 1,
      withheld: 0,
      undecodable: 0,
      segments_read: 1,
      segments_failed: 1,
      failures: [{ segment: 's', code: 'SEGMENT_DAMAGED', reason: 'why' }],
      failures_total: 1,
      signed: true,
      signed_by: 'Jane Doe',
      signature_level: null,
      custody_recorded: true,
      duration_seconds: 2,
      ...times,
    } as JobResults['extract'])
    assert.ok(made.kind === 'extract')
    assert.deepEqual([made.state, made.records, made.package?.segmentsFailed], ['damaged', 12, 1])
    assert.equal(made.package?.failures[0]?.reason, 'why')
  })

  test('verify: the verifier’s answers as they are', () => {
    const result: JobResults['verify'] = {
      kind: 'verify',
      verdict: 'failed',
      verified_at: times.ended_at,
      tool: { name: 'coffer', version: '1' },
      files: [
        {
          file: 'p.zip',
          kind: 'package',
          verdict: 'failed',
          subIndication: 'HASH_FAILURE',
          reason: 'a file was changed',
          answers: { valid: 'no', whose: 'Jane', since: 'May', changed: 'yes', next: 'ask' },
          signatures: [
            {
              subject: 'report.json',
              kind: 'detached',
              format: 'ECDSA-P256-SHA256',
              verdict: 'passed',
              reason: 'it holds',
              signer: null,
              keyId: 'ab',
              trusted: false,
              time: null,
            },
          ],
          checks: [{ check: 'digest', subject: 'records', verdict: 'failed', reason: 'differs' }],
          checks_total: 1,
          facts: { records: 3 },
        },
      ],
    }
    assert.deepEqual(told('verify', result), { kind: 'verify', verified: result })
  })

  test('monthly report: the figures, and how many of what is listed in full in the report', () => {
    const facts = told('monthly-report', {
      kind: 'monthly-report',
      backup_id: 'b',
      location: 'file:///x',
      report_id: 'monthly-1',
      overall_result: 'WARNING',
      reason: '3 of 4 runs that began in 2026-11 are complete',
      deep: false,
      monthly: {
        month: '2026-11',
        runs: 4,
        runs_complete: 3,
        success_rate: 0.75,
        coverage: [],
        restores: [{ restore_id: 'r', at: times.ended_at, by: 'jane@host', records: 1, validated: null }],
        validations: [],
        locks: [],
        open_findings: Array.from({ length: 250 }, () => ({ severity: 'warning', text: 'late' })),
      },
      evidence,
      warnings: [],
    })
    assert.ok(facts.kind === 'monthly-report')
    assert.deepEqual([facts.overall, facts.deep, facts.deepChecks], ['WARNING', false, 0])
    assert.deepEqual([facts.month, facts.runsComplete, facts.successRate, facts.restores], ['2026-11', 3, 0.75, 1])
    assert.deepEqual([facts.openFindings.length, facts.openFindingsTotal], [200, 250])
  })

  test('keys: names and public ids, nothing of where the private key is', () => {
    const facts = told('keys', {
      kind: 'keys',
      action: 'list',
      store: '/profile/keys',
      keys: [
        {
          name: 'audit',
          status: 'usable',
          algorithm: 'ECDSA-P256-SHA256',
          key_id: 'ab',
          origin: 'created',
          created_at: times.ended_at,
          kept_in: 'keychain',
          certificate: null,
          root: null,
          crl: null,
          revoked: null,
          can_revoke: true,
        },
      ],
      unreadable: [],
      warnings: [],
      sayings: [],
    })
    assert.ok(facts.kind === 'keys')
    assert.deepEqual(facts.keys, [{ name: 'audit', keyId: 'ab', status: 'usable' }])
  })

  test('a job whose answer a call gives has no figures of its own', () => {
    assert.deepEqual(jobFacts.parse(told('evidence-list', {} as JobResults['evidence-list'])), { kind: 'other' })
  })
})
