import { CofferError } from '../../contract/errors.ts'
import { attribute, OID as CMS_OID, parseSignedData } from '../../verify/cms/signed-data.ts'
import { checkSigner } from '../../verify/cms/signer.ts'
import { type Certificate, chainOf, isSelfSigned, readCertificate } from '../certificate.ts'
import { DerError, readDer } from '../der/read.ts'
import { nodeCrypto } from '../node-crypto.ts'
import { receivedLater } from '../received.ts'
import type { TimestampAuthority } from '../timestamp.ts'
import { dictionary, type PdfDocument, readDocument } from './document.ts'
import { fillContents, fit, type PadesLevel, withSecurityStore } from './sign.ts'
import { catalogueOf, findSignature, type SignatureField } from './signature-field.ts'
import { PdfSyntaxError } from './syntax.ts'

/**
 * Gets the timestamp that a signed PDF could not have when it was made, and with it, where the revocation lists are at
 * hand, the level B-LT. The signed bytes stay as they are: a timestamp is an unsigned attribute and lies in `/Contents`,
 * which is not among them. A security store that Coffer added is written anew.
 * @param options.crls DER lists for the signer's chain (and the authority's, where its certificate names no address)
 * @throws CofferError TIMESTAMP_FAILED; UNSUPPORTED for a PDF that has a timestamp already, that Coffer didn't sign, or
 *   that was changed since
 */
export async function timestampPdf(
  pdf: Buffer,
  options: { authority: TimestampAuthority; crls: readonly Buffer[]; time: Date },
): Promise<{ pdf: Buffer; level: PadesLevel; missing: string[] }> {
  const { authority, crls, time } = options
  const { signed, field } = refusing(() => signedPart(pdf))
  const cms = cmsIn(signed, field)
  const content = Buffer.concat([signed.subarray(0, field.contents.start), signed.subarray(field.contents.end)])
  const known = await knownSignature(cms, content)
  if (known.timestamped) {
    throw new CofferError('UNSUPPORTED', 'the PDF has a timestamp already')
  }
  const token = await authority.stamp(known.signature)
  const fitted = refusing(() => fit(cms, token, field))
  if (fitted.problem !== null) throw new CofferError('TIMESTAMP_FAILED', fitted.problem)
  const bytes = Buffer.from(signed)
  fillContents(bytes, field, fitted.cms)
  const chain = chainOf(known.signer, known.certificates)
  return withSecurityStore(bytes, {
    signer: {
      certificates: chain.map((one) => one.der),
      crls: [...crls],
      selfMade: isSelfSigned(known.signer),
    },
    token: { bytes: token, over: known.signature, authority },
    time,
  })
}

interface KnownSignature {
  signature: Buffer
  signer: Certificate
  certificates: Certificate[]
  timestamped: boolean
}

/** The signature as it stands in the file, which must still hold. */
async function knownSignature(cms: Buffer, content: Buffer): Promise<KnownSignature> {
  const what = 'signature'
  try {
    return await receivedLater(async () => {
      const data = parseSignedData(cms, what)
      const { certificate, bound } = await checkSigner(data, content, [], what, nodeCrypto)
      if (!bound) throw new DerError('the signature is not bound to its certificate')
      const certificates = data.certificates.map(({ der }) => readCertificate(Buffer.from(der)))
      return {
        signature: Buffer.from(data.signer.signature),
        signer: readCertificate(Buffer.from(certificate.der)),
        certificates,
        timestamped: attribute(data.signer.unsigned, CMS_OID.timestampToken, what) !== null,
      }
    })
  } catch (cause) {
    return refusing(() => {
      throw cause
    })
  }
}

/** The signed revision alone. What may follow it is the one revision that Coffer adds, with the security store. */
function signedPart(pdf: Buffer): { signed: Buffer; field: SignatureField } {
  const whole = readDocument(pdf)
  const field = findSignature(whole)
  const [first, before, after, rest] = field.byteRange.numbers
  const { start, end } = field.contents
  if (first !== 0 || before !== start || after !== end || rest === undefined || end + rest > pdf.length) {
    throw new PdfSyntaxError('expected /ByteRange to leave out /Contents and nothing else')
  }
  const signed = pdf.subarray(0, end + rest)
  if (signed.length < pdf.length) expectStoreAlone(whole, readDocument(signed))
  return { signed, field }
}

/** The later revision has its own new objects and a catalogue that differs by `/DSS` alone. */
function expectStoreAlone(whole: PdfDocument, signed: PdfDocument): void {
  const previous = whole.trailer.get('Prev')
  const [now, then] = [catalogueOf(whole), catalogueOf(signed)]
  const text = whole.bytes.subarray(now.start, now.end - '>>'.length)
  const before = signed.bytes.subarray(then.start, then.end - '>>'.length)
  const added = text.toString('latin1', before.length)
  const size = signed.trailer.get('Size')
  const ours = whole.newest.every((one) => one === now.number || (size?.kind === 'number' && one >= size.number))
  const ended = /startxref\n\d+\n%%EOF\n$/.test(whole.bytes.toString('latin1', whole.bytes.length - 64))
  const onePrevious = previous?.kind === 'number' && previous.number === signed.xrefAt
  if (
    !ours ||
    !ended ||
    !onePrevious ||
    !text.subarray(0, before.length).equals(before) ||
    !/^\/DSS \d+ 0 R\s*$/.test(added)
  ) {
    throw new PdfSyntaxError('the PDF was changed after it was signed')
  }
  dictionary(whole.entry(now.entries, 'DSS'), 'security store')
}

/** The CMS without the zeros after it. */
function cmsIn(signed: Buffer, field: SignatureField): Buffer {
  const padded = Buffer.from(signed.toString('latin1', field.contents.start + 1, field.contents.end - 1), 'hex')
  return refusing(() => {
    // The length of the value stands in its first octets; the rest must be padding.
    const octets = (padded[1] ?? 0) >= 0x80 ? (padded[1] ?? 0) & 0x7f : 0
    const length = octets === 0 ? (padded[1] ?? 0) : padded.readUIntBE(2, Math.min(Math.max(octets, 1), 4))
    const cms = padded.subarray(0, 2 + octets + length)
    readDer(cms, 0x30)
    return cms
  })
}

function refusing<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof PdfSyntaxError || cause instanceof DerError)) throw cause
    throw new CofferError('UNSUPPORTED', `can't add a timestamp to the PDF: ${cause.message}`, {
      hint: 'Only a PDF that Coffer signed and nobody changed gets one later.',
      cause,
    })
  }
}
