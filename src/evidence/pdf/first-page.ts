import type { EvidenceReport } from '../../contract/evidence/report.ts'
import { count, plural } from '../../contract/words.ts'
import { bytes, day, duration, monthName, storagePlace } from '../report/plain.ts'
import { type Fact, facts } from './facts.ts'
import { masthead, oneLine } from './masthead.ts'
import { FEW_TOPICS } from './sections.ts'
import { body, mono, type Sheet } from './sheet.ts'
import { INK, LINE, MUTED, OUTCOME_COLOURS, SIZE } from './theme.ts'
import { headline, meaning } from './words.ts'
import { type Line, wrap } from './wrap.ts'

const KINDS = {
  validation: 'Evidence report: validation',
  extraction: 'Evidence report: extraction',
  monthly: 'Monthly report',
}

/** The answer, what it rests on, who and when, and what it means in plain words. @param rooted as `meaning` has it */
export function firstPage(sheet: Sheet, report: EvidenceReport, rooted: boolean): void {
  masthead(sheet, KINDS[report.coffer.kind], headline(report), 'Result')
  sheet.paragraph([{ text: context(report), face: 'sans', size: SIZE.body, colour: MUTED }], { after: 10 })
  outcomeBand(sheet, report)
  figures(sheet, keyFigures(report))
  const lines = meaning(report, rooted)
  if (lines.length > 0) {
    sheet.heading('What this means', 2, 30)
    for (const line of lines) sheet.paragraph(line, { after: 4 })
  }
  sheet.paragraph(
    'Whether this document is genuine and unchanged is not for the document to say: ask the signature panel of your PDF viewer, or the tools in the last section.',
    { after: 6 },
  )
  sheet.heading('Scope, who and when', 2, 40)
  facts(sheet, particulars(report))
}

function context(report: EvidenceReport): string {
  const { coffer } = report
  const when = `made on ${day(report.generated_at)}`
  if (coffer.kind === 'extraction' && coffer.case)
    return `Matter ${coffer.case.matter}, backup ${report.backup.id}, ${when}.`
  if (coffer.kind === 'monthly' && coffer.monthly)
    return `Backup ${report.backup.id}, ${monthName(coffer.monthly.month)}, ${when}.`
  return `Backup ${report.backup.id}, ${plural(coffer.scope.topics_total, 'topic')}, ${when}.`
}

/** The overall result as a word; the checks are counted beside it. No picture: a tick on paper proves nothing. */
function outcomeBand(sheet: Sheet, report: EvidenceReport): void {
  const { validation } = report
  const colours = OUTCOME_COLOURS[validation.overall_result] ?? { ink: MUTED, ground: LINE }
  const word = wrap(
    [{ text: validation.overall_result, face: 'bold', size: 13, colour: colours.ink }],
    160,
    sheet.type,
  )[0] as Line
  const counted = wrap([body(outcomeCounts(report))], sheet.width - word.width - 52, sheet.type)
  const height = Math.max(34, counted.length * sheet.lineHeight(SIZE.body) + 16)
  sheet.ensure(height)
  const top = sheet.y
  sheet.artifact(() => {
    sheet.doc.save().rect(sheet.left, top, sheet.width, height).fill(colours.ground).restore()
    sheet.doc.save().rect(sheet.left, top, 4, height).fill(colours.ink).restore()
  })
  sheet.element('P', () => {
    sheet.content(() => sheet.line(word, sheet.left + 18, top + (height - sheet.lineHeight(13)) / 2))
    let y = top + (height - counted.length * sheet.lineHeight(SIZE.body)) / 2
    for (const line of counted) {
      sheet.content(() => sheet.line(line, sheet.left + word.width + 36, y))
      y += sheet.lineHeight(SIZE.body)
    }
  })
  sheet.y = top + height + 12
}

function outcomeCounts(report: EvidenceReport): string {
  const { checks_total, checks_passed, checks_failed, checks_warned, checks_skipped, checks_indeterminate } =
    report.validation
  if (checks_total === 0) return 'No check was part of this report.'
  const parts = [`${count(checks_passed)} of ${count(checks_total)} checks passed`, `${count(checks_failed)} failed`]
  if (checks_warned > 0) parts.push(`${count(checks_warned)} with warnings`)
  if (checks_indeterminate > 0) parts.push(`${count(checks_indeterminate)} without a result`)
  parts.push(`${count(checks_skipped)} skipped`)
  return `${parts.join(', ')}.`
}

type Figure = readonly [value: string, label: string]

function keyFigures(report: EvidenceReport): Figure[] {
  const { coffer, validation } = report
  const { extraction, monthly, durations } = coffer
  if (extraction !== undefined) {
    const segments = extraction.segments_read + extraction.segments_skipped + extraction.segments_failed
    return [
      [count(extraction.records), 'records extracted'],
      [bytes(extraction.bytes), 'of records without loss'],
      [`${count(extraction.segments_read)} of ${count(segments)}`, 'segments read'],
      [count(extraction.redacted), 'records redacted'],
    ]
  }
  if (monthly !== undefined) {
    const validated = monthly.restores.filter((restore) => restore.validated === 'PASSED').length
    return [
      [`${count(monthly.runs_complete)} of ${count(monthly.runs)}`, 'runs complete'],
      [monthly.success_rate === null ? 'none' : `${Number((monthly.success_rate * 100).toFixed(1))} %`, 'success rate'],
      [count(validated), 'tested restores'],
      [count(monthly.open_findings.length), 'open findings'],
    ]
  }
  const ran = validation.checks_total > validation.checks_skipped
  const records = coffer.account.reduce((sum, entry) => sum + entry.archived, 0)
  const recovery =
    !ran || durations.restore === null || durations.validation === null
      ? null
      : durations.restore + durations.validation
  return [
    [count(records), 'records in scope'],
    [count(coffer.account.length), coffer.account.length === 1 ? 'partition' : 'partitions'],
    [`${count(validation.checks_passed)} of ${count(validation.checks_total)}`, 'checks passed'],
    [recovery === null ? 'not tested' : duration(recovery), 'restore and check took'],
  ]
}

function figures(sheet: Sheet, list: readonly Figure[]): void {
  const gap = 10
  const width = (sheet.width - gap * (list.length - 1)) / list.length
  const values = list.map(([value]) =>
    wrap(
      [{ text: value, face: 'serif', size: value.length > 12 ? 13 : SIZE.figure, colour: INK }],
      width - 18,
      sheet.type,
    ),
  )
  const height =
    Math.max(...values.map((lines) => lines.reduce((sum, line) => sum + sheet.lineHeight(line.size), 0))) + 30
  sheet.ensure(height)
  const top = sheet.y
  for (const [index, [, label]] of list.entries()) {
    const x = sheet.left + index * (width + gap)
    sheet.artifact(() =>
      sheet.doc.save().lineWidth(0.7).strokeColor(LINE).roundedRect(x, top, width, height, 3).stroke().restore(),
    )
    sheet.element('P', () => {
      let y = top + 8
      for (const line of values[index] ?? []) {
        sheet.content(() => sheet.line(line, x + 9, y))
        y += sheet.lineHeight(line.size)
      }
      const name = oneLine(sheet, label, 'sans', SIZE.small, MUTED)
      sheet.content(() => sheet.line(name, x + 9, top + height - 19))
    })
  }
  sheet.y = top + height + 6
}

function particulars(report: EvidenceReport): Fact[] {
  const { coffer, backup, restore } = report
  const { source, operator, host, scope } = coffer
  const list: Fact[] = [
    [
      'Backup',
      `${backup.id}: ${plural(backup.total_records, 'record')}, ${plural(backup.total_topics, 'topic')}, ${plural(backup.total_partitions, 'partition')}, ${plural(backup.total_segments, 'segment')}`,
    ],
    [
      'Source cluster',
      `${source.cluster_id ?? 'cluster id not recorded'}${source.brokers.length === 0 ? '' : `, ${source.brokers.join(', ')}`}${source.kafka_version === null ? '' : `, Kafka ${source.kafka_version}`}`,
    ],
    ['Storage', storagePlace(backup.storage_backend)],
  ]
  if (restore.target_bootstrap_servers.length > 0) list.push(['Target', restore.target_bootstrap_servers.join(', ')])
  if (scope.topics.length <= FEW_TOPICS) {
    list.push([
      'Topics',
      scope.topics
        .map((topic) =>
          topic.target === null || topic.target === topic.source
            ? topic.source
            : `${topic.source} restored as ${topic.target}`,
        )
        .join(', ') || 'none',
    ])
  } else list.push(['Topics', `${count(scope.topics_total)}, listed under “Account of offsets”`])
  if (scope.window !== null) {
    const time = scope.window.time === 'broker' ? 'broker time' : 'record time'
    list.push([
      'Window',
      `from ${scope.window.start === null ? 'the beginning' : day(scope.window.start)} to ${scope.window.end === null ? 'the end' : day(scope.window.end)}, both included, by ${time}`,
    ])
  }
  if (scope.filters !== null) list.push(['Filters', [mono(scope.filters)]])
  list.push(
    [
      'Made by',
      `${operator.name ?? 'no name configured'}${operator.role === null ? '' : `, ${operator.role}`} (user ${operator.os_user} on ${host.name})`,
    ],
    ['Started and ended', `${day(coffer.started_at)} to ${day(coffer.ended_at)}`],
  )
  if (report.triggered_by !== undefined) list.push(['Triggered by', report.triggered_by])
  list.push(['Report', [mono(report.report_id)]])
  return list
}
