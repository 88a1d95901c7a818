/**
 * Pair kerning straight from a font file's GPOS table (OpenType 1.9, "GPOS", lookup type 2, also behind type 9), a lookup
 * of some hundred nanoseconds. fontkit decodes every class record that it passes into objects, which costs more than all
 * the rest of a report's drawing.
 */

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
    const type = table.readUInt16BE(at)
    const subtables: Subtable[] = []
    for (let i = 0; i < table.readUInt16BE(at + 4); i++) {
      let from = at + table.readUInt16BE(at + 6 + 2 * i)
      if (type === 9) {
        if (table.readUInt16BE(from + 2) !== 2) return null
        from += table.readUInt32BE(from + 4)
      } else if (type !== 2) return null
      const subtable = pairSubtable(table.subarray(from), glyphs)
      if (subtable === null) return null
      subtables.push(subtable)
    }
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

export function tableOf(file: Buffer, tag: string): Buffer | null {
  for (let i = 0, at = 12; i < file.readUInt16BE(4); i++, at += 16) {
    if (file.toString('latin1', at, at + 4) !== tag) continue
    const from = file.readUInt32BE(at + 8)
    return file.subarray(from, from + file.readUInt32BE(at + 12))
  }
  return null
}

/** Where the lookups of a feature begin, in their order, for a script's default language: of a GPOS or a GSUB table. */
export function lookupsOf(table: Buffer, script: string, tag: string): number[] {
  const [scripts, features, lookups] = [4, 6, 8].map((at) => table.readUInt16BE(at)) as [number, number, number]
  const order = new Set<number>()
  for (let i = 0; i < table.readUInt16BE(scripts); i++) {
    const at = scripts + 2 + 6 * i
    if (table.toString('latin1', at, at + 4) !== script) continue
    const found = scripts + table.readUInt16BE(at + 4)
    const language = found + table.readUInt16BE(found)
    for (let j = 0; j < table.readUInt16BE(language + 4); j++) {
      const record = features + 2 + 6 * table.readUInt16BE(language + 6 + 2 * j)
      if (table.toString('latin1', record, record + 4) !== tag) continue
      const feature = features + table.readUInt16BE(record + 4)
      for (let k = 0; k < table.readUInt16BE(feature + 2); k++) order.add(table.readUInt16BE(feature + 4 + 2 * k))
    }
  }
  return [...order].sort((a, b) => a - b).map((index) => lookups + table.readUInt16BE(lookups + 2 + 2 * index))
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

export function coverageOf(table: Buffer, glyphs: number): Uint16Array {
  const covered = new Uint16Array(glyphs)
  const count = table.readUInt16BE(2)
  if (table.readUInt16BE(0) === 1) {
    for (let i = 0; i < count; i++) covered[table.readUInt16BE(4 + 2 * i)] = i + 1
    return covered
  }
  for (let i = 0, at = 4; i < count; i++, at += 6) {
    const [start, end, index] = [table.readUInt16BE(at), table.readUInt16BE(at + 2), table.readUInt16BE(at + 4)]
    for (let glyph = start; glyph <= end; glyph++) covered[glyph] = index + glyph - start + 1
  }
  return covered
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
