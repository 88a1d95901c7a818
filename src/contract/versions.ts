/** Versions as Semantic Versioning 2.0.0 has them; what stands behind `+` is refused, since it orders nothing. */

const PART = '(?:0|[1-9]\\d{0,8})'
const WORD = '(?:0|[1-9]\\d{0,8}|\\d*[A-Za-z-][0-9A-Za-z-]*)'
export const VERSION = new RegExp(`^${PART}\\.${PART}\\.${PART}(?:-${WORD}(?:\\.${WORD}){0,9})?$`)

/**
 * Which of two versions comes later (Semantic Versioning, clause 11).
 * @returns below zero where `a` is older than `b`, zero where they are the same, above zero where it is newer
 */
export function compareVersions(a: string, b: string): number {
  const [one, other] = [split(a), split(b)]
  for (const at of [0, 1, 2]) {
    const difference = (one.numbers[at] ?? 0) - (other.numbers[at] ?? 0)
    if (difference !== 0) return difference
  }
  // 1.0.0 is later than 1.0.0-rc.1
  if (one.words.length === 0 || other.words.length === 0) return other.words.length - one.words.length
  for (const [at, word] of one.words.entries()) {
    const against = other.words[at]
    if (against === undefined) return 1
    const difference = compareWords(word, against)
    if (difference !== 0) return difference
  }
  return one.words.length - other.words.length
}

function split(version: string): { numbers: number[]; words: string[] } {
  const dash = version.indexOf('-')
  const numbers = (dash < 0 ? version : version.slice(0, dash)).split('.').map(Number)
  return { numbers, words: dash < 0 ? [] : version.slice(dash + 1).split('.') }
}

function compareWords(a: string, b: string): number {
  const [one, other] = [/^\d+$/.test(a), /^\d+$/.test(b)]
  if (one && other) return Number(a) - Number(b)
  // numbers come before words
  if (one !== other) return one ? -1 : 1
  return a === b ? 0 : a < b ? -1 : 1
}
