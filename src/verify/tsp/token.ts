import { equalBytes } from '../bytes.ts'
import { attribute, OID, parseSignedData } from '../cms/signed-data.ts'
import { checkSigner } from '../cms/signer.ts'
import type { HashAlgorithm, VerifyCrypto } from '../crypto.ts'
import { context, Der, malformed, TAG } from '../der/reader.ts'
import { readBoolean, readInteger, readOid, readSmall, readTime } from '../der/values.ts'
import { Finding } from '../finding.ts'
import { parseAlgorithm, strongHashOf } from '../x509/algorithm.ts'
import { type Certificate, readExtensions } from '../x509/certificate.ts'
import { addList, addParsed, type Pool } from '../x509/pool.ts'

/** A TimeStampToken (RFC 3161 section 2.4.2) that holds in itself: intact, and over the bytes that it should be over. */
export interface CheckedToken {
  /** genTime, milliseconds. */
  time: number
  certificate: Certificate
  policy: string
  serial: bigint
  /** What the request had; null: none. */
  nonce: bigint | null
}

const WHAT = 'timestamp'

/**
 * Checks a token but for its chain; its certificates go into the pool.
 * @param stamped the bytes that it must be over
 * @throws Finding FORMAT_FAILURE, HASH_FAILURE, SIG_CRYPTO_FAILURE …
 */
export async function checkToken(
  token: Uint8Array,
  stamped: Uint8Array,
  pool: Pool,
  crypto: VerifyCrypto,
): Promise<CheckedToken> {
  const data = parseSignedData(token, WHAT)
  if (data.contentType !== OID.tstInfo || data.content === null) throw malformed(WHAT, 'it is no RFC 3161 token')
  const info = parseInfo(data.content)
  for (const certificate of data.certificates) addParsed(pool, certificate)
  for (const list of data.lists) addList(pool, list, `revocation list in the ${WHAT}`)
  const { certificate, bound } = await checkSigner(data, data.content, pool.certificates, WHAT, crypto)
  if (!bound) {
    // RFC 3161 section 2.4.2 asks for it
    throw new Finding('SIG_CONSTRAINTS_FAILURE', "The timestamp is not bound to its authority's certificate.")
  }
  if (data.signer.unsigned.length > 0) {
    throw new Finding('SIG_CONSTRAINTS_FAILURE', 'The timestamp carries unsigned attributes, which it should not have.')
  }
  if (!equalBytes(crypto.hash(info.hash, stamped), info.imprint)) {
    throw new Finding('HASH_FAILURE', 'The timestamp is over other bytes than these: it belongs to something else.')
  }
  return { time: info.time, certificate, policy: info.policy, serial: info.serial, nonce: info.nonce }
}

interface Info {
  policy: string
  hash: HashAlgorithm
  imprint: Uint8Array
  serial: bigint
  time: number
  nonce: bigint | null
}

/** TSTInfo. */
function parseInfo(bytes: Uint8Array): Info {
  const fields = Der.parse(bytes, WHAT).fields()
  if (readSmall(fields.next(TAG.integer, 'version')) !== 1) throw malformed(WHAT, 'it has a version that there is not')
  const policy = readOid(fields.next(TAG.oid, 'policy'))
  const imprint = fields.next(TAG.sequence, 'messageImprint').fields()
  const hash = strongHashOf(parseAlgorithm(imprint.next(TAG.sequence, 'hashAlgorithm')), WHAT)
  const digest = imprint.next(TAG.octetString, 'hashedMessage').content
  imprint.end()
  const serial = readInteger(fields.next(TAG.integer, 'serialNumber'))
  const time = readTime(fields.next(TAG.generalizedTime, 'genTime'))
  fields.optional(TAG.sequence) // accuracy
  const ordering = fields.optional(TAG.boolean)
  if (ordering !== null) readBoolean(ordering)
  const nonce = fields.optional(TAG.integer)
  fields.optional(context(0)) // tsa
  const extensions = fields.optional(context(1))
  fields.end()
  const list = extensions === null ? null : extensions.retagged(TAG.sequence)
  for (const { oid, critical } of readExtensions(list, WHAT)) {
    if (critical) throw malformed(WHAT, `it has a critical extension (${oid}) that is not known here`)
  }
  return { policy, hash, imprint: digest, serial, time, nonce: nonce === null ? null : readInteger(nonce) }
}

/** The token in a signature's unsigned attributes; null where there is none. */
export function signatureTimestamp(unsigned: Parameters<typeof attribute>[0]): Uint8Array | null {
  return attribute(unsigned, OID.timestampToken, 'signature')?.bytes ?? null
}
