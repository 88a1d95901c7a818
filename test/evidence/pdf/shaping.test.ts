import assert from 'node:assert/strict'
import { test } from 'node:test'
import PDFDocument from 'pdfkit'
import { type Face, fontFile } from '../../../src/evidence/pdf/fonts.ts'
import { type ShapingFont, shapePlainText } from '../../../src/evidence/pdf/shaping.ts'
import { seededRandom } from '../../rig/random.ts'

interface Shaped {
  glyphs: { id: number; codePoints?: number[] }[]
  positions: object[]
  advanceWidth: number
}

/** A face as pdfkit has it, and fontkit's own way of shaping beside ours. */
function opened(face: Face): { font: ShapingFont; whole: (text: string) => Shaped; covers: (c: string) => boolean } {
  const doc = new PDFDocument({ font: null as unknown as string })
  doc.registerFont(face, fontFile(face))
  doc.font(face)
  const font = (doc as unknown as { _font: ShapingFont })._font
  const whole = font.layoutRun.bind(font) as (text: string) => Shaped
  shapePlainText(font, fontFile(face))
  const { font: inner } = font as unknown as { font: { hasGlyphForCodePoint(codePoint: number): boolean } }
  return { font, whole, covers: (character) => inner.hasGlyphForCodePoint(character.codePointAt(0) ?? 0) }
}

const facts = ({ glyphs, positions, advanceWidth }: Shaped) => ({
  glyphs: glyphs.map(({ id, codePoints }) => [id, codePoints]),
  positions: positions.map((one) => ({ ...one })),
  advanceWidth,
})

const LETTERS = Array.from({ length: 0x17f - 0x20 }, (_, i) => String.fromCharCode(i + 0x20))

for (const face of ['sans', 'bold', 'serif', 'mono', 'monoBold'] as const) {
  test(`every pair of printable ASCII, and words of all letters, are shaped in ${face} as fontkit shapes them`, () => {
    const { font, whole, covers } = opened(face)
    const characters = [...LETTERS, ...'–—‘’“”„…'].filter(covers)
    const texts = characters
      .filter((one) => one <= '~')
      .flatMap((one, _, ascii) => ascii.map((other) => `${one}${other}`))
    const random = seededRandom(7)
    const any = (from: string[]) => from[Math.floor(random() * from.length)] as string
    for (let i = 0; i < 2000; i++) texts.push(Array.from({ length: 3 + (i % 9) }, () => any(characters)).join(''))
    // all that may be joined
    const after = [...'fbhijklt']
    for (const a of after) for (const b of after) for (const c of after) texts.push(`of${a}${b}${c} ${a}f${b}${c}`)
    texts.push(
      'office',
      'fluffier',
      'ffi',
      'waffle',
      'AVATAR To We',
      'fi',
      'Straße ',
      '2026-11-27',
      'ﬁ',
      'ö',
      'п',
      'a\u0301',
    )
    for (const text of texts) {
      assert.deepEqual(facts(font.layoutRun(text) as Shaped), facts(whole(text)), JSON.stringify(text))
    }
  })
}
