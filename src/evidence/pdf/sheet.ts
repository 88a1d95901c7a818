import type { Pdf } from './fonts.ts'
import { Typesetter } from './fonts.ts'
import { BLUE, INK, LINE, MARGIN, MUTED, SIZE } from './theme.ts'
import { turned, visualOrder } from './world/bidi.ts'
import { isWorld } from './world/faces.ts'
import { isTurned } from './world/shape.ts'
import { type Line, type Piece, type Span, wrap } from './wrap.ts'

type Element = PDFKit.PDFStructureElement

/** What pdfkit takes and its types leave out. */
export interface ElementOptions {
  alt?: string
  title?: string
  /** Of a table's header cell. */
  scope?: 'Column' | 'Row'
  /** Left, top, right, bottom. */
  bbox?: [number, number, number, number]
}

/** Where a bookmark leads is counted from the page's top right corner, which pdfkit's types leave out. */
interface Bookmark {
  addItem(title: string, place: { top: number; left: number }): Bookmark
}

/** Height of a line of text over its size. */
const LEADING = 1.38

/**
 * The pages of a report: where writing goes on, what it is (tags for screen readers, PDF/UA-1), and a new page where one
 * is full. Positions are points from the top left corner. Everything that is drawn is either inside a structure element
 * or an artifact.
 */
export class Sheet {
  readonly doc: Pdf
  readonly type: Typesetter
  /** Left edge and width of the column of text. */
  readonly left = MARGIN.left
  readonly width: number
  /** Where the next line begins. */
  y: number = MARGIN.top
  readonly #stack: Element[] = []
  #bookmark: Bookmark | null = null
  #runningTitle: string

  /** @param runningTitles for the head of each page, the first that fits on one line */
  constructor(doc: Pdf, runningTitles: readonly string[]) {
    this.doc = doc
    this.type = new Typesetter(doc)
    this.width = doc.page.width - MARGIN.left - MARGIN.right
    this.#runningTitle =
      runningTitles.find((title) => this.type.measure(title, 'sans', SIZE.tiny) < this.width - 80) ?? ''
    const root = doc.struct('Document')
    doc.addStructure(root)
    this.#stack.push(root)
  }

  /** Lowest line that text may reach. */
  get bottom(): number {
    return this.doc.page.height - MARGIN.bottom
  }

  get room(): number {
    return this.bottom - this.y
  }

  /** A structure element around all that `inside` draws. */
  element(tag: string, inside: () => void, options: ElementOptions = {}): void {
    const element = this.open(tag, options)
    inside()
    this.close(element)
  }

  open(tag: string, options: ElementOptions = {}): Element {
    const element = this.child(tag, options)
    this.#stack.push(element)
    return element
  }

  /** An element in the innermost one that is filled by `content` and ended by its maker. */
  child(tag: string, options: ElementOptions = {}): Element {
    const element = this.doc.struct(tag, options as PDFKit.Mixins.StructureElementOptions)
    this.top.add(element)
    return element
  }

  close(element: Element): void {
    if (this.#stack.pop() !== element) throw new TypeError('expected the innermost structure element')
    element.end()
  }

  get top(): Element {
    return this.#stack.at(-1) as Element
  }

  /** What `draw` draws belongs to `element`, the innermost one unless told. Must not go over a page's end. */
  content(draw: () => void, tag = 'Span', element: Element = this.top): void {
    const content = this.doc.markStructureContent(tag)
    draw()
    this.doc.endMarkedContent()
    element.add(content)
  }

  /** Lines, grounds, repeated headings: nothing that a screen reader should read. */
  artifact(draw: () => void, type: 'Layout' | 'Pagination' = 'Layout'): void {
    this.doc.markContent('Artifact', { type })
    draw()
    this.doc.endMarkedContent()
  }

  /** Begins a new page unless `height` points are left on this one. */
  ensure(height: number): void {
    if (this.room < height) this.newPage()
  }

  newPage(): void {
    this.doc.addPage()
    this.y = MARGIN.top
  }

  gap(points: number): void {
    this.y += points
  }

  lineHeight(size: number): number {
    return size * LEADING
  }

  /** Draws one line with its top at `y`: in reading order, each piece where the directions of the line put it. */
  line(line: Line, x: number, y: number, align: 'left' | 'right' = 'left', width = 0): void {
    const baseline = y + line.size * 1.06
    let at = align === 'right' ? x + width - line.width : x
    const places: number[] = []
    for (const index of visualOrder(line.pieces.map((piece) => piece.level))) {
      places[index] = at
      at += line.pieces[index]?.width ?? 0
    }
    for (const [index, piece] of line.pieces.entries()) this.#piece(piece, places[index] ?? x, baseline)
  }

  #piece(piece: Piece, x: number, baseline: number): void {
    const { face, text, level } = piece
    const odd = level % 2 === 1
    const drawn = { lineBreak: false, baseline: 'alphabetic' } as const
    // The space that ends a line would stand at the other end from right to left, and move what it follows.
    const seen = odd ? text.trimEnd() : text
    const shown = odd && !isTurned(seen, face) ? turned(seen) : seen
    const write = () => this.doc.font(face).fontSize(piece.size).fillColor(piece.colour).text(shown, x, baseline, drawn)
    if (!isWorld(face) || this.type.readBack(shown, face) === shown) {
      write()
      return
    }
    // Letters that were put together don't say their text: whoever copies it or has it read gets this. Some readers place
    // it by the font and the axes that hold where it ends, which pdfkit has put back by then.
    const { doc } = this
    const flip = [1, 0, 0, -1, 0, doc.page.height] as const
    doc.save().transform(...flip)
    doc.addContent(`/${this.type.idOf(face)} ${piece.size} Tf`)
    doc.markContent('Span', { actual: seen })
    doc.save().transform(...flip)
    write()
    doc.restore()
    doc.endMarkedContent()
    doc.restore()
  }

  /** A paragraph in its own element, over pages where it must. */
  paragraph(
    text: string | readonly Span[],
    options: { indent?: number; width?: number; tag?: string; after?: number } = {},
  ): void {
    const { indent = 0, tag = 'P', after = 5 } = options
    const spans = typeof text === 'string' ? [body(text)] : text
    const lines = wrap(spans, options.width ?? this.width - indent, this.type)
    this.element(tag, () => this.lines(lines, this.left + indent))
    this.gap(after)
  }

  /** Lines one below the other in the innermost element. */
  lines(lines: readonly Line[], x: number): void {
    for (const line of lines) {
      const height = this.lineHeight(line.size)
      this.ensure(height)
      this.content(() => this.line(line, x, this.y))
      this.y += height
    }
  }

  bullets(items: readonly string[], colour: string = INK): void {
    if (items.length === 0) return
    this.element('L', () => {
      for (const item of items) {
        const lines = wrap([{ ...body(item), colour }], this.width - 12, this.type)
        this.ensure(this.lineHeight(SIZE.body))
        this.element('LI', () => {
          const mark = wrap([{ ...body('•'), colour: BLUE }], 12, this.type)[0] as Line
          this.element('Lbl', () => this.content(() => this.line(mark, this.left, this.y)))
          this.element('LBody', () => this.lines(lines, this.left + 12))
        })
        this.gap(3)
      }
    })
    this.gap(3)
  }

  /**
   * A heading with its bookmark. Level 1 gets a rule above it.
   * @param keepWith room that must be left below it; a short list of facts asks for 120 and would leave it alone
   */
  heading(text: string, level: 1 | 2, keepWith = level === 1 ? 150 : 90): void {
    const size = level === 1 ? SIZE.h1 : SIZE.h2
    this.gap(level === 1 ? 14 : 6)
    const lines = wrap([{ text, face: level === 1 ? 'serif' : 'bold', size, colour: INK }], this.width, this.type)
    this.ensure(lines.length * this.lineHeight(size) + keepWith)
    if (level === 1) {
      this.artifact(() => this.rule(this.left, this.y, this.width, BLUE, 1.2))
      this.gap(7)
    }
    this.bookmark(text, level)
    this.element(`H${level}`, () => this.lines(lines, this.left))
    this.gap(level === 1 ? 5 : 3)
  }

  bookmark(text: string, level: 1 | 2): void {
    const place = { top: Math.max(0, this.y - 12), left: this.doc.page.width }
    if (level === 1) this.#bookmark = (this.doc.outline as unknown as Bookmark).addItem(text, place)
    else this.#bookmark?.addItem(text, place)
  }

  rule(x: number, y: number, width: number, colour: string = LINE, weight = 0.6): void {
    this.doc
      .save()
      .lineWidth(weight)
      .strokeColor(colour)
      .moveTo(x, y)
      .lineTo(x + width, y)
      .stroke()
      .restore()
  }

  /** Header and footer of every page, once all are there. */
  paginate(footer: string, pageOf = (page: number, pages: number) => `Page ${page} of ${pages}`): void {
    const { start, count } = this.doc.bufferedPageRange()
    for (let index = 0; index < count; index++) {
      this.doc.switchToPage(start + index)
      const { height } = this.doc.page
      this.artifact(() => {
        if (index > 0) {
          this.line(this.#one(this.#runningTitle, MUTED), this.left, 30)
          this.rule(this.left, 46, this.width)
        }
        this.rule(this.left, height - 44, this.width)
        this.line(this.#one(footer, MUTED), this.left, height - 38)
        this.line(this.#one(pageOf(index + 1, count), MUTED), this.left, height - 38, 'right', this.width)
      }, 'Pagination')
    }
  }

  /** Closes what is open. */
  end(): void {
    while (this.#stack.length > 0) this.close(this.top)
  }

  #one(text: string, colour: string): Line {
    return wrap([{ text, face: 'sans', size: SIZE.tiny, colour }], this.width - 80, this.type)[0] as Line
  }
}

export function body(text: string): Span {
  return { text, face: 'sans', size: SIZE.body, colour: INK }
}

export function strong(text: string): Span {
  return { text, face: 'bold', size: SIZE.body, colour: INK }
}

export function muted(text: string, size: number = SIZE.small): Span {
  return { text, face: 'sans', size, colour: MUTED }
}

export function mono(text: string, size: number = SIZE.small): Span {
  return { text, face: 'mono', size, colour: INK }
}
