import { canonicalJson } from '../../contract/canonical-json.ts'
import { isCofferError } from '../../contract/errors.ts'
import { parseStrictJson, TooMuchJson } from '../json.ts'
import { quoted, Refusal } from './refusal.ts'
import { encode } from './scan.ts'

/** JSON documents of a package, attacker-controlled: every field that is used is checked where it is taken. */

export type Fields = Record<string, unknown>

/** @throws Refusal FORMAT_FAILURE where it is no strict JSON object, LIMIT_REACHED where it is too much */
export function readDocument(bytes: Uint8Array, path: string): Fields {
  let value: unknown
  try {
    value = parseStrictJson(bytes)
  } catch (error) {
    if (!isCofferError(error)) throw error
    if (error instanceof TooMuchJson) throw new Refusal('LIMIT_REACHED', `${path} is not read: ${error.message}.`)
    throw new Refusal('FORMAT_FAILURE', `${path} is not strict JSON: ${error.message}.`)
  }
  return object(value, path)
}

/** The same, and its bytes are the only ones that this document may have (RFC 8785). */
export function readCanonical(bytes: Uint8Array, path: string): Fields {
  const fields = readDocument(bytes, path)
  if (!equalBytes(encode(canonicalText(fields)), bytes)) {
    throw new Refusal('FORMAT_FAILURE', `${path} is not canonical JSON (RFC 8785).`)
  }
  return fields
}

/** Of a value that strict JSON gave; anything that has no canonical form differs from everything. */
export function canonicalText(value: unknown): string {
  try {
    return canonicalJson(value)
  } catch {
    return ''
  }
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

export function object(value: unknown, path: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(path, 'an object', value)
  return value as Fields
}

export function list(value: unknown, path: string): unknown[] {
  if (!Array.isArray(value)) throw wrong(path, 'a list', value)
  return value
}

export function text(value: unknown, path: string): string {
  if (typeof value !== 'string') throw wrong(path, 'a text', value)
  return value
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** A time in UTC, as Coffer writes it (ISO 8601 with milliseconds). */
export function instant(value: unknown, path: string): string {
  const time = text(value, path)
  if (!INSTANT.test(time) || Number.isNaN(Date.parse(time))) throw wrong(path, 'a time in UTC', value)
  return time
}

export function texts(value: unknown, path: string): string[] {
  return list(value, path).map((item, i) => text(item, `${path}[${i}]`))
}

/** 0 to 2^53-1. */
export function count(value: unknown, path: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw wrong(path, 'a number from 0 to 2^53-1', value)
  return value as number
}

/** A signed 64-bit integer. */
export function int64(value: unknown, path: string): number | bigint {
  if (Number.isSafeInteger(value)) return value as number
  if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) return value
  throw wrong(path, 'a 64-bit integer', value)
}

export function sha256Of(value: unknown, path: string): string {
  if (typeof value !== 'string' || !/^[0-9a-f]{64}$/.test(value)) throw wrong(path, '64 lowercase hex digits', value)
  return value
}

export function wrong(path: string, expected: string, value: unknown): Refusal {
  const got = Array.isArray(value)
    ? 'a list'
    : typeof value === 'object' && value !== null
      ? 'an object'
      : quoted(value)
  return new Refusal('FORMAT_FAILURE', `Expected ${expected} at ${path}, got ${got}.`)
}
