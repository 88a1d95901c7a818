import { Finding } from '../finding.ts'

/** Objects of a PDF (ISO 32000-1 section 7.3). */
export type PdfObject = null | boolean | number | PdfName | PdfString | PdfRef | PdfObject[] | PdfDict | PdfStream

export class PdfName {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

export class PdfString {
  readonly bytes: Uint8Array
  /** Where it stands in its source, with its brackets. */
  readonly start: number
  readonly end: number
  constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes
    this.start = start
    this.end = end
  }
}

export class PdfRef {
  readonly number: number
  readonly generation: number
  constructor(number: number, generation: number) {
    this.number = number
    this.generation = generation
  }
}

export type PdfDict = ReadonlyMap<string, PdfObject>

export class PdfStream {
  readonly dict: PdfDict
  /** As it stands, filters not undone. */
  readonly raw: Uint8Array
  constructor(dict: PdfDict, raw: Uint8Array) {
    this.dict = dict
    this.raw = raw
  }
}

export function isDict(object: PdfObject | undefined): object is PdfDict {
  return object instanceof Map
}

export function isName(object: PdfObject | undefined, name: string): boolean {
  return object instanceof PdfName && object.name === name
}

/** The dictionary of an object that is one, or of a stream. */
export function dictOf(object: PdfObject | undefined): PdfDict | null {
  if (isDict(object)) return object
  return object instanceof PdfStream ? object.dict : null
}

/** Same value, whatever way it is written. References are the same where they name the same object. */
export function sameObject(a: PdfObject | undefined, b: PdfObject | undefined): boolean {
  if (a === b) return true
  if (a instanceof PdfName) return b instanceof PdfName && a.name === b.name
  if (a instanceof PdfString) return b instanceof PdfString && sameBytes(a.bytes, b.bytes)
  if (a instanceof PdfRef) return b instanceof PdfRef && a.number === b.number && a.generation === b.generation
  if (a instanceof PdfStream) return b instanceof PdfStream && sameObject(a.dict, b.dict) && sameBytes(a.raw, b.raw)
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((one, index) => sameObject(one, b[index]))
  }
  if (isDict(a) && isDict(b)) {
    return a.size === b.size && [...a].every(([name, value]) => b.has(name) && sameObject(value, b.get(name)))
  }
  return false
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

/** What is wrong with a PDF's syntax. */
export function pdfBroken(why: string): Finding {
  return new Finding('FORMAT_FAILURE', `The PDF is malformed: ${why}.`)
}
