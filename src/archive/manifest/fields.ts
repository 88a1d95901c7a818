import { CofferError } from '../../contract/errors.ts'
import type { Int64 } from '../../contract/record.ts'

/** Checks of single values in a document that somebody else may have written. `path` is the field's, for the message. */

export type Fields = Record<string, unknown>

const MAX_TEXT = 64 * 1024
const I64_MIN = -(2n ** 63n)
const I64_MAX = 2n ** 63n - 1n

export function damaged(path: string, expected: string, got: unknown): CofferError {
  return new CofferError('MANIFEST_DAMAGED', `expected ${expected} at "${path}", got ${shown(got)}`, {
    details: { field: path },
  })
}

export function object(value: unknown, path: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw damaged(path, 'an object', value)
  return value as Fields
}

export function list(value: unknown, path: string): unknown[] {
  if (!Array.isArray(value)) throw damaged(path, 'a list', value)
  return value
}

export function text(value: unknown, path: string): string {
  if (typeof value !== 'string' || value.length > MAX_TEXT) throw damaged(path, 'a text', value)
  return value
}

/** A count or an offset: 0 to 2^53-1. */
export function count(value: unknown, path: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw damaged(path, 'a number from 0 to 2^53-1', value)
  return value as number
}

export function integer(value: unknown, path: string): number {
  if (!Number.isSafeInteger(value)) throw damaged(path, 'a whole number', value)
  return value as number
}

export function int32(value: unknown, path: string): number {
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > 0x7fffffff) {
    throw damaged(path, 'a number from 0 to 2^31-1', value)
  }
  return value as number
}

export function int64(value: unknown, path: string): Int64 {
  if (Number.isSafeInteger(value)) return value as number
  if (typeof value === 'bigint' && value >= I64_MIN && value <= I64_MAX) return value
  throw damaged(path, 'a 64-bit integer', value)
}

export function sha256Hex(value: unknown, path: string): string {
  if (typeof value !== 'string' || !/^[0-9a-f]{64}$/.test(value)) throw damaged(path, '64 lowercase hex digits', value)
  return value
}

export function boolean(value: unknown, path: string): boolean {
  if (typeof value !== 'boolean') throw damaged(path, 'true or false', value)
  return value
}

export function oneOf<T extends string>(value: unknown, path: string, allowed: readonly T[]): T {
  if (!allowed.includes(value as T)) throw damaged(path, allowed.map((item) => `"${item}"`).join(', '), value)
  return value as T
}

/** Sets a field that another program may have left out. */
export function orElse(fields: Fields, name: string, value: unknown): void {
  if (!Object.hasOwn(fields, name) || fields[name] === undefined) fields[name] = value
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  const plain = typeof value === 'string' ? value : String(value)
  return JSON.stringify(plain.length > 80 ? `${plain.slice(0, 80)}…` : plain)
}
