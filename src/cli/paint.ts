/**
 * Colours, and safety from what archives say. Text on its way to a terminal carries colours as characters of Unicode's
 * private use area; only the last step turns them into escape sequences (or drops them), and it strips every control
 * character before. So no name in a hostile manifest can move the cursor or forge a line.
 */
const STYLES = {
  reset: '\uE000',
  bold: '\uE001',
  dim: '\uE002',
  red: '\uE003',
  green: '\uE004',
  yellow: '\uE005',
} as const
const CODES: Record<string, string> = {
  '\uE000': '\x1b[0m',
  '\uE001': '\x1b[1m',
  '\uE002': '\x1b[2m',
  '\uE003': '\x1b[31m',
  '\uE004': '\x1b[32m',
  '\uE005': '\x1b[33m',
}
const MARKS = /[\uE000-\uE005]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is to be found
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g

export type Style = Exclude<keyof typeof STYLES, 'reset'>

export function paint(style: Style, text: string): string {
  return `${STYLES[style]}${text}${STYLES.reset}`
}

/** The last step before a stream: control characters shown as `\x1b`, colours on or off. Newlines stay. */
export function finish(text: string, colours: boolean): string {
  const safe = text.replace(CONTROL, (char) => {
    const code = char.charCodeAt(0)
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`
  })
  return safe.replace(MARKS, (mark) => (colours ? (CODES[mark] ?? '') : ''))
}

/** Columns that a text takes on a terminal: wide East Asian characters and emoji take two, combining marks none. */
export function width(text: string): number {
  let columns = 0
  for (const char of text.replace(MARKS, '')) columns += charWidth(char.codePointAt(0) as number)
  return columns
}

/** Cut to `columns`, with `…` where something was cut; colours are closed again. */
export function truncate(text: string, columns: number): string {
  if (width(text) <= columns) return text
  let out = ''
  let used = 0
  for (const char of text) {
    const wide = /[\uE000-\uE005]/.test(char) ? 0 : charWidth(char.codePointAt(0) as number)
    if (used + wide > columns - 1) break
    out += char
    used += wide
  }
  return `${out}…${STYLES.reset}`
}

/**
 * Lines wider than `columns` broken between words, what follows set in a little. A word alone stays whole, however long:
 * a key or a hash is to be copied in one piece.
 */
export function wrapped(text: string, columns: number): string {
  return text
    .split('\n')
    .flatMap((line) => (width(line) <= columns ? [line] : wrapLine(line, columns)))
    .join('\n')
}

function wrapLine(line: string, columns: number): string[] {
  const lead = /^ */.exec(line)?.[0] ?? ''
  const further = ' '.repeat(lead.length + 2)
  const lines: string[] = []
  let open = lead
  let empty = true
  for (const [space, word] of pieces(line.slice(lead.length), columns - further.length)) {
    if (!empty && width(open) + space.length + width(word) > columns) {
      lines.push(open)
      open = further
      empty = true
    }
    open += empty ? word : space + word
    empty = false
  }
  return [...lines, open]
}

/** The cells of a table stay whole (`22.7 MB`) where they fit a line; else words. @returns spaces and what follows them */
function pieces(text: string, room: number): [string, string][] {
  const cells = text.split(/( {2,})/)
  return cells.flatMap((cell, at): [string, string][] => {
    if (at % 2 === 1) return []
    const before = cells[at - 1] ?? ''
    if (cells.length > 1 && width(cell) <= room) return [[before, cell]]
    return cell.split(' ').map((word, index) => [index === 0 ? before : ' ', word])
  })
}

/** A name longer than this stands on a line of its own, whole, so that one topic doesn't push a table off the screen. */
const WIDEST_FIRST = 48

/** Columns of text, padded to the widest cell; a column that holds numbers is set to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], indent = ''): string[] {
  const isLong = (cell: string, column: number) => column === 0 && head.length > 1 && width(cell) > WIDEST_FIRST
  const cellWidth = (cell: string, column: number) => (isLong(cell, column) ? 0 : width(cell))
  const widths = head.map((title, column) =>
    rows.reduce((widest, row) => Math.max(widest, cellWidth(row[column] ?? '', column)), width(title)),
  )
  const numeric = head.map(
    (_, column) => rows.length > 0 && rows.every((row) => /^[\d,.]+( %| [kMGTP]?B)?$|^[–-]?$/.test(row[column] ?? '')),
  )
  const line = (cells: readonly string[]) =>
    indent +
    cells
      .map((cell, column) => {
        const space = ' '.repeat((widths[column] as number) - width(cell))
        return numeric[column] ? space + cell : cell + space
      })
      .join('  ')
      .trimEnd()
  const lines = (row: readonly string[]) => {
    const [first = '', ...others] = row
    return isLong(first, 0) ? [indent + first, line(['', ...others])] : [line(row)]
  }
  return [paint('dim', line(head)), ...rows.flatMap(lines)]
}

function charWidth(code: number): number {
  if ((code >= 0x300 && code <= 0x36f) || code === 0x200b || code === 0x200d || (code >= 0xfe00 && code <= 0xfe0f))
    return 0
  const wide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  return wide ? 2 : 1
}
