import { count } from '../../contract/words.ts'
import { type Fact, figuresGrid, labelOf, shown, spansOf } from './facts.ts'
import { FIGURE_WORDS } from './figure-words.ts'
import type { Sheet } from './sheet.ts'
import { muted } from './sheet.ts'
import { table } from './table.ts'
import { SIZE } from './theme.ts'

/** More rows are in the attached report. */
const PRINTED_ROWS = 1000
/** More would be too narrow to read: rows are then written out as names and values. */
const MAX_COLUMNS = 7

/** Figures of a check as names and values, then its lists as tables, whole. */
export function checkData(sheet: Sheet, check: string, data: Record<string, unknown>): void {
  const figures: Fact[] = []
  const lists: [name: string, rows: Record<string, unknown>[]][] = []
  const words = Object.hasOwn(FIGURE_WORDS, check) ? FIGURE_WORDS[check] : undefined
  collect(data, '', figures, lists, words ?? {})
  figuresGrid(sheet, figures)
  for (const [name, rows] of lists) list(sheet, name, rows, data[`${name}_total`])
}

function collect(
  data: Record<string, unknown>,
  prefix: string,
  figures: Fact[],
  lists: [string, Record<string, unknown>[]][],
  words: Readonly<Record<string, string>>,
): void {
  for (const [name, value] of Object.entries(data)) {
    // OSO repeats the check's own name here.
    if (prefix === '' && name === 'check') continue
    if (Array.isArray(value) && value.length > 0 && value.every(isObject)) lists.push([prefix + name, value])
    else if (isObject(value) && Object.keys(value).length > 0 && !Object.values(value).every(isPlain)) {
      collect(value, `${prefix}${name} `, figures, lists, words)
    } else if (Array.isArray(value) && value.length === 0 && `${name}_total` in data) continue
    else
      figures.push([
        (Object.hasOwn(words, prefix + name) ? words[prefix + name] : undefined) ?? labelOf(prefix + name),
        spansOf(value),
      ])
  }
}

function list(sheet: Sheet, name: string, held: Record<string, unknown>[], total: unknown): void {
  const all = typeof total === 'number' ? total : held.length
  const rows = held.slice(0, PRINTED_ROWS).map(withPlaces)
  const title =
    all > rows.length
      ? `${labelOf(name)}: the first ${count(rows.length)} of ${count(all)}${held.length > rows.length ? `; the attached report has ${count(held.length)}` : ''}`
      : `${labelOf(name)}: ${count(rows.length)}`
  sheet.ensure(60)
  sheet.paragraph([muted(title.charAt(0).toUpperCase() + title.slice(1), SIZE.small)], { after: 2 })
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  if (columns.length > MAX_COLUMNS) {
    table(
      sheet,
      [{ title: 'Finding', share: 1 }],
      rows.map((row) => [shown(row)]),
      SIZE.small - 0.5,
    )
    return
  }
  table(
    sheet,
    columns.map((column) => ({
      title: labelOf(column),
      share: share(rows, column),
      align: isNumeric(rows, column) ? 'right' : 'left',
      least: longestWord(sheet, rows, column),
    })),
    rows.map((row) => columns.map((column) => spansOf(row[column], SIZE.small - 0.5))),
    SIZE.small - 0.5,
  )
}

/** A record that differs, with each of its two places in one: topic, partition and offset apart would be seven columns. */
function withPlaces(row: Record<string, unknown>): Record<string, unknown> {
  if (!('source_offset' in row && 'target_offset' in row && 'what' in row)) return row
  const { kind, topic, partition, source_offset, target_topic, target_partition, target_offset, what } = row
  return {
    difference: kind,
    in_the_archive: placeOf(topic, partition, source_offset),
    on_the_target: placeOf(target_topic, target_partition, target_offset),
    what,
  }
}

function placeOf(topic: unknown, partition: unknown, offset: unknown): string {
  const within = typeof partition === 'number' ? `${shown(topic)}/${partition}` : shown(topic)
  return offset === null || offset === undefined ? `${within}: none` : `${within}, offset ${shown(offset)}`
}

/** Wide where the text is long, within limits. */
function share(rows: readonly Record<string, unknown>[], column: string): number {
  const longest = rows.reduce((most, row) => Math.max(most, shown(row[column]).length), labelOf(column).length)
  return Math.min(Math.max(longest, 8), 48)
}

/** Words of common length are not cut; longer ones (keys, digests) may be. */
function longestWord(sheet: Sheet, rows: readonly Record<string, unknown>[], column: string): number {
  const MAX = 14
  let most = 0
  for (const row of rows) {
    for (const word of shown(row[column]).split(/[ -]/)) {
      if (word.length <= MAX) most = Math.max(most, sheet.type.width(word, 'sans', SIZE.small))
    }
  }
  return most
}

function isNumeric(rows: readonly Record<string, unknown>[], column: string): boolean {
  return rows.every((row) => ['number', 'bigint', 'undefined'].includes(typeof row[column]) || row[column] === null)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isPlain(value: unknown): boolean {
  return typeof value !== 'object' || value === null
}
