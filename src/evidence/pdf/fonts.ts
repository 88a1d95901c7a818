import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type PDFDocument from 'pdfkit'

export type Pdf = InstanceType<typeof PDFDocument>

/** The faces of the window. All are embedded; there is none of the viewer's own in a report. */
export type Face = 'sans' | 'bold' | 'serif' | 'mono' | 'monoBold'

const FILES: Readonly<Record<Face, string>> = {
  sans: '@expo-google-fonts/ibm-plex-sans/400Regular/IBMPlexSans_400Regular.ttf',
  bold: '@expo-google-fonts/ibm-plex-sans/600SemiBold/IBMPlexSans_600SemiBold.ttf',
  serif: '@expo-google-fonts/source-serif-4/600SemiBold/SourceSerif4_600SemiBold.ttf',
  mono: '@expo-google-fonts/ibm-plex-mono/400Regular/IBMPlexMono_400Regular.ttf',
  monoBold: '@expo-google-fonts/ibm-plex-mono/600SemiBold/IBMPlexMono_600SemiBold.ttf',
}

/** Where a face has no glyph, these are asked in order. */
const FALLBACKS: Readonly<Record<Face, readonly Face[]>> = {
  sans: ['sans', 'serif', 'mono'],
  bold: ['bold', 'serif', 'monoBold', 'sans'],
  serif: ['serif', 'bold', 'monoBold'],
  mono: ['mono', 'sans', 'serif'],
  monoBold: ['monoBold', 'bold', 'serif'],
}

/** What pdfkit keeps behind its font: the parts of fontkit's font that are needed here. */
interface OpenFont {
  hasGlyphForCodePoint(codePoint: number): boolean
}

const files = new Map<Face, Buffer>()

export function fontFile(face: Face): Buffer {
  let file = files.get(face)
  if (file === undefined) {
    // fontkit reads the outline of an empty glyph too; where that is the file's last one, it would read over the end.
    file = Buffer.concat([readFileSync(createRequire(import.meta.url).resolve(FILES[face])), Buffer.alloc(16)])
    files.set(face, file)
  }
  return file
}

export interface Run {
  face: Face
  text: string
}

/** Control and format characters, private use, lone surrogates, unassigned; and spaces that look like another. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]/u
const ODD_SPACE = /[^\P{Zs}\u0020\u00a0\u202f\u2009]/u

/** The faces of one document: what they cover, and how wide text is in them. */
export class Typesetter {
  readonly #doc: Pdf
  readonly #open = new Map<Face, OpenFont>()
  readonly #covered = new Map<string, Face | null>()
  readonly #widths = new Map<string, number>()

  constructor(doc: Pdf) {
    this.#doc = doc
    for (const face of Object.keys(FILES) as Face[]) doc.registerFont(face, fontFile(face))
  }

  /**
   * Cuts text into runs that one face can show. pdfkit falls back on no other font by itself, and prints an empty box:
   * here, what no face has, and what can't be seen (controls, bidirectional overrides, half surrogates), is written
   * out as `\u{…}`.
   */
  runs(text: string, face: Face): Run[] {
    const runs: Run[] = []
    for (const character of text) {
      const found = this.#faceOf(character, face)
      const run = found === null ? { face, text: escaped(character) } : { face: found, text: character }
      const last = runs.at(-1)
      if (last?.face === run.face) last.text += run.text
      else runs.push(run)
    }
    return runs
  }

  /** Width of one word in points. */
  width(text: string, face: Face, size: number): number {
    const key = `${face}|${text}`
    let unit = this.#widths.get(key)
    if (unit === undefined) {
      unit = this.#doc.font(face).fontSize(1000).widthOfString(text)
      // Most words come once; a report of many pages must not keep them all.
      if (this.#widths.size > 20_000) this.#widths.clear()
      this.#widths.set(key, unit)
    }
    return (unit * size) / 1000
  }

  #faceOf(character: string, wanted: Face): Face | null {
    const key = `${wanted}|${character}`
    let face = this.#covered.get(key)
    if (face === undefined) {
      const codePoint = character.codePointAt(0) ?? 0
      face =
        INVISIBLE.test(character) || ODD_SPACE.test(character)
          ? null
          : (FALLBACKS[wanted].find((candidate) => this.#font(candidate).hasGlyphForCodePoint(codePoint)) ?? null)
      this.#covered.set(key, face)
    }
    return face
  }

  #font(face: Face): OpenFont {
    let font = this.#open.get(face)
    if (font === undefined) {
      this.#doc.font(face)
      font = (this.#doc as unknown as { _font: { font: OpenFont } })._font.font
      this.#open.set(face, font)
    }
    return font
  }
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}
