/**
 * A writer of DER (ITU-T X.690): each function gives the whole encoding of one value. What it can't say, it has no
 * function for, so nothing that comes out of it is BER only.
 */

/** Any value with the given tag octet, its contents being the given parts one after the other. */
export function value(tag: number, ...parts: readonly Buffer[]): Buffer {
  const contents = Buffer.concat(parts)
  return Buffer.concat([Buffer.of(tag), lengthOctets(contents.length), contents])
}

function lengthOctets(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length)
  const octets: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256)
  return Buffer.of(0x80 | octets.length, ...octets)
}

export function sequence(...parts: readonly Buffer[]): Buffer {
  return value(0x30, ...parts)
}

/** SET OF: sorted by the encoded octets, as X.690 clause 11.6 has it. Verifiers hash these bytes. */
export function setOf(...parts: readonly Buffer[]): Buffer {
  return value(0x31, ...sorted(parts))
}

/** Encoded values in the order of a DER SET OF. No encoding is a prefix of another, so plain comparison will do. */
export function sorted(parts: readonly Buffer[]): Buffer[] {
  return [...parts].sort(Buffer.compare)
}

/** INTEGER from a number, or from the big-endian octets of a number that is not negative. */
export function integer(number: number | bigint | Buffer): Buffer {
  const hex = Buffer.isBuffer(number) ? number.toString('hex') : number.toString(16)
  if (hex.startsWith('-')) throw new RangeError(`expected a number that is not negative, got "${number}"`)
  const octets = Buffer.from(hex.length % 2 === 1 ? `0${hex}` : hex || '00', 'hex')
  let start = 0
  while (start < octets.length - 1 && octets[start] === 0) start++
  const shortest = octets.subarray(start)
  return value(0x02, ...((shortest[0] ?? 0) >= 0x80 ? [Buffer.of(0), shortest] : [shortest]))
}

/** OBJECT IDENTIFIER from its dotted form. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const octets: number[] = []
  for (const arc of [first * 40 + second, ...rest]) {
    const groups = [arc % 128]
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) groups.unshift((left % 128) | 0x80)
    octets.push(...groups)
  }
  return value(0x06, Buffer.from(octets))
}

export function octets(bytes: Buffer): Buffer {
  return value(0x04, bytes)
}

/** BIT STRING of whole octets. */
export function bits(bytes: Buffer): Buffer {
  return value(0x03, Buffer.of(0), bytes)
}

/** BIT STRING of named bits (X.690 clause 11.2.2: no zero bits at its end), given by their numbers below 16. */
export function namedBits(...numbers: readonly number[]): Buffer {
  const highest = Math.max(...numbers)
  const bytes = Buffer.alloc(Math.floor(highest / 8) + 1)
  for (const number of numbers) {
    const at = Math.floor(number / 8)
    bytes[at] = (bytes[at] ?? 0) | (0x80 >> (number % 8))
  }
  return value(0x03, Buffer.of(7 - (highest % 8)), bytes)
}

export function boolean(is: boolean): Buffer {
  return value(0x01, Buffer.of(is ? 0xff : 0))
}

export function nothing(): Buffer {
  return Buffer.of(0x05, 0)
}

export function utf8(text: string): Buffer {
  return value(0x0c, Buffer.from(text, 'utf8'))
}

/** Time as certificates have it (RFC 5280 clause 4.1.2.5): UTCTime to 2049, GeneralizedTime from 2050. Whole seconds. */
export function time(at: Date): Buffer {
  const digits = at.toISOString().replace(/[-:T]/g, '').slice(0, 14)
  const year = at.getUTCFullYear()
  return year >= 1950 && year < 2050
    ? value(0x17, Buffer.from(`${digits.slice(2)}Z`, 'latin1'))
    : value(0x18, Buffer.from(`${digits}Z`, 'latin1'))
}

/** GeneralizedTime whatever the year, for where no other is allowed. */
export function generalizedTime(at: Date): Buffer {
  return value(0x18, Buffer.from(`${at.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`, 'latin1'))
}

/** ENUMERATED, from 0 to 127. */
export function enumerated(number: number): Buffer {
  return value(0x0a, Buffer.of(number))
}

/** Context-specific tag, explicit or of a constructed value. */
export function tagged(number: number, ...parts: readonly Buffer[]): Buffer {
  return value(0xa0 | number, ...parts)
}

/** Context-specific tag in place of a primitive value's own. */
export function implicit(number: number, contents: Buffer): Buffer {
  return value(0x80 | number, contents)
}
