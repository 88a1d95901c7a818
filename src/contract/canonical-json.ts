/**
 * RFC 8785 (JSON Canonicalization Scheme): members sorted by UTF-16 code units, no white space, strings and numbers as
 * ECMAScript's JSON.stringify writes them. A bigint stands with all its digits (docs/evidence-package.md, section 2).
 * Members that are `undefined` are left out.
 * @throws TypeError for what JSON can't hold: functions, symbols, NaN, infinities, a lone surrogate in a string
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw new TypeError('a string with a lone surrogate has no canonical form')
      return JSON.stringify(value)
    case 'number':
      if (!Number.isFinite(value)) throw new TypeError(`${value} has no canonical form`)
      return JSON.stringify(value)
    case 'bigint':
      return value.toString()
    case 'boolean':
      return String(value)
    case 'object':
      if (value === null) return 'null'
      if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
      return `{${members(value as Record<string, unknown>).join(',')}}`
    default:
      throw new TypeError(`a ${typeof value} has no canonical form`)
  }
}

function members(object: Record<string, unknown>): string[] {
  return Object.keys(object)
    .filter((name) => object[name] !== undefined)
    .sort()
    .map((name) => `${canonicalJson(name)}:${canonicalJson(object[name])}`)
}
