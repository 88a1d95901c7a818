import type { EvidenceReport, ReportAccount, ReportScope } from '../../contract/evidence/report.ts'
import { isoTime } from '../../contract/time.ts'
import { count, plural } from '../../contract/words.ts'
import { bytes, day, duration } from '../report/plain.ts'
import { accountBar, bar, coverage, drawnTopics, isDrawn, timeline, totalsOf } from './charts.ts'
import { checkData } from './check-data.ts'
import { type Fact, facts } from './facts.ts'
import { body, mono, muted, type Sheet, strong } from './sheet.ts'
import { type Cell, type Column, table } from './table.ts'
import { INK, MUTED, OUTCOME_COLOURS, SIZE } from './theme.ts'
import { nameOf } from './words.ts'

export function notCovered(sheet: Sheet, report: EvidenceReport): void {
  sheet.heading('What was not covered', 1)
  const lines = report.coffer.not_covered
  if (lines.length === 0) sheet.paragraph('Nothing was left out that the program knows of.')
  else sheet.bullets(lines)
}

export function checks(sheet: Sheet, report: EvidenceReport): void {
  sheet.heading('Checks', 1, 200)
  const { results } = report.validation
  if (results.length === 0) sheet.paragraph('No check was part of this report.')
  for (const check of results) {
    sheet.heading(nameOf(check), 2, check.data === null ? 70 : 170)
    const colour = OUTCOME_COLOURS[check.outcome]?.ink ?? MUTED
    sheet.paragraph([{ ...strong(check.outcome), colour }, body(`  ${check.detail}`)], { after: 2 })
    sheet.paragraph([muted(`${check.check_name}, took ${duration(check.duration_ms / 1000)}`, SIZE.tiny)], { after: 4 })
    if (check.data !== null) checkData(sheet, check.check_name, check.data)
  }
}

/** More rows than this would be paper that nobody reads: then those with losses are printed, and all are attached. */
export const PRINTED_PARTITIONS = 1000
/** So many are named on the first page. */
export const FEW_TOPICS = 8
const LOSSES = ['deleted_during', 'unexplained', 'unaccounted']

const KINDS: Readonly<Record<string, string>> = {
  archived: 'a record that is in the archive',
  aborted: 'written by a transaction that was aborted; no committed consumer ever sees it',
  control: 'a commit or abort marker of a transaction; no data',
  compacted: 'no longer on the log of a topic that compacts',
  deleted_before: 'deleted by retention or on request before the first run',
  deleted_during: 'deleted after a run began and before it could be read; lost',
  unexplained: 'not on the log, and nothing on the topic explains why',
  unaccounted: 'between segments of an archive that keeps no account',
}

export function account(sheet: Sheet, report: EvidenceReport): void {
  const { account: list, scope } = report.coffer
  sheet.heading('Account of offsets', 1)
  sheet.paragraph(
    'Each offset in the archived range is accounted for by one of these kinds; offsets that are lost, or that nothing explains, stand among them.',
  )
  accountBar(sheet, list)
  const totals = totalsOf(list)
  facts(
    sheet,
    [...totals]
      .filter(([kind, value]) => value > 0 || kind === 'archived')
      .map(([kind, value]): Fact => [kind.replaceAll('_', ' '), `${count(value)}: ${KINDS[kind] ?? 'another kind'}`]),
  )
  const few = list.length <= PRINTED_PARTITIONS
  const mapped = scope.topics.some((topic) => topic.target !== null)
  if (mapped || !few || scope.topics.length > FEW_TOPICS) topicTable(sheet, scope, mapped)
  const lossy = few ? [] : list.filter((entry) => LOSSES.some((kind) => (entry.absent[kind] ?? 0) > 0))
  const printed = few ? list : lossy.slice(0, PRINTED_PARTITIONS)
  if (!few) {
    sheet.paragraph(
      `${plural(list.length, 'partition')} are in scope. ${lossy.length === 0 ? 'None of them has' : `${count(lossy.length)} of them have`} offsets that are lost or unexplained${printed.length < lossy.length ? `; the first ${count(printed.length)} are printed` : ''}. The attached report has the account of each.`,
    )
  }
  if (printed.length === 0) return
  table(
    sheet,
    [
      { title: 'Topic', share: 26 },
      { title: 'Partition', share: 10, align: 'right' },
      { title: 'First offset', share: 15, align: 'right' },
      { title: 'Ends before', share: 16, align: 'right' },
      { title: 'Archived', share: 14, align: 'right' },
      { title: 'Not in the archive', share: 34 },
      { title: 'Share', share: 14 },
    ],
    printed.map((entry) => accountRow(sheet, entry)),
    SIZE.small - 0.5,
  )
}

function topicTable(sheet: Sheet, scope: ReportScope, mapped: boolean): void {
  if (scope.topics.length < scope.topics_total) {
    sheet.paragraph(
      `${count(scope.topics_total)} topics are in scope, of which the report lists ${count(scope.topics.length)}; the attached manifest has all.`,
    )
  }
  table(
    sheet,
    [
      { title: 'Topic in the archive', share: 40 },
      ...(mapped ? [{ title: 'On the target', share: 40 }] : []),
      { title: 'Partitions', share: 12, align: 'right' },
      { title: 'Records', share: 16, align: 'right' },
      { title: 'Segments', share: 12, align: 'right' },
    ],
    scope.topics.map(({ source, target, partitions, records, segments }) => [
      source,
      ...(mapped ? [target ?? 'none'] : []),
      count(partitions),
      count(records),
      count(segments),
    ]),
    SIZE.small - 0.5,
  )
}

function accountRow(sheet: Sheet, entry: ReportAccount) {
  const absent = Object.entries(entry.absent).filter(([, value]) => value > 0)
  return [
    entry.topic,
    count(entry.partition),
    count(entry.from),
    count(entry.to),
    count(entry.archived),
    absent.map(([kind, value]) => `${kind.replaceAll('_', ' ')} ${count(value)}`).join(', ') || 'none',
    {
      spans: [{ text: '', face: 'sans' as const, size: SIZE.small, colour: INK }],
      draw: (x: number, y: number, width: number) => bar(sheet, totalsOf([entry]), x, y + 2, width, 6),
    },
  ]
}

export function pictures(sheet: Sheet, report: EvidenceReport): void {
  const { timeline: runs, account: list } = report.coffer
  sheet.heading('Timeline and coverage', 1, 160)
  if (runs.length === 0) sheet.paragraph('The earlier runs of this backup were not read, so there is no timeline.')
  else {
    const unfinished = runs.filter((run) => run.state !== 'complete').length
    sheet.paragraph(
      `${plural(runs.length, 'run')} of this backup, as high as the number of records each added${unfinished > 0 ? `; ${count(unfinished)} with a dashed outline did not complete` : ''}.`,
      { after: 6 },
    )
    timeline(sheet, report)
  }
  const { timed, drawn } = drawnTopics(sheet, list)
  if (drawn.length === 0) {
    sheet.paragraph('No record in scope has a time that a calendar holds, so there is no picture of coverage.')
    return
  }
  const left = timed - drawn.length
  sheet.ensure(120)
  sheet.paragraph(
    `From the first to the last record of each topic, by the times of the records${report.coffer.scope.window === null ? '' : '; the window that was asked for lies behind the bars'}.${left > 0 ? ` The first ${drawn.length} of ${count(timed)} topics are drawn; the attached report has all.` : ''}`,
    { after: 6 },
  )
  coverage(sheet, report, drawn)
  const odd = list.filter((entry) =>
    [entry.min_timestamp, entry.max_timestamp].some((time) => time !== null && !isDrawn(time)),
  )
  if (odd.length > 0) {
    sheet.paragraph(
      `${plural(odd.length, 'partition')} ${odd.length === 1 ? 'has' : 'have'} records with times before 1990 or after 2100, which are not drawn: ${odd
        .slice(0, 20)
        .map(
          (entry) =>
            `${entry.topic} partition ${entry.partition} (${isoTime(entry.min_timestamp ?? 0)} to ${isoTime(entry.max_timestamp ?? 0)})`,
        )
        .join('; ')}${odd.length > 20 ? `; and ${count(odd.length - 20)} more, listed in the attached report` : ''}.`,
    )
  }
}

export function extraction(sheet: Sheet, report: EvidenceReport): void {
  const { case: matter, extraction: facts_ } = report.coffer
  if (matter !== undefined) {
    sheet.heading('The request', 1)
    facts(sheet, [
      ['Matter', matter.matter],
      ['Custodian', matter.custodian ?? 'not stated'],
      ['Asked for by', matter.requested_by ?? 'not stated'],
      ['Reason', matter.reason ?? 'not stated'],
    ])
  }
  if (facts_ === undefined) return
  sheet.heading('What was extracted', 1)
  facts(sheet, [
    ['Records', count(facts_.records)],
    ['Size without loss', bytes(facts_.bytes)],
    ['Formats', facts_.formats.join(', ') || 'none'],
    [
      'Segments',
      `${count(facts_.segments_read)} read, ${count(facts_.segments_skipped)} skipped on a ground stated in the package, ${count(facts_.segments_failed)} could not be read`,
    ],
    ['Not decodable', plural(facts_.undecodable, 'record')],
    ['Redacted', plural(facts_.redacted, 'record')],
    ['Content digest', [mono(facts_.content_sha256, SIZE.small - 0.5)]],
  ])
  sheet.paragraph(
    'The content digest is the SHA-256 of records/records.ndjson in the package. The same extraction from the same archive gives the same digest.',
  )
  if (facts_.rules.length > 0) {
    sheet.heading('Rules that hide something', 2)
    table(
      sheet,
      [
        { title: 'Rule', share: 20 },
        { title: 'What it does', share: 80 },
      ],
      facts_.rules.map((rule) => [[mono(rule.id)], rule.what]),
    )
  }
}

export function monthly(sheet: Sheet, report: EvidenceReport): void {
  const month = report.coffer.monthly
  if (month === undefined) return
  listed(
    sheet,
    'Open findings',
    'None.',
    [
      { title: 'Severity', share: 14 },
      { title: 'Finding', share: 86 },
    ],
    month.open_findings.map((finding) => [[strong(finding.severity)], finding.text]),
  )
  listed(
    sheet,
    'Coverage by topic',
    'No topic is in the backup.',
    [
      { title: 'Topic', share: 40 },
      { title: 'Partitions', share: 12, align: 'right' },
      { title: 'Records', share: 16, align: 'right' },
      { title: 'Last backup', share: 34 },
      { title: 'Gaps', share: 10, align: 'right' },
    ],
    month.coverage.map((topic) => [
      topic.topic,
      count(topic.partitions),
      count(topic.records),
      day(topic.last_backup_at),
      count(topic.gaps),
    ]),
  )
  listed(
    sheet,
    'Restores',
    'No restore was recorded in this month.',
    [
      { title: 'When', share: 26 },
      { title: 'By', share: 20 },
      { title: 'Restore', share: 30 },
      { title: 'Records', share: 14, align: 'right' },
      { title: 'Validated', share: 14 },
    ],
    month.restores.map((restore) => [
      day(restore.at),
      restore.by,
      [mono(restore.restore_id, SIZE.tiny)],
      count(restore.records),
      outcome(restore.validated ?? 'not validated'),
    ]),
  )
  listed(
    sheet,
    'Validations',
    'No validation was recorded in this month.',
    [
      { title: 'When', share: 26 },
      { title: 'By', share: 20 },
      { title: 'Report', share: 44 },
      { title: 'Result', share: 16 },
    ],
    month.validations.map((validation) => [
      day(validation.at),
      validation.by ?? 'not recorded',
      [mono(validation.report_id, SIZE.tiny)],
      outcome(validation.overall_result),
    ]),
  )
  listed(
    sheet,
    'Checks that read every byte',
    report.validation.results.some((check) => check.check_name === 'IntegrityCheck' && check.data?.deep === true)
      ? 'This report’s own check did; in the month itself no other was recorded.'
      : 'Not deeply checked: no such check was recorded in this month, and this report made none.',
    [
      { title: 'When', share: 26 },
      { title: 'By', share: 20 },
      { title: 'Report or manifest', share: 44 },
      { title: 'Result', share: 16 },
    ],
    (month.deep_checks ?? []).map((check) => [
      day(check.at),
      check.by,
      [mono(check.subject, SIZE.tiny)],
      outcome(check.outcome),
    ]),
  )
  listed(
    sheet,
    'Locks and holds',
    'The storage was not asked for locks.',
    [
      { title: 'Mode', share: 18 },
      { title: 'Until', share: 30 },
      { title: 'Legal hold', share: 14 },
      { title: 'As the storage says', share: 42 },
    ],
    month.locks.map((lock) => [
      lock.mode,
      lock.retain_until === null ? 'no end stated' : day(lock.retain_until),
      lock.legal_hold === null ? 'not known' : lock.legal_hold ? 'yes' : 'no',
      lock.reason,
    ]),
  )
  listed(
    sheet,
    'Runs',
    'No run was recorded.',
    [
      { title: 'Generation', share: 12, align: 'right' },
      { title: 'Started', share: 30 },
      { title: 'Ended', share: 30 },
      { title: 'State', share: 14 },
      { title: 'Records', share: 15, align: 'right' },
      { title: 'Size', share: 12, align: 'right' },
    ],
    report.coffer.timeline.map((run) => [
      count(run.generation),
      day(run.started_at),
      run.ended_at === null ? 'not ended' : day(run.ended_at),
      run.state,
      count(run.records),
      bytes(run.bytes),
    ]),
  )
}

/** A heading, and below it a table, or a sentence where there is nothing to list. */
function listed(
  sheet: Sheet,
  title: string,
  none: string,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
): void {
  sheet.heading(title, 1)
  if (rows.length === 0) sheet.paragraph(none)
  else table(sheet, columns, rows)
}

function outcome(word: string) {
  return [{ text: word, face: 'bold' as const, size: SIZE.small, colour: OUTCOME_COLOURS[word]?.ink ?? MUTED }]
}
