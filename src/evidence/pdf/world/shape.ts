import type { Face } from '../fonts.ts'
import { levelsOf } from './bidi.ts'
import { isWorld, type WorldFace, worldOf } from './faces.ts'

/** What pdfkit keeps behind its font: the parts of fontkit's font that are needed here. */
export interface OpenFont {
  hasGlyphForCodePoint(codePoint: number): boolean
  glyphForCodePoint(codePoint: number): Glyph
  layout(text: string, features?: unknown, script?: string, language?: string, direction?: 'ltr' | 'rtl'): GlyphRun
}

export interface EmbeddedFont {
  font: OpenFont
  id: string
  /** Code points of each glyph in the subset. */
  unicode: (number[] | undefined)[]
  encode(text: string): [string[], unknown[]]
}

export interface Glyph {
  id: number
  codePoints: number[]
}

interface GlyphRun {
  glyphs: Glyph[]
  positions: { xAdvance: number }[]
}

export interface Run {
  face: Face
  text: string
  /** Odd: runs from right to left, see levelsOf. */
  level: number
}

/**
 * pdfkit leaves script and direction to a guess by fontkit, which takes figures between letters for letters. And for a
 * joiner fontkit puts a space of no width, which must not be read as one: these faces are asked for no other space.
 */
export function shapeAs(font: OpenFont, face: WorldFace): void {
  const { script, rightToLeft } = worldOf(face)
  if (script === undefined) return
  const layout = font.layout.bind(font)
  const space = font.glyphForCodePoint(0x20)
  font.layout = (text, features) => {
    const run = layout(text, features, script, undefined, rightToLeft && isTurned(text, face) ? 'rtl' : 'ltr')
    const joiner = /[\u200c\u200d]/.exec(text)?.[0].codePointAt(0)
    if (joiner === undefined) return run
    for (const [index, glyph] of run.glyphs.entries()) {
      // Of a face that has no joiner there is left a glyph of nothing, which would be drawn as a box.
      if (glyph.id !== space.id && (glyph.id !== 0 || glyph.codePoints.length > 0)) continue
      run.glyphs[index] = Object.create(space, { codePoints: { value: [joiner] } })
      const position = run.positions[index]
      if (position !== undefined) position.xAdvance = 0
    }
    return run
  }
}

/** Whether the face itself puts the text from right to left. */
export function isTurned(text: string, face: Face): boolean {
  return isWorld(face) && worldOf(face).rightToLeft === true && /[\p{L}\p{M}]/u.test(text)
}

/** The same runs, cut where the direction changes. */
export function leveled(runs: readonly Run[]): Run[] {
  const levels = levelsOf(runs.map((run) => run.text).join(''))
  if (levels.every((level) => level === 0)) return [...runs]
  const cut: Run[] = []
  let at = 0
  for (const run of runs) {
    let from = 0
    for (let index = 1; index <= run.text.length; index++) {
      if (index < run.text.length && levels[at + index] === levels[at + from]) continue
      cut.push({ face: run.face, text: run.text.slice(from, index), level: levels[at + from] ?? 0 })
      from = index
    }
    at += run.text.length
  }
  return cut
}
