import { type Kerning, kerningOf } from './kerning.ts'
import { type Ligatures, ligaturesOf } from './ligatures.ts'

/**
 * Plain text is shaped glyph by glyph here: in the letters, digits and signs of a report a glyph's place depends on its
 * neighbour's kerning alone, and few of them are joined (`fi`). fontkit asks all tables of the font for each word, which is
 * most of the time that a report takes. What may change others (marks, joining scripts) is left to it; what comes out is the
 * same, glyph for glyph (test/evidence/pdf/shaping.test.ts).
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
  font: {
    numGlyphs: number
    glyphForCodePoint(codePoint: number): Glyph
    /** @param codePoints what it stands for, as a reader is to copy it */
    getGlyph(id: number, codePoints: number[]): Glyph
  }
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
  const ligatures = ligaturesOf(file, font.font.numGlyphs)
  const whole = font.layoutRun.bind(font)
  const known = new Map<string, GlyphRun>()
  const tokenRun = (token: string): GlyphRun => {
    let run = known.get(token)
    if (run === undefined) {
      if (token.length > 1 && ligatures === null) run = whole(token)
      else run = runOf(font, token.length > 1 ? joined(font, token, ligatures as Ligatures) : [glyphOf(font, token)])
      known.set(token, run)
    }
    return run
  }
  font.layoutRun = (text, features) => {
    if (features !== undefined || !PLAIN.test(text)) return whole(text, features)
    const kerning: Kerning = LETTER.test(text) ? letters : others
    const runs = text.match(TOKENS)?.map(tokenRun) ?? []
    const glyphs = runs.flatMap((run) => run.glyphs)
    const positions = runs.flatMap((run) => run.positions)
    let advanceWidth = 0
    for (const [i, glyph] of glyphs.entries()) {
      const next = glyphs[i + 1]
      if (next !== undefined) {
        const xAdvance = (glyph.advanceWidth + kerning(glyph.id, next.id)) * font.scale
        positions[i] = { ...(positions[i] as Position), xAdvance }
      }
      advanceWidth += (positions[i] as Position).xAdvance
    }
    return { glyphs, positions, advanceWidth }
  }
}

function glyphOf({ font }: ShapingFont, character: string): Glyph {
  return font.glyphForCodePoint(character.charCodeAt(0))
}

/** The glyphs of letters that may be joined, joined where the font does so. */
function joined(font: ShapingFont, token: string, ligatures: Ligatures): Glyph[] {
  const single = Array.from(token, (character) => glyphOf(font, character))
  const ids = single.map(({ id }) => id)
  const glyphs: Glyph[] = []
  for (let at = 0; at < ids.length; ) {
    const found = ligatures(ids, at)
    if (found === null) {
      glyphs.push(single[at++] as Glyph)
      continue
    }
    const letters = Array.from(token.slice(at, at + found.length), (letter) => letter.charCodeAt(0))
    glyphs.push(font.font.getGlyph(found.glyph, letters))
    at += found.length
  }
  return glyphs
}

/** Before kerning. */
function runOf({ scale }: ShapingFont, glyphs: Glyph[]): GlyphRun {
  const positions = glyphs.map((glyph) => {
    const advanceWidth = glyph.advanceWidth * scale
    return { xAdvance: advanceWidth, yAdvance: 0, xOffset: 0, yOffset: 0, advanceWidth }
  })
  return { glyphs, positions, advanceWidth: positions.reduce((sum, { xAdvance }) => sum + xAdvance, 0) }
}
