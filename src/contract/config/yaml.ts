import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments, type Scalar } from 'yaml'
import { CofferError, type ErrorCode } from '../errors.ts'
import { expandVariables, type Variables } from './expand.ts'

/** A key's or a value's way from the top of the file. */
export type KeyPath = readonly (string | number)[]

/**
 * A parsed file: every scalar as its text (the schema says what is a number), an absent, null or empty one as
 * undefined, sections as objects without a prototype.
 */
export type Tree = string | undefined | Tree[] | { [key: string]: Tree }

export interface ParsedYaml {
  tree: Tree
  /** The line (from 1) of a key, or where it is missing that of the nearest section around it. */
  line(path: KeyPath): number
  /** The value as the file spells it, before expansion, fit for a message; null for sections and lists. */
  shown(path: KeyPath): string | null
}

/** Far above any real file; below what would slow the program down. */
const MAX_CHARACTERS = 1_000_000
const MAX_NODES = 50_000
const MAX_DEPTH = 20
const TOO_DEEP = 'the file is nested too deeply'

/**
 * Parses one configuration file and expands its variables.
 * @param name for messages
 * @throws CONFIG_SYNTAX with line and column, CONFIG_UNSET_VARIABLE and CONFIG_INVALID_VALUE with the line
 */
export function parseConfigYaml(text: string, name: string, variables: Variables): ParsedYaml {
  const lines = new LineCounter()
  const fail = (code: ErrorCode, offset: number, problem: string, hint?: string): never => {
    const { line, col } = lines.linePos(offset)
    const where = code === 'CONFIG_SYNTAX' ? `${name}:${line}:${col}` : `${name}:${line}`
    throw new CofferError(code, `${where}: ${problem}`, {
      ...(hint === undefined ? {} : { hint }),
      details: { file: name, line, column: col },
    })
  }
  if (text.length > MAX_CHARACTERS) {
    throw new CofferError(
      'CONFIG_SYNTAX',
      `${name}: expected at most ${MAX_CHARACTERS} characters, got ${text.length}`,
      {
        details: { file: name },
      },
    )
  }

  const root = onlyDocument(text, lines, fail)
  const positions = new Map<string, { offset: number; shown: string | null }>()
  let nodes = 0

  const walk = (node: Node | null, path: (string | number)[], offset: number): Tree => {
    if (++nodes > MAX_NODES || path.length > MAX_DEPTH) fail('CONFIG_SYNTAX', offset, TOO_DEEP)
    const at = node?.range?.[0] ?? offset
    if (isAlias(node)) {
      const target = node.resolve(root.document)
      return target === undefined
        ? fail('CONFIG_SYNTAX', at, `the alias "${node.source.slice(0, 80)}" has no anchor`)
        : walk(target, path, at)
    }
    const key = JSON.stringify(path)
    if (isSeq(node)) {
      if (!positions.has(key)) positions.set(key, { offset: at, shown: null })
      return node.items.map((item, index) => {
        const itemAt = (item as Node | null)?.range?.[0] ?? at
        positions.set(JSON.stringify([...path, index]), { offset: itemAt, shown: null })
        return walk(item as Node | null, [...path, index], itemAt)
      })
    }
    if (isMap(node)) {
      if (!positions.has(key)) positions.set(key, { offset: at, shown: null })
      const section: { [key: string]: Tree } = Object.create(null)
      for (const pair of node.items) {
        const keyNode = pair.key as Node | null
        const keyAt = keyNode?.range?.[0] ?? at
        if (!isScalar(keyNode)) fail('CONFIG_SYNTAX', keyAt, 'expected a plain key, got a list or a section')
        const childKey = sourceText(keyNode as Scalar)
        const child = [...path, childKey]
        positions.set(JSON.stringify(child), { offset: keyAt, shown: null })
        section[childKey] = walk(pair.value as Node | null, child, keyAt)
      }
      // OSO's parser writes a variant with a value as a tag: `start_offset: !specific { … }`
      return node.tag?.startsWith('!') && !node.tag.startsWith('!!')
        ? Object.assign(Object.create(null), { [node.tag.slice(1)]: section })
        : section
    }
    if (node === null || !isScalar(node) || node.value === null) return undefined
    const source = sourceText(node)
    positions.set(key, { offset: positions.get(key)?.offset ?? at, shown: source.slice(0, 80) })
    const expanded = expandVariables(source, variables)
    if (!expanded.ok)
      return fail(expanded.code, at, `${JSON.stringify(path.join('.'))}: ${expanded.problem}`, expanded.hint)
    return expanded.text === '' ? undefined : expanded.text
  }

  const tree = walk(root.contents, [], 0)
  const find = (path: KeyPath) => {
    for (let length = path.length; length >= 0; length--) {
      const found = positions.get(JSON.stringify(path.slice(0, length)))
      if (found !== undefined) return { ...found, exact: length === path.length }
    }
    return { offset: 0, shown: null, exact: false }
  }
  return {
    tree,
    line: (path) => lines.linePos(find(path).offset).line,
    shown: (path) => {
      const found = find(path)
      return found.exact ? found.shown : null
    },
  }
}

function onlyDocument(
  text: string,
  lines: LineCounter,
  fail: (code: ErrorCode, offset: number, problem: string) => never,
) {
  let documents: ReturnType<typeof parseAllDocuments>
  try {
    documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' })
  } catch (error) {
    // the library goes down by calling itself
    if (error instanceof RangeError) return fail('CONFIG_SYNTAX', 0, TOO_DEEP)
    throw error
  }
  const list = Array.isArray(documents) ? documents : []
  for (const document of list) {
    const error = document.errors[0]
    if (error !== undefined) {
      const deep = /call stack/i.test(error.message)
      fail('CONFIG_SYNTAX', error.pos[0], deep ? TOO_DEEP : lowerFirst(error.message))
    }
  }
  // a second document that holds only comments is common (the vendor's own example of cross-region copies has one)
  const full = list.filter((document) => document.contents !== null && !isEmptyScalar(document.contents))
  if (full[1] !== undefined)
    fail('CONFIG_SYNTAX', full[1].contents?.range?.[0] ?? 0, 'expected one YAML document, got another')
  const document = full[0] ?? list[0]
  if (document === undefined) return { contents: null, document: parseAllDocuments('{}')[0] as never }
  return { contents: document.contents, document }
}

function isEmptyScalar(node: Node): boolean {
  return isScalar(node) && node.value === null
}

function sourceText(node: Scalar): string {
  return node.source ?? String(node.value ?? '')
}

function lowerFirst(message: string): string {
  return (message.charAt(0).toLowerCase() + message.slice(1)).replace(/\.$/, '')
}
