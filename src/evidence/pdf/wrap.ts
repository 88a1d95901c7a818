import type { Face, Typesetter } from './fonts.ts'
import { graphemes } from './world/bidi.ts'
import { breakable, mayBreak } from './world/breaks.ts'
import { isWorld } from './world/faces.ts'

/** Text in one face, size (points) and colour. */
export interface Span {
  text: string
  face: Face
  size: number
  colour: string
}

export interface Piece extends Span {
  width: number
  /** Odd: runs from right to left. */
  level: number
}

export interface Line {
  pieces: Piece[]
  width: number
  /** Of the tallest piece. */
  size: number
}

/** Where a word that is wider than its line may be cut before it is cut anywhere. */
const SOFT_BREAK = /[/._\-:,;=?&)@+|]/

/**
 * Breaks text into lines of at most `width` points. Words are kept whole where a line can hold them; longer ones (keys,
 * digests, names) are cut after a separator, or anywhere. Nothing is dropped. `\n` in a span ends a line.
 */
export function wrap(spans: readonly Span[], width: number, type: Typesetter): Line[] {
  const lines: Line[] = []
  let line: Piece[] = []
  let used = 0
  const end = () => {
    lines.push(toLine(line, spans))
    line = []
    used = 0
  }
  const put = (piece: Piece) => {
    line.push(piece)
    used += piece.width
  }
  for (const word of words(spans, type)) {
    if (word === 'newline') {
      end()
      continue
    }
    const total = word.pieces.reduce((sum, piece) => sum + piece.width, 0)
    if (used > 0 && used + total > width) {
      // A word that no line can hold may as well begin on this one, where there is room worth using.
      if (total <= width || width - used < width / 3) end()
    }
    if (used + total <= width) {
      for (const piece of word.pieces) put(piece)
    } else {
      for (const piece of word.pieces) {
        let rest: Piece | null = piece
        while (rest !== null) {
          const [head, tail]: [Piece | null, Piece | null] = cut(rest, width - used, used === 0, type)
          if (head !== null) put(head)
          rest = tail
          if (rest !== null) end()
        }
      }
    }
    if (word.space !== null && used > 0) put(word.space)
  }
  if (line.length > 0 || lines.length === 0) end()
  return lines
}

type Word = { pieces: Piece[]; space: Piece | null }

/** Words over all spans: a word may go on from one span, or one face, into the next. */
function* words(spans: readonly Span[], type: Typesetter): Generator<Word | 'newline'> {
  let pieces: Piece[] = []
  for (const span of spans) {
    const parts = span.text.split('\n')
    for (const [index, part] of parts.entries()) {
      if (index > 0) {
        if (pieces.length > 0) yield { pieces, space: null }
        pieces = []
        yield 'newline'
      }
      for (const run of type.runs(part, span.face)) {
        const { face, level } = run
        for (const [token] of run.text.matchAll(/ +|[^ ]+/g)) {
          const pieceOf = (text: string) => ({ ...span, face, level, text, width: type.width(text, face, span.size) })
          if (token.startsWith(' ')) {
            yield { pieces, space: pieceOf(token) }
            pieces = []
          } else {
            for (const part of breakable(token, face)) {
              const last = pieces.at(-1)
              if (last !== undefined && mayBreak(last, { text: part, face })) {
                yield { pieces, space: null }
                pieces = []
              }
              pieces.push(pieceOf(part))
            }
          }
        }
      }
    }
  }
  if (pieces.length > 0) yield { pieces, space: null }
}

/** The longest part of a piece that fits, and what is left of it. @param force take at least one character */
function cut(piece: Piece, room: number, force: boolean, type: Typesetter): [Piece | null, Piece | null] {
  if (piece.width <= room) return [piece, null]
  const world = isWorld(piece.face)
  const characters = world ? graphemes(piece.text) : [...piece.text]
  let taken = 0
  let used = 0
  let soft = 0
  for (const character of characters) {
    const width = type.width(character, piece.face, piece.size)
    if (used + width > room) break
    used += width
    taken++
    if (SOFT_BREAK.test(character)) soft = taken
  }
  if (soft > taken / 2) taken = soft
  // letters that join are drawn in other forms, which may be wider together than each for itself
  if (world) while (taken > 0 && widthOf(characters.slice(0, taken)) > room) taken--
  if (taken === 0) {
    if (!force) return [null, piece]
    taken = 1
  }
  return [part(characters.slice(0, taken)), taken < characters.length ? part(characters.slice(taken)) : null]

  function part(some: string[]): Piece {
    return { ...piece, text: some.join(''), width: widthOf(some) }
  }

  function widthOf(some: string[]): number {
    if (world) return type.width(some.join(''), piece.face, piece.size)
    // By characters and not by the word: thousands of digests would fill the cache of words.
    return some.reduce((sum, character) => sum + type.width(character, piece.face, piece.size), 0)
  }
}

/**
 * Joins neighbours of one style. A space at the end stays as a character, so that a screen reader does not join the words
 * of two lines, and takes no width.
 */
function toLine(pieces: Piece[], spans: readonly Span[]): Line {
  const spaced = isSpace(pieces.at(-1))
  while (isSpace(pieces.at(-1))) pieces.pop()
  const joined: Piece[] = []
  for (const piece of pieces) {
    const last = joined.at(-1)
    const same = last?.face === piece.face && last.level === 0 && piece.level === 0
    if (last && same && last.size === piece.size && last.colour === piece.colour) {
      last.text += piece.text
      last.width += piece.width
    } else joined.push({ ...piece })
  }
  const last = joined.at(-1)
  if (spaced && last !== undefined) last.text += ' '
  return {
    pieces: joined,
    width: joined.reduce((sum, piece) => sum + piece.width, 0),
    size: joined.reduce((most, piece) => Math.max(most, piece.size), 0) || (spans[0]?.size ?? 0),
  }
}

/** Plain spaces and nothing else: what else is called white space may be part of a name or key, and stays. */
function isSpace(piece: Piece | undefined): boolean {
  return piece !== undefined && /^ *$/.test(piece.text)
}
