import type { EvidenceReport, ReportAccount, ReportRun } from '../../contract/evidence/report.ts'
import type { Int64 } from '../../contract/record.ts'
import { count, plural } from '../../contract/words.ts'
import { day } from '../report/plain.ts'
import type { Sheet } from './sheet.ts'
import { BAR, BLUE, INK, KIND_COLOURS, LINE, MARGIN, MUTED, RED, SIZE } from './theme.ts'
import { type Line, wrap } from './wrap.ts'

/** Record times outside these years are most often a producer's mistake, such as 0, and would flatten every picture. */
const EARLIEST = Date.UTC(1990, 0, 1)
const LATEST = Date.UTC(2100, 0, 1)
/** More rows would be a table; the table has them all. */
const MAX_ROWS = 30

/** A picture with its text for whoever does not see it. `draw` gets the top of the room that was made for it. */
export function figure(sheet: Sheet, height: number, alt: string, draw: (top: number) => void): void {
  sheet.ensure(height)
  const top = sheet.y
  sheet.element('Figure', () => sheet.content(() => draw(top), 'Figure'), {
    alt,
    bbox: [sheet.left, top, sheet.left + sheet.width, top + height],
  })
  sheet.y = top + height
  sheet.gap(6)
}

/** The runs of the backup, each where it stands in time, as high as its number of records. */
export function timeline(sheet: Sheet, report: EvidenceReport): void {
  const runs = report.coffer.timeline
  if (runs.length === 0) return
  const start = Math.min(...runs.map((run) => Date.parse(run.started_at)))
  const end = Math.max(
    Date.parse(report.coffer.ended_at),
    ...runs.map((run) => Date.parse(run.ended_at ?? run.started_at)),
  )
  const most = Math.max(1, ...runs.map((run) => run.records))
  const height = 96
  const unfinished = runs.filter((run) => run.state !== 'complete').length
  const alt = `${plural(runs.length, 'run')} of the backup between ${day(new Date(start).toISOString())} and ${day(new Date(end).toISOString())}; ${unfinished === 0 ? 'all complete' : `${plural(unfinished, 'run')} not complete`}; at most ${plural(most, 'record')} in one run.`
  figure(sheet, height + 26, alt, (top) => {
    const { doc, left, width } = sheet
    const span = Math.max(1, end - start)
    const at = (millis: number) => left + ((millis - start) / span) * (width - 10) + 4
    const floor = top + height
    for (const run of runs) drawRun(sheet, run, at, floor, (run.records / most) * (height - 22))
    marker(sheet, 'report', at(Date.parse(report.coffer.started_at)), top, floor)
    if (report.restore.end_time !== null) marker(sheet, 'restore', at(Date.parse(report.restore.end_time)), top, floor)
    doc
      .save()
      .lineWidth(0.8)
      .strokeColor(INK)
      .moveTo(left, floor)
      .lineTo(left + width, floor)
      .stroke()
      .restore()
    ends(sheet, floor + 3, day(new Date(start).toISOString()), day(new Date(end).toISOString()))
  })
}

function drawRun(sheet: Sheet, run: ReportRun, at: (millis: number) => number, floor: number, height: number): void {
  const from = at(Date.parse(run.started_at))
  const width = Math.max(2.4, at(Date.parse(run.ended_at ?? run.started_at)) - from)
  // A run without new records is there all the same.
  const tall = Math.max(2, height)
  const { doc } = sheet
  doc.save().rect(from, floor - tall, width, tall)
  if (run.state === 'complete') doc.fill(BLUE)
  else doc.lineWidth(0.8).dash(1.5, { space: 1 }).strokeColor(RED).stroke().undash()
  doc.restore()
}

function marker(sheet: Sheet, text: string, x: number, top: number, floor: number): void {
  const line = one(sheet, text)
  const left = Math.min(x + 3, sheet.left + sheet.width - line.width)
  const label = x + 3 + line.width > sheet.left + sheet.width ? x - 3 - line.width : left
  sheet.doc
    .save()
    .lineWidth(0.6)
    .dash(2, { space: 2 })
    .strokeColor(MUTED)
    .moveTo(x, top)
    .lineTo(x, floor)
    .stroke()
    .undash()
    .restore()
  sheet.line(line, label, text === 'restore' ? top + 9 : top)
}

/** The topics that the picture of coverage has room for, of those whose records have times. */
export function drawnTopics(sheet: Sheet, account: readonly ReportAccount[]): { timed: number; drawn: TopicRow[] } {
  const timed = byTopic(account).filter((row) => row.min !== null && row.max !== null)
  const drawn: TopicRow[] = []
  // A picture can't go over a page's end.
  let room = sheet.bottom - MARGIN.top - 90
  for (const row of timed.slice(0, MAX_ROWS)) {
    room -= rowHeight(sheet, topicLabel(sheet, row))
    if (room < 0) break
    drawn.push(row)
  }
  return { timed: timed.length, drawn }
}

function topicLabel(sheet: Sheet, row: TopicRow): Line[] {
  return wrap([{ text: row.topic, face: 'sans', size: SIZE.tiny, colour: INK }], 150, sheet.type)
}

function rowHeight(sheet: Sheet, label: readonly Line[]): number {
  return Math.max(15, label.length * sheet.lineHeight(SIZE.tiny) + 5)
}

/** From the first to the last record's time, a bar for each topic; the window that was asked for lies behind them. */
export function coverage(sheet: Sheet, report: EvidenceReport, shown: readonly TopicRow[]): void {
  const window = report.coffer.scope.window
  const from = window?.start == null ? null : Date.parse(window.start)
  const to = window?.end == null ? null : Date.parse(window.end)
  const times = [
    ...shown.flatMap((row) => [row.min ?? 0, row.max ?? 0]),
    ...[from, to].filter((time) => time !== null && isDrawn(time)).map(Number),
  ]
  const start = Math.min(...times)
  const end = Math.max(...times)
  const labels = shown.map((row) => topicLabel(sheet, row))
  const heights = labels.map((label) => rowHeight(sheet, label))
  const most = Math.max(...shown.map((row) => row.records))
  const alt = `Times of the records of ${plural(shown.length, 'topic')}, from ${day(new Date(start).toISOString())} to ${day(new Date(end).toISOString())}${from === null && to === null ? '' : ', with the window that was asked for'}. The table of offsets has the same in figures.`
  figure(sheet, heights.reduce((sum, each) => sum + each, 0) + 30, alt, (top) => {
    const { doc, left, width } = sheet
    const x0 = left + 158
    const x1 = left + width - 62
    const at = (millis: number) => x0 + ((millis - start) / Math.max(1, end - start)) * (x1 - x0)
    const floor = top + heights.reduce((sum, each) => sum + each, 0)
    if (window !== null) {
      const a = from === null ? x0 : Math.max(x0, Math.min(x1, at(from)))
      const b = to === null ? x1 : Math.max(x0, Math.min(x1, at(to)))
      doc
        .save()
        .rect(a, top, Math.max(1, b - a), floor - top)
        .fill('#e6f1ea')
        .restore()
      for (const x of [a, b])
        doc.save().lineWidth(1).strokeColor(BLUE).moveTo(x, top).lineTo(x, floor).stroke().restore()
    }
    let y = top
    for (const [index, row] of shown.entries()) {
      const height = heights[index] ?? 15
      let text = y + 2
      for (const line of labels[index] ?? []) {
        sheet.line(line, left, text)
        text += sheet.lineHeight(SIZE.tiny)
      }
      const a = at(row.min ?? start)
      const thick = 4 + 5 * Math.sqrt(row.records / Math.max(1, most))
      doc
        .save()
        .rect(a, y + (height - thick) / 2, Math.max(1.5, at(row.max ?? end) - a), thick)
        .fill(window === null ? BAR : BLUE)
        .restore()
      sheet.line(one(sheet, count(row.records)), left, y + 2, 'right', width)
      y += height
    }
    doc.save().lineWidth(0.6).strokeColor(LINE).moveTo(x0, floor).lineTo(x1, floor).stroke().restore()
    ends(sheet, floor + 3, day(new Date(start).toISOString()), day(new Date(end).toISOString()), x0, x1 - x0)
    sheet.line(one(sheet, 'records'), left, floor + 3, 'right', width)
  })
}

/** One bar over all partitions: what was archived and what was not, by kind, and a legend with the figures. */
export function accountBar(sheet: Sheet, account: readonly ReportAccount[]): void {
  const totals = totalsOf(account)
  const all = [...totals.values()].reduce((sum, value) => sum + value, 0)
  if (all === 0) return
  const entries = [...totals].filter(([, value]) => value > 0)
  const legend = entries.map(([kind, value]) => one(sheet, `${kind.replaceAll('_', ' ')} ${count(value)}`))
  const rows = legendRows(legend, sheet.width)
  const alt = `Of ${plural(all, 'offset')}: ${entries.map(([kind, value]) => `${kind.replaceAll('_', ' ')} ${count(value)}`).join(', ')}.`
  figure(sheet, 22 + rows.length * 13, alt, (top) => {
    bar(sheet, totals, sheet.left, top, sheet.width, 14)
    let y = top + 19
    for (const row of rows) {
      let x = sheet.left
      for (const index of row) {
        const entry = entries[index]
        const line = legend[index]
        if (entry === undefined || line === undefined) continue
        sheet.doc
          .save()
          .rect(x, y + 2, 7, 7)
          .fill(KIND_COLOURS[entry[0]] ?? MUTED)
          .restore()
        sheet.line(line, x + 11, y)
        x += line.width + 28
      }
      y += 13
    }
  })
}

/** Shares side by side; what is there at all is at least a hair wide. */
export function bar(
  sheet: Sheet,
  totals: ReadonlyMap<string, number>,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  const entries = [...totals].filter(([, value]) => value > 0)
  const all = entries.reduce((sum, [, value]) => sum + value, 0)
  if (all === 0) return
  const hair = 1.2
  const free = width - hair * entries.length
  let at = x
  for (const [kind, value] of entries) {
    const wide = hair + (value / all) * free
    sheet.doc
      .save()
      .rect(at, y, wide, height)
      .fill(KIND_COLOURS[kind] ?? MUTED)
      .restore()
    at += wide
  }
}

/** Archived first, then the absences in the order of their seriousness. */
export function totalsOf(account: readonly Pick<ReportAccount, 'archived' | 'absent'>[]): Map<string, number> {
  const totals = new Map<string, number>(Object.keys(KIND_COLOURS).map((kind) => [kind, 0]))
  for (const entry of account) {
    totals.set('archived', (totals.get('archived') ?? 0) + entry.archived)
    for (const [kind, value] of Object.entries(entry.absent)) totals.set(kind, (totals.get(kind) ?? 0) + value)
  }
  return totals
}

/** Whether the picture of coverage has a place for a record's time. */
export function isDrawn(time: Int64): boolean {
  return time >= EARLIEST && time <= LATEST
}

export interface TopicRow {
  topic: string
  records: number
  partitions: number
  /** Of the record times that a calendar holds. */
  min: number | null
  max: number | null
}

export function byTopic(account: readonly ReportAccount[]): TopicRow[] {
  const rows = new Map<string, TopicRow>()
  for (const entry of account) {
    const row = rows.get(entry.topic) ?? { topic: entry.topic, records: 0, partitions: 0, min: null, max: null }
    row.records += entry.archived
    row.partitions++
    for (const time of [entry.min_timestamp, entry.max_timestamp]) {
      if (time === null || !isDrawn(time)) continue
      row.min = Math.min(row.min ?? Number(time), Number(time))
      row.max = Math.max(row.max ?? Number(time), Number(time))
    }
    rows.set(entry.topic, row)
  }
  return [...rows.values()]
}

function legendRows(legend: readonly Line[], width: number): number[][] {
  const rows: number[][] = [[]]
  let used = 0
  for (const [index, line] of legend.entries()) {
    if (used > 0 && used + line.width + 28 > width) {
      rows.push([])
      used = 0
    }
    rows.at(-1)?.push(index)
    used += line.width + 28
  }
  return rows
}

function ends(sheet: Sheet, y: number, first: string, last: string, x: number = sheet.left, width = sheet.width): void {
  sheet.line(one(sheet, first, width / 2), x, y)
  sheet.line(one(sheet, last, width / 2), x, y, 'right', width)
}

function one(sheet: Sheet, text: string, width = 400): Line {
  return wrap([{ text, face: 'sans', size: SIZE.tiny, colour: MUTED }], width, sheet.type)[0] as Line
}
