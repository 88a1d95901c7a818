import { createRequire } from 'node:module'
import type { Bidi } from 'bidi-js'

let loaded: Bidi | undefined

/** Unicode's bidirectional algorithm (UAX #9), loaded when a text needs it. The package's types and its export differ. */
function bidi(): Bidi {
  loaded ??= (createRequire(import.meta.url)('bidi-js') as () => Bidi)()
  return loaded
}

/** Scripts that are written from right to left and that a face is there for; others are written out as codes. */
const RIGHT_TO_LEFT = /[\p{Script=Arab}\p{Script=Hebr}]/u

/**
 * The embedding level of each UTF-16 unit: odd runs from right to left. A text that begins with a letter of such a script
 * and has more of them than others is a paragraph of that direction. In any other, whatever stands between letters of a
 * right-to-left script is taken as one isolate (UAX #9, HL3), so that a name in Hebrew does not draw in the figures and
 * commas of the sentence around it. Spaces at either end divide spans and stay where they are.
 */
export function levelsOf(text: string): Uint8Array {
  const levels = new Uint8Array(text.length)
  if (!RIGHT_TO_LEFT.test(text)) return levels
  // The package takes units for characters: what is no letter above U+FFFF is neutral, such as an emoji.
  const units = text.replaceAll(/[\u{10000}-\u{10ffff}]/gu, (character) => (/\p{L}/u.test(character) ? 'xx' : '☆☆'))
  const types = Array.from(units, (unit) => bidi().getBidiCharTypeName(unit))
  const isRight = (type: string | undefined) => type === 'R' || type === 'AL'
  const strong = types.filter((type) => type === 'L' || isRight(type))
  const start = text.length - text.trimStart().length
  if (isRight(strong[0]) && strong.filter(isRight).length > strong.length / 2) {
    levels.set(bidi().getEmbeddingLevels(units.trim(), 'rtl').levels, start)
    return levels
  }
  for (let from = 0; from < types.length; from++) {
    if (!isRight(types[from])) continue
    let to = from + 1
    for (let next = to; next < types.length && types[next] !== 'L'; next++) {
      if (isRight(types[next]) || (types[next] === 'NSM' && next === to)) to = next + 1
    }
    levels.set(bidi().getEmbeddingLevels(units.slice(from, to), 'rtl').levels, from)
    from = to
  }
  return levels
}

/** Text as it is drawn from left to right where its level is odd and its face does not turn it round by itself. */
export function turned(text: string): string {
  return graphemes(text)
    .reverse()
    .map((each) => bidi().getMirroredCharacter(each) ?? each)
    .join('')
}

/** The order in which pieces of one line stand from left to right (UAX #9, L2): positions into `levels`. */
export function visualOrder(levels: readonly number[]): number[] {
  const order = levels.map((_, index) => index)
  for (let level = Math.max(0, ...levels); level > 0; level--) {
    for (let from = 0; from < order.length; from++) {
      const isHigh = (place: number) => (levels[order[place] ?? -1] ?? 0) >= level
      if (!isHigh(from)) continue
      let to = from
      while (to + 1 < order.length && isHigh(to + 1)) to++
      order.splice(from, to - from + 1, ...order.slice(from, to + 1).reverse())
      from = to
    }
  }
  return order
}

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' })

/** What a reader takes for one character: a letter with its marks, an emoji with its joiners. */
export function graphemes(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}
