import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { EvidenceReport, ReportCheck } from '../../src/contract/evidence/report.ts'
import type { ValidationResult } from '../../src/contract/results.ts'
import { runValidation } from '../../src/jobs/validation/run.ts'
import { ID } from '../failures/support.ts'
import { type RecordedContext, recordingContext, temporaryFolder } from '../restore/support.ts'
import type { ProduceRecord } from '../rig/java-client.ts'

export interface ValidationSettings {
  bootstrap: string
  path: string
  checks?: Record<string, unknown>
  restore?: Record<string, unknown>
  topics?: string[]
  more?: Record<string, unknown>
  environment?: Record<string, string>
  context?: RecordedContext
  pitr?: number | null
}

export interface Validated {
  exitCode: number
  result: ValidationResult
  report: EvidenceReport
  context: RecordedContext
  /** By name. @throws where it did not run */
  check(name: string): ReportCheck & { data: Record<string, unknown> }
}

/** Only the check that is looked at; the archive's own check has tests of its own. */
export const CONTENT_ALONE = {
  message_count: { enabled: 'false' },
  offset_range: { enabled: 'false' },
  consumer_group_offsets: { enabled: 'false' },
  integrity: { enabled: 'false' },
}

/** Runs a validation through the same reading as a user's file. JSON is YAML. */
export async function validation(settings: ValidationSettings): Promise<Validated> {
  const context = settings.context ?? recordingContext()
  const text = JSON.stringify({
    backup_id: ID,
    storage: { backend: 'filesystem', path: settings.path },
    target: { bootstrap_servers: [settings.bootstrap], topics: { include: settings.topics ?? [] } },
    checks: settings.checks ?? {},
    evidence: { formats: ['json'] },
    ...(settings.restore === undefined ? {} : { restore: settings.restore }),
    ...settings.more,
  })
  const profile = await temporaryFolder()
  const { exitCode, result } = await runValidation(
    {
      kind: 'validation',
      environment: { COFFER_PROFILE: profile, ...settings.environment },
      config: { text, name: 'validation.yaml', directory: '/' },
      triggeredBy: null,
      pitr: settings.pitr ?? null,
    },
    context,
  )
  const key = result.evidence.keys.find((one) => one.endsWith('.json'))
  assert.ok(key !== undefined)
  const report = JSON.parse(await readFile(join(settings.path, key), 'utf8')) as EvidenceReport
  return {
    exitCode,
    result,
    report,
    context,
    check(name) {
      const found = result.results.find((one) => one.check_name === name)
      assert.ok(found !== undefined && found.data !== null, `${name} did not run`)
      return found as ReportCheck & { data: Record<string, unknown> }
    },
  }
}

/** Ledger rows with headers, each in a batch with others; their content follows from their number. */
export function ledger(topic: string, count: number, partition = 0, from = 0): ProduceRecord[] {
  return Array.from({ length: count }, (_, i) => ({
    topic,
    partition,
    timestamp: 1_751_000_000_000 + from + i,
    key: `customer-${(from + i) % 7}`,
    value: `{"transfer":${from + i},"amount":"${(from + i) * 3}.00","currency":"EUR"}`,
    headers: [
      ['trace', `t-${from + i}`],
      ['trace', `again-${from + i}`],
      ['empty', null],
    ],
  }))
}
