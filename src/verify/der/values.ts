import { latin1, utf8 } from '../bytes.ts'
import { type Der, malformed, TAG } from './reader.ts'

/** Values of primitive elements, each in the one form that DER allows. */

export function readBoolean(der: Der): boolean {
  const { content } = der.expect(TAG.boolean)
  if (content.length !== 1 || (content[0] !== 0x00 && content[0] !== 0xff)) {
    throw malformed(der.what, 'a boolean is neither 00 nor FF')
  }
  return content[0] === 0xff
}

/** The largest key that is read has a modulus of 2,049 bytes, and no identifier more than a few dozen. */
const MAX_INTEGER = 4096
const MAX_OID = 256

/** Two's complement. Its bytes are bounded, since the time to read them is not linear. */
export function readInteger(der: Der, tag: number = TAG.integer): bigint {
  const { content } = der.expect(tag)
  if (content.length > MAX_INTEGER) throw malformed(der.what, `an integer has ${content.length} bytes`)
  const [first, second] = content
  if (first === undefined) throw malformed(der.what, 'an integer is empty')
  if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) {
    throw malformed(der.what, 'an integer is not in its shortest form')
  }
  let value = first >= 0x80 ? -1n : 0n
  for (const byte of content) value = (value << 8n) | BigInt(byte)
  return value
}

/** An integer that must be small: versions, counts, path lengths. */
export function readSmall(der: Der, tag: number = TAG.integer): number {
  const value = readInteger(der, tag)
  if (value < 0n || value > 0x7fffffffn) throw malformed(der.what, `${value} is no number from 0 to 2^31-1`)
  return Number(value)
}

/** Dotted decimal. */
export function readOid(der: Der, tag: number = TAG.oid): string {
  const { content } = der.expect(tag)
  const last = content.at(-1)
  if (content.length > MAX_OID) throw malformed(der.what, `an object identifier has ${content.length} bytes`)
  if (last === undefined || last >= 0x80) throw malformed(der.what, 'an object identifier ends in the middle')
  const arcs: bigint[] = []
  let arc = 0n
  let fresh = true
  for (const byte of content) {
    if (fresh && byte === 0x80) throw malformed(der.what, 'an object identifier is not in its shortest form')
    arc = (arc << 7n) | BigInt(byte & 0x7f)
    fresh = byte < 0x80
    if (!fresh) continue
    arcs.push(arc)
    arc = 0n
  }
  const [first = 0n, ...others] = arcs
  const root = first < 40n ? 0n : first < 80n ? 1n : 2n
  return [root, first - root * 40n, ...others].join('.')
}

/** Bytes of a BIT STRING without left-over bits: keys and signatures. */
export function readBitBytes(der: Der, tag: number = TAG.bitString): Uint8Array {
  const { content } = der.expect(tag)
  if (content[0] !== 0) throw malformed(der.what, 'a bit string does not end at a byte')
  return content.subarray(1)
}

/** Named bits, bit 0 first. */
export function readBits(der: Der, tag: number = TAG.bitString): boolean[] {
  const { content } = der.expect(tag)
  const unused = content[0]
  const last = content.at(-1) as number
  if (unused === undefined || unused > 7 || (content.length === 1 && unused !== 0)) {
    throw malformed(der.what, 'a bit string is broken')
  }
  if (content.length > 1 && (last & ((1 << unused) - 1)) !== 0) {
    throw malformed(der.what, 'the unused bits of a bit string are not zero')
  }
  const bits: boolean[] = []
  for (let index = 0; index < (content.length - 1) * 8 - unused; index++) {
    bits.push((((content[1 + (index >> 3)] as number) >> (7 - (index & 7))) & 1) === 1)
  }
  return bits
}

const UTC = /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/
const GENERALIZED = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:\.(\d{0,8}[1-9]))?Z$/

/** UTCTime or GeneralizedTime as DER has them (in UTC, with seconds, no zeros at a fraction's end). @returns milliseconds */
export function readTime(der: Der): number {
  const text = latin1(der.content)
  const utc = der.tag === TAG.utcTime
  if (!utc && der.tag !== TAG.generalizedTime) throw malformed(der.what, 'expected a time')
  const parts = (utc ? UTC : GENERALIZED).exec(text)
  if (parts === null) throw malformed(der.what, `"${printable(text)}" is no time as DER has it`)
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number)
  const fullYear = utc ? year + (year < 50 ? 2000 : 1900) : year
  const fraction = parts[7] === undefined ? 0 : Math.floor(Number(`0.${parts[7]}`) * 1000)
  const millis = Date.UTC(fullYear, month - 1, day, hour, minute, second)
  const date = new Date(millis)
  // Date.UTC takes the 31st of February as the 3rd of March, and years below 100 as 19xx
  const real =
    date.getUTCFullYear() === fullYear &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    date.getUTCHours() === hour &&
    date.getUTCMinutes() === minute &&
    date.getUTCSeconds() === second
  if (!real) throw malformed(der.what, `"${printable(text)}" is no date`)
  return millis + fraction
}

/** Any of the string types, as text. */
export function readText(der: Der): string {
  const { content, tag } = der
  if (tag === TAG.utf8String) {
    const text = utf8(content)
    if (text === null) throw malformed(der.what, 'a text is no UTF-8')
    return text
  }
  if (tag === TAG.bmpString) {
    if (content.length % 2 !== 0) throw malformed(der.what, 'a text has half a character')
    let text = ''
    for (let at = 0; at < content.length; at += 2) {
      text += String.fromCharCode(((content[at] as number) << 8) | (content[at + 1] as number))
    }
    return text
  }
  const single: readonly number[] = [
    TAG.printableString,
    TAG.ia5String,
    TAG.teletexString,
    TAG.numericString,
    TAG.visibleString,
  ]
  if (!single.includes(tag)) throw malformed(der.what, 'expected a text')
  return latin1(content)
}

/** For messages: nothing that moves a cursor. */
export function printable(text: string): string {
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is to be found
  return shown.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?')
}
