import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type PDFDocument from 'pdfkit'
import { type ShapingFont, shapePlainText } from './shaping.ts'
import { CJK, isWorld, type WorldFace, worldFacesFor, worldOf } from './world/faces.ts'
import { loadWorld } from './world/load.ts'
import { type EmbeddedFont, type Glyph, isTurned, leveled, type OpenFont, type Run, shapeAs } from './world/shape.ts'

export type Pdf = InstanceType<typeof PDFDocument>

/** The faces of the window. All are embedded; there is none of the viewer's own in a report. */
type OwnFace = 'sans' | 'bold' | 'serif' | 'mono' | 'monoBold'
export type Face = OwnFace | WorldFace

const FILES: Readonly<Record<OwnFace, string>> = {
  sans: '@expo-google-fonts/ibm-plex-sans/400Regular/IBMPlexSans_400Regular.ttf',
  bold: '@expo-google-fonts/ibm-plex-sans/600SemiBold/IBMPlexSans_600SemiBold.ttf',
  serif: '@expo-google-fonts/source-serif-4/600SemiBold/SourceSerif4_600SemiBold.ttf',
  mono: '@expo-google-fonts/ibm-plex-mono/400Regular/IBMPlexMono_400Regular.ttf',
  monoBold: '@expo-google-fonts/ibm-plex-mono/600SemiBold/IBMPlexMono_600SemiBold.ttf',
}

/** Where a face has no glyph, these are asked in order. */
const FALLBACKS: Readonly<Record<OwnFace, readonly OwnFace[]>> = {
  sans: ['sans', 'serif', 'mono'],
  bold: ['bold', 'serif', 'monoBold', 'sans'],
  serif: ['serif', 'bold', 'monoBold'],
  mono: ['mono', 'sans', 'serif'],
  monoBold: ['monoBold', 'bold', 'serif'],
}

const files = new Map<Face, Buffer>()

export function fontFile(face: Face): Buffer {
  let file = files.get(face)
  if (file === undefined) {
    const read = isWorld(face)
      ? loadWorld(face)
      : readFileSync(createRequire(import.meta.url).resolve(FILES[face as OwnFace]))
    // fontkit reads the outline of an empty glyph too; where that is the file's last one, it would read over the end.
    file = Buffer.concat([read, Buffer.alloc(16)])
    files.set(face, file)
  }
  return file
}

/** Control and format characters, private use, lone surrogates, unassigned; and spaces that look like another. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]/u
const ODD_SPACE = /[^\P{Zs}\u0020\u00a0\u202f\u2009]/u
/** Latin, Greek, Cyrillic and their punctuation: what most reports are made of, and nothing that belongs together. */
const NOT_PLAIN = /[\u02ff-\u036f]|[\u0530-\u1dff\u2300-\u{10ffff}]/u
/** An emoji of several code points is one sign; all else is looked at by itself. */
const UNITS = /\p{RGI_Emoji}|./gsv

/** The faces of one document: what they cover, and how wide text is in them. */
export class Typesetter {
  readonly #doc: Pdf
  readonly #open = new Map<Face, OpenFont>()
  readonly #covered = new Map<string, Face | null>()
  readonly #widths = new Map<string, number>()

  constructor(doc: Pdf) {
    this.#doc = doc
    for (const face of Object.keys(FILES) as OwnFace[]) doc.registerFont(face, fontFile(face))
  }

  /**
   * Cuts text into runs that one face can show, in reading order, each of one direction. pdfkit falls back on no other
   * font by itself, and prints an empty box: here, what no face has, and what can't be seen (controls, bidirectional
   * overrides, half surrogates), is written out as `\u{…}`.
   */
  runs(text: string, face: Face): Run[] {
    const runs: Run[] = []
    const add = (found: Face | null, unit: string) => {
      const run = found === null ? { face, text: escaped(unit) } : { face: found, text: unit }
      const last = runs.at(-1)
      if (last?.face === run.face) last.text += run.text
      else runs.push({ ...run, level: 0 })
    }
    if (!NOT_PLAIN.test(text)) {
      const faces = Array.from(text, (character) => [character, this.#ownFace(character, face)] as const)
      if (faces.every(([, own]) => own !== null)) {
        for (const [character, own] of faces) add(own, character)
        return runs
      }
    }
    const units = Array.from(text.matchAll(UNITS), ([unit]) => unit)
    for (const [index, unit] of units.entries()) {
      const found = (part: string) =>
        this.#faceOf(part, face, text, runs.at(-1)?.face, [units[index - 1] ?? '', units[index + 1] ?? ''])
      const whole = found(unit)
      if (whole !== null || [...unit].length === 1) add(whole, unit)
      else for (const part of unit) add(found(part), part)
    }
    return leveled(runs.flatMap((run) => this.#shapeable(run, face)))
  }

  /** Width of one word in points, all of which `face` can show. */
  width(text: string, face: Face, size: number): number {
    const key = `${face}|${text}`
    let unit = this.#widths.get(key)
    if (unit === undefined) {
      this.#font(face)
      unit = this.#doc.font(face).fontSize(1000).widthOfString(text)
      // Most words come once; a report of many pages must not keep them all.
      if (this.#widths.size > 20_000) this.#widths.clear()
      this.#widths.set(key, unit)
    }
    return (unit * size) / 1000
  }

  /** Width of any text on one line, in points. */
  measure(text: string, face: Face, size: number): number {
    return this.runs(text, face).reduce((sum, run) => sum + this.width(run.text, run.face, size), 0)
  }

  #faceOf(
    unit: string,
    wanted: Face,
    text: string,
    last: Face | undefined,
    beside: readonly [string, string],
  ): Face | null {
    const codePoint = unit.codePointAt(0) ?? 0
    if (unit.length > String.fromCodePoint(codePoint).length) return this.#isOneGlyph(unit, 'emoji') ? 'emoji' : null
    if (last !== undefined && isWorld(last) && this.#shows(unit, last, beside)) return last
    const own = this.#ownFace(unit, wanted)
    if (own !== null || INVISIBLE.test(unit) || ODD_SPACE.test(unit)) return own
    const has = (face: Face) => this.#font(face).hasGlyphForCodePoint(codePoint)
    // A mark stays with its letter.
    if (/\p{M}/u.test(unit) && last !== undefined && isWorld(last) && has(last)) return last
    return worldFacesFor(unit, text).find(has) ?? null
  }

  /**
   * Characters that can't be seen as such, where they can: the wide space of East Asian text between its characters, and
   * the joiners of Arabic and Devanagari where the letters beside them would look otherwise without.
   */
  #shows(unit: string, face: WorldFace, [before, after]: readonly [string, string]): boolean {
    if (unit === '\u3000') return worldOf(face).ideographic === true && before !== unit && CJK.test(after)
    if (!/[\u200c\u200d]/.test(unit) || worldOf(face).script === undefined) return false
    if (worldFacesFor(after, '')[0] !== face) return false
    const glyphs = (text: string) => {
      const ids = this.#layout(face, text)?.map((glyph) => glyph.id) ?? []
      return ids.filter((id) => id !== this.#layout(face, ' ')?.[0]?.id).join()
    }
    return glyphs(before + unit + after) !== glyphs(before + after)
  }

  #ownFace(character: string, wanted: Face): Face | null {
    const key = `${wanted}|${character}`
    let face = this.#covered.get(key)
    if (face === undefined) {
      const codePoint = character.codePointAt(0) ?? 0
      face =
        INVISIBLE.test(character) || ODD_SPACE.test(character)
          ? null
          : (FALLBACKS[wanted as OwnFace].find((candidate) => this.#font(candidate).hasGlyphForCodePoint(codePoint)) ??
            null)
      this.#covered.set(key, face)
    }
    return face
  }

  /** A run as it is, or written out where its face can't put it together. */
  #shapeable(run: Run, wanted: Face): Run[] {
    if (!isWorld(run.face) || worldOf(run.face).script === undefined) return [run]
    if (run.text.split(' ').every((word) => this.#layout(run.face, word)?.every((glyph) => glyph.id !== 0)))
      return [run]
    return [{ face: wanted, level: 0, text: [...run.text].map(escaped).join('') }]
  }

  /** Null where fontkit stumbles over the tables of a face. */
  #layout(face: Face, text: string): Glyph[] | null {
    try {
      return this.#font(face).layout(text).glyphs
    } catch {
      return null
    }
  }

  #isOneGlyph(unit: string, face: Face): boolean {
    const glyphs = this.#layout(face, unit)
    return glyphs?.length === 1 && glyphs[0]?.id !== 0
  }

  /** What a viewer reads from the glyphs of a text that one face shows, by the map that stands in the file. */
  readBack(text: string, face: Face): string {
    this.#font(face)
    const font = (this.#doc.font(face) as unknown as { _font: EmbeddedFont })._font
    const [codes] = font.encode(text)
    const read = codes.map((code) => String.fromCodePoint(...(font.unicode[Number.parseInt(code, 16)] ?? [])))
    return (isTurned(text, face) ? read.reverse() : read).join('')
  }

  /** The name that the current page's content has for a face. */
  idOf(face: Face): string {
    return (this.#doc.font(face) as unknown as { _font: EmbeddedFont })._font.id
  }

  #font(face: Face): OpenFont {
    let font = this.#open.get(face)
    if (font === undefined) {
      if (isWorld(face)) this.#doc.registerFont(face, fontFile(face))
      this.#doc.font(face)
      font = (this.#doc as unknown as { _font: EmbeddedFont })._font.font
      // The faces of the world are never asked for plain text.
      if (isWorld(face)) shapeAs(font, face)
      else shapePlainText((this.#doc as unknown as { _font: ShapingFont })._font, fontFile(face))
      this.#open.set(face, font)
    }
    return font
  }
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}
