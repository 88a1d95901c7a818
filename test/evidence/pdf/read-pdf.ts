import { inflateSync } from 'node:zlib'

/**
 * Reads what pdfkit writes, by the specification and without pdfkit, so that a test does not take the writer's word:
 * objects one after another, streams deflated, text as hexadecimal glyph numbers with a ToUnicode map for each font.
 */
export class ReadPdf {
  readonly bytes: Buffer
  readonly #objects = new Map<number, { dictionary: string; stream: Buffer | null }>()

  constructor(bytes: Buffer) {
    this.bytes = bytes
    const text = bytes.toString('latin1')
    const start = /(?:^|\n)(\d+) 0 obj\n/g
    for (let match = start.exec(text); match !== null; match = start.exec(text)) {
      const from = match.index + match[0].length
      const streamAt = text.indexOf('stream\n', from)
      const endAt = text.indexOf('endobj', from)
      if (streamAt !== -1 && streamAt < endAt) {
        const dictionary = text.slice(from, streamAt)
        const length = Number(/\/Length (\d+)/.exec(dictionary)?.[1])
        const body = bytes.subarray(streamAt + 7, streamAt + 7 + length)
        this.#objects.set(Number(match[1]), {
          dictionary,
          stream: dictionary.includes('/FlateDecode') ? inflateSync(body) : body,
        })
        start.lastIndex = streamAt + 7 + length
      } else {
        this.#objects.set(Number(match[1]), { dictionary: text.slice(from, endAt), stream: null })
        start.lastIndex = endAt
      }
    }
  }

  dictionaries(pattern: RegExp): string[] {
    return [...this.#objects.values()]
      .map((object) => object.dictionary)
      .filter((dictionary) => pattern.test(dictionary))
  }

  get catalogue(): string {
    return this.dictionaries(/\/Type \/Catalog/)[0] ?? ''
  }

  get metadata(): string {
    return (
      [...this.#objects.values()]
        .find((object) => /\/Type \/Metadata/.test(object.dictionary))
        ?.stream?.toString('utf8') ?? ''
    )
  }

  /** Embedded files by name, with their relationship. */
  attachments(): Map<string, { relationship: string; bytes: Buffer }> {
    const files = new Map<string, { relationship: string; bytes: Buffer }>()
    for (const dictionary of this.dictionaries(/\/Type \/Filespec/)) {
      const stream = Number(/\/EF <<\s*\/F (\d+) 0 R/.exec(dictionary)?.[1])
      const bytes = this.#objects.get(stream)?.stream
      if (bytes) {
        files.set(/\/UF \(([^)]*)\)/.exec(dictionary)?.[1] ?? '', {
          relationship: /\/AFRelationship \/(\w+)/.exec(dictionary)?.[1] ?? '',
          bytes,
        })
      }
    }
    return files
  }

  /** Pages in order: the size, and the content as it stands in the file. */
  pages(): { size: string; content: string; fonts: Map<string, Map<number, string>> }[] {
    const kids = /\/Kids \[([^\]]*)\]/.exec(this.dictionaries(/\/Type \/Pages/)[0] ?? '')?.[1] ?? ''
    return [...kids.matchAll(/(\d+) 0 R/g)].map(([, id]) => {
      const page = this.#objects.get(Number(id))?.dictionary ?? ''
      const content = Number(/\/Contents (\d+)/.exec(page)?.[1])
      const resources = this.#objects.get(Number(/\/Resources (\d+)/.exec(page)?.[1]))?.dictionary ?? ''
      const fonts = new Map<string, Map<number, string>>()
      for (const [, name, font] of resources.matchAll(/\/(F\d+) (\d+) 0 R/g))
        fonts.set(name ?? '', this.#unicode(Number(font)))
      return {
        size: /\/MediaBox \[([^\]]*)\]/.exec(page)?.[1] ?? '',
        content: this.#objects.get(content)?.stream?.toString('latin1') ?? '',
        fonts,
      }
    })
  }

  /** All text, a line for each piece that is drawn: by its glyphs, or by what stands for them (/ActualText). */
  text(): string {
    return this.pages()
      .map(({ content, fonts }) => {
        let font = new Map<number, string>()
        let out = ''
        let glyphs: string[] = []
        let instead: number | null = null
        let depth = 0
        const tokens =
          /\/Span <<\s*\/ActualText \(((?:\\.|[^\\)])*)\)\s*>> BDC|(BDC|BMC)\b|(EMC)\b|\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ|\b(ET)\b/gs
        for (const [, actual, begin, end, name, shown, ended] of content.matchAll(tokens)) {
          if (actual !== undefined) {
            out += `${actualText(actual)}\n`
            instead = depth++
          } else if (begin !== undefined) depth++
          else if (end !== undefined) {
            depth--
            if (depth === instead) instead = null
          } else if (name !== undefined) font = fonts.get(name) ?? new Map()
          else if (shown !== undefined) {
            for (const [, hex] of shown.matchAll(/<([0-9a-fA-F]*)>/g))
              for (const [glyph] of (hex ?? '').matchAll(/.{4}/g))
                glyphs.push(font.get(Number.parseInt(glyph, 16)) ?? '\ufffd')
          } else if (ended !== undefined) {
            // Drawn from left to right, as viewers expect it, and read the other way round.
            if (/[[\p{Script=Arab}\p{Script=Hebr}]&&\p{L}]/v.test(glyphs.join(''))) glyphs.reverse()
            if (instead === null) out += `${glyphs.join('')}\n`
            glyphs = []
          }
        }
        return out
      })
      .join('\f')
  }

  #unicode(font: number): Map<number, string> {
    const map = Number(/\/ToUnicode (\d+)/.exec(this.#objects.get(font)?.dictionary ?? '')?.[1])
    const cmap = this.#objects.get(map)?.stream?.toString('latin1') ?? ''
    const found = new Map<number, string>()
    for (const [, first, list] of cmap.matchAll(/<([0-9a-f]+)> <[0-9a-f]+> \[([^\]]*)\]/gi)) {
      let glyph = Number.parseInt(first ?? '0', 16)
      for (const [, hex] of (list ?? '').matchAll(/<([0-9a-f ]*)>/gi)) {
        const units = [...(hex ?? '').replaceAll(' ', '').matchAll(/.{4}/g)].map(([unit]) => Number.parseInt(unit, 16))
        found.set(glyph++, String.fromCharCode(...units))
      }
    }
    return found
  }
}

/** A text string of the specification (7.9.2.2) out of its parentheses. */
function actualText(raw: string): string {
  const bytes = Buffer.from(
    raw.replace(/\\(.)/gs, (_, letter: string) => ({ n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' })[letter] ?? letter),
    'latin1',
  )
  return bytes[0] === 0xfe && bytes[1] === 0xff
    ? bytes.subarray(2).swap16().toString('utf16le')
    : bytes.toString('latin1')
}
