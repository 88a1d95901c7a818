import { canonicalJson } from '../contract/canonical-json.ts'
import { CUSTODY_ACTIONS, type CustodyEntry } from '../contract/evidence/custody.ts'

type Fields = Record<string, unknown>

/**
 * A stored line, checked: UTF-8, JSON, every member of its type and no other, and canonical to the byte.
 * @param seq the number that its name states
 * @returns the line, or one sentence that says what is wrong with it
 */
export function parseCustodyLine(bytes: Buffer, seq: number): CustodyEntry | string {
  let text: string
  let value: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    value = JSON.parse(text)
  } catch {
    return 'expected JSON, got something else: the line was changed'
  }
  const wrong = wrongMember(value, seq)
  if (wrong !== null) return wrong
  if (canonicalText(value) !== text)
    return 'expected canonical JSON (RFC 8785), got another writing of it: the line was changed'
  return value as CustodyEntry
}

function wrongMember(value: unknown, seq: number): string | null {
  if (!isObject(value)) return 'expected an object, got something else'
  const nullOrHash = (item: unknown) => item === null || (typeof item === 'string' && /^[0-9a-f]{64}$/.test(item))
  const nullOrText = (item: unknown) => item === null || typeof item === 'string'
  const rules: Record<string, (item: unknown) => boolean> = {
    seq: (item) => item === seq,
    at: (item) => typeof item === 'string' && isTime(item),
    action: (item) => CUSTODY_ACTIONS.some((action) => action === item),
    actor: (item) =>
      isObject(item) &&
      hasOnly(item, ['host', 'name', 'os_user', 'role']) &&
      typeof item.os_user === 'string' &&
      typeof item.host === 'string' &&
      nullOrText(item.name) &&
      nullOrText(item.role),
    tool: (item) =>
      isObject(item) &&
      hasOnly(item, ['name', 'version']) &&
      typeof item.name === 'string' &&
      typeof item.version === 'string',
    subject: (item) => typeof item === 'string',
    sha256: nullOrHash,
    location: nullOrText,
    details: (item) =>
      isObject(item) &&
      Object.values(item).every((one) => one === null || ['string', 'number', 'boolean'].includes(typeof one)),
    previous: nullOrHash,
  }
  const unknown = Object.keys(value).find((name) => !Object.hasOwn(rules, name))
  if (unknown !== undefined) return `expected no member ${JSON.stringify(unknown.slice(0, 60))}`
  for (const [name, holds] of Object.entries(rules)) {
    if (!holds(value[name])) return `expected a custody line of number ${seq}, got one whose "${name}" is wrong`
  }
  return null
}

function isTime(text: string): boolean {
  const time = Date.parse(text)
  return !Number.isNaN(time) && new Date(time).toISOString() === text
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function hasOnly(value: Fields, names: readonly string[]): boolean {
  return Object.keys(value).every((name) => names.includes(name))
}

/** @returns null for what has no canonical form, such as a lone surrogate */
function canonicalText(value: unknown): string | null {
  try {
    return canonicalJson(value)
  } catch {
    return null
  }
}
