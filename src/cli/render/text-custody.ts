import type { CustodyEntry } from '../../contract/evidence/custody.ts'
import type { ReportLock } from '../../contract/evidence/report.ts'
import type { CustodyGeneration, CustodyResult, MonthlyReportResult } from '../../contract/results.ts'
import { paint, table } from '../paint.ts'
import { bytes, count, moment, plural } from '../words.ts'
import { warningLines } from './checks.ts'
import { outcome } from './text-evidence.ts'

export function custodyText(result: CustodyResult): string[] {
  const { record, signature } = result
  const { problems } = record
  return [
    paint('bold', `Chain of custody of "${record.backup_id}" in ${record.storage_location}`),
    `  made     ${moment(record.made_at)} by ${record.made_by}`,
    problems.length === 0
      ? paint('green', `  log      ${plural(record.log.length, 'line')}, the hash chain holds`)
      : paint('red', `  log      ${plural(problems.length, 'problem')}: the chain does NOT hold`),
    ...problems.map((problem) => paint('red', `           ${problem}`)),
    signature === null
      ? '  signed   no'
      : `  signed   ${signature.algorithm} by ${signature.signed_by}, key ${signature.key_id}${signature.token === null ? ', no timestamp' : ', with a timestamp'}`,
    ...record.generations.flatMap(generationLines),
    ...(record.log.length === 0
      ? []
      : ['', ...table(['line', 'when', 'what', 'of', 'who', 'more'], record.log.map(entryCells))]),
    ...warningLines(result.warnings),
  ]
}

function generationLines(one: CustodyGeneration): string[] {
  const { manifest_signature: signature } = one
  return [
    '',
    paint('bold', `Run ${one.generation}, ${one.state}`),
    `  created    ${moment(one.created_at)} by ${one.created_by}`,
    `  source     ${one.source_cluster === null ? 'cluster without an id' : `cluster ${one.source_cluster}`}${one.source_brokers.length === 0 ? '' : `, ${one.source_brokers.join(', ')}`}`,
    `  holds      ${plural(one.records, 'record')} (${bytes(one.bytes)}) of this run`,
    `  checksum   ${one.checksum}`,
    `  signature  ${signature.state === 'signed' ? `${signature.algorithm}, key ${signature.key_id}` : signature.state === 'broken' ? paint('red', `BROKEN: ${signature.reason}`) : 'none'}`,
    `  place      ${one.storage_location}, ${one.manifest}`,
    `  encryption ${one.encryption ?? 'the storage states none'}`,
    `  retention  ${lockWords(one.retention_policy)}`,
  ]
}

function lockWords(lock: ReportLock): string {
  const hold = lock.legal_hold === true ? ', legal hold' : ''
  if (lock.retain_until === null) return `${lock.mode}${hold} (${lock.reason})`
  return `${lock.mode} until ${moment(lock.retain_until)}${hold}`
}

function entryCells(entry: CustodyEntry): string[] {
  const { actor } = entry
  const more = Object.entries(entry.details)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${value}`)
  return [
    count(entry.seq),
    moment(entry.at),
    entry.action,
    entry.subject,
    `${actor.os_user}@${actor.host}${actor.name === null ? '' : ` (${actor.name})`}`,
    more.join(', '),
  ]
}

export function monthlyReportText(result: MonthlyReportResult): string[] {
  const { monthly, evidence } = result
  return [
    paint('bold', `=== Kafka Backup Compliance Report ===`),
    `Period: ${monthly.month}`,
    `Backup: ${result.backup_id} in ${result.location}`,
    `Result: ${outcome(result.overall_result)} (${result.reason})`,
    '',
    `Runs: ${count(monthly.runs)}, complete: ${count(monthly.runs_complete)}${monthly.success_rate === null ? '' : ` (${(monthly.success_rate * 100).toFixed(1)} %)`}`,
    ...(monthly.coverage.length === 0
      ? []
      : [
          '',
          ...table(
            ['topic', 'partitions', 'records', 'last backup', 'gaps'],
            monthly.coverage.map((one) => [
              one.topic,
              count(one.partitions),
              count(one.records),
              moment(one.last_backup_at),
              count(one.gaps),
            ]),
          ),
        ]),
    '',
    `Restores: ${count(monthly.restores.length)}`,
    ...monthly.restores.map(
      (one) =>
        `  ${moment(one.at)} by ${one.by}: ${plural(one.records, 'record')}, ${one.validated ?? 'not validated'}`,
    ),
    `Validations: ${count(monthly.validations.length)}`,
    ...monthly.validations.map(
      (one) => `  ${moment(one.at)}${one.by === null ? '' : ` by ${one.by}`}: ${one.overall_result} (${one.report_id})`,
    ),
    result.deep
      ? 'Deep check: in this report'
      : `Deep check: ${(monthly.deep_checks ?? []).length === 0 ? 'not deeply checked in this month' : 'not in this report'}`,
    ...(monthly.deep_checks ?? []).map((one) => `  ${moment(one.at)} by ${one.by}: ${one.outcome} (${one.subject})`),
    ...monthly.locks.map((lock) => `Lock: ${lockWords(lock)}`),
    `Open findings: ${count(monthly.open_findings.length)}`,
    ...monthly.open_findings.map((one) => `  ${one.severity}: ${one.text}`),
    '',
    'Evidence stored:',
    ...evidence.keys.map((key) => `  ${key}`),
    `Report SHA-256: ${evidence.report_sha256}`,
    evidence.signed
      ? `Signed: ${evidence.signature_algorithm} by ${evidence.signed_by}`
      : paint('yellow', 'Signed: no (no key is configured)'),
    ...warningLines(result.warnings),
  ]
}
