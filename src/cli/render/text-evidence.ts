import type {
  EvidenceGetResult,
  EvidenceListResult,
  EvidenceTimestampResult,
  ValidationResult,
} from '../../contract/results.ts'
import { paint, type Style, table } from '../paint.ts'
import { bytes, count, moment, plural } from '../words.ts'
import { warningLines } from './checks.ts'

const COLOURS: Readonly<Record<string, Style>> = {
  PASSED: 'green',
  WARNING: 'yellow',
  SKIPPED: 'dim',
  FAILED: 'red',
  INDETERMINATE: 'yellow',
}

export function outcome(word: string, brackets = false): string {
  return paint(COLOURS[word] ?? 'bold', brackets ? `[${word}]` : word)
}

/** In the shape that OSO Kafka Backup prints, with what else there is to say after it. */
export function validationText(result: ValidationResult): string[] {
  const { evidence } = result
  const others = [
    ...(result.checks_warned > 0 ? [`, ${result.checks_warned} with warnings`] : []),
    ...(result.checks_indeterminate > 0 ? [`, ${result.checks_indeterminate} indeterminate`] : []),
  ].join('')
  return [
    '=== Validation Results ===',
    `Overall: ${outcome(result.overall_result)}`,
    `Checks: ${result.checks_passed}/${result.checks_total} passed, ${result.checks_failed} failed, ${result.checks_skipped} skipped${others}`,
    `Duration: ${count(result.duration_ms)}ms`,
    '',
    ...result.results.map((check) => `${outcome(check.outcome, true)} ${check.check_name} — ${check.detail}`),
    '',
    ...uploaded(evidence.keys),
    ...(evidence.signed
      ? [
          `Signed by: ${evidence.signed_by ?? 'a key without a name'} (${evidence.signature_algorithm}${evidence.pdf_signature_level === null ? '' : `; PDF PAdES ${evidence.pdf_signature_level}`})`,
        ]
      : ['Not signed: nothing binds this report to a person or a time']),
    `Retention: ${plural(evidence.retention_days, 'day')} asked for; ${lockWords(evidence.lock)}`,
    ...warningLines(result.warnings),
  ]
}

const UPLOADED: readonly [ending: string, words: string][] = [
  ['.json', 'JSON evidence uploaded'],
  ['.pdf', 'PDF evidence uploaded'],
  ['.sig', 'Signature uploaded'],
]

function uploaded(keys: readonly string[]): string[] {
  return UPLOADED.flatMap(([ending, words]) =>
    keys.filter((key) => key.endsWith(ending)).map((key) => `${words}: ${key}`),
  )
}

function lockWords(lock: ValidationResult['evidence']['lock']): string {
  const hold = lock.legal_hold === true ? ', legal hold' : ''
  if (lock.mode === 'none') return `the storage holds no lock on it${hold}`
  if (lock.mode === 'unknown') return `whether the storage locks it is not known${hold}`
  return `the storage locks it in ${lock.mode} mode until ${lock.retain_until}${hold}`
}

export function evidenceListText(result: EvidenceListResult): string[] {
  if (result.reports_total === 0) return [`No evidence reports found in ${result.location}.`]
  return [
    `Evidence reports (${count(result.reports_total)} found):`,
    '',
    ...table(
      ['stored', 'result', 'backup', 'signed', 'report'],
      result.reports.map((report) => [
        moment(report.stored_at),
        report.overall_result === null ? 'unreadable' : outcome(report.overall_result),
        report.backup_id ?? '',
        report.complete ? (report.signed ? 'yes' : 'no') : paint('red', 'incomplete'),
        report.key,
      ]),
    ),
  ]
}

export function evidenceGetText(result: EvidenceGetResult): string[] {
  const what = ({ path }: { path: string }) =>
    result.format === 'json' && path.endsWith('.sig') ? 'Its signature' : 'Evidence report'
  return result.files.map(
    (file) => `${what(file)} saved to: ${file.path} (${bytes(file.size)}, SHA-256 ${file.sha256})`,
  )
}

export function evidenceTimestampText(result: EvidenceTimestampResult): string[] {
  return [
    ...result.stored.map((key) => `Timestamp uploaded: ${key}`),
    ...result.already.map((key) => `It has a timestamp already: ${key}`),
    ...warningLines(result.warnings),
  ]
}
