/**
 * A strict part of JSONPath (RFC 9535): names, indices and wildcards (`$.a.b`, `$['a b'][0]`, `$.items[*].id`, `$[-1]`).
 * No descendants (`..`), slices, unions or filters: every path can be read aloud, and takes time linear in the document.
 */
export type JsonPath = readonly JsonStep[]

export type JsonStep =
  | { kind: 'name'; name: string }
  /** Negative: from the end. */
  | { kind: 'index'; index: number }
  | { kind: 'wildcard' }

const MAX_STEPS = 64
const INDEX = /^(0|-?[1-9]\d{0,8})\]/
/** RFC 9535 section 2.5.1.1, member-name-shorthand. */
const NAME = /^[A-Za-z_\u0080-\u{10FFFF}][0-9A-Za-z_\u0080-\u{10FFFF}]*/u
const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '/': '/',
  '\\': '\\',
  "'": "'",
  '"': '"',
}

/** @throws Error with a plain sentence where the path can't be understood */
export function parseJsonPath(text: string): JsonPath {
  if (!text.startsWith('$')) throw new Error('expected a JSON path that begins with "$", such as "$.customer.id"')
  const steps: JsonStep[] = []
  let at = 1
  while (at < text.length) {
    if (steps.length >= MAX_STEPS) throw new Error(`expected at most ${MAX_STEPS} steps in a JSON path`)
    const rest = text.slice(at)
    if (rest.startsWith('..')) throw new Error('"..", slices, unions and filters of JSONPath are not supported')
    if (rest.startsWith('.*')) {
      steps.push({ kind: 'wildcard' })
      at += 2
    } else if (rest.startsWith('.')) {
      const name = NAME.exec(rest.slice(1))?.[0]
      if (name === undefined) throw new Error(`expected a name after "." at character ${at + 2} of the JSON path`)
      steps.push({ kind: 'name', name })
      at += 1 + name.length
    } else if (rest.startsWith('[*]')) {
      steps.push({ kind: 'wildcard' })
      at += 3
    } else if (/^\[['"]/.test(rest)) {
      const { name, length } = quotedName(rest)
      steps.push({ kind: 'name', name })
      at += length
    } else if (rest.startsWith('[')) {
      const index = INDEX.exec(rest.slice(1))
      if (index === null) {
        throw new Error(`expected [0], [-1], ['name'] or [*] at character ${at + 1} of the JSON path`)
      }
      steps.push({ kind: 'index', index: Number(index[1]) })
      at += 1 + index[0].length
    } else {
      throw new Error(`expected "." or "[" at character ${at + 1} of the JSON path`)
    }
  }
  return steps
}

/** `['…']` or `["…"]` with the escapes of RFC 9535 section 2.3.1.1. */
function quotedName(rest: string): { name: string; length: number } {
  const quote = rest[1] as string
  let name = ''
  for (let at = 2; at < rest.length; at++) {
    const char = rest[at] as string
    if (char === quote) {
      if (rest[at + 1] !== ']') throw new Error(`expected "]" after ${rest.slice(0, at + 1)} in the JSON path`)
      return { name, length: at + 2 }
    }
    if (char !== '\\') {
      name += char
      continue
    }
    const escaped = rest[++at] ?? ''
    const hex = /^[0-9A-Fa-f]{4}/.exec(rest.slice(at + 1))?.[0]
    if (escaped === 'u' && hex !== undefined) {
      name += String.fromCharCode(Number.parseInt(hex, 16))
      at += 4
    } else if (Object.hasOwn(ESCAPES, escaped)) name += ESCAPES[escaped]
    else throw new Error(`"\\${escaped}" is no escape of a JSON path`)
  }
  throw new Error(`expected ${quote}] at the end of a name in the JSON path`)
}
