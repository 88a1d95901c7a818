import type { ReportAccount, ReportCheck } from '../../contract/evidence/report.ts'
import { count, plural } from '../../contract/words.ts'
import type { ReportInput } from './input.ts'
import { isSampled } from './overall.ts'

/** Absences that are losses, or may be. */
const LOSSES: Readonly<Record<string, string>> = {
  deleted_before: 'had been deleted from the log (retention or DeleteRecords) before the first run',
  deleted_during: 'were deleted from the log while the backup ran, before they could be read: they are lost',
  unexplained: 'were not on the log, and nothing on the topic explains why',
  unaccounted: 'lie between segments of an archive that keeps no account of offsets: nobody can say what was there',
}

/**
 * What the report does not speak of, one sentence each: what the job itself says, then what follows from the checks, the
 * account, the storage and the signature.
 */
export function notCovered(
  input: ReportInput,
  checks: readonly ReportCheck[],
  account: readonly ReportAccount[],
): string[] {
  const lines = [...input.notCovered, ...checkGaps(input, checks), ...archiveGaps(input, account), ...makingGaps(input)]
  return [...new Set(lines.map(sentence))]
}

function checkGaps({ kind }: ReportInput, checks: readonly ReportCheck[]): string[] {
  const lines: string[] = []
  const ran = (name: string) =>
    checks.some(
      (check) => check.check_name === name && check.outcome !== 'SKIPPED' && check.outcome !== 'INDETERMINATE',
    )
  if (checks.length === 0) lines.push('No check ran.')
  for (const check of checks) {
    const { check_name, outcome, detail } = check
    if (outcome !== 'SKIPPED' && isSampled(check))
      lines.push(`${check_name} looked at a sample; what lies outside it was not looked at.`)
    if (outcome === 'SKIPPED') lines.push(`${check_name} was skipped: ${detail}`)
    if (outcome === 'INDETERMINATE') lines.push(`${check_name} could not come to a result: ${detail}`)
  }
  if (kind === 'validation' && !ran('ContentCheck')) {
    lines.push('The records were not compared with those of a target, byte for byte.')
  }
  if (!ran('IntegrityCheck')) {
    lines.push('The digests of the archive were not computed anew; those in this report are what its manifest states.')
  } else if (checks.some((check) => check.check_name === 'IntegrityCheck' && check.data?.deep !== true)) {
    lines.push('The integrity check looked at objects and sizes and did not read every segment.')
  }
  return lines
}

function archiveGaps({ manifest, extraction }: ReportInput, account: readonly ReportAccount[]): string[] {
  const lines: string[] = []
  const run = manifest.coffer?.run
  if (run === undefined) {
    lines.push(
      'The archive was made by another program: it has no digests of segments, no account of offsets and no chain of runs.',
    )
  } else if (run.state !== 'complete') {
    lines.push(`The last run of the backup is "${run.state}": what it had not reached is not in the archive.`)
  }
  for (const [kind, what] of Object.entries(LOSSES)) {
    const partitions = account.filter((entry) => (entry.absent[kind] ?? 0) > 0)
    const offsets = partitions.reduce((sum, entry) => sum + (entry.absent[kind] ?? 0), 0)
    if (offsets > 0) lines.push(`${plural(offsets, 'offset')} in ${plural(partitions.length, 'partition')} ${what}.`)
  }
  if (extraction !== undefined) {
    const { segments_failed, undecodable } = extraction
    if (segments_failed > 0) {
      lines.push(
        `${plural(segments_failed, 'segment')} could not be read: records in them are missing from the extraction.`,
      )
    }
    if (undecodable > 0) {
      lines.push(
        `${count(undecodable)} of the extracted records could not be decoded; filters on decoded values can't match such records.`,
      )
    }
  }
  return lines
}

function makingGaps({ signing, retention, clock, toolDigest, operator }: ReportInput): string[] {
  const lines: string[] = []
  if (signing === null) lines.push('This report is not signed: nothing binds it to a person or a time.')
  else if (operator.name === null || operator.meaning === null) {
    lines.push('The configuration names no signer or no meaning of the signature; 21 CFR 11.50 asks for both.')
  }
  if (retention.lock === null) lines.push('The storage was not asked whether the archive is under a retention lock.')
  else if (retention.lock.mode === 'unknown')
    lines.push(`Whether the archive is under a retention lock is not known: ${retention.lock.reason}`)
  if ((clock?.offset_ms ?? null) === null) lines.push('The host’s clock was compared with no other clock.')
  if (toolDigest === null) lines.push('The program could not compute a digest of its own files.')
  return lines
}

/** With its full stop; its first letter stays, since it may be a topic's. */
function sentence(text: string): string {
  return /[.!?]$/.test(text.trimEnd()) ? text.trimEnd() : `${text.trimEnd()}.`
}
