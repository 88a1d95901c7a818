import type { EvidenceReport, ReportCheck, ReportMonthly } from '../../contract/evidence/report.ts'
import { count, plural } from '../../contract/words.ts'
import { isSampled } from '../report/overall.ts'
import { monthName } from '../report/plain.ts'

/** The answer, as a sentence that follows from the facts. Of what was checked, never of whether this paper is genuine. */
export function headline(report: EvidenceReport): string {
  const { kind, extraction, monthly } = report.coffer
  const { overall_result: overall, checks_failed, checks_total } = report.validation
  if (kind === 'monthly' && monthly !== undefined) return monthlyHeadline(report, monthly)
  if (kind === 'extraction' && extraction !== undefined) {
    if (overall === 'FAILED') return 'The extraction failed its checks'
    if (overall === 'INDETERMINATE') return 'It can not be said whether the extraction is complete'
    if (extraction.records === 0) return 'No record in the archive matches the request'
    return `${plural(extraction.records, 'record')} ${extraction.records === 1 ? 'matches' : 'match'} the request`
  }
  switch (overall) {
    case 'PASSED':
      if (comparedAll(report)) return 'What was restored is exactly what was archived'
      return find(report, 'IntegrityCheck') && checks_total === 1
        ? 'The archive is whole and unchanged'
        : 'Every check that ran has passed'
    case 'FAILED':
      return checks_total === 1 ? 'The check failed' : `${count(checks_failed)} of ${count(checks_total)} checks failed`
    case 'WARNING':
      return 'The checks passed, with warnings that somebody must judge'
    default:
      return checks_total === 0 ? 'Nothing was checked' : 'The checks could not come to a result'
  }
}

function monthlyHeadline({ validation }: EvidenceReport, monthly: ReportMonthly): string {
  const month = monthName(monthly.month)
  const { overall_result: overall, checks_failed, checks_total } = validation
  if (monthly.runs === 0) return `No backup ran in ${month}`
  const unfinished = monthly.runs - monthly.runs_complete
  if (unfinished > 0)
    return `${count(unfinished)} of ${plural(monthly.runs, 'backup run')} in ${month} did not complete`
  const done =
    monthly.runs === 1
      ? `The backup run of ${month} completed`
      : `All ${count(monthly.runs)} backup runs of ${month} completed`
  if (overall === 'FAILED') return `${done}, but ${count(checks_failed)} of ${count(checks_total)} checks failed`
  return overall === 'INDETERMINATE' ? `${done}, but not everything could be checked` : done
}

/** A longer finding stands under the checks alone, whole. */
const MAX_DETAIL = 300

/**
 * What the result means, in plain words; a sentence or two for each thing that was found.
 * @param rooted whether the manifest states a Merkle root for every segment, which archives of other programs don't
 */
export function meaning(report: EvidenceReport, rooted = true): string[] {
  const { kind, extraction } = report.coffer
  const { validation } = report
  const lines: string[] = []
  if (kind === 'extraction' && extraction !== undefined) lines.push(...extractionMeaning(report, rooted))
  for (const check of validation.results.filter((each) => each.outcome === 'FAILED')) {
    const where = 'What was found stands under “Checks”'
    lines.push(
      `${nameOf(check)}: failed. ${check.detail.length > MAX_DETAIL ? where : check.detail.replace(/\.$/, '')}.`,
    )
  }
  const content = find(report, 'ContentCheck')
  if (content?.outcome === 'PASSED') lines.push(contentMeaning(report, content))
  if (kind === 'monthly' && report.coffer.monthly?.runs === 0) {
    lines.push(
      `No backup ran in ${monthName(report.coffer.monthly.month)}: whether anything of that month is kept can’t be said. What the archive holds of other months is no answer.`,
    )
  }
  if (report.integrity.checksums_valid) {
    lines.push(
      rooted
        ? 'Every segment of the archive was read, and its checksums, digests and counts were computed anew and agree with the manifest.'
        : 'Every segment of the archive was read, and the checksum in each and the counts of the manifest were found to be right. The manifest does not state a digest of every segment, so that a change made together with its checksum would not show.',
    )
  }
  if (validation.checks_indeterminate > 0) {
    lines.push(
      `${plural(validation.checks_indeterminate, 'check')} could not tell. That is neither good nor bad news: it means that nobody knows yet.`,
    )
  }
  if (validation.checks_total - validation.checks_skipped === 0 && kind !== 'monthly') {
    lines.push('No check ran, so this report shows nothing about the data.')
  }
  if (validation.checks_warned > 0)
    lines.push(
      `${plural(validation.checks_warned, 'check')} found something that is no failure by the rules set, and that a person should look at.`,
    )
  return lines
}

function contentMeaning(report: EvidenceReport, content: ReportCheck): string {
  if (isSampled(content)) {
    return 'A sample of the records was compared with the target and no difference was found; records outside the sample were not compared.'
  }
  const of = comparedTopics(report, content)
  const which = of === null ? 'Each archived record in scope' : `Each archived record of ${of}`
  return `${which} was compared with the record on the target: key, value, headers in their order, and timestamp.`
}

/** Where a comparison was asked for of some topics alone: which part of the scope that is; else null. */
function comparedTopics({ coffer }: EvidenceReport, content: ReportCheck): string | null {
  const compared = content.data?.topics
  if (typeof compared !== 'number' || compared >= coffer.scope.topics_total) return null
  return `${count(compared)} of ${plural(coffer.scope.topics_total, 'topic')} in scope`
}

function extractionMeaning(report: EvidenceReport, rooted: boolean): string[] {
  const { extraction } = report.coffer
  if (extraction === undefined) return []
  const { records, segments_read, segments_skipped, segments_failed, redacted } = extraction
  const read = `${plural(segments_read, 'segment')} of the archive ${segments_read === 1 ? 'was' : 'were'} read`
  const lines = [
    segments_skipped === 0
      ? `${read}; none was skipped.`
      : `${read}; ${plural(segments_skipped, 'segment')} could hold no match, by the times and names in the manifest, and ${segments_skipped === 1 ? 'was' : 'were'} skipped.`,
  ]
  if (segments_failed > 0) {
    lines.push(`${plural(segments_failed, 'segment')} could not be read, so that records may be missing.`)
  }
  if (records === 0 && segments_failed === 0) {
    lines.push('That nothing was found is itself a result: the package proves which segments were read.')
  }
  if (records > 0) {
    lines.push(
      rooted
        ? 'Each record in the package carries a proof that leads to its segment’s Merkle root in the manifest, so that it can be shown to be in the archive without disclosing any other record.'
        : 'Each record in the package carries a proof that leads to a Merkle root which was computed while its segment was read. The archive’s own manifest does not state one for each segment, so that nothing older vouches for it.',
    )
  }
  if (redacted > 0)
    lines.push(
      `In ${plural(redacted, 'record')} something is hidden by the rules listed below; the proof is of the original.`,
    )
  return lines
}

export function nameOf(check: Pick<ReportCheck, 'check_name'>): string {
  const NAMES: Readonly<Record<string, string>> = {
    ContentCheck: 'Contents, record by record',
    MessageCountCheck: 'Number of records',
    OffsetRangeCheck: 'Range of offsets',
    ConsumerGroupOffsetCheck: 'Consumer groups',
    IntegrityCheck: 'Integrity of the archive',
    TopicConfigurationCheck: 'Configuration of topics',
    BackupRunsCheck: 'Backup runs of the month',
    CustodyCheck: 'Chain of custody',
    ExtractionCheck: 'Extraction',
  }
  if (check.check_name.startsWith('CustomWebhook:'))
    return `Own check “${check.check_name.slice('CustomWebhook:'.length)}”`
  return NAMES[check.check_name] ?? check.check_name
}

function find(report: EvidenceReport, name: string): ReportCheck | undefined {
  return report.validation.results.find((check) => check.check_name === name)
}

function comparedAll(report: EvidenceReport): boolean {
  const content = find(report, 'ContentCheck')
  return content?.outcome === 'PASSED' && !isSampled(content) && comparedTopics(report, content) === null
}
