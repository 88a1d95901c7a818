import { count, day } from '../../contract/words.ts'
import type { Sheet } from './sheet.ts'
import { mono } from './sheet.ts'
import { INK, LINE, MUTED, SIZE } from './theme.ts'
import { type Span, wrap } from './wrap.ts'

/** A name and what it is. */
export type Fact = readonly [label: string, value: string | readonly Span[]]

/** Short figures two to a line, and long ones below them, each by itself. */
export function figuresGrid(sheet: Sheet, all: readonly Fact[]): void {
  const half = sheet.width / 2
  const label = half * 0.56
  const fits = ([name, value]: Fact) =>
    typeof value !== 'string' &&
    value.reduce((sum, span) => sum + sheet.type.measure(span.text, span.face, span.size), 0) < half - label - 14 &&
    sheet.type.width(name, 'sans', SIZE.small) < label - 8
  const list = all.filter(fits)
  if (list.length < 4) {
    facts(sheet, all)
    return
  }
  const height = sheet.lineHeight(SIZE.small) + 5
  const rows = Math.ceil(list.length / 2)
  sheet.ensure(Math.min(rows * height, 140))
  sheet.element('Table', () => {
    for (let row = 0; row < rows; row++) {
      sheet.ensure(height)
      sheet.element('TR', () => {
        for (const [column, fact] of [list[row * 2], list[row * 2 + 1]].entries()) {
          if (fact === undefined) {
            // Rows of a table have the same number of cells (ISO 14289-1, 7.5).
            sheet.element('TH', () => {}, { scope: 'Row' })
            sheet.element('TD', () => {})
            continue
          }
          const x = sheet.left + column * (half + 8)
          const [name, value] = fact
          const title = wrap([{ text: name, face: 'sans', size: SIZE.small, colour: MUTED }], label, sheet.type)
          sheet.element('TH', () => sheet.content(() => title[0] && sheet.line(title[0], x, sheet.y + 2)), {
            scope: 'Row',
          })
          const [line] = wrap(value as readonly Span[], half - label, sheet.type)
          sheet.element('TD', () => sheet.content(() => line && sheet.line(line, x + label, sheet.y + 2)))
        }
      })
      sheet.y += height
      sheet.artifact(() => {
        sheet.rule(sheet.left, sheet.y - 0.5, half - 8, LINE, 0.4)
        if (list[row * 2 + 1] !== undefined) sheet.rule(sheet.left + half + 8, sheet.y - 0.5, half - 8, LINE, 0.4)
      })
    }
  })
  const long = all.filter((fact) => !fits(fact))
  if (long.length === 0) sheet.gap(9)
  else facts(sheet, long, label)
}

/** Names and values below each other, a rule between them. */
export function facts(sheet: Sheet, list: readonly Fact[], labelWidth = 128): void {
  if (list.length === 0) return
  // A short list stays together.
  sheet.ensure(Math.min(list.length * 17, 120))
  sheet.element('Table', () => {
    for (const [label, value] of list) {
      const name = wrap([{ text: label, face: 'sans', size: SIZE.small, colour: MUTED }], labelWidth - 8, sheet.type)
      const spans =
        typeof value === 'string'
          ? [{ text: value, face: 'sans' as const, size: SIZE.small + 0.5, colour: INK }]
          : value
      const lines = wrap(spans, sheet.width - labelWidth, sheet.type)
      const height = Math.max(total(sheet, name), Math.min(total(sheet, lines), 120)) + 5
      sheet.ensure(height)
      sheet.element('TR', () => {
        const top = sheet.y + 2
        sheet.element(
          'TH',
          () => {
            let at = top
            for (const line of name) {
              sheet.content(() => sheet.line(line, sheet.left, at))
              at += sheet.lineHeight(line.size)
            }
          },
          { scope: 'Row' },
        )
        const afterName = top + total(sheet, name)
        const page = sheet.doc.page
        sheet.y = top
        sheet.element('TD', () => sheet.lines(lines, sheet.left + labelWidth))
        // The value may have gone on on a new page, where the name is not.
        sheet.y = sheet.doc.page === page ? Math.max(sheet.y, afterName) : sheet.y
      })
      sheet.y += 2.5
      sheet.artifact(() => sheet.rule(sheet.left, sheet.y, sheet.width, LINE, 0.4))
    }
  })
  sheet.gap(9)
}

function total(sheet: Sheet, lines: readonly { size: number }[]): number {
  return lines.reduce((sum, line) => sum + sheet.lineHeight(line.size), 0)
}

/** `total_messages_expected` as people read it: `total messages expected`. */
export function labelOf(name: string): string {
  return name.replaceAll('_', ' ').replace(/\bsha256\b/g, 'SHA-256')
}

const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/

/** A value of a check's data as text. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return 'none'
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? count(Math.abs(value)).replace(/^/, value < 0 ? '-' : '') : String(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(shown).join(', ')
  if (typeof value === 'object') {
    const members = Object.entries(value)
    return members.length === 0 ? 'none' : members.map(([name, item]) => `${labelOf(name)} ${shown(item)}`).join(', ')
  }
  // a time as people read it
  return typeof value === 'string' && ISO_TIME.test(value) ? day(value) : String(value)
}

/** Digests and keys in the face of commands. */
export function spansOf(value: unknown, size: number = SIZE.small): readonly Span[] {
  const text = shown(value)
  if (typeof value === 'string' && /^[0-9a-f]{40,128}$/.test(value)) return [mono(text, size - 0.5)]
  return [{ text, face: 'sans', size, colour: INK }]
}
