import type { Sheet } from './sheet.ts'
import { GROUND, INK, LINE, MARGIN, MUTED, SIZE } from './theme.ts'
import { type Line, type Span, wrap } from './wrap.ts'

export interface Column {
  title: string
  /** Share of the table's width. */
  share: number
  align?: 'left' | 'right'
  /** The least width in points; words of the title are never cut in any case. */
  least?: number
}

/** Text, or spans of it; `draw` draws something beside it that the other cells say in figures. */
export type Cell =
  | string
  | readonly Span[]
  | { spans: readonly Span[]; draw: (x: number, y: number, width: number) => void }

const PAD = { x: 4, y: 3 }

/**
 * A table over as many pages as it takes: the header row is repeated on each (as an artifact, since it is in the
 * structure once), and a row that is higher than a page goes on on the next.
 * @param rows taken one after another, never held together
 */
export function table(
  sheet: Sheet,
  columns: readonly Column[],
  rows: Iterable<readonly Cell[]>,
  size: number = SIZE.small,
): void {
  const widths = columnWidths(sheet, columns)
  const header = columns.map((column, index) =>
    wrap([{ text: column.title, face: 'bold', size: SIZE.tiny, colour: MUTED }], inner(widths[index] ?? 0), sheet.type),
  )
  const headerHeight = tallest(sheet, header) + 2 * PAD.y
  const wrapped = (row: readonly Cell[]) =>
    columns.map((_, index) => wrap(spansOf(row[index] ?? '', size), inner(widths[index] ?? 0), sheet.type))
  // A row goes on on the next page only where half a page can't hold it.
  const needed = (cells: readonly Line[][]) => {
    const whole = tallest(sheet, cells) + 2 * PAD.y
    return whole <= (sheet.bottom - MARGIN.top) / 2 ? whole : 4 * sheet.lineHeight(size) + 2 * PAD.y
  }
  const rest = rows[Symbol.iterator]()
  const first = rest.next()
  // A header stands never alone at a page's end.
  sheet.ensure(headerHeight + (first.done === true ? 0 : needed(wrapped(first.value))))

  const drawHeader = (cell: (index: number, draw: () => void) => void) => {
    sheet.artifact(() => {
      sheet.doc.save().rect(sheet.left, sheet.y, sheet.width, headerHeight).fill(GROUND).restore()
      sheet.rule(sheet.left, sheet.y + headerHeight, sheet.width, MUTED, 0.6)
    })
    eachColumn((index, x) => {
      cell(index, () => stack(sheet, header[index] ?? [], x, sheet.y + PAD.y, columns[index], widths[index] ?? 0))
    })
    sheet.y += headerHeight
  }
  const eachColumn = (visit: (index: number, x: number) => void) => {
    let x = sheet.left
    for (let index = 0; index < columns.length; index++) {
      visit(index, x + PAD.x)
      x += widths[index] ?? 0
    }
  }

  sheet.element('Table', () => {
    sheet.element('TR', () => {
      drawHeader((_index, draw) => {
        sheet.element('TH', () => sheet.content(draw), { scope: 'Column' })
      })
    })
    const again = () => {
      sheet.newPage()
      drawHeader((_index, draw) => sheet.artifact(draw, 'Pagination'))
    }
    for (let row = first; row.done !== true; row = rest.next()) drawRow(row.value)

    function drawRow(row: readonly Cell[]): void {
      const left = wrapped(row)
      if (sheet.room < needed(left)) again()
      sheet.element('TR', () => {
        const cells = columns.map(() => sheet.child('TD'))
        for (let begins = true; begins || left.some((lines) => lines.length > 0); begins = false) {
          if (!begins) again()
          let height = 0
          const top = sheet.y + PAD.y
          eachColumn((index, x) => {
            const lines = takeFitting(sheet, left[index] ?? [], sheet.room - 2 * PAD.y)
            if (lines.some((line) => line.pieces.length > 0)) {
              const width = widths[index] ?? 0
              sheet.content(() => stack(sheet, lines, x, top, columns[index], width), 'Span', cells[index])
            }
            const cell = row[index]
            if (begins && typeof cell === 'object' && 'draw' in cell) {
              sheet.artifact(() => cell.draw(x, top, inner(widths[index] ?? 0)))
            }
            height = Math.max(height, heightOf(sheet, lines))
          })
          sheet.y += height + 2 * PAD.y
          sheet.artifact(() => sheet.rule(sheet.left, sheet.y, sheet.width, LINE, 0.4))
        }
        for (const cell of cells) cell.end()
      })
    }
  })
  sheet.gap(9)
}

/** By share, but no narrower than the widest word of its title or what the column asks for; wide ones give way. */
function columnWidths(sheet: Sheet, columns: readonly Column[]): number[] {
  const least = columns.map(({ title, least = 0 }) =>
    Math.max(least, ...title.split(' ').map((word) => sheet.type.width(word, 'bold', SIZE.tiny))),
  )
  const fixed = new Set<number>()
  for (;;) {
    const free = sheet.width - [...fixed].reduce((sum, index) => sum + (least[index] ?? 0) + 2 * PAD.x, 0)
    const shares = columns.reduce((sum, { share }, index) => sum + (fixed.has(index) ? 0 : share), 0)
    const widths = columns.map(({ share }, index) =>
      fixed.has(index) ? (least[index] ?? 0) + 2 * PAD.x : (share / shares) * free,
    )
    const narrow = widths.findIndex((width, index) => !fixed.has(index) && inner(width) < (least[index] ?? 0))
    if (narrow === -1 || fixed.size === columns.length - 1) return widths
    fixed.add(narrow)
  }
}

/** Takes lines off `lines` while they fit into `room`, at least one. */
function takeFitting(sheet: Sheet, lines: Line[], room: number): Line[] {
  let used = 0
  let count = 0
  for (const line of lines) {
    used += sheet.lineHeight(line.size)
    if (used > room && count > 0) break
    count++
  }
  return lines.splice(0, count)
}

function spansOf(cell: Cell, size: number): readonly Span[] {
  if (typeof cell === 'string') return [{ text: cell, face: 'sans', size, colour: INK }]
  return 'spans' in cell ? cell.spans : cell
}

function inner(width: number): number {
  return width - 2 * PAD.x
}

function tallest(sheet: Sheet, cells: readonly Line[][]): number {
  return cells.reduce((most, lines) => Math.max(most, heightOf(sheet, lines)), 0)
}

function heightOf(sheet: Sheet, lines: readonly Line[]): number {
  return lines.reduce((sum, line) => sum + sheet.lineHeight(line.size), 0)
}

function stack(
  sheet: Sheet,
  lines: readonly Line[],
  x: number,
  y: number,
  column: Column | undefined,
  width: number,
): void {
  let at = y
  for (const line of lines) {
    sheet.line(line, x, at, column?.align ?? 'left', inner(width))
    at += sheet.lineHeight(line.size)
  }
}
