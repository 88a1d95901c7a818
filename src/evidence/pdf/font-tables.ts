/** What the layout tables of a font file have in common (OpenType 1.9, "OpenType Layout Common Table Formats"). */

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

/**
 * Subtables of a lookup, each where it really begins (OpenType 1.9: "extension" lookups name it 32 bits away).
 * @param at where the lookup begins in its table
 * @returns null where one is not of the type that is read
 */
export function subtablesOf(table: Buffer, at: number, type: number, extension: number): Buffer[] | null {
  const own = table.readUInt16BE(at)
  const found: Buffer[] = []
  for (let i = 0; i < table.readUInt16BE(at + 4); i++) {
    let from = at + table.readUInt16BE(at + 6 + 2 * i)
    if (own === extension) {
      if (table.readUInt16BE(from + 2) !== type) return null
      from += table.readUInt32BE(from + 4)
    } else if (own !== type) return null
    found.push(table.subarray(from))
  }
  return found
}

/** By glyph: its place in a coverage table, plus 1; 0 where it is not covered. */
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
