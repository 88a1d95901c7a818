/** One value of a BER or DER encoding (X.690). Indefinite lengths and split strings are read too: PKCS#12 has them. */
export interface BerValue {
  /** The identifier octet without the bit for constructed: class in bits 8 and 7, tag number below. */
  tag: number
  constructed: boolean
  /** Contents without identifier and length; of an indefinite value without its end marker. */
  content: Buffer
  /** Identifier, length and contents. */
  bytes: Buffer
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x10,
  set: 0x11,
} as const

const DEEPEST = 32

/** What isn't BER, or isn't the structure that was expected. Callers turn it into an error about their file. */
export class BerError extends Error {}

/**
 * Reads one value at `offset`; attacker-controlled.
 * @throws BerError on a length that leads out of the buffer, a long tag, or nesting deeper than 32
 */
export function readBer(bytes: Buffer, offset = 0, depth = 0): BerValue {
  if (depth > DEEPEST) throw new BerError(`nested deeper than ${DEEPEST}`)
  const identifier = byteAt(bytes, offset)
  if ((identifier & 0x1f) === 0x1f) throw new BerError('a tag number above 30')
  const constructed = (identifier & 0x20) !== 0
  const tag = identifier & 0xdf
  const first = byteAt(bytes, offset + 1)
  let start = offset + 2
  if (first === 0x80) {
    if (!constructed) throw new BerError('a primitive value of indefinite length')
    let end = start
    while (byteAt(bytes, end) !== 0 || byteAt(bytes, end + 1) !== 0) {
      end += readBer(bytes, end, depth + 1).bytes.length
    }
    return { tag, constructed, content: bytes.subarray(start, end), bytes: bytes.subarray(offset, end + 2) }
  }
  let length = first
  if (first > 0x80) {
    const count = first & 0x7f
    if (count > 4) throw new BerError('a length of more than 4 octets')
    length = 0
    for (let i = 0; i < count; i++) length = length * 256 + byteAt(bytes, start + i)
    start += count
  }
  const end = start + length
  if (end > bytes.length) throw new BerError('a length that leads out of the value')
  return { tag, constructed, content: bytes.subarray(start, end), bytes: bytes.subarray(offset, end) }
}

/** The values inside a constructed one, or inside any run of bytes. */
export function childrenOf(value: BerValue | Buffer): BerValue[] {
  if (!Buffer.isBuffer(value) && !value.constructed) throw new BerError('expected a constructed value')
  const content = Buffer.isBuffer(value) ? value : value.content
  const children: BerValue[] = []
  for (let offset = 0; offset < content.length; ) {
    const child = readBer(content, offset)
    children.push(child)
    offset += child.bytes.length
  }
  return children
}

/** The value, when its tag is the one expected. */
export function expectTag(value: BerValue | undefined, tag: number): BerValue {
  if (value?.tag !== tag) throw new BerError(`expected tag ${tag}, got ${value?.tag ?? 'nothing'}`)
  return value
}

/** Tag of a context-specific value `[number]`. */
export function context(number: number): number {
  return 0x80 | number
}

/** Children of a SEQUENCE. */
export function sequenceOf(value: BerValue | undefined): BerValue[] {
  return childrenOf(expectTag(value, TAG.sequence))
}

/** Bytes of an OCTET STRING (or, with a tag, of one that is implicitly tagged), joined where it was split. */
export function octetsOf(value: BerValue | undefined, tag: number = TAG.octetString): Buffer {
  const found = expectTag(value, tag)
  if (!found.constructed) return found.content
  return Buffer.concat(childrenOf(found).map((part) => octetsOf(part)))
}

/** An INTEGER that must be from 0 to `most`. */
export function smallInteger(value: BerValue | undefined, most: number): number {
  const { content } = expectTag(value, TAG.integer)
  if (content.length === 0 || content.length > 6 || byteAt(content, 0) > 0x7f)
    throw new BerError('a number out of range')
  const number = content.readUIntBE(0, content.length)
  if (number > most) throw new BerError(`expected a number up to ${most}, got ${number}`)
  return number
}

/** An OBJECT IDENTIFIER in its dotted form. */
export function oidOf(value: BerValue | undefined): string {
  const { content } = expectTag(value, TAG.oid)
  const arcs: number[] = []
  let arc = 0
  for (const [index, byte] of content.entries()) {
    arc = arc * 128 + (byte & 0x7f)
    if (!Number.isSafeInteger(arc)) throw new BerError('an object identifier that is too large')
    if ((byte & 0x80) !== 0) {
      if (index === content.length - 1) throw new BerError('a cut object identifier')
      continue
    }
    if (arcs.length === 0) {
      const top = Math.min(2, Math.floor(arc / 40))
      arcs.push(top, arc - top * 40)
    } else arcs.push(arc)
    arc = 0
  }
  return arcs.join('.')
}

function byteAt(bytes: Buffer, offset: number): number {
  const byte = bytes[offset]
  if (byte === undefined) throw new BerError('cut short')
  return byte
}
