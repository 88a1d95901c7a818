/** A DER writer for test vectors: it writes what it is told, right or wrong. Shares nothing with the project's own. */

export type Bytes = Buffer

export function tlv(tag: number, ...content: Uint8Array[]): Bytes {
  const body = Buffer.concat(content)
  return Buffer.concat([Buffer.of(tag), length(body.length), body])
}

function length(size: number): Bytes {
  if (size < 0x80) return Buffer.of(size)
  const hex = size.toString(16)
  const digits = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  return Buffer.concat([Buffer.of(0x80 | digits.length), digits])
}

export const seq = (...parts: Uint8Array[]) => tlv(0x30, ...parts)
/** As it is given: not sorted. */
export const setOf = (...parts: Uint8Array[]) => tlv(0x31, ...parts)
export const sorted = (parts: Buffer[]) => [...parts].sort(Buffer.compare)
export const octets = (bytes: Uint8Array) => tlv(0x04, bytes)
export const bits = (bytes: Uint8Array, unused = 0) => tlv(0x03, Buffer.of(unused), bytes)
export const bool = (value: boolean) => tlv(0x01, Buffer.of(value ? 0xff : 0))
export const nothing = () => tlv(0x05)
export const utf8 = (text: string) => tlv(0x0c, Buffer.from(text))
export const explicit = (number: number, ...parts: Uint8Array[]) => tlv(0xa0 | number, ...parts)
export const implicit = (number: number, content: Uint8Array) => tlv(0x80 | number, content)
export const enumerated = (value: number) => tlv(0x0a, Buffer.of(value))

export function int(value: bigint | number): Bytes {
  let hex = BigInt(value).toString(16)
  if (hex.length % 2 === 1) hex = `0${hex}`
  const digits = Buffer.from(hex, 'hex')
  return tlv(0x02, (digits[0] as number) >= 0x80 ? Buffer.concat([Buffer.of(0), digits]) : digits)
}

export function oid(text: string): Bytes {
  const [a = 0, b = 0, ...rest] = text.split('.').map(Number)
  const out: number[] = []
  for (const arc of [a * 40 + b, ...rest]) {
    const digits = [arc & 0x7f]
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) digits.unshift((left & 0x7f) | 0x80)
    out.push(...digits)
  }
  return tlv(0x06, Buffer.from(out))
}

const stamp = (time: number) =>
  new Date(time)
    .toISOString()
    .replace(/[-:T]/g, '')
    .replace(/\.\d+Z$/, 'Z')
export const utcTime = (time: number) => tlv(0x17, Buffer.from(stamp(time).slice(2)))
export const generalizedTime = (time: number) => tlv(0x18, Buffer.from(stamp(time)))
