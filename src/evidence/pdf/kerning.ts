import { coverageOf, lookupsOf, subtablesOf, tableOf } from './font-tables.ts'

/**
 * Pair kerning straight from a font file's GPOS table (OpenType 1.9, "GPOS", lookup type 2, also behind type 9), a lookup
 * of some hundred nanoseconds. fontkit decodes every class record that it passes into objects, which costs more than all
 * the rest of a report's drawing.
 */

/** Types of GPOS lookups. */
const PAIR = 2
const EXTENSION = 9

/** How much closer the second glyph comes, in font units. */
export type Kerning = (left: number, right: number) => number

interface Subtable {
  /** Coverage index by glyph, plus 1; 0 where the subtable does not cover it. */
  covered: Uint16Array
  /** Null: the subtable does not speak of this pair, and the next one is asked. */
  find(coverage: number, left: number, right: number): number | null
}

/**
 * @param file the whole font
 * @param glyphs how many glyphs it has
 * @param script `latn`, or `DFLT` for text without letters
 * @returns null where its kerning is of a form that is not read here
 */
export function kerningOf(file: Buffer, glyphs: number, script: 'latn' | 'DFLT'): Kerning | null {
  const table = tableOf(file, 'GPOS')
  if (table === null) return () => 0
  const lookups = lookupsOf(table, script, 'kern')
  const read: Subtable[][] = []
  for (const at of lookups) {
    const subtables = subtablesOf(table, at, PAIR, EXTENSION)?.map((one) => pairSubtable(one, glyphs))
    if (!subtables?.every((one) => one !== null)) return null
    read.push(subtables)
  }
  return (left, right) => {
    let sum = 0
    for (const subtables of read) {
      for (const { covered, find } of subtables) {
        const coverage = covered[left] as number
        const value = coverage === 0 ? null : find(coverage - 1, left, right)
        if (value === null) continue
        sum += value
        break
      }
    }
    return sum
  }
}

/** Of the bits of a value format, those that only move the pen; placement and devices are not read. */
const ADVANCE_ONLY = 0x0004

function pairSubtable(table: Buffer, glyphs: number): Subtable | null {
  const [format, first, second] = [table.readUInt16BE(0), table.readUInt16BE(4), table.readUInt16BE(6)]
  if ((first !== 0 && first !== ADVANCE_ONLY) || second !== 0) return null
  const covered = coverageOf(table.subarray(table.readUInt16BE(2)), glyphs)
  const size = first === 0 ? 0 : 2
  const valueAt = (at: number) => (size === 0 ? 0 : table.readInt16BE(at))
  if (format === 1) {
    return {
      covered,
      find: (coverage, _, right) => {
        const set = table.readUInt16BE(10 + 2 * coverage)
        for (let i = 0, at = set + 2; i < table.readUInt16BE(set); i++, at += 2 + size) {
          if (table.readUInt16BE(at) === right) return valueAt(at + 2)
        }
        return null
      },
    }
  }
  if (format !== 2) return null
  const left = classesOf(table.subarray(table.readUInt16BE(8)), glyphs)
  const right = classesOf(table.subarray(table.readUInt16BE(10)), glyphs)
  const width = table.readUInt16BE(14)
  return {
    covered,
    find: (_, one, other) => valueAt(16 + ((left[one] as number) * width + (right[other] as number)) * size),
  }
}

function classesOf(table: Buffer, glyphs: number): Uint16Array {
  const classes = new Uint16Array(glyphs)
  if (table.readUInt16BE(0) === 1) {
    const start = table.readUInt16BE(2)
    for (let i = 0; i < table.readUInt16BE(4); i++) classes[start + i] = table.readUInt16BE(6 + 2 * i)
    return classes
  }
  for (let i = 0, at = 4; i < table.readUInt16BE(2); i++, at += 6) {
    classes.fill(table.readUInt16BE(at + 4), table.readUInt16BE(at), table.readUInt16BE(at + 2) + 1)
  }
  return classes
}
