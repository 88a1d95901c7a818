import type { Sheet } from './sheet.ts'
import { BLUE, INK, MUTED, SIZE } from './theme.ts'
import { type Line, wrap } from './wrap.ts'

/**
 * How every document of ours begins: the program, what kind of document it is, and its answer as the title.
 * @param bookmark what leads to the title
 */
export function masthead(sheet: Sheet, kind: string, title: string, bookmark: string): void {
  sheet.y = 44
  sheet.element('P', () => {
    sheet.content(() => sheet.line(oneLine(sheet, 'Coffer', 'serif', 12, INK), sheet.left, sheet.y))
    sheet.content(() =>
      sheet.line(oneLine(sheet, kind, 'sans', SIZE.small, MUTED), sheet.left, sheet.y + 4, 'right', sheet.width),
    )
  })
  sheet.gap(19)
  sheet.artifact(() => sheet.rule(sheet.left, sheet.y, sheet.width, BLUE, 1.2))
  sheet.gap(14)
  const lines = wrap([{ text: title, face: 'serif', size: SIZE.display, colour: INK }], sheet.width, sheet.type)
  sheet.bookmark(bookmark, 1)
  sheet.element('H1', () => sheet.lines(lines, sheet.left))
  sheet.gap(3)
}

/** Text that is known to fit on one line. */
export function oneLine(sheet: Sheet, text: string, face: 'sans' | 'serif', size: number, colour: string): Line {
  return wrap([{ text, face, size, colour }], sheet.width, sheet.type)[0] as Line
}
