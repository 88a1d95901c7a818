import type { PreviewField, PreviewRecord } from '../../contract/requests/preview.ts'

const MOST_FIELDS = 500
const MOST_DEPTH = 12
const EXAMPLE = 80
/** RFC 9535, member-name-shorthand: what may follow a dot. */
const PLAIN = /^[A-Za-z_\u0080-\u{10FFFF}][0-9A-Za-z_\u0080-\u{10FFFF}]*$/u

/** The places in some records' JSON values, as a filter names them: every element of a list is one, `[*]`. */
export function fieldsOf(records: readonly PreviewRecord[]): PreviewField[] {
  const fields = new Map<string, PreviewField>()
  for (const { value } of records) {
    if (value?.kind !== 'json' || value.text === null || !value.whole) continue
    const here = new Set<string>()
    walk(JSON.parse(value.text), '$', 0, (path, found) => {
      const field = fields.get(path) ?? { path, kind: kindOf(found), example: '', seen: 0 }
      if (field.kind === 'null') field.kind = kindOf(found)
      if (field.example === '' || field.example === 'null') field.example = exampleOf(found)
      if (!here.has(path)) field.seen++
      here.add(path)
      if (fields.size < MOST_FIELDS || fields.has(path)) fields.set(path, field)
    })
  }
  return [...fields.values()]
}

function walk(value: unknown, path: string, depth: number, found: (path: string, value: unknown) => void): void {
  if (depth > 0) found(path, value)
  if (depth >= MOST_DEPTH || typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const one of value.slice(0, 20)) walk(one, `${path}[*]`, depth + 1, found)
    return
  }
  for (const [name, one] of Object.entries(value)) walk(one, `${path}${memberStep(name)}`, depth + 1, found)
}

function memberStep(name: string): string {
  if (PLAIN.test(name)) return `.${name}`
  return `['${name.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\t', '\\t')}']`
}

function kindOf(value: unknown): PreviewField['kind'] {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'object') return 'object'
  return typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'truth' : 'text'
}

function exampleOf(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > EXAMPLE ? `${text.slice(0, EXAMPLE).toWellFormed()}…` : text
}
