import type { ReportAccount, ReportCheck } from '../../contract/evidence/report.ts'
import { english, type Said, say } from '../../contract/said/said.ts'
import { withoutUrlSecrets } from '../../contract/secret.ts'
import type { ReportInput } from './input.ts'
import { isSampled } from './overall.ts'

/** Absences that are losses, or may be. */
const LOSSES = {
  deleted_before: 'gap.deletedBefore',
  deleted_during: 'gap.deletedDuring',
  unexplained: 'gap.unexplained',
  unaccounted: 'gap.unaccounted',
} as const

/**
 * What the report does not speak of, one sentence each, with what those of ours are made of: what the job itself says, then
 * what follows from the checks, the account, the storage and the signature.
 */
export function notCovered(
  input: ReportInput,
  checks: readonly ReportCheck[],
  account: readonly ReportAccount[],
): { texts: string[]; sayings: Said[] } {
  const lines = [...input.notCovered, ...checkGaps(input, checks), ...archiveGaps(input, account), ...makingGaps(input)]
  const texts = lines.map((one) =>
    withoutUrlSecrets(typeof one === 'string' ? sentence(one) : sentence(capital(english(one)))),
  )
  return { texts: [...new Set(texts)], sayings: lines.filter((one) => typeof one !== 'string') }
}

function checkGaps({ kind, manifest, topics }: ReportInput, checks: readonly ReportCheck[]): Said[] {
  const lines: Said[] = []
  const ran = (name: string) =>
    checks.some(
      (check) => check.check_name === name && check.outcome !== 'SKIPPED' && check.outcome !== 'INDETERMINATE',
    )
  if (checks.length === 0) lines.push(say('gap.noCheck'))
  for (const check of checks) {
    const { check_name, outcome, detail, said } = check
    const told = { check: check_name, why: said ?? detail }
    if (outcome !== 'SKIPPED' && isSampled(check)) lines.push(say('gap.sampled', { check: check_name }))
    const looked = check.data?.topics
    const all = (topics ?? manifest.topics).length
    if (outcome !== 'SKIPPED' && typeof looked === 'number' && looked < all) {
      lines.push(say('gap.someTopics', { check: check_name, looked, topics: say('many.topics', { count: all }) }))
    }
    if (outcome === 'SKIPPED') lines.push(say('gap.skipped', told))
    if (outcome === 'INDETERMINATE') lines.push(say('gap.open', told))
  }
  if (kind === 'validation' && !ran('ContentCheck')) {
    lines.push(say('gap.notCompared'))
  }
  if (!ran('IntegrityCheck')) {
    lines.push(say('gap.noDigests'))
  } else if (checks.some((check) => check.check_name === 'IntegrityCheck' && check.data?.deep !== true)) {
    lines.push(say('gap.notDeep'))
  }
  return lines
}

const UNFINISHED = { running: 'gap.runRunning', failed: 'gap.runFailed', interrupted: 'gap.runInterrupted' } as const

function archiveGaps({ manifest, extraction }: ReportInput, account: readonly ReportAccount[]): Said[] {
  const lines: Said[] = []
  const run = manifest.coffer?.run
  if (run === undefined) {
    lines.push(say('gap.foreign'))
  } else if (run.state !== 'complete') {
    lines.push(say(UNFINISHED[run.state]))
  }
  for (const [kind, id] of Object.entries(LOSSES)) {
    const partitions = account.filter((entry) => (entry.absent[kind] ?? 0) > 0)
    const offsets = partitions.reduce((sum, entry) => sum + (entry.absent[kind] ?? 0), 0)
    if (offsets === 0) continue
    const where = say('many.partitions', { count: partitions.length })
    lines.push(say(id, { offsets: say('many.offsets', { count: offsets }), partitions: where }))
  }
  if (extraction !== undefined) {
    const { segments_failed, undecodable } = extraction
    if (segments_failed > 0) {
      lines.push(say('gap.segmentsFailed', { segments: say('many.segments', { count: segments_failed }) }))
    }
    if (undecodable > 0) {
      lines.push(say('gap.undecodable', { records: undecodable }))
    }
  }
  return lines
}

function makingGaps({ signing, retention, clock, toolDigest, operator }: ReportInput): Said[] {
  const lines: Said[] = []
  if (signing === null) lines.push(say('gap.unsigned'))
  else if (operator.name === null || operator.meaning === null) {
    lines.push(say('gap.noSigner'))
  }
  if (retention.lock === null) lines.push(say('gap.lockNotAsked'))
  else if (retention.lock.mode === 'unknown')
    lines.push(say('gap.lockUnknown', { why: retention.lock.said ?? retention.lock.reason }))
  if ((clock?.offset_ms ?? null) === null) lines.push(say('gap.clock'))
  if (toolDigest === null) lines.push(say('gap.toolDigest'))
  return lines
}

/** With its full stop; its first letter stays, since it may be a topic's. */
function sentence(text: string): string {
  return /[.!?]$/.test(text.trimEnd()) ? text.trimEnd() : `${text.trimEnd()}.`
}

/** A sentence of ours begins with a capital. */
function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
