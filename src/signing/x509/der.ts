/** Writing DER (X.690). Each function gives the whole encoding of one value. */

export function tagged(identifier: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([identifier]), lengthOctets(content.length), content])
}

function lengthOctets(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length])
  const octets: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256)
  return Buffer.from([0x80 | octets.length, ...octets])
}

export const sequence = (...parts: Uint8Array[]) => tagged(0x30, ...parts)
export const octetString = (bytes: Uint8Array) => tagged(0x04, bytes)
export const utf8String = (text: string) => tagged(0x0c, Buffer.from(text, 'utf8'))
export const printableString = (text: string) => tagged(0x13, Buffer.from(text, 'latin1'))
export const enumerated = (value: number) => tagged(0x0a, Buffer.from([value]))
export const boolean = (value: boolean) => tagged(0x01, Buffer.from([value ? 0xff : 0]))
export const nothing = () => tagged(0x05)

/** SET OF: DER sorts the encodings (X.690, 11.6). */
export const setOf = (...parts: Uint8Array[]) => tagged(0x31, ...[...parts].sort(Buffer.compare))

/** `[number]`, explicit: around a whole encoding. */
export const explicit = (number: number, ...parts: Uint8Array[]) => tagged(0xa0 | number, ...parts)

/** `[number]`, implicit, of a primitive type: in place of its tag. */
export const implicit = (number: number, content: Uint8Array) => tagged(0x80 | number, content)

/** A whole number from 0 up, as a number or as its big-endian octets. */
export function integer(value: number | Uint8Array): Buffer {
  const octets = typeof value === 'number' ? numberOctets(value) : Buffer.from(value)
  let start = 0
  while (start < octets.length - 1 && octets[start] === 0) start++
  const shortest = octets.subarray(start)
  const sign = (shortest[0] ?? 0) > 0x7f ? [0] : []
  return tagged(0x02, Buffer.from(sign), shortest.length === 0 ? Buffer.from([0]) : shortest)
}

function numberOctets(value: number): Buffer {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`expected a whole number from 0 up, got ${value}`)
  const hex = value.toString(16)
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
}

/** Whole octets; `unusedBits` of the last one don't count. */
export const bitString = (bytes: Uint8Array, unusedBits = 0) => tagged(0x03, Buffer.from([unusedBits]), bytes)

/** Named bits (X.680, 22.7): bit 0 is the most significant; trailing zeros are left out, as DER has it. */
export function namedBits(...bits: number[]): Buffer {
  const highest = Math.max(...bits)
  const octets = Buffer.alloc(Math.floor(highest / 8) + 1)
  for (const bit of bits) octets[bit >> 3] = (octets[bit >> 3] ?? 0) | (0x80 >> (bit & 7))
  return bitString(octets, 7 - (highest & 7))
}

/** From its dotted form. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const octets = [first * 40 + second, ...rest].flatMap((arc) => {
    const parts = [arc % 128]
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) parts.unshift(0x80 | (left % 128))
    return parts
  })
  return tagged(0x06, Buffer.from(octets))
}

/** A time to the second: UTCTime up to 2049, GeneralizedTime from 2050 on (RFC 5280, 4.1.2.5). */
export function time(millis: number): Buffer {
  const digits = new Date(millis).toISOString().replace(/[-:T]|\.\d+/g, '')
  return new Date(millis).getUTCFullYear() < 2050 ? tagged(0x17, Buffer.from(digits.slice(2))) : generalizedTime(millis)
}

export function generalizedTime(millis: number): Buffer {
  return tagged(0x18, Buffer.from(new Date(millis).toISOString().replace(/[-:T]|\.\d+/g, '')))
}
