import { isoTime } from '../../../contract/time.ts'
import { contentCells, type FormRow } from './row.ts'

/**
 * Concordance load files, as review platforms read them: fields are enclosed in þ (U+00FE) and separated by 0x14, a new
 * line inside a field is ® (U+00AE), rows end with CRLF. In Windows-1252 þ is the byte FE; in UTF-8 it is C3 BE, and the
 * file begins with a byte order mark, by which the platforms tell the two.
 */

const SEPARATOR = '\u0014'
const QUOTE = '\u00fe'
const NEW_LINE = '\u00ae'
const COLUMNS = [
  'DOCID',
  'TOPIC',
  'PARTITION',
  'OFFSET',
  'TIMESTAMP',
  'KEY',
  'KEY_ENCODING',
  'VALUE',
  'VALUE_ENCODING',
  'HEADERS',
  'REDACTED',
]

export function datHeader(): string {
  return row(COLUMNS)
}

export function datRow(record: FormRow): string {
  return row([
    `${record.topic}-${record.partition}-${record.offset}`,
    record.topic,
    String(record.partition),
    String(record.offset),
    isoTime(record.timestamp),
    ...contentCells(record),
  ])
}

function row(cells: string[]): string {
  return `${cells.map((cell) => `${QUOTE}${plain(cell)}${QUOTE}`).join(SEPARATOR)}\r\n`
}

/** The three special characters can't be written inside a field: what would be taken for one becomes something near. */
function plain(cell: string): string {
  return cell
    .replaceAll(NEW_LINE, '(R)')
    .replaceAll(/\r\n|\r|\n/g, NEW_LINE)
    .replaceAll(QUOTE, 'th')
    .replaceAll(SEPARATOR, ' ')
}

/** Code points of Windows-1252 between 0x80 and 0x9F, in order; 0 where it has none. */
const HIGH = [
  0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0, 0,
  0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
]
const BYTES = new Map(HIGH.flatMap((code, index) => (code === 0 ? [] : [[code, 0x80 + index] as const])))

/** @returns the text in Windows-1252, `?` for what it doesn't have, and how many characters that were */
export function toWindows1252(text: string): { bytes: Uint8Array; lost: number } {
  const bytes = new Uint8Array(text.length)
  let length = 0
  let lost = 0
  for (const character of text) {
    const code = character.codePointAt(0) as number
    const byte = code < 0x80 || (code >= 0xa0 && code <= 0xff) ? code : BYTES.get(code)
    if (byte === undefined) lost++
    bytes[length++] = byte ?? 0x3f
  }
  return { bytes: bytes.subarray(0, length), lost }
}
