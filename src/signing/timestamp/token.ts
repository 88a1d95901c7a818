import { createHash } from 'node:crypto'
import { checkToken } from '../../verify/tsp/token.ts'
import type { Certificate as StrictCertificate } from '../../verify/x509/certificate.ts'
import { constrainedPath } from '../../verify/x509/path.ts'
import { emptyPool, type Pool } from '../../verify/x509/pool.ts'
import { type Certificate, chainOf, readCertificate, subjectName } from '../certificate.ts'
import { children, DerError, Fields, readDer, readInteger } from '../der/read.ts'
import { boolean, integer, nothing, octets, oid, sequence } from '../der/write.ts'
import { nodeCrypto } from '../node-crypto.ts'
import { OID } from '../oids.ts'
import { receivedLater } from '../received.ts'

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
export async function tokenFromResponse(
  response: Buffer,
  request: { data: Buffer; nonce: Buffer; roots: readonly Buffer[]; now: Date },
): Promise<Buffer> {
  const fields = new Fields(readDer(response, 0x30))
  const status = new Fields(fields.take(0x30))
  const code = readInteger(status.take(0x02))
  // granted, grantedWithMods
  if (code > 1n) throw new DerError(`the authority refused: ${refusal(code, status)}`)
  const token = fields.take(0x30).bytes
  fields.end()
  await readToken(token, request)
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
export async function readToken(
  token: Buffer,
  expected: { data: Buffer; nonce: Buffer | null; roots: readonly Buffer[]; now: Date | null },
): Promise<ReadToken> {
  const pool = emptyPool()
  const { time, nonce, certificate } = await receivedLater(() => checkToken(token, expected.data, pool, nodeCrypto))
  const [broken] = pool.broken
  if (broken !== undefined) throw new DerError(`what came with the timestamp can't be read: ${broken}`)
  if (expected.nonce !== null && nonce !== BigInt(`0x${expected.nonce.toString('hex')}`)) {
    throw new DerError('the timestamp answers another request (its nonce differs)')
  }
  if (expected.now !== null && Math.abs(time - expected.now.getTime()) > CLOCK_TOLERANCE_MS) {
    throw new DerError(
      `the authority's time ${new Date(time).toISOString()} is more than a day from this machine's ${expected.now.toISOString()}`,
    )
  }
  const chain = await authorityChain(certificate, pool, expected.roots, time)
  return { time: new Date(time), chain, crls: pool.lists.map((list) => Buffer.from(list.der)) }
}

/**
 * The authority's chain as far as token and roots reach, every certificate of it fit for its place (purpose, dates,
 * basicConstraints, keyUsage, path length): RFC 3161 clause 2.3, RFC 5280 clause 6.1.
 */
async function authorityChain(
  leaf: StrictCertificate,
  pool: Pool,
  roots: readonly Buffer[],
  at: number,
): Promise<Certificate[]> {
  const anchors = roots.map(readCertificate)
  const own = readCertificate(Buffer.from(leaf.der))
  const chain = chainOf(own, [...anchors, ...pool.certificates.map(({ der }) => readCertificate(Buffer.from(der)))])
  const isAnchor = (one: Certificate) => anchors.some((anchor) => anchor.der.equals(one.der))
  const top = anchors.length === 0 ? chain.at(-1) : chain.find(isAnchor)
  if (top === undefined) {
    throw new DerError(`the certificate of "${subjectName(own)}" does not lead to a root of "timestamp_ca_path"`)
  }
  const judgement = { purpose: 'timestamping', at, proved: true, claimed: null, latest: at } as const
  const known = { ...emptyPool(), certificates: chain.map(({ strict }) => strict) }
  await receivedLater(() =>
    constrainedPath(leaf, known, { certificates: [top.strict], keys: [] }, judgement, nodeCrypto),
  )
  return chain
}

export function sha256(data: Buffer): Buffer {
  return createHash('sha256').update(data).digest()
}
