import type { z } from 'zod'
import { editDistance } from '../edit-distance.ts'
import { CofferError, type ErrorCode } from '../errors.ts'
import { GSSAPI_KEYS } from './notes.ts'
import { SECTIONS } from './schema.ts'
import type { KeyPath, ParsedYaml, Tree } from './yaml.ts'

/** One thing wrong with a file. */
export interface Problem {
  code: ErrorCode
  path: KeyPath
  /** Without the place. */
  message: string
  hint?: string
}

const SECRET_KEY =
  /password|passphrase|secret|access_key|account_key|sas_token|webhook_url|events_url|^url$|integration_key/

/** The sections of one kind of file by the key they stand under, for "did you mean". */
export type Sections = Readonly<Record<string, z.ZodObject>>

/** What zod found, in words, with what the file says there. Values of secret keys are never repeated. */
export function problemsOf(
  issues: readonly z.core.$ZodIssue[],
  yaml: ParsedYaml,
  sections: Sections = SECTIONS,
): Problem[] {
  return issues.flatMap((issue) => {
    const path = asWritten(
      issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part)),
      yaml.tree,
    )
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => unknownKey([...path, key], sections, yaml.tree))
    const value = valueAt(yaml.tree, path)
    const name = JSON.stringify(path.join('.'))
    if (value === undefined && typeof path[path.length - 1] === 'string') {
      return [{ code: 'CONFIG_MISSING_KEY' as const, path, message: `missing ${name}` }]
    }
    if (issue.code === 'custom' && issue.params?.key === true) {
      return [{ code: 'CONFIG_INVALID_VALUE' as const, path, message: `the key ${name}: ${issue.message}` }]
    }
    const expected = issue.code === 'invalid_type' ? `expected ${kindWords(issue.expected)}` : expectation(issue)
    return [{ code: 'CONFIG_INVALID_VALUE' as const, path, message: `${name}: ${expected}${got(value, path, yaml)}` }]
  })
}

/**
 * The error for the topmost problem of a file: the place, what is wrong there, what to try. The rest is in its details.
 * A misspelt key comes before a missing one.
 * @param name the file, for messages
 */
export function problemError(name: string, yaml: ParsedYaml, problems: readonly Problem[]): CofferError {
  const placed = problems
    .map((problem) => ({ ...problem, line: yaml.line(problem.path) }))
    .sort((a, b) => a.line - b.line)
  // A key that is missing has no line of its own, and is often the one that was misspelt: the misspelling is told first.
  const misspelt = placed.findIndex(({ code }) => code === 'CONFIG_UNKNOWN_KEY')
  if (placed[0]?.code === 'CONFIG_MISSING_KEY' && misspelt > 0) placed.unshift(...placed.splice(misspelt, 1))
  const first = placed[0]
  if (first === undefined) throw new Error('expected at least one problem')
  const others = placed.slice(1, 20).map((problem) => `${name}:${problem.line}: ${problem.message}`)
  return new CofferError(first.code, `${name}:${first.line}: ${first.message}`, {
    ...(first.hint === undefined ? {} : { hint: first.hint }),
    details: {
      file: name,
      line: first.line,
      key: first.path.join('.'),
      ...(others.length === 0 ? {} : { also: others }),
    },
  })
}

function expectation(issue: z.core.$ZodIssue): string {
  return issue.code === 'invalid_value' ? `expected one of ${issue.values.map(String).join(', ')}` : issue.message
}

function kindWords(expected: string): string {
  return { string: 'a value', array: 'a list', object: 'a section' }[expected] ?? `a ${expected}`
}

function got(value: Tree, path: KeyPath, yaml: ParsedYaml): string {
  if (Array.isArray(value)) return ', got a list'
  if (typeof value === 'object') return ', got a section'
  if (path.some((part) => SECRET_KEY.test(String(part)))) return ''
  const shown = yaml.shown(path)
  if (shown !== null) return `, got ${JSON.stringify(shown)}`
  // one of several in a line with commas: the line itself
  const line = typeof path[path.length - 1] === 'number' ? yaml.shown(path.slice(0, -1)) : null
  return line === null ? '' : `, got ${JSON.stringify(line)}`
}

/** A list of topics may stand without its `include`; then the path has no such part in the file. */
function asWritten(path: KeyPath, tree: Tree): KeyPath {
  const at = path.findIndex((part, index) => part === 'include' && Array.isArray(valueAt(tree, path.slice(0, index))))
  return at < 0 ? path : [...path.slice(0, at), ...path.slice(at + 1)]
}

function valueAt(tree: Tree, path: KeyPath): Tree {
  let value: Tree = tree
  for (const part of path) {
    if (typeof value !== 'object') return undefined
    value = (value as Record<string | number, Tree>)[part]
  }
  return value
}

/** What is wrong with a key that no section has there. */
export function unknownKey(path: KeyPath, sections: Sections = SECTIONS, tree?: Tree): Problem {
  const key = String(path[path.length - 1])
  const name = path.join('.')
  if (GSSAPI_KEYS.includes(key))
    return { code: 'UNSUPPORTED', path, message: `"${name}" is not supported`, hint: GSSAPI_HINT }
  const meant = didYouMean(path, sections)
  return {
    code: 'CONFIG_UNKNOWN_KEY',
    path,
    message: `unknown key "${name}"`,
    ...(meant === null ? {} : { hint: lostIndent(path, meant, tree) ?? `Did you mean "${meant}"?` }),
  }
}

/** A file that was copied out of a page without its spaces has every key at the top, and sections with nothing in them. */
function lostIndent(path: KeyPath, meant: string, tree: Tree): string | null {
  const [section = '', ...below] = meant.split('.')
  if (path.length > 1 || below.length === 0 || typeof tree !== 'object' || Array.isArray(tree)) return null
  if (!Object.hasOwn(tree, section) || tree[section] !== undefined) return null
  return `It belongs below "${meant.slice(0, meant.lastIndexOf('.'))}": indent it, as a copy of a page may have lost its spaces.`
}

export const GSSAPI_HINT =
  'Coffer signs in with PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or a client certificate; Kerberos is not supported.'

/** The known key that was probably meant: a near spelling in the same section, or the same key in another one. */
export function didYouMean(path: KeyPath, sections: Sections = SECTIONS): string | null {
  const parts = path.map(String)
  const key = parts[parts.length - 1] as string
  const section = parts.slice(0, -1).join('.')
  const all = Object.entries(sections).flatMap(([title, schema]) => {
    const name = title.replace(/ \(.*\)$/, '')
    return Object.keys(schema.shape).map((known) => ({
      section: name,
      key: known,
      full: name === '' ? known : `${name}.${known}`,
    }))
  })
  const near = (candidates: typeof all) =>
    candidates
      .map((candidate) => ({ candidate, distance: editDistance(key.toLowerCase(), candidate.key) }))
      .filter(({ distance }) => distance <= Math.max(1, Math.floor(key.length / 3)))
      .sort((a, b) => a.distance - b.distance)[0]?.candidate.full
  const top = parts[0]
  return (
    near(all.filter((one) => one.section === section)) ??
    all.find((one) => one.key === key && one.section.split('.')[0] === top)?.full ??
    all.find((one) => one.key === key)?.full ??
    near(all.filter((one) => one.section.split('.')[0] === top)) ??
    null
  )
}
