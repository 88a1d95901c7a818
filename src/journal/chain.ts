import { hash } from 'node:crypto'
import { userInfo } from 'node:os'
import { canonicalJson } from '../contract/canonical-json.ts'
import { type Said, say } from '../contract/said/said.ts'

/**
 * What every hash chain of lines has alike (custody of a backup, activity of a profile): a line is canonical JSON
 * (RFC 8785) with a number and the SHA-256 of the line before.
 */

export type Fields = Record<string, unknown>

/** Why something is no line of a chain. */
export class Wrong {
  readonly said: Said

  constructor(said: Said) {
    this.said = said
  }
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * A stored line, checked: UTF-8, JSON, what `wrongMember` asks, and canonical to the byte.
 * @param wrongMember one sentence that says what is wrong with the value; null where it is as it should be
 * @returns the line, or what is wrong with it
 */
export function parseChainLine<T>(bytes: Buffer, wrongMember: (value: unknown) => Said | null): T | Wrong {
  let text: string
  let value: unknown
  try {
    text = UTF_8.decode(bytes)
    value = JSON.parse(text)
  } catch {
    return new Wrong(say('custody.noJson'))
  }
  const wrong = wrongMember(value)
  if (wrong !== null) return new Wrong(wrong)
  if (canonicalText(value) !== text) return new Wrong(say('custody.notCanonical'))
  return value as T
}

/** @returns what is wrong with the members of an object, by a rule for each; null where nothing is */
export function wrongField(
  value: unknown,
  rules: Readonly<Record<string, (item: unknown) => boolean>>,
  what: Said,
): Said | null {
  if (!isObject(value)) return say('custody.noObject')
  const unknown = Object.keys(value).find((name) => !Object.hasOwn(rules, name))
  if (unknown !== undefined) return say('custody.otherMember', { member: JSON.stringify(unknown.slice(0, 60)) })
  for (const [name, holds] of Object.entries(rules)) {
    if (!holds(value[name])) return say('custody.wrongMember', { what, member: name })
  }
  return null
}

export const isText = (item: unknown): item is string => typeof item === 'string'
export const isHash = (item: unknown): item is string => isText(item) && /^[0-9a-f]{64}$/.test(item)
export const nullOr = (rule: (item: unknown) => boolean) => (item: unknown) => item === null || rule(item)

/** An object of strings, numbers, booleans and null, as details and states are kept. */
export function isFacts(item: unknown): item is Record<string, string | number | boolean | null> {
  return (
    isObject(item) &&
    Object.values(item).every((one) => one === null || ['string', 'number', 'boolean'].includes(typeof one))
  )
}

export function isTool(item: unknown): boolean {
  return isObject(item) && hasOnly(item, ['name', 'version']) && isText(item.name) && isText(item.version)
}

/** ISO 8601 in UTC to the millisecond, as `isoTime` writes it. */
export function isTime(item: unknown): item is string {
  if (!isText(item)) return false
  const time = Date.parse(item)
  return !Number.isNaN(time) && new Date(time).toISOString() === item
}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function hasOnly(value: Fields, names: readonly string[]): boolean {
  return Object.keys(value).every((name) => names.includes(name))
}

/** SHA-256, lowercase hex. */
export function sha256Hex(data: Buffer | string): string {
  return hash('sha256', data, 'hex')
}

/** The operating system's user. A container may run under a user id that has no name: then the id itself. */
export function osUser(): string {
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`
  }
}

/** What a walk along a chain found at one line; null: nothing. */
export interface ChainStep {
  /** Numbers that are missing before this line. */
  missing: { from: number; to: number } | null
  /** The number stands behind a higher one: the line is there twice, was put in, or has changed its place. */
  misplaced: boolean
  /** What the line should have stated as the hash of the one before, where it states another. */
  expectedPrevious: { hash: string | null } | null
}

/** Walks along a chain, line by line, and says what does not fit. */
export class ChainWalk {
  #expected = 1
  #before: string | null = null

  /** The number that the next line should have. */
  get expected(): number {
    return this.#expected
  }

  /** A line that can be read. @param hash of its bytes; @param previous what it states */
  step(seq: number, hash: string, previous: string | null): ChainStep {
    if (seq < this.#expected) return { missing: null, misplaced: true, expectedPrevious: null }
    const missing = seq === this.#expected ? null : { from: this.#expected, to: seq - 1 }
    // after a gap there is nothing to compare with, and the gap has been told
    const fits = missing !== null || previous === this.#before
    const expectedPrevious = fits ? null : { hash: this.#before }
    this.#expected = seq + 1
    this.#before = hash
    return { missing, misplaced: false, expectedPrevious }
  }

  /** A line that can't be read, under the number that it should have. @param hash of its bytes; null: it has none */
  skip(seq: number, hash: string | null): ChainStep {
    const missing = seq <= this.#expected ? null : { from: this.#expected, to: seq - 1 }
    this.#expected = seq + 1
    this.#before = hash
    return { missing, misplaced: false, expectedPrevious: null }
  }
}

/** @returns null for what has no canonical form, such as a lone surrogate */
function canonicalText(value: unknown): string | null {
  try {
    return canonicalJson(value)
  } catch {
    return null
  }
}
