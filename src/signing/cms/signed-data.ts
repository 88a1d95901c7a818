import { createHash } from 'node:crypto'
import { algorithm } from '../algorithms.ts'
import type { Certificate } from '../certificate.ts'
import { integer, octets, oid, sequence, setOf, sorted, tagged, value } from '../der/write.ts'
import { OID } from '../oids.ts'
import type { Signer } from '../signer.ts'

/** A signature in the making: everything but what comes later (the timestamp). */
export interface CmsSignature {
  /** The signature's own bytes, over which a timestamp is made (ETSI EN 319 122-1 clause 5.3). */
  signature: Buffer
  /** ContentInfo in DER, with the timestamp token when one is given. */
  encode(token: Buffer | null): Buffer
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
  const encode = (token: Buffer | null) => {
    const unsigned = token === null ? [] : [tagged(1, attribute(OID.signatureTimeStampToken, token))]
    const signerInfo = sequence(
      integer(1),
      sequence(leaf.issuer, leaf.serial),
      digestAlgorithm,
      tagged(0, ...attributes),
      identifier,
      octets(signature),
      ...unsigned,
    )
    const signedData = sequence(
      integer(1),
      setOf(digestAlgorithm),
      sequence(oid(OID.data)),
      tagged(0, ...sorted(chain.map((one) => one.der))),
      setOf(signerInfo),
    )
    return sequence(oid(OID.signedData), tagged(0, signedData))
  }
  return { signature, encode }
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
