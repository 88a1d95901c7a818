import { fromBase64, utf8 } from './bytes.ts'
import { Finding } from './finding.ts'

export interface PemBlock {
  label: string
  der: Uint8Array
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----\r?\n([A-Za-z0-9+/=\r\n]*?)-----END \1-----(?:\r?\n|$)/y
/** Between blocks: what `openssl x509 -text` and lists of roots write there, lines of comment. */
const PREAMBLE = /(?!-----)[^\n]*\n|[^\n-][^\n]*$/y

/** As RFC 7468 section 3 has writers do it: 64 characters to a line, an end to each, nothing between blocks. */
const STRICT =
  /^(?:-----BEGIN ([A-Z0-9 ]{1,40})-----\r?\n(?:[A-Za-z0-9+/=]{64}\r?\n)*(?:[A-Za-z0-9+/=]{1,63}\r?\n)?-----END \1-----\r?\n)+$/

/**
 * PEM (RFC 7468), several blocks; DER gives one block without a label.
 * @param strict for files that belong to a signature: they must have the one form that writers give them
 * @throws Finding FORMAT_FAILURE where a block is broken
 */
export function readPem(bytes: Uint8Array, what: string, strict = false): PemBlock[] {
  if (bytes[0] === 0x30) return [{ label: '', der: bytes }]
  const text = utf8(bytes)
  const broken = (why: string) => new Finding('FORMAT_FAILURE', `The ${what} is neither PEM nor DER: ${why}.`)
  if (text === null) throw broken('it is no text')
  if (strict && !STRICT.test(text)) throw broken('it does not have the form that it should have')
  const blocks: PemBlock[] = []
  let at = 0
  while (at < text.length) {
    BLOCK.lastIndex = at
    const block = BLOCK.exec(text)
    if (block !== null) {
      const der = fromBase64((block[2] as string).replace(/\r?\n/g, ''))
      if (der === null) throw broken('a block is no base64')
      blocks.push({ label: block[1] as string, der })
      at = BLOCK.lastIndex
      continue
    }
    PREAMBLE.lastIndex = at
    if (PREAMBLE.exec(text) === null) throw broken('a block has no end')
    at = PREAMBLE.lastIndex
  }
  if (blocks.length === 0) throw broken('there is no block in it')
  return blocks
}
