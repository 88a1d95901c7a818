import { isoTime } from '../../../contract/time.ts'
import { contentCells, type FormRow } from './row.ts'

/** RFC 4180: CRLF, every cell in double quotes, quotes doubled; UTF-8. One record on each row. */

const COLUMNS = [
  'topic',
  'partition',
  'offset',
  'timestamp',
  'timestamp_ms',
  'key',
  'key_encoding',
  'value',
  'value_encoding',
  'headers',
  'redacted',
]

/**
 * What a spreadsheet takes for the beginning of a formula, also in its full-width forms and after white space. Such a
 * cell gets an apostrophe in front, which spreadsheets hide and which says "text".
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const FORMULA = /^[\s\u0000]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/

/**
 * The same within a cell, behind what some systems separate cells or rows by: where a spreadsheet takes semicolons or tabs for
 * that (many do, by the system's language), it doesn't heed the quotes around our cells. Whole numbers are let be. One class of
 * characters to pass over, so that no value takes more than linear time.
 */
const INNER_FORMULA =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  /([;\t\r\n])(?=[ "\u0000\v\f\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20])(?! *-\d+(?:[;\t\r\n]|$))/g

export function csvHeader(): string {
  return row(COLUMNS)
}

export function csvRow(record: FormRow): string {
  return row([
    record.topic,
    String(record.partition),
    String(record.offset),
    isoTime(record.timestamp),
    String(record.timestamp),
    ...contentCells(record),
  ])
}

function row(cells: string[]): string {
  return `${cells.map((cell) => `"${neutral(cell).replaceAll('"', '""')}"`).join(',')}\r\n`
}

/** A whole number is no formula, also a negative one. */
export function neutral(cell: string): string {
  const inner = cell.replace(INNER_FORMULA, "$1'")
  return FORMULA.test(cell) && !/^-\d+$/.test(cell) ? `'${inner}` : inner
}
