import type { Face } from '../fonts.ts'
import { isWorld, worldOf } from './faces.ts'

/** Never at the end of a line, and never at its beginning: opening and closing marks, small kana, long marks. */
const OPENING = /[\p{Ps}\p{Pi}]/u
const CLOSING = /[\p{Pe}\p{Pf}、。，．：；！？・ーゝゞヽヾ々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ～％]/u
/** The same for other scripts beside them. */
const CLINGING = /[.,;:!?%'"’”]/
const thai = new Intl.Segmenter('th', { granularity: 'word' })

/**
 * The parts of a word between which a line may end: East Asian text has no spaces and may be cut between its characters,
 * Thai between the words that a dictionary knows. All other words are whole.
 */
export function breakable(word: string, face: Face): string[] {
  if (!isWorld(face)) return [word]
  if (face === 'thai') return Array.from(thai.segment(word), ({ segment }) => segment)
  if (!worldOf(face).ideographic) return [word]
  const parts: string[] = []
  for (const character of word) {
    const last = parts.at(-1)
    if (last !== undefined && !mayBreak({ text: last, face }, { text: character, face })) {
      parts[parts.length - 1] = last + character
    } else parts.push(character)
  }
  return parts
}

/** Whether a line may end between two parts that no space divides. */
export function mayBreak(before: { text: string; face: Face }, after: { text: string; face: Face }): boolean {
  const first = String.fromCodePoint(after.text.codePointAt(0) ?? 0)
  if (CLOSING.test(first) || CLINGING.test(first) || /\p{M}/u.test(first)) return false
  return (isLoose(before.face) || isLoose(after.face)) && !OPENING.test([...before.text].at(-1) ?? '')
}

function isLoose(face: Face): boolean {
  return isWorld(face) && (face === 'thai' || worldOf(face).ideographic === true)
}
