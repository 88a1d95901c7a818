import { coverageOf, lookupsOf, subtablesOf, tableOf } from './font-tables.ts'

/**
 * Ligatures (`fi`) straight from a font file's GSUB table (OpenType 1.9, "GSUB", lookup type 4, also behind type 7). The
 * first ligature that fontkit makes costs it 20 to 70 ms for each face, since it decodes all features on the way.
 */

/** Types of GSUB lookups. */
const LIGATURE = 4
const EXTENSION = 7

interface Ligature {
  /** The glyphs after the first. */
  rest: number[]
  glyph: number
}

/** A ligature and how many glyphs it stands for; null where the glyphs from `at` on make none. */
export type Ligatures = (glyphs: readonly number[], at: number) => { glyph: number; length: number } | null

/**
 * @param file the whole font
 * @param glyphs how many glyphs it has
 * @returns for Latin text; null where its ligatures are of a form that is not read here
 */
export function ligaturesOf(file: Buffer, glyphs: number): Ligatures | null {
  const table = tableOf(file, 'GSUB')
  const lookups = table === null ? [] : lookupsOf(table, 'latn', 'liga')
  if (table === null || lookups.length === 0) return () => null
  // several would be applied one after the other
  if (lookups.length > 1) return null
  const subtables = subtablesOf(table, lookups[0] as number, LIGATURE, EXTENSION)
  if (subtables === null) return null
  const sets = subtables.map((one) => ligatureSets(one, glyphs))
  return (text, from) => {
    for (const set of sets) {
      const found = set.get(text[from] as number)?.find(({ rest }) => rest.every((id, i) => text[from + 1 + i] === id))
      if (found !== undefined) return { glyph: found.glyph, length: 1 + found.rest.length }
    }
    return null
  }
}

/** By first glyph; the order within a set is the font's order of preference. */
function ligatureSets(table: Buffer, glyphs: number): Map<number, Ligature[]> {
  const sets = new Map<number, Ligature[]>()
  for (const [first, index] of coverageOf(table.subarray(table.readUInt16BE(2)), glyphs).entries()) {
    if (index === 0) continue
    const set = table.readUInt16BE(6 + 2 * (index - 1))
    const ligatures: Ligature[] = []
    for (let i = 0; i < table.readUInt16BE(set); i++) {
      const one = set + table.readUInt16BE(set + 2 + 2 * i)
      const rest: number[] = []
      for (let k = 0; k < table.readUInt16BE(one + 2) - 1; k++) rest.push(table.readUInt16BE(one + 4 + 2 * k))
      ligatures.push({ rest, glyph: table.readUInt16BE(one) })
    }
    sets.set(first, ligatures)
  }
  return sets
}
