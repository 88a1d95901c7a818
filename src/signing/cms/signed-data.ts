import { createHash } from 'node:crypto'
import { algorithm } from '../algorithms.ts'
import type { Certificate } from '../certificate.ts'
import { children, DerError, readDer } from '../der/read.ts'
import { integer, octets, oid, sequence, setOf, sorted, tagged, value } from '../der/write.ts'
import { OID } from '../oids.ts'
import type { Signer } from '../signer.ts'

/** A signature that a timestamp may still be added to. */
export interface CmsSignature {
  /** The signature's own bytes, over which a timestamp is made (ETSI EN 319 122-1 clause 5.3). */
  signature: Buffer
  /** ContentInfo in DER. */
  cms: Buffer
}

/**
 * A detached CMS signature (RFC 5652) as PAdES baseline has it (ETSI EN 319 142-1 table 1): signed attributes are the
 * content type, the digest and the ESS signing certificate and nothing else. The time of signing stands in the PDF, for
 * a signing-time attribute takes the signature out of PAdES baseline.
 * @param digest of the signed bytes, by the hash of the signer's algorithm
 * @param chain the signer's certificate first
 */
export async function signCms(digest: Buffer, chain: readonly Certificate[], signer: Signer): Promise<CmsSignature> {
  const [leaf] = chain
  if (leaf === undefined) throw new RangeError('expected the certificate of the signer')
  const { hash, identifier } = algorithm(signer.algorithm)
  const digestAlgorithm = sequence(oid(OID[hash]))
  const attributes = sorted([
    attribute(OID.contentType, oid(OID.data)),
    attribute(OID.messageDigest, octets(digest)),
    attribute(OID.signingCertificateV2, essCertificate(leaf)),
  ])
  // What is signed is their SET OF (RFC 5652 clause 5.4), which stands in the message as [0] IMPLICIT.
  const signature = await signer.sign(setOf(...attributes))
  const signerInfo = sequence(
    integer(1),
    sequence(leaf.issuer, leaf.serial),
    digestAlgorithm,
    tagged(0, ...attributes),
    identifier,
    octets(signature),
  )
  const signedData = sequence(
    integer(1),
    setOf(digestAlgorithm),
    sequence(oid(OID.data)),
    tagged(0, ...sorted(chain.map((one) => one.der))),
    setOf(signerInfo),
  )
  return { signature, cms: sequence(oid(OID.signedData), tagged(0, signedData)) }
}

/**
 * The same CMS with a timestamp token over its signature, as an unsigned attribute (ETSI EN 319 122-1 clause 5.3).
 * @param cms ContentInfo with one signer and no unsigned attribute, as `signCms` makes it
 * @throws DerError for any other
 */
export function withTimestamp(cms: Buffer, token: Buffer): Buffer {
  const [type, wrapped] = children(readDer(cms, 0x30))
  const [signedData] = wrapped === undefined ? [] : children(wrapped)
  const parts = signedData === undefined ? [] : children(signedData)
  const signerInfos = parts.at(-1)
  const [signerInfo, ...others] = signerInfos === undefined ? [] : children(signerInfos)
  const fields = signerInfo === undefined ? [] : children(signerInfo)
  if (type === undefined || others.length > 0 || fields.length !== 6) {
    throw new DerError('expected CMS with one signer and no unsigned attributes')
  }
  const unsigned = tagged(1, attribute(OID.signatureTimeStampToken, token))
  const grown = sequence(...fields.map((one) => one.bytes), unsigned)
  const rest = parts.slice(0, -1).map((one) => one.bytes)
  return sequence(type.bytes, tagged(0, sequence(...rest, setOf(grown))))
}

function attribute(type: string, contents: Buffer): Buffer {
  return sequence(oid(type), setOf(contents))
}

/**
 * ESS signing-certificate-v2 (RFC 5035 clause 3): the hash of the certificate by SHA-256, which is the default and so
 * is not named, and its issuer and serial number.
 */
function essCertificate(leaf: Certificate): Buffer {
  const hash = createHash('sha256').update(leaf.der).digest()
  const directoryName = value(0xa4, leaf.issuer)
  return sequence(sequence(sequence(octets(hash), sequence(sequence(directoryName), leaf.serial))))
}
