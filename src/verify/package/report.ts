import type { PackageCoverage, PackageIndex } from '../../contract/evidence/package.ts'
import type { ReportExtraction } from '../../contract/evidence/report.ts'
import type { VerifyCheck } from '../../contract/evidence/verdict.ts'
import { count, type Fields, instant, list, object, readCanonical, text } from './document.ts'
import type { ManifestFacts } from './manifest.ts'
import { failedCheck, passedCheck, quoted, unknownCheck } from './refusal.ts'
import { readScope, scopePairs, type ToldScope } from './scope.ts'
import { manifestPairs, outcomePairs, readTold, searchPairs, type Told } from './told.ts'
import type { Walked } from './walk.ts'

const CHECK = 'report'
const PATH = 'report.json'

/** What a report says, as far as the package can tell whether it is so. */
export interface ReportFacts {
  reportId: string
  backupId: string
  generatedAt: string
  overallResult: string
  manifestSha256: string
  verifierPageSha256: string | null
  extraction: Omit<ReportExtraction, 'bytes' | 'undecodable'> | null
  scope: ToldScope | null
  told: Told
  signer: { name: string | null; role: string | null; meaning: string | null }
}

/** @throws Refusal FORMAT_FAILURE where it is no report of schema 1.0 in canonical JSON */
export function readReport(bytes: Uint8Array): ReportFacts {
  const root = readCanonical(bytes, PATH)
  const at = (name: string) => `${PATH}: ${name}`
  const coffer = object(root.coffer, at('coffer'))
  const backup = object(root.backup, at('backup'))
  const operator = object(coffer.operator, at('coffer.operator'))
  const nullable = (value: unknown, name: string) =>
    value === null || value === undefined ? null : text(value, at(name))
  return {
    reportId: text(root.report_id, at('report_id')),
    backupId: text(backup.id, at('backup.id')),
    generatedAt: instant(root.generated_at, at('generated_at')),
    overallResult: text(object(root.validation, at('validation')).overall_result, at('validation.overall_result')),
    manifestSha256: text(
      object(root.integrity, at('integrity')).backup_manifest_sha256,
      at('integrity.backup_manifest_sha256'),
    ),
    verifierPageSha256: nullable(coffer.verifier_page_sha256, 'coffer.verifier_page_sha256'),
    extraction:
      coffer.extraction === undefined ? null : readExtraction(object(coffer.extraction, at('coffer.extraction'))),
    scope: coffer.extraction === undefined ? null : readScope(coffer, PATH),
    told: readTold(root, coffer, PATH),
    signer: {
      name: nullable(operator.name, 'coffer.operator.name'),
      role: nullable(operator.role, 'coffer.operator.role'),
      meaning: nullable(operator.meaning, 'coffer.operator.meaning'),
    },
  }
}

function readExtraction(fields: Fields): NonNullable<ReportFacts['extraction']> {
  const at = (name: string) => `${PATH}: coffer.extraction.${name}`
  const figure = (name: string) => count(fields[name], at(name))
  return {
    records: figure('records'),
    redacted: figure('redacted'),
    segments_read: figure('segments_read'),
    segments_skipped: figure('segments_skipped'),
    segments_failed: figure('segments_failed'),
    content_sha256: text(fields.content_sha256, at('content_sha256')),
    formats: list(fields.formats, at('formats')).map((item) => text(item, at('formats'))),
    rules: list(fields.rules, at('rules')).map((item) => {
      const rule = object(item, at('rules'))
      return { id: text(rule.id, at('rules.id')), what: text(rule.what, at('rules.what')) }
    }),
  }
}

/** What was found in the package itself; null where that part could not be read. */
export interface PackageFindings {
  index: PackageIndex
  manifestSha256: string | null
  manifest: ManifestFacts | null
  contentSha256: string | null
  verifierSha256: string | null
  /** In which forms the records are there, by the names that a configuration has for them. */
  formats: readonly string[]
  coverage: PackageCoverage | null
  /** Topics of the archive that the coverage asks for. */
  wantedTopics: readonly string[] | null
  walked: Walked | null
}

/** Compares every figure that the report and the index tell of the package with the package. */
export function checkReport(report: ReportFacts, found: PackageFindings): VerifyCheck[] {
  const { index, coverage, walked } = found
  const { extraction } = report
  const differences: string[] = []
  let compared = 0
  const compare = (what: string, told: unknown, is: unknown) => {
    if (is === null || is === undefined) return
    compared++
    if (told !== is) differences.push(`the report says ${what} is ${quoted(told)}, and the package has ${quoted(is)}`)
  }
  compare('the report', report.reportId, index.report_id)
  compare('the backup', report.backupId, index.backup_id)
  compare('the backup of the manifest', report.backupId, found.manifest?.backupId)
  const settled = [
    ...(found.manifest === null ? [] : manifestPairs(report.told, found.manifest)),
    ...(coverage === null ? [] : searchPairs(report.told, coverage.totals)),
    ...outcomePairs(report.told),
  ]
  for (const [what, told, is] of settled) compare(what, told, is)
  compare('the SHA-256 of the manifest', report.manifestSha256, found.manifestSha256)
  compare('the SHA-256 of the verifier page', report.verifierPageSha256, found.verifierSha256)
  if (extraction !== null) {
    compare('the digest of the records', extraction.content_sha256, found.contentSha256)
    compare('the number of records', extraction.records, walked?.records)
    compare('the number of redacted records', extraction.redacted, walked?.redacted)
    compare('the number of segments read', extraction.segments_read, coverage?.totals.read)
    compare('the number of segments skipped', extraction.segments_skipped, coverage?.totals.skipped)
    compare('the number of segments that failed', extraction.segments_failed, coverage?.totals.failed)
    // Parquet of no records is no file at all
    const told = extraction.formats.filter((name) => name !== 'parquet' || extraction.records > 0)
    compare('the forms of the records', [...told].sort().join(', '), [...found.formats].sort().join(', '))
    if (report.scope !== null && coverage !== null && found.wantedTopics !== null) {
      for (const [what, told, is] of scopePairs(report.scope, coverage, found.wantedTopics)) compare(what, told, is)
    }
    const rules = new Set(extraction.rules.map(({ id }) => id))
    for (const name of walked?.rules ?? []) {
      compared++
      if (!rules.has(name))
        differences.push(`records are redacted by a rule ${quoted(name)} that the report does not tell of`)
    }
  }
  const checks = differences.map((difference) => failedCheck(CHECK, PATH, 'REPORT_DIFFERS', `${capital(difference)}.`))
  checks.push(...checkIndexFigures(found))
  if (checks.length > 0) return checks
  if (extraction === null) {
    return [
      unknownCheck(
        CHECK,
        PATH,
        'REPORT_DIFFERS',
        'The report is not of an extraction, so it tells nothing of these records.',
      ),
    ]
  }
  return [
    passedCheck(
      CHECK,
      PATH,
      `The report is of this package: its ${compared} figures and digests agree with what is in it.`,
    ),
  ]
}

function checkIndexFigures({ index, contentSha256, walked }: PackageFindings): VerifyCheck[] {
  const checks: VerifyCheck[] = []
  if (contentSha256 !== null && contentSha256 !== index.content_sha256) {
    checks.push(
      failedCheck(
        'index',
        'index.json',
        'REPORT_DIFFERS',
        'The index states another digest of the records than they have.',
      ),
    )
  }
  if (walked !== null && walked.records !== index.records) {
    const reason = `The index states ${quoted(index.records)} records, and there are ${quoted(walked.records)}.`
    checks.push(failedCheck('index', 'index.json', 'REPORT_DIFFERS', reason))
  }
  return checks
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
