import { z } from 'zod'
import { parseJsonPath } from './json-path.ts'
import { compileRegex } from './regex.ts'
import type { Tree } from './yaml.ts'

/**
 * Which records to extract. Comparison values are text as the file has them: `17` equals the JSON number 17 (and 17.0)
 * and the JSON string "17"; `true`, `false` and `null` equal those literals and the strings. Of several values that a
 * path finds, one is enough.
 */
export type ExtractFilter =
  | ({ on: 'json'; path: string } & Comparison)
  | ({ on: 'key' } & Comparison)
  | ({ on: 'header'; name: string } & Comparison)
  /** Anywhere in the value's bytes, as UTF-8, case as it stands; in JSON also in a string as it reads, its escapes resolved. */
  | { on: 'contains'; text: string }
  | { all: ExtractFilter[] }
  | { any: ExtractFilter[] }
  | { not: ExtractFilter }

export type Comparison =
  | { is: 'equals'; text: string }
  | { is: 'in'; texts: string[] }
  | { is: 'prefix'; text: string }
  /** A linear-time regular expression (regex.ts) that may match anywhere. */
  | { is: 'matches'; pattern: string }
  /** Numbers, exact to the last digit. */
  | { is: 'greater_than' | 'less_than'; number: string }
  | { is: 'exists'; wanted: boolean }

const MAX_DEPTH = 10
const MAX_TEXTS = 10_000
const MAX_TEXT = 10_000
const COMPARISONS = ['equals', 'in', 'prefix', 'matches', 'greater_than', 'less_than', 'exists'] as const
type ComparisonKey = (typeof COMPARISONS)[number]
/** What each kind can be compared by: an order needs numbers, and only JSON has them. */
const ALLOWED: Record<'json' | 'key' | 'header', readonly ComparisonKey[]> = {
  json: COMPARISONS,
  key: ['equals', 'in', 'prefix', 'matches', 'exists'],
  header: ['equals', 'in', 'prefix', 'matches', 'exists'],
}
const KINDS = ['json', 'key', 'header', 'contains', 'all', 'any', 'not'] as const
/** A JSON number (RFC 8259 section 6) of a sane length. */
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d{1,4})?$/

class FilterProblem extends Error {
  readonly path: (string | number)[]
  readonly unknown: string | null

  constructor(path: (string | number)[], message: string, unknown: string | null = null) {
    super(message)
    this.path = path
    this.unknown = unknown
  }
}

export const filterNode = z.custom<Tree>().transform((tree, context): ExtractFilter => {
  try {
    return filterOf(tree, [], 0)
  } catch (problem) {
    if (!(problem instanceof FilterProblem)) throw problem
    if (problem.unknown === null) context.addIssue({ code: 'custom', message: problem.message, path: problem.path })
    else {
      const issue = { code: 'unrecognized_keys', keys: [problem.unknown], path: problem.path, input: tree }
      context.issues.push(issue as never)
    }
    return z.NEVER
  }
})

type Path = (string | number)[]

function filterOf(tree: Tree, path: Path, depth: number): ExtractFilter {
  if (depth > MAX_DEPTH) throw new FilterProblem(path, `expected filters nested at most ${MAX_DEPTH} deep`)
  if (typeof tree !== 'object' || Array.isArray(tree)) {
    throw new FilterProblem(path, `expected a filter: a section with one of ${KINDS.join(', ')}`)
  }
  const kinds = KINDS.filter((kind) => Object.hasOwn(tree, kind))
  const [kind, second] = kinds
  if (kind === undefined) {
    const [unknown] = Object.keys(tree)
    if (unknown !== undefined && !(COMPARISONS as readonly string[]).includes(unknown)) {
      throw new FilterProblem(path, '', unknown)
    }
    throw new FilterProblem(path, `expected a filter with one of ${KINDS.join(', ')}`)
  }
  if (second !== undefined) {
    const message = `expected one of "${kind}" and "${second}" in a filter, got both (put them into "all:" or "any:")`
    throw new FilterProblem([...path, second], message)
  }
  const allowed: readonly string[] = kind === 'json' || kind === 'header' ? [kind, ...ALLOWED[kind]] : [kind]
  const extra = Object.keys(tree).find((key) => !allowed.includes(key))
  if (extra !== undefined) throw new FilterProblem(path, '', extra)
  const at = [...path, kind]
  const value = tree[kind]
  switch (kind) {
    case 'all':
    case 'any': {
      if (!Array.isArray(value) || value.length === 0) throw new FilterProblem(at, 'expected a list of filters')
      const parts = value.map((one, index) => filterOf(one, [...at, index], depth + 1))
      return kind === 'all' ? { all: parts } : { any: parts }
    }
    case 'not':
      return { not: filterOf(value, at, depth + 1) }
    case 'contains':
      return { on: 'contains', text: textOf(value, at) }
    case 'json': {
      const jsonPath = textOf(value, at)
      attempt(at, () => parseJsonPath(jsonPath))
      return { on: 'json', path: jsonPath, ...comparisonOf(tree, path, 'json') }
    }
    case 'header':
      return { on: 'header', name: textOf(value, at), ...comparisonOf(tree, path, 'header') }
    case 'key':
      if (typeof value === 'string') return { on: 'key', is: 'equals', text: textOf(value, at) }
      if (typeof value !== 'object' || Array.isArray(value)) throw new FilterProblem(at, keyWords)
      return { on: 'key', ...comparisonOf(value, at, 'key') }
  }
}

const keyWords = 'expected the key itself, or a section with one of equals, in, prefix, matches, exists'

function comparisonOf(tree: { [key: string]: Tree }, path: Path, on: 'json' | 'key' | 'header'): Comparison {
  const keys = COMPARISONS.filter((key) => Object.hasOwn(tree, key))
  const [is, second] = keys
  const stranger = Object.keys(tree).find((key) => key !== on && !(ALLOWED[on] as readonly string[]).includes(key))
  if (stranger !== undefined) throw new FilterProblem(path, '', stranger)
  if (is === undefined) throw new FilterProblem(path, `expected a comparison: one of ${ALLOWED[on].join(', ')}`)
  if (second !== undefined) {
    throw new FilterProblem([...path, second], `expected one comparison, got "${is}" and "${second}"`)
  }
  const at = [...path, is]
  const value = tree[is]
  switch (is) {
    case 'equals':
    case 'prefix':
      return { is, text: textOf(value, at) }
    case 'matches': {
      const pattern = textOf(value, at)
      attempt(at, () => compileRegex(pattern))
      return { is, pattern }
    }
    case 'in': {
      if (!Array.isArray(value) || value.length === 0 || value.length > MAX_TEXTS) {
        throw new FilterProblem(at, `expected a list of 1 to ${MAX_TEXTS} values`)
      }
      return { is, texts: value.map((one, index) => textOf(one, [...at, index])) }
    }
    case 'greater_than':
    case 'less_than': {
      const number = textOf(value, at)
      if (!NUMBER.test(number) || number.length > 400) throw new FilterProblem(at, 'expected a number')
      return { is, number }
    }
    case 'exists':
      if (value !== 'true' && value !== 'false') throw new FilterProblem(at, 'expected true or false')
      return { is, wanted: value === 'true' }
  }
}

function textOf(value: Tree, path: Path): string {
  if (typeof value !== 'string' || value === '') throw new FilterProblem(path, 'expected a value')
  if (value.length > MAX_TEXT) throw new FilterProblem(path, `expected at most ${MAX_TEXT} characters`)
  return value
}

function attempt(path: Path, action: () => unknown): void {
  try {
    action()
  } catch (error) {
    throw new FilterProblem(path, (error as Error).message)
  }
}
