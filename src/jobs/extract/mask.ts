import { isUtf8 } from 'node:buffer'
import { createHmac } from 'node:crypto'
import type { MaskRule } from '../../contract/config/extract-mask.ts'
import { type JsonPath, parseJsonPath } from '../../contract/config/json-path.ts'
import { documentOf } from './decode.ts'
import { type Json, JsonNumber, JsonObject, writeLossless } from './json/parse.ts'
import { type Change, changeAll } from './json/path.ts'

/** A record's parts, as they are to be written. */
export interface Parts {
  key: Buffer | null
  value: Buffer | null
  headers: [name: Buffer, value: Buffer | null][]
}

/** Changes the parts in place. @returns ids of the rules that changed anything, sorted */
export type Masker = (parts: Parts) => MaskOutcome

export interface MaskOutcome {
  redacted: string[]
  /** The whole value was taken out: rules speak of JSON paths, and none of them can be applied to it. */
  withheld: boolean
  /** Something that was hidden still stands at another place of the record. */
  repeated: boolean
}

const HIDDEN = '***'
/** Of a record of which nothing is hidden. */
export const UNTOUCHED: MaskOutcome = { redacted: [], withheld: false, repeated: false }
/** A shorter text stands within others by chance. */
const LEAST_TELLING_BYTES = 6

/**
 * @param secret the key of `hash` rules
 * @returns null without rules
 */
export function compileMask(rules: readonly MaskRule[], secret: Buffer | null): Masker | null {
  if (rules.length === 0) return null
  const jsonRules: JsonRule[] = []
  const others: ((parts: Parts) => string | null)[] = []
  /** Of the record at hand. */
  const hidden: (string | Buffer)[] = []
  for (const rule of rules) {
    const { id, on } = rule
    const change = textChange(rule, secret)
    const text: TextChange = (original) => {
      hidden.push(original)
      return change(original)
    }
    if (on.kind === 'json') {
      jsonRules.push({ id, path: parseJsonPath(on.path), change: (value) => jsonChange(value, text) })
    } else if (on.kind === 'key') {
      others.push((parts) => {
        if (parts.key === null) return null
        parts.key = changed(parts.key, text)
        return id
      })
    } else {
      const name = Buffer.from(on.name)
      others.push((parts) => {
        if (!parts.headers.some(([one]) => one.equals(name))) return null
        const headers: Parts['headers'] = parts.headers.map(([one, value]) =>
          one.equals(name) && value !== null ? [one, changed(value, text)] : [one, value],
        )
        parts.headers = rule.how.kind === 'remove' ? headers.filter(([one]) => !one.equals(name)) : headers
        return id
      })
    }
  }
  return (parts) => {
    hidden.length = 0
    const redacted = others.map((apply) => apply(parts)).filter((id) => id !== null)
    const withheld = jsonRules.length > 0 && parts.value !== null && !maskValue(parts, jsonRules, redacted)
    if (redacted.length === 0) return UNTOUCHED
    redacted.sort()
    return { redacted, withheld, repeated: hidden.some((original) => stands(parts, original)) }
  }
}

interface JsonRule {
  id: string
  path: JsonPath
  change: Change
}

/**
 * @returns false where the value is no JSON, or of a shape that no rule can enter (a text or a number alone, a list where
 *   rules name members): then nobody can say what is in it, and it is taken out whole
 */
function maskValue(parts: Parts, rules: readonly JsonRule[], redacted: string[]): boolean {
  const found: Json | undefined = documentOf(parts.value as Buffer)
  let document = found
  if (found === undefined || !rules.some(({ path }) => canEnter(found, path))) {
    parts.value = null
    redacted.push(...rules.map(({ id }) => id))
    return false
  }
  let touched = false
  for (const { id, path, change } of rules) {
    if (document === undefined) break
    const { root, changed: count }: { root: Json | undefined; changed: number } = changeAll(document, path, change)
    document = root
    if (count === 0) continue
    touched = true
    redacted.push(id)
  }
  if (touched) parts.value = document === undefined ? null : Buffer.from(writeLossless(document))
  return true
}

function canEnter(root: Json, path: JsonPath): boolean {
  const [first] = path
  if (first === undefined) return true
  if (Array.isArray(root)) return first.kind !== 'name'
  return root instanceof JsonObject && first.kind !== 'index'
}

/** Whether a text that was hidden is a record's key or a header still, or stands within one of them or the value. */
function stands({ key, value, headers }: Parts, original: string | Buffer): boolean {
  const bytes = Buffer.from(original)
  if (bytes.length === 0) return false
  const isTelling = bytes.length >= LEAST_TELLING_BYTES
  const others = [key, ...headers.map(([, one]) => one)].filter((one) => one !== null)
  return (
    others.some((one) => one.equals(bytes) || (isTelling && one.includes(bytes))) ||
    (isTelling && value?.includes(bytes) === true)
  )
}

/** What becomes of a text, or of bytes that are none; undefined: nothing is left of it. */
type TextChange = (text: string | Buffer) => string | undefined

function textChange({ how }: MaskRule, secret: Buffer | null): TextChange {
  switch (how.kind) {
    case 'remove':
      return () => undefined
    case 'replace':
      return () => how.text
    case 'keep_last':
      return (text) => keepLast(text, how.characters)
    case 'hash':
      if (secret === null) throw new Error('a hash rule needs a key')
      return (text) => `hmac-sha256:${createHmac('sha256', secret).update(text).digest('hex')}`
  }
}

/** A text that is no longer than what may be kept is hidden whole; so are bytes that are no text. */
function keepLast(text: string | Buffer, kept: number): string {
  if (typeof text !== 'string' && !isUtf8(text)) return HIDDEN
  const whole = text.toString()
  let characters = 0
  for (const _ of whole) characters++
  if (characters <= kept) return '*'.repeat(Math.max(characters, 1))
  // a character has two units at most
  const tail = [...whole.slice(-2 * kept)].slice(-kept).join('')
  return '*'.repeat(characters - kept) + tail
}

function changed(bytes: Buffer, change: TextChange): Buffer | null {
  const text = change(bytes)
  return text === undefined ? null : Buffer.from(text)
}

/** Strings and numbers by their text, so that the same identifier in a key and in a value gives the same hash. */
function jsonChange(value: Json, change: TextChange): Json | undefined {
  return change(typeof value === 'string' ? value : value instanceof JsonNumber ? value.text : writeLossless(value))
}
