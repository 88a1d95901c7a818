import { isUtf8 } from 'node:buffer'
import { type Json, parseLossless, withoutSpace } from './json/parse.ts'

/** What bytes turned out to be. `json` is there only where it was asked for. */
export interface Decoded {
  /** Which decoder knew them. */
  decoder: string
  /** As JSON, ready for `decoded` of a record's line: for JSON its own text without white space, else a JSON string. */
  text: string
}

/**
 * Turns a key's or a value's bytes into something that people and filters can read. Others (Avro, Protobuf) come into
 * the list here; the first that knows the bytes decides.
 */
export interface Decoder {
  name: string
  /** @returns null where the bytes are none of its own */
  decode(bytes: Buffer): Decoded | null
  /** For filters and masks by JSON path. */
  document?(bytes: Buffer): Json | undefined
}

const json: Decoder = {
  name: 'json',
  decode: (bytes) => {
    const text = jsonText(bytes)
    return text === null ? null : { decoder: 'json', text: withoutSpace(text) }
  },
  document: (bytes) => {
    const text = withoutMark(bytes)
    return mayBeJson(text) ? parseLossless(text.toString('utf8')) : undefined
  },
}

const text: Decoder = {
  name: 'text',
  decode: (bytes) => (isUtf8(bytes) ? { decoder: 'text', text: JSON.stringify(bytes.toString('utf8')) } : null),
}

/** In the order in which they are asked. What none knows stays bytes. */
const DECODERS: readonly Decoder[] = [json, text]

/** @returns null for what is neither JSON nor UTF-8 text */
export function decode(bytes: Buffer): Decoded | null {
  for (const decoder of DECODERS) {
    const decoded = decoder.decode(bytes)
    if (decoded !== null) return decoded
  }
  return null
}

/** The document in the bytes, for filters and masks; undefined where there is none. */
export function documentOf(bytes: Buffer): Json | undefined {
  for (const decoder of DECODERS) {
    const document = decoder.document?.(bytes)
    if (document !== undefined) return document
  }
  return undefined
}

/** The text of a JSON document, checked; null where it is none. The engine's own parser is several times as fast as ours. */
function jsonText(bytes: Buffer): string | null {
  if (!mayBeJson(bytes)) return null
  const found = bytes.toString('utf8')
  try {
    JSON.parse(found)
    return found
  } catch {
    return null
  }
}

/** Without a byte order mark, which a reader may pass over (RFC 8259 section 8.1): a filter must find what stands behind it. */
function withoutMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes
}

/** By the first byte that is no white space; saves most of the work for plain text. */
function mayBeJson(bytes: Buffer): boolean {
  let at = 0
  while (at < bytes.length && (bytes[at] === 32 || (bytes[at] as number) === 10 || bytes[at] === 13 || bytes[at] === 9))
    at++
  const first = bytes[at]
  if (first === undefined) return false
  const starts =
    first === 0x7b || first === 0x5b || first === 0x22 || first === 0x2d || (first >= 0x30 && first <= 0x39)
  return (starts || first === 0x74 || first === 0x66 || first === 0x6e) && isUtf8(bytes)
}
