import { joinBytes, latin1 } from '../bytes.ts'
import { Der } from '../der/reader.ts'
import { Finding } from '../finding.ts'
import { PdfDocument } from './document.ts'
import { PdfString } from './objects.ts'
import { type FoundSignature, fieldNames } from './signatures.ts'

/** What a signature covers, proved to be a whole revision but for its own value. */
export interface SignedRange {
  /** End of the revision. */
  end: number
  /** The bytes that are signed. */
  signed: Uint8Array
  /** The CMS or the token, without the zeros that fill the gap. */
  value: Uint8Array
  /** /Contents with its filling, as /VRI may hash it. */
  contents: Uint8Array
  /** The document as it was signed. */
  revision: PdfDocument
}

/**
 * ISO 32000-2 section 12.8.1 and EN 319 142-1: the range begins at 0, leaves out just the value of /Contents with its
 * brackets, and goes to the end of the revision; and that revision really has this signature in a field.
 * @param document the newest revision
 * @throws Finding FORMAT_FAILURE, LIMIT_REACHED
 */
export function readByteRange({ bytes, limits }: PdfDocument, found: FoundSignature): SignedRange {
  const range = found.dict.get('ByteRange')
  const numbers = Array.isArray(range) ? range : []
  const [zero, gapStart, gapEnd, length] = numbers
  const whole = numbers.length === 4 && numbers.every((one) => Number.isSafeInteger(one) && (one as number) >= 0)
  if (!whole) throw broken('its /ByteRange is not four numbers')
  if (zero !== 0) throw broken('it does not cover the file from its first byte on')
  const start = gapStart as number
  const stop = gapEnd as number
  const end = stop + (length as number)
  if (stop <= start || end > bytes.length) throw broken('its /ByteRange points outside the file')
  const { contents } = found
  if (contents === null || !found.inFile) throw broken('its value does not stand in the file by itself')
  if (contents.start !== start || contents.end !== stop) {
    throw broken(
      `its /ByteRange leaves out bytes ${start} to ${stop}, and its value is at ${contents.start} to ${contents.end}: something there is not covered`,
    )
  }
  // ISO 32000-2 table 255 asks for hex; in one case and without white space, so that one value has one form
  const hex = latin1(bytes.subarray(start, stop))
  if (!/^<(?:[0-9a-f]*|[0-9A-F]*)>$/.test(hex)) throw broken('its value is not written in hex throughout')
  let revision: PdfDocument
  try {
    revision = PdfDocument.open(bytes.subarray(0, end), limits)
  } catch (error) {
    if (!(error instanceof Finding) || error.sub === 'LIMIT_REACHED') throw error
    throw broken(`it does not cover a revision to its end (${error.message})`)
  }
  if (!hasField(revision, contents)) throw broken('the revision that it covers has no field with it')
  const value = Der.prefix(contents.bytes, 'signature')
  if (contents.bytes.subarray(value.bytes.length).some((byte) => byte !== 0)) {
    throw broken('something other than zeros follows its value')
  }
  return {
    end,
    signed: joinBytes(bytes.subarray(0, start), bytes.subarray(stop, end)),
    value: value.bytes,
    contents: contents.bytes,
    revision,
  }
}

function hasField(revision: PdfDocument, contents: PdfString): boolean {
  for (const number of fieldNames(revision).keys()) {
    const object = revision.get(number)
    const holder = revision.dict(object)
    for (const dict of [holder, revision.dict(holder?.get('V'))]) {
      const value = dict?.get('Contents')
      if (value instanceof PdfString && value.start === contents.start) return true
    }
  }
  return false
}

function broken(why: string): Finding {
  return new Finding('FORMAT_FAILURE', `The signature does not protect the whole file: ${why}.`)
}
