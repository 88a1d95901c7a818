export interface FoundImport {
  specifier: string
  /** 1-based. */
  line: number
  /** `import type …` and `export type …`: gone at run time. */
  typeOnly: boolean
}

const STATEMENT = /(?:^|[;}\n])\s*(import|export)\s+(type\s+)?(?:[\w*{][^;'"`]*?\sfrom\s*)(['"])([^'"\n]+)\3/g
const BARE = /(?:^|[;}\n])\s*import\s*(['"])([^'"\n]+)\1/g
const CALL = /\b(?:import|require|import\.meta\.resolve)\s*\(\s*(['"`])([^'"`\n]+)\1/g
const TYPE_CALL = /\btypeof\s+import\s*\(\s*(['"])([^'"\n]+)\1/g
/** How a worker or an asset names a file beside its module. */
const BESIDE = /\bnew\s+URL\s*\(\s*(['"`])(\.[^'"`\n]+)\1\s*,\s*import\.meta\.url/g
/** `declare module 'x'` types a package and is as good as an import of it. */
const DECLARED = /\bdeclare\s+module\s+(['"])([^'"\n]+)\1/g

/** Every module that a source text names: static, dynamic, type-only, re-exported, or by URL. */
export function findImports(source: string): FoundImport[] {
  const text = blankComments(source)
  const found: FoundImport[] = []
  const add = (match: RegExpMatchArray, specifier: string | undefined, typeOnly: boolean) => {
    if (specifier === undefined) return
    const end = match.index ?? 0
    const line = text.slice(0, end + match[0].length).split('\n').length
    found.push({ specifier, line, typeOnly })
  }
  for (const match of text.matchAll(STATEMENT)) add(match, match[4], match[2] !== undefined)
  for (const match of text.matchAll(BARE)) add(match, match[2], false)
  const types = new Set<number>()
  for (const match of text.matchAll(TYPE_CALL)) {
    types.add((match.index ?? 0) + match[0].indexOf('import'))
    add(match, match[2], true)
  }
  for (const match of text.matchAll(CALL)) if (!types.has(match.index ?? 0)) add(match, match[2], false)
  for (const match of text.matchAll(BESIDE)) add(match, match[2], false)
  for (const match of text.matchAll(DECLARED)) add(match, match[2], true)
  return found
}

/**
 * Comments replaced by blanks of the same length. Strings and templates are stepped over, so that `'//'` in one is no
 * comment; a regular expression that holds a quote may mislead it for the rest of its line.
 */
function blankComments(source: string): string {
  const pattern = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g
  return source.replace(pattern, (token) =>
    token.startsWith('/*') || token.startsWith('//') ? token.replace(/[^\n]/g, ' ') : token,
  )
}
