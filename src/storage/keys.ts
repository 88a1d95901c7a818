import { CofferError } from '../contract/errors.ts'
import { say } from '../contract/said/said.ts'

/** Names that begin so are the storage's own (temporary files, lock files): never listed, never taken as a key. */
export const OWN_NAME_PREFIX = '.coffer-'

/** S3's limit for a whole key, in UTF-8 bytes; a filesystem's for one name. */
const MAX_KEY_BYTES = 1024
const MAX_NAME_BYTES = 255

/** What `get` takes into memory at most where the caller says nothing: 2 GiB. */
export const DEFAULT_MAX_BYTES = 2 ** 31

/**
 * Checks a key before it reaches a disk or a bucket. Keys may come from a manifest that an attacker wrote, so anything
 * that could mean another place is refused, on every storage alike: what is fine on one must be fine on the others.
 * @throws PATH_ESCAPES
 */
export function checkKey(key: string): void {
  if (key === '') throw refused(key, 'is empty')
  checkParts(key, key.split('/'))
}

/**
 * Checks the beginning of a key: as `checkKey`, but its last part may be unfinished or empty.
 * @throws PATH_ESCAPES
 */
export function checkPrefix(prefix: string): void {
  const parts = prefix.split('/')
  if (parts.at(-1) === '') parts.pop()
  checkParts(prefix, parts)
}

function checkParts(key: string, parts: readonly string[]): void {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw refused(key, `is longer than ${MAX_KEY_BYTES} bytes`)
  if (!key.isWellFormed()) throw refused(key, 'is not well-formed Unicode')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\u0000-\u001f\u007f]/.test(key)) throw refused(key, 'has a control character')
  if (process.platform === 'win32' && /[\\:*?"<>|]/.test(key)) throw refused(key, 'has a character Windows refuses')
  for (const part of parts) {
    if (part === '') throw refused(key, 'has an empty part')
    if (part === '.' || part === '..') throw refused(key, `has the part "${part}"`)
    if (part.startsWith(OWN_NAME_PREFIX)) throw refused(key, `has a part that begins with "${OWN_NAME_PREFIX}"`)
    if (Buffer.byteLength(part) > MAX_NAME_BYTES) throw refused(key, `has a part longer than ${MAX_NAME_BYTES} bytes`)
  }
}

function refused(key: string, why: string): CofferError {
  const shown = key.length > 200 ? `${key.slice(0, 200)}…` : key
  return new CofferError(
    'PATH_ESCAPES',
    `expected a key inside the archive, got ${JSON.stringify(shown)}, which ${why}`,
    {
      hint: 'A manifest or backup id that leads out of its archive was made by hand or by an attacker.',
      details: { key: shown },
    },
  )
}

/** Orders keys as S3 does: by their UTF-8 bytes (UTF-16 order differs above U+FFFF). */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}

/** One buffer or its parts, as parts and their length together. */
export function bodyParts(body: Buffer | readonly Buffer[]): { parts: readonly Buffer[]; size: number } {
  const parts = Buffer.isBuffer(body) ? [body] : body
  let size = 0
  for (const part of parts) size += part.length
  return { parts, size }
}

/** @throws STORAGE_FAILED for a range that is none */
export function checkRange(key: string, start: number, end: number): void {
  if (Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end >= start) return
  throw new CofferError('STORAGE_FAILED', `expected a byte range of "${key}", got ${start} to ${end}`)
}

/** @throws SEGMENT_TOO_LARGE, before anything is allocated */
export function checkSize(key: string, size: number, maxBytes: number): void {
  if (size <= maxBytes) return
  throw new CofferError('SEGMENT_TOO_LARGE', say('object.tooLarge', { most: maxBytes, object: key, got: size }), {
    details: { key, size, maxBytes },
  })
}

export function missing(key: string, location: string, cause?: unknown): CofferError {
  return new CofferError('OBJECT_MISSING', say('object.missing', { object: key, place: location }), {
    details: { key },
    cause,
  })
}

export function exists(key: string, location: string): CofferError {
  return new CofferError('OBJECT_EXISTS', say('object.exists', { object: key, place: location }), {
    details: { key },
  })
}

export function changed(key: string, location: string): CofferError {
  return new CofferError('OBJECT_CHANGED', say('object.changed', { object: key, place: location }), {
    details: { key },
  })
}

export function shortRead(key: string, wanted: number, got: number, cause?: unknown): CofferError {
  return new CofferError('STORAGE_FAILED', `expected ${wanted} bytes from "${key}", got ${got}`, {
    details: { key, wanted, got },
    cause,
  })
}
