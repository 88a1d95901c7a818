import { createHash } from 'node:crypto'
import type { SignatureAlgorithm } from '../contract/evidence/signing.ts'
import { algorithm } from './algorithms.ts'
import { Fields, readBits, readDer } from './der/read.ts'
import {
  bits,
  boolean,
  implicit,
  integer,
  namedBits,
  octets,
  oid,
  sequence,
  setOf,
  tagged,
  time,
  utf8,
  value,
} from './der/write.ts'
import { OID } from './oids.ts'

/**
 * Fixed, so that the same key and name give the same contents each time. The end is the date of RFC 5280 clause 4.1.2.5
 * for "no well-defined expiration". Neither says anything: nobody but the key itself vouches for such a certificate.
 */
const NOT_BEFORE = new Date('2020-01-01T00:00:00Z')
const NOT_AFTER = new Date('9999-12-31T23:59:59Z')

/**
 * A certificate that a bare key makes for itself, since CMS names its signer by one. Only its signature differs from one
 * making to the next (ECDSA draws a random number); key, name, serial number and dates are the same.
 * @param name the common name
 * @param publicKey SubjectPublicKeyInfo in DER
 * @param sign the private key's signature over given bytes
 * @returns the certificate in DER
 */
export async function selfMadeCertificate(
  name: string,
  publicKey: Buffer,
  signedWith: SignatureAlgorithm,
  sign: (data: Buffer) => Promise<Buffer>,
): Promise<Buffer> {
  const keyBits = readBits(subjectPublicKey(publicKey))
  // RFC 5280 clause 4.2.1.2, method 1
  const keyIdentifier = createHash('sha1').update(keyBits).digest()
  const serial = createHash('sha256').update(publicKey).update(name, 'utf8').digest().subarray(0, 16)
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40
  // X.520 allows a common name of 64 characters
  const subject = sequence(setOf(sequence(oid(OID.commonName), utf8([...name].slice(0, 64).join('')))))
  const extension = (type: string, critical: boolean, contents: Buffer) =>
    sequence(oid(type), ...(critical ? [boolean(true)] : []), octets(contents))
  const { identifier } = algorithm(signedWith)
  const tbs = sequence(
    tagged(0, integer(2)),
    integer(serial),
    identifier,
    subject,
    sequence(time(NOT_BEFORE), time(NOT_AFTER)),
    subject,
    publicKey,
    tagged(
      3,
      sequence(
        extension(OID.basicConstraints, true, sequence()),
        // digitalSignature (0) and contentCommitment (1)
        extension(OID.keyUsage, true, namedBits(0, 1)),
        extension(OID.subjectKeyIdentifier, false, octets(keyIdentifier)),
        extension(OID.authorityKeyIdentifier, false, sequence(implicit(0, keyIdentifier))),
      ),
    ),
  )
  return value(0x30, tbs, identifier, bits(await sign(tbs)))
}

function subjectPublicKey(publicKey: Buffer) {
  const fields = new Fields(readDer(publicKey, 0x30))
  fields.take(0x30)
  return fields.take(0x03)
}
