import { type Kerning, kerningOf } from './kerning.ts'

/**
 * Plain text is shaped glyph by glyph here: in the letters, digits and signs of a report a glyph's place depends on its
 * neighbour's kerning alone. fontkit asks all tables of the font for each word, which is most of the time that a report
 * takes. What may change others (marks, joining scripts) or be joined (`fi`) is left to it; what comes out is the same,
 * glyph for glyph (test/evidence/pdf/shaping.test.ts).
 */

interface Position {
  xAdvance: number
  yAdvance: number
  xOffset: number
  yOffset: number
  advanceWidth: number
}

interface Glyph {
  id: number
  advanceWidth: number
}

interface GlyphRun {
  glyphs: Glyph[]
  positions: Position[]
  advanceWidth: number
}

/** The part of pdfkit's EmbeddedFont, and of the fontkit font behind it, that is used here. */
export interface ShapingFont {
  /** Points for each unit of the font, times 1000. */
  scale: number
  font: { numGlyphs: number; glyphForCodePoint(codePoint: number): Glyph }
  layoutRun(text: string, features?: unknown): GlyphRun
}

/** Precomposed Latin letters, digits and signs, usual punctuation: one glyph for each, no marks. */
const PLAIN = /^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u017f\u2013\u2014\u2018-\u201e\u2026]+$/
const LETTER = /\p{Script=Latin}/u
/** Letters that fonts may join into one glyph stay together; everything else is a glyph for itself. */
const TOKENS = /f[bfhijklt]+|./gis

/**
 * Makes a font of pdfkit's shape plain text by itself, where its kerning can be read.
 * @param file the font's own bytes
 */
export function shapePlainText(font: ShapingFont, file: Buffer): void {
  const letters = kerningOf(file, font.font.numGlyphs, 'latn')
  const others = kerningOf(file, font.font.numGlyphs, 'DFLT')
  if (letters === null || others === null) return
  const whole = font.layoutRun.bind(font)
  const known = new Map<string, GlyphRun>()
  const tokenRun = (token: string): GlyphRun => {
    let run = known.get(token)
    if (run === undefined) {
      run = token.length > 1 ? whole(token) : singleRun(font, token)
      known.set(token, run)
    }
    return run
  }
  font.layoutRun = (text, features) => {
    if (features !== undefined || !PLAIN.test(text)) return whole(text, features)
    const kerning: Kerning = LETTER.test(text) ? letters : others
    const runs = text.match(TOKENS)?.map(tokenRun) ?? []
    const glyphs: Glyph[] = []
    const positions: Position[] = []
    let advanceWidth = 0
    for (const [i, run] of runs.entries()) {
      const last = run.glyphs.length - 1
      for (const [j, glyph] of run.glyphs.entries()) {
        let position = run.positions[j] as Position
        const next = runs[i + 1]?.glyphs[0]
        if (j === last && next !== undefined) {
          const xAdvance = (glyph.advanceWidth + kerning(glyph.id, next.id)) * font.scale
          position = { ...position, xAdvance }
        }
        glyphs.push(glyph)
        positions.push(position)
        advanceWidth += position.xAdvance
      }
    }
    return { glyphs, positions, advanceWidth }
  }
}

function singleRun({ font, scale }: ShapingFont, character: string): GlyphRun {
  const glyph = font.glyphForCodePoint(character.charCodeAt(0))
  const advanceWidth = glyph.advanceWidth * scale
  return {
    glyphs: [glyph],
    positions: [{ xAdvance: advanceWidth, yAdvance: 0, xOffset: 0, yOffset: 0, advanceWidth }],
    advanceWidth,
  }
}
