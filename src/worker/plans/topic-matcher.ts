import { checkTopicPattern, literalTopics, selectTopics, topicPatternProblem } from '../../contract/config/topics.ts'
import type { Said } from '../../contract/said/said.ts'

/**
 * Which topics patterns take, as a backup decides it, over long lists: plain names are looked up, not compared one by one.
 * A pattern that is wrong takes nothing and is named.
 */
export class TopicMatcher {
  readonly problems: Said[]
  readonly #include: readonly string[]
  readonly #exclude: readonly string[]

  constructor(include: readonly string[], exclude: readonly string[]) {
    this.#include = include
    this.#exclude = exclude
    this.problems = [...include, ...exclude].flatMap((pattern) => {
      const problem = topicPatternProblem(pattern)
      return problem === null ? [] : [problem]
    })
  }

  taken(names: readonly string[]): Set<string> {
    const out = union(this.#exclude, names)
    const within = this.#include.length === 0 ? new Set(names) : union(this.#include, names)
    return new Set([...within].filter((name) => !out.has(name)))
  }

  /** For each pattern of `include`: how many names it takes, whatever is excluded. */
  counts(names: readonly string[]): number[] {
    const known = new Set(names)
    return this.#include.map((pattern) => matches(pattern, names, known).length)
  }
}

function union(patterns: readonly string[], names: readonly string[]): Set<string> {
  const known = new Set(names)
  return new Set(patterns.flatMap((pattern) => matches(pattern, names, known)))
}

function matches(pattern: string, names: readonly string[], known: ReadonlySet<string>): string[] {
  if (checkTopicPattern(pattern) !== null) return []
  if (literalTopics({ include: [pattern] }).length > 0) return known.has(pattern) ? [pattern] : []
  return selectTopics(names, { include: [pattern], exclude: [] })
}
