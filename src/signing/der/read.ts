/**
 * A strict reader of DER (ITU-T X.690). What it reads may come from anybody on the network: lengths are checked before
 * they are used, nothing is copied, and what is not DER throws.
 */
export interface Der {
  /** The tag octet, class and constructed bit included: 0x30 is a SEQUENCE. */
  tag: number
  /** The contents alone. */
  contents: Buffer
  /** The whole encoding. */
  bytes: Buffer
}

/** Reading failed: the bytes are not DER, or not what was expected there. */
export class DerError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'DerError'
  }
}

/** Reads one value that takes all of `bytes`. */
export function readDer(bytes: Buffer, expectedTag?: number): Der {
  const der = readAt(bytes, 0)
  if (der.bytes.length !== bytes.length) throw new DerError('expected one value, got more bytes after it')
  if (expectedTag !== undefined) expectTag(der, expectedTag)
  return der
}

/** The values inside a constructed value. */
export function children(der: Der): Der[] {
  if ((der.tag & 0x20) === 0) throw new DerError(`expected a constructed value, got tag 0x${hex(der.tag)}`)
  const found: Der[] = []
  for (let at = 0; at < der.contents.length; ) {
    const child = readAt(der.contents, at)
    found.push(child)
    at += child.bytes.length
  }
  return found
}

/** Walks over the values inside a constructed value, in order. */
export class Fields {
  readonly #fields: Der[]
  #next = 0

  constructor(der: Der, tag = 0x30) {
    expectTag(der, tag)
    this.#fields = children(der)
  }

  /** The next value, which must be there and have this tag. */
  take(tag?: number): Der {
    const der = this.#fields[this.#next]
    if (der === undefined) throw new DerError('expected another value, got the end')
    if (tag !== undefined) expectTag(der, tag)
    this.#next++
    return der
  }

  /** The next value when it has one of these tags. */
  optional(...tags: number[]): Der | undefined {
    const der = this.#fields[this.#next]
    if (der === undefined || !tags.includes(der.tag)) return undefined
    this.#next++
    return der
  }

  /** Nothing may be left. */
  end(): void {
    if (this.#next < this.#fields.length) throw new DerError('expected the end, got another value')
  }
}

function readAt(bytes: Buffer, start: number): Der {
  const tag = bytes[start]
  const first = bytes[start + 1]
  if (tag === undefined || first === undefined) throw new DerError('expected a value, got the end')
  if ((tag & 0x1f) === 0x1f) throw new DerError('expected a tag of one octet')
  let at = start + 2
  let length = first
  if (first >= 0x80) {
    const count = first & 0x7f
    if (count === 0 || count > 4) throw new DerError('expected a definite length of at most four octets')
    length = 0
    for (let i = 0; i < count; i++) {
      const octet = bytes[at++]
      if (octet === undefined) throw new DerError('expected a length, got the end')
      length = length * 256 + octet
    }
    if (length < 0x80 || length < 256 ** (count - 1)) throw new DerError('expected the shortest form of a length')
  }
  if (at + length > bytes.length) throw new DerError(`expected ${length} octets, got ${bytes.length - at}`)
  return { tag, contents: bytes.subarray(at, at + length), bytes: bytes.subarray(start, at + length) }
}

export function expectTag(der: Der, tag: number): void {
  if (der.tag !== tag) throw new DerError(`expected tag 0x${hex(tag)}, got 0x${hex(der.tag)}`)
}

/** An OBJECT IDENTIFIER in its dotted form. */
export function readOid(der: Der): string {
  expectTag(der, 0x06)
  const arcs: number[] = []
  let arc = 0
  let open = true
  for (const octet of der.contents) {
    if (arc === 0 && octet === 0x80) throw new DerError('expected the shortest form of an object identifier')
    arc = arc * 128 + (octet & 0x7f)
    if (!Number.isSafeInteger(arc)) throw new DerError('expected an object identifier with smaller arcs')
    open = (octet & 0x80) !== 0
    if (open) continue
    arcs.push(arc)
    arc = 0
  }
  const [first, ...rest] = arcs
  if (first === undefined || open) throw new DerError('expected a whole object identifier')
  const root = Math.min(2, Math.floor(first / 40))
  return [root, first - root * 40, ...rest].join('.')
}

/** An INTEGER that is not negative. */
export function readInteger(der: Der): bigint {
  expectTag(der, 0x02)
  const { contents } = der
  const [first, second] = contents
  if (first === undefined) throw new DerError('expected an integer of at least one octet')
  if (first === 0 && second !== undefined && second < 0x80)
    throw new DerError('expected the shortest form of an integer')
  if (first >= 0x80) throw new DerError('expected an integer that is not negative')
  return BigInt(`0x${contents.toString('hex')}`)
}

/** UTCTime (1950 to 2049) or GeneralizedTime, in UTC; fractions of a second are allowed in the latter. */
export function readTime(der: Der): Date {
  const text = der.contents.toString('latin1')
  const parts =
    der.tag === 0x17
      ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)()Z$/.exec(text)
      : der.tag === 0x18
        ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d{1,9})?Z$/.exec(text)
        : null
  if (parts === null) throw new DerError(`expected a time in UTC, got "${text}"`)
  const [, year = '', month, day, hour, minute, second, fraction] = parts
  const full = year.length === 4 ? year : `${Number(year) >= 50 ? '19' : '20'}${year}`
  const at = new Date(
    `${full}-${month}-${day}T${hour}:${minute}:${second}${(fraction || '.000').padEnd(4, '0').slice(0, 4)}Z`,
  )
  // A Date rolls 30 February over to March.
  const real = !Number.isNaN(at.getTime()) && at.toISOString().startsWith(`${full}-${month}-${day}`)
  if (!real) throw new DerError(`expected a time of the calendar, got "${text}"`)
  return at
}

/** The octets of a BIT STRING without unused bits. */
export function readBits(der: Der): Buffer {
  expectTag(der, 0x03)
  if (der.contents[0] !== 0) throw new DerError('expected a bit string of whole octets')
  return der.contents.subarray(1)
}

function hex(tag: number): string {
  return tag.toString(16).padStart(2, '0')
}
