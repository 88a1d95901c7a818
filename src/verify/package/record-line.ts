import { isCompactOf, JsonText, stringOfEnd } from './json-text.ts'
import { NOT_ASCII } from './long-strings.ts'
import { Refusal } from './refusal.ts'
import { COMMA, decodeUtf8, encode, notCanonical, QUOTE, Scan } from './scan.ts'
import type { PackageTools } from './tools.ts'

const TOPIC = encode('{"topic":"')
const PARTITION = encode('","partition":')
const OFFSET = encode(',"offset":')
const TIMESTAMP = encode(',"timestamp":')
const KEY = encode(',"key":')
const VALUE = encode(',"value":')
const HEADERS = encode(',"headers":[')
const DECODED = encode(',"decoded":{')
const DECODED_KEY = encode('"key":')
const DECODED_VALUE = encode('"value":')
const REDACTED = encode(',"redacted":[')
const FLAGS = encode(',"flags":["header-names-base64"]')
const NAMES_IN_BASE64 = encode(',"flags":["header-names-base64"]}')
const NULL = encode('null')
const LIST_END = encode(']')
const OBJECT_END = encode('}')
const TOPIC_NAME = /^[a-zA-Z0-9._-]{1,249}$/
const MAX_U16 = 0xffff
/** Names of rules in one line. */
const MAX_RULES = 1000
/** In place of where a decoded text begins: it is the string that the record's bytes are, which has been compared. */
const IS_TEXT = -2

/**
 * Reads lines of `records/records.ndjson` (contract/evidence/package.ts, PackageRecord) and builds of each the record's
 * bytes as the archive hashes them (docs/archive-format.md section 2), straight from the text.
 */
export class RecordLine {
  topic = ''
  partition = 0
  offset = 0
  /** Halves of the timestamp. */
  readonly timestamp = { hi: 0, lo: 0 }
  /** Names of the rules that changed it; null where none did. */
  redacted: string[] | null = null
  hasDecoded = false
  /** 0x00 and then the record's bytes, `leafLength` in all: what its leaf hash is made over. Of no use where it is redacted. */
  leaf: Uint8Array
  leafLength = 0
  readonly #tools: PackageTools
  readonly #scan = new Scan()
  readonly #json: JsonText
  /** Where decoded key and value lie in the line: start and end of each, -1 where there is none. */
  readonly #spans = [-1, -1, -1, -1]
  #view: DataView
  /** `{"topic":"…","partition":…,"offset":` of the line before, which the next one mostly shares. */
  #head: Uint8Array = new Uint8Array(0)

  constructor(tools: PackageTools) {
    this.#tools = tools
    this.#json = new JsonText(tools)
    this.leaf = tools.buffer(64 * 1024)
    this.#view = new DataView(this.leaf.buffer, this.leaf.byteOffset, this.leaf.length)
  }

  /** @throws Refusal FORMAT_FAILURE saying at which byte the line is not canonical */
  read(bytes: Uint8Array, start: number, end: number): void {
    const scan = this.#scan
    scan.set(bytes, start, end)
    if (this.#head.length === 0 || !scan.takes(this.#head)) this.#readHead(scan)
    this.offset = scan.count()
    scan.expect(TIMESTAMP)
    scan.int64(this.timestamp)
    // no base64 is longer than its line, and a length prefix of 4 bytes is shorter than what it stands in for
    this.#room(64 + end - start)
    const leaf = this.#view
    leaf.setUint8(0, 0)
    leaf.setUint32(5, this.timestamp.lo, true)
    leaf.setInt32(9, this.timestamp.hi, true)
    leaf.setUint32(13, this.offset % 4294967296, true)
    leaf.setUint32(17, Math.floor(this.offset / 4294967296), true)
    scan.expect(KEY)
    const keyFrom = 25
    const keyTo = this.#bytes(scan, 21)
    scan.expect(VALUE)
    const valueFrom = keyTo + 4
    const valueTo = this.#bytes(scan, keyTo)
    const namesInBase64 = endsWith(bytes, start, end, NAMES_IN_BASE64)
    const to = this.#headers(scan, valueTo, namesInBase64)
    leaf.setUint32(1, to - 5, true)
    this.leafLength = to
    this.hasDecoded = scan.takes(DECODED)
    if (this.hasDecoded) this.#passDecoded(scan, keyFrom, keyTo, valueFrom, valueTo)
    this.redacted = scan.takes(REDACTED) ? rules(scan) : null
    if (namesInBase64) scan.expect(FLAGS)
    scan.expect(OBJECT_END)
    scan.expectEnd()
    if (this.hasDecoded && this.redacted === null) {
      this.#compareDecoded(0, keyFrom, keyTo, 'key')
      this.#compareDecoded(2, valueFrom, valueTo, 'value')
    }
  }

  #readHead(scan: Scan): void {
    const start = scan.at
    scan.expect(TOPIC)
    let topic = ''
    while (scan.at < scan.end && !scan.sees(QUOTE)) topic += String.fromCharCode(scan.bytes[scan.at++] as number)
    if (!TOPIC_NAME.test(topic) || topic === '.' || topic === '..') throw notCanonical(scan)
    this.topic = topic
    scan.expect(PARTITION)
    this.partition = scan.count()
    scan.expect(OFFSET)
    this.#head = scan.copyFrom(start)
  }

  /** A base64 string or null, to a length prefix at `at` and the bytes after it. @returns the position after them */
  #bytes(scan: Scan, at: number): number {
    if (scan.takes(NULL)) {
      this.#view.setInt32(at, -1, true)
      return at + 4
    }
    scan.expectByte(QUOTE)
    const length = this.#base64(scan, at + 4)
    this.#view.setInt32(at, length, true)
    return at + 4 + length
  }

  /** @returns how many bytes the string that is open here has; moves past its closing quote */
  #base64(scan: Scan, at: number): number {
    const close = scan.bytes.indexOf(QUOTE, scan.at)
    if (close < 0 || close >= scan.end) throw notCanonical(scan)
    const length = this.#tools.base64(scan.bytes, scan.at, close, this.leaf, at)
    if (length < 0) throw notCanonical(scan)
    scan.at = close + 1
    return length
  }

  #headers(scan: Scan, from: number, namesInBase64: boolean): number {
    scan.expect(HEADERS)
    let at = from + 2
    let count = 0
    let odd = false
    while (!scan.sees(0x5d)) {
      if (count > 0) scan.expectByte(COMMA)
      if (count === MAX_U16) throw notCanonical(scan)
      scan.expectByte(0x5b)
      let length: number
      if (namesInBase64) {
        scan.expectByte(QUOTE)
        length = this.#base64(scan, at + 2)
        odd ||= !this.#tools.isUtf8(this.leaf.subarray(at + 2, at + 2 + length))
      } else {
        const name = scan.string()
        this.leaf.set(name, at + 2)
        length = name.length
      }
      if (length > MAX_U16) throw notCanonical(scan)
      this.#view.setUint16(at, length, true)
      scan.expectByte(COMMA)
      at = this.#bytes(scan, at + 2 + length)
      scan.expectByte(0x5d)
      count++
    }
    scan.expect(LIST_END)
    if (namesInBase64 && !odd) throw notCanonical(scan)
    this.#view.setUint16(from, count, true)
    return at
  }

  /** Any JSON for key and value; what it must be is compared when it is known whether the record is redacted. */
  #passDecoded(scan: Scan, keyFrom: number, keyTo: number, valueFrom: number, valueTo: number): void {
    const spans = this.#spans
    spans[0] = -1
    spans[2] = -1
    if (scan.takes(DECODED_KEY)) this.#passJson(scan, 0, keyFrom, keyTo)
    if (spans[0] === -1 || scan.sees(COMMA)) {
      if (spans[0] !== -1) scan.at++
      scan.expect(DECODED_VALUE)
      this.#passJson(scan, 2, valueFrom, valueTo)
    }
    scan.expect(OBJECT_END)
  }

  /** @param from of the bytes that it should be of, up to `to` */
  #passJson(scan: Scan, span: number, from: number, to: number): void {
    const [start, leaf] = [scan.at, this.leaf]
    // the text of the bytes, mostly: then both are read at once
    let end = stringOfEnd(scan.bytes, start, scan.end, leaf, from, to)
    let isText = end >= 0
    if (end >= NOT_ASCII) {
      isText = this.#tools.isUtf8(leaf.subarray(from, to))
      end -= NOT_ASCII
    }
    if (!isText) end = this.#json.end(scan.bytes, start, scan.end)
    if (end < 0) throw notCanonical(scan)
    this.#spans[span] = isText ? IS_TEXT : start
    this.#spans[span + 1] = end
    scan.at = end
  }

  #compareDecoded(span: number, from: number, to: number, what: string): void {
    const [start, end] = [this.#spans[span] as number, this.#spans[span + 1] as number]
    if (start === -1) return
    const { leaf } = this
    const { bytes } = this.#scan
    const same = start === IS_TEXT || isCompactOf(bytes, start, end, leaf, from, to, this.#tools)
    // a null has no text at all
    if (!same || this.#view.getInt32(from - 4, true) < 0) {
      throw new Refusal('FORMAT_FAILURE', `has a decoded ${what} that is not what its ${what}'s bytes say`)
    }
  }

  #room(size: number): void {
    if (size <= this.leaf.length) return
    this.leaf = this.#tools.buffer(Math.max(size, this.leaf.length * 2))
    this.#view = new DataView(this.leaf.buffer, this.leaf.byteOffset, this.leaf.length)
  }
}

/** `"a","b"]`: names of rules, sorted and each once. */
function rules(scan: Scan): string[] {
  const names: string[] = []
  do {
    const name = decodeUtf8(scan.string()) as string
    const before = names.at(-1)
    if ((before !== undefined && before >= name) || names.length === MAX_RULES) throw notCanonical(scan)
    names.push(name)
    if (!scan.sees(COMMA)) break
    scan.at++
  } while (scan.at < scan.end)
  scan.expect(LIST_END)
  return names
}

function endsWith(bytes: Uint8Array, start: number, end: number, text: Uint8Array): boolean {
  const from = end - text.length
  if (from < start) return false
  for (let i = 0; i < text.length; i++) if (bytes[from + i] !== text[i]) return false
  return true
}
