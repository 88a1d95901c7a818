import { createHash } from 'node:crypto'
import { type HashName, readHash } from '../algorithms.ts'
import { type Certificate, chainOf, isSelfSigned, readCertificate, subjectName } from '../certificate.ts'
import { type ReadCms, readSignedData } from '../cms/read.ts'
import { children, DerError, Fields, readDer, readInteger, readOid, readTime } from '../der/read.ts'
import { boolean, integer, nothing, octets, oid, sequence } from '../der/write.ts'
import { OID } from '../oids.ts'

/** A TimeStampToken whose signature is good and that is over the data it was asked for. */
export interface ReadToken {
  time: Date
  /** The authority's own certificate first; as far as the token and the roots reach. */
  chain: Certificate[]
  crls: Buffer[]
}

/** TimeStampReq (RFC 3161 clause 2.4.1): SHA-256, a nonce, and the authority's certificate asked for. */
export function timestampRequest(data: Buffer, nonce: Buffer): Buffer {
  const imprint = sequence(sequence(oid(OID.sha256), nothing()), octets(sha256(data)))
  return sequence(integer(1), imprint, integer(nonce), boolean(true))
}

/**
 * The token in a TimeStampResp (RFC 3161 clause 2.4.2), after all checks that clause 2.2 asks of a requester.
 * @param nonce as in the request; the token must have it
 * @param roots DER; where there are any, the authority's chain must lead to one of them
 * @param now the requester's clock: a token from another day answers another request
 * @throws DerError with what was wrong
 */
export function tokenFromResponse(
  response: Buffer,
  request: { data: Buffer; nonce: Buffer; roots: readonly Buffer[]; now: Date },
): Buffer {
  const fields = new Fields(readDer(response, 0x30))
  const status = new Fields(fields.take(0x30))
  const code = readInteger(status.take(0x02))
  // granted, grantedWithMods
  if (code > 1n) throw new DerError(`the authority refused: ${refusal(code, status)}`)
  const token = fields.take(0x30).bytes
  fields.end()
  readToken(token, request)
  return token
}

const STATUS = ['granted', 'granted with changes', 'rejection', 'waiting', 'revocation warning', 'revoked']
const FAILURES: Record<number, string> = {
  0: 'it does not know the hash',
  2: 'it calls the request bad',
  5: 'it can not read the request',
  14: 'its time source is not available',
  15: 'it does not know the policy',
  16: 'it does not know an extension',
  17: 'it can not give what is asked for',
  25: 'its system failed',
}

function refusal(code: bigint, status: Fields): string {
  const text = status.optional(0x30)
  const words = text === undefined ? [] : children(text).map((one) => printable(one.contents))
  const failure = status.optional(0x03)
  if (failure !== undefined) {
    for (const [bit, meaning] of Object.entries(FAILURES)) {
      const octet = failure.contents[1 + Math.floor(Number(bit) / 8)] ?? 0
      if ((octet & (0x80 >> (Number(bit) % 8))) !== 0) words.push(meaning)
    }
  }
  return [STATUS[Number(code)] ?? `status ${code}`, ...words].join(', ')
}

/** Words of a stranger, short and without what a terminal would act on. */
function printable(bytes: Buffer): string {
  return JSON.stringify(bytes.toString('utf8').replace(/\p{C}/gu, ' ').slice(0, 200))
}

/** How far the authority's clock and this machine's may be apart. */
const CLOCK_TOLERANCE_MS = 24 * 3600_000

/**
 * Reads a TimeStampToken and checks everything that makes it one over `data`: imprint, nonce, the authority's signature,
 * its ESS certificate reference, its certificate's purpose and dates, and its chain where there are roots.
 * @param expected.nonce null: the request is not at hand any more (a token that lies in a file)
 * @throws DerError with what was wrong
 */
export function readToken(
  token: Buffer,
  expected: { data: Buffer; nonce: Buffer | null; roots: readonly Buffer[]; now: Date | null },
): ReadToken {
  const cms = readSignedData(token)
  if (cms.contentType !== OID.tstInfo || cms.content === null) throw new DerError('expected a timestamp token')
  const info = readInfo(cms.content)
  if (!info.imprint.equals(createHash(info.hash).update(expected.data).digest())) {
    throw new DerError('the timestamp is over other data')
  }
  if (expected.nonce !== null && info.nonce !== BigInt(`0x${expected.nonce.toString('hex')}`)) {
    throw new DerError('the timestamp answers another request (its nonce differs)')
  }
  if (expected.now !== null && Math.abs(info.time.getTime() - expected.now.getTime()) > CLOCK_TOLERANCE_MS) {
    throw new DerError(
      `the authority's time ${info.time.toISOString()} is more than a day from this machine's ${expected.now.toISOString()}`,
    )
  }
  checkPurpose(cms.signer, info.time)
  return { time: info.time, chain: trustedChain(cms, expected.roots, info.time), crls: cms.crls }
}

interface TimestampInfo {
  hash: HashName
  imprint: Buffer
  time: Date
  nonce: bigint | null
}

/** TSTInfo (RFC 3161 clause 2.4.2). */
function readInfo(content: Buffer): TimestampInfo {
  const fields = new Fields(readDer(content, 0x30))
  if (readInteger(fields.take(0x02)) !== 1n) throw new DerError('expected a timestamp of version 1')
  readOid(fields.take(0x06))
  const imprint = new Fields(fields.take(0x30))
  const hash = readHash(imprint.take(0x30))
  const digest = imprint.take(0x04).contents
  fields.take(0x02)
  const time = readTime(fields.take(0x18))
  fields.optional(0x30)
  fields.optional(0x01)
  const nonce = fields.optional(0x02)
  fields.optional(0xa0)
  fields.optional(0xa1)
  fields.end()
  return { hash, imprint: digest, time, nonce: nonce === undefined ? null : readInteger(nonce) }
}

/** RFC 3161 clause 2.3: the certificate is for timestamps and nothing else, and says so critically. */
function checkPurpose(signer: Certificate, at: Date): void {
  const usage = signer.extensions.get(OID.extendedKeyUsage)
  const purposes = usage === undefined ? [] : children(readDer(usage.value, 0x30)).map(readOid)
  if (usage?.critical !== true || purposes.length !== 1 || purposes[0] !== OID.timeStamping) {
    throw new DerError(`the certificate of "${subjectName(signer)}" is not one for timestamps alone`)
  }
  checkDates(signer, at)
}

function checkDates(certificate: Certificate, at: Date): void {
  if (at >= certificate.notBefore && at <= certificate.notAfter) return
  throw new DerError(`the certificate of "${subjectName(certificate)}" was not valid at ${at.toISOString()}`)
}

function trustedChain(cms: ReadCms, roots: readonly Buffer[], at: Date): Certificate[] {
  const anchors = roots.map(readCertificate)
  const chain = chainOf(cms.signer, [...anchors, ...cms.certificates])
  if (anchors.length === 0) return chain
  const end = chain.findIndex((one) => anchors.some((anchor) => anchor.der.equals(one.der)))
  if (end < 0) {
    throw new DerError(`the certificate of "${subjectName(cms.signer)}" does not lead to a root of "timestamp_ca_path"`)
  }
  for (const [index, certificate] of chain.slice(0, end + 1).entries()) {
    checkDates(certificate, at)
    if (index > 0) checkAuthority(certificate)
  }
  return chain
}

/** RFC 5280 clause 4.2.1.9: what signs certificates says that it may. A self-signed root of old needs no extension. */
function checkAuthority(certificate: Certificate): void {
  const basic = certificate.extensions.get(OID.basicConstraints)
  if (basic === undefined && isSelfSigned(certificate)) return
  const authority = basic === undefined ? undefined : new Fields(readDer(basic.value, 0x30)).optional(0x01)
  if (authority?.contents[0] !== 0xff) {
    throw new DerError(`the certificate of "${subjectName(certificate)}" may not sign other certificates`)
  }
}

export function sha256(data: Buffer): Buffer {
  return createHash('sha256').update(data).digest()
}
