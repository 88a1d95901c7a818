/**
 * Just enough of PDF syntax (ISO 32000-1 clause 7.3) to find a signature's place in a document that Coffer made, with
 * the position of each value. The verifier has a reader of its own, which trusts nobody.
 */
export type PdfValue =
  | { kind: 'dictionary'; entries: ReadonlyMap<string, PdfValue>; start: number; end: number }
  | { kind: 'array'; items: readonly PdfValue[]; start: number; end: number }
  | { kind: 'reference'; number: number; generation: number; start: number; end: number }
  | { kind: 'number'; number: number; start: number; end: number }
  | { kind: 'name'; name: string; start: number; end: number }
  /** Of a hexadecimal string the bytes are not decoded: start and end say where they stand, with `<` and `>`. */
  | { kind: 'hex' | 'string' | 'word'; start: number; end: number }

export class PdfSyntaxError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'PdfSyntaxError'
  }
}

const SPACE = new Set([0, 9, 10, 12, 13, 32])
const DELIMITER = new Set([...'()<>[]{}/%'].map((one) => one.charCodeAt(0)))
const MAX_DEPTH = 100

export class PdfScanner {
  readonly #bytes: Buffer
  at: number

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  /** The value that begins here, after white space and comments. */
  value(depth = 0): PdfValue {
    if (depth > MAX_DEPTH) throw new PdfSyntaxError(`expected less than ${MAX_DEPTH} levels`)
    this.#skip()
    const start = this.at
    const [first, second] = [this.#bytes[start], this.#bytes[start + 1]]
    if (first === 0x3c && second === 0x3c) return this.#dictionary(depth)
    if (first === 0x3c) return this.#until('>', 'hex')
    if (first === 0x28) return this.#string()
    if (first === 0x5b) return this.#array(depth)
    if (first === 0x2f) {
      this.at++
      return { kind: 'name', name: this.#word(), start, end: this.at }
    }
    const word = this.#word()
    if (word === '') throw new PdfSyntaxError(`expected a value at byte ${start}`)
    if (!/^[+-]?\d*\.?\d*$/.test(word)) return { kind: 'word', start, end: this.at }
    return this.#reference(start, Number(word)) ?? { kind: 'number', number: Number(word), start, end: this.at }
  }

  /** Takes `word` when it stands here. */
  take(word: string): boolean {
    this.#skip()
    if (!this.#bytes.subarray(this.at, this.at + word.length).equals(Buffer.from(word, 'latin1'))) return false
    this.at += word.length
    return true
  }

  #reference(start: number, number: number): PdfValue | null {
    const rest = this.#bytes.toString('latin1', this.at, this.at + 20)
    const match = /^\s+(\d+)\s+R(?![A-Za-z0-9])/.exec(rest)
    if (match === null || !Number.isInteger(number)) return null
    this.at += match[0].length
    return { kind: 'reference', number, generation: Number(match[1]), start, end: this.at }
  }

  #dictionary(depth: number): PdfValue {
    const start = this.at
    this.at += 2
    const entries = new Map<string, PdfValue>()
    while (!this.take('>>')) {
      const key = this.value(depth + 1)
      if (key.kind !== 'name') throw new PdfSyntaxError(`expected a name at byte ${key.start}`)
      if (entries.has(key.name)) throw new PdfSyntaxError(`expected the key "${key.name}" once`)
      entries.set(key.name, this.value(depth + 1))
    }
    return { kind: 'dictionary', entries, start, end: this.at }
  }

  #array(depth: number): PdfValue {
    const start = this.at
    this.at++
    const items: PdfValue[] = []
    while (!this.take(']')) items.push(this.value(depth + 1))
    return { kind: 'array', items, start, end: this.at }
  }

  #string(): PdfValue {
    const start = this.at
    for (let open = 0; this.at < this.#bytes.length; ) {
      const byte = this.#bytes[this.at++]
      if (byte === 0x5c) this.at++
      else if (byte === 0x28) open++
      else if (byte === 0x29 && --open === 0) return { kind: 'string', start, end: this.at }
    }
    throw new PdfSyntaxError(`expected the end of the string at byte ${start}`)
  }

  #until(end: string, kind: 'hex'): PdfValue {
    const start = this.at
    const found = this.#bytes.indexOf(end, start)
    if (found < 0) throw new PdfSyntaxError(`expected "${end}" after byte ${start}`)
    this.at = found + end.length
    return { kind, start, end: this.at }
  }

  #word(): string {
    const start = this.at
    for (;;) {
      const byte = this.#bytes[this.at]
      if (byte === undefined || SPACE.has(byte) || DELIMITER.has(byte)) break
      this.at++
    }
    return this.#bytes.toString('latin1', start, this.at)
  }

  #skip(): void {
    for (;;) {
      const byte = this.#bytes[this.at]
      if (byte === 0x25)
        while (this.at < this.#bytes.length && ![10, 13].includes(this.#bytes[this.at] ?? 10)) this.at++
      else if (byte === undefined || !SPACE.has(byte)) return
      else this.at++
    }
  }
}
