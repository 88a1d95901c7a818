import { CofferError } from '../errors.ts'
import { type Said, say } from '../said/said.ts'
import { compileRegex } from './regex.ts'
import type { TopicSelection } from './types.ts'

/**
 * The names that a selection picks, in their given order. A pattern is a glob over the whole name (`*` any characters,
 * `?` one) or, after `~`, a regular expression that may match anywhere in it. No `include` means all; `exclude` wins.
 * Takes time linear in each name's length.
 * @param step called before each pattern is read and before each test of a name: what it throws ends the selection
 * @throws CONFIG_INVALID_VALUE on a pattern that checkTopicPattern refuses
 */
export function selectTopics(
  names: Iterable<string>,
  { include, exclude }: TopicSelection,
  step: () => void = () => {},
): string[] {
  const testOf = (pattern: string) => {
    step()
    const matches = matcher(pattern)
    return (name: string) => {
      step()
      return matches(name)
    }
  }
  const included = include.map(testOf)
  const excluded = exclude.map(testOf)
  return [...names].filter(
    (name) => (included.length === 0 || included.some((test) => test(name))) && !excluded.some((test) => test(name)),
  )
}

/** The patterns of `include` that are plain names: a topic that was asked for by name and isn't there is an error. */
export function literalTopics({ include }: Pick<TopicSelection, 'include'>): string[] {
  return include.filter((pattern) => !pattern.startsWith('~') && !/[*?]/.test(pattern))
}

/** What is wrong with a pattern, without naming it, or null. */
export function checkTopicPattern(pattern: string): string | null {
  const read = readPattern(pattern)
  return 'why' in read ? `expected a regular expression after "~" (${read.why})` : null
}

/** What is wrong with a pattern, as a sentence that names it, or null. */
export function topicPatternProblem(pattern: string): Said | null {
  const read = readPattern(pattern)
  return 'why' in read ? say('input.topicPattern', { why: read.why, pattern }) : null
}

function matcher(pattern: string): (name: string) => boolean {
  const read = readPattern(pattern)
  if ('why' in read)
    throw new CofferError('CONFIG_INVALID_VALUE', say('input.topicPattern', { why: read.why, pattern }))
  return read.matches
}

function readPattern(pattern: string): { matches(name: string): boolean } | { why: string } {
  if (!pattern.startsWith('~')) return { matches: (name) => matchGlob(pattern, name) }
  try {
    const regex = compileRegex(pattern.slice(1))
    return { matches: (name) => regex.test(name) }
  } catch (error) {
    return { why: (error as Error).message }
  }
}

/**
 * `*` and `?` over the whole text. On a mismatch only the latest `*` takes one character more, which is enough
 * (an earlier one could gain nothing), so the time is bounded by the product of both lengths.
 */
export function matchGlob(pattern: string, text: string): boolean {
  let p = 0
  let t = 0
  let star = -1
  let starAt = 0
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++
      starAt = t
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++
      t++
    } else if (star >= 0) {
      p = star + 1
      t = ++starAt
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}
