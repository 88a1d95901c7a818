/**
 * RFC 8785 (JSON Canonicalization Scheme): members sorted by UTF-16 code units, no white space, strings and numbers as
 * ECMAScript's JSON.stringify writes them. A bigint stands with all its digits (docs/evidence-package.md, section 2).
 * Members that are `undefined` are left out.
 * @throws TypeError for what JSON can't hold: functions, symbols, NaN, infinities, a lone surrogate in a string
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return text(value)
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${value} has no canonical form`)
      return `${value}`
    case 'bigint':
      return value.toString()
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      if (value === null) return 'null'
      return Array.isArray(value)
        ? `[${value.map(canonicalJson).join(',')}]`
        : members(value as Record<string, unknown>)
    default:
      throw new TypeError(`a ${typeof value} has no canonical form`)
  }
}

/** Of what most names and values are made: nothing in it is written otherwise in JSON. */
const PLAIN = /^[ !#-[\]-~]*$/

function text(value: string): string {
  if (PLAIN.test(value)) return `"${value}"`
  if (!value.isWellFormed()) throw new TypeError('a string with a lone surrogate has no canonical form')
  return JSON.stringify(value)
}

function members(object: Record<string, unknown>): string {
  const names = Object.keys(object)
  // what was canonical when it was read is in order already
  if (!isSorted(names)) names.sort()
  let written = ''
  for (const name of names) {
    const value = object[name]
    if (value === undefined) continue
    written += `${written === '' ? '' : ','}${text(name)}:${canonicalJson(value)}`
  }
  return `{${written}}`
}

function isSorted(names: readonly string[]): boolean {
  for (let i = 1; i < names.length; i++) if ((names[i - 1] as string) > (names[i] as string)) return false
  return true
}
