import { createHash } from 'node:crypto'
import { readHash, verifySignature } from '../algorithms.ts'
import { type Certificate, readCertificate } from '../certificate.ts'
import { children, type Der, DerError, expectTag, Fields, readDer, readOid } from '../der/read.ts'
import { sorted, value } from '../der/write.ts'
import { OID } from '../oids.ts'

/** A CMS SignedData (RFC 5652) with one signer, as timestamp tokens are. */
export interface ReadCms {
  /** Type of what is signed. */
  contentType: string
  /** What is signed, where it is inside. */
  content: Buffer | null
  /** Certificates that came with it; attacker-controlled until something vouches for them. */
  certificates: Certificate[]
  crls: Buffer[]
  /** The signer's certificate among them. */
  signer: Certificate
  signature: Buffer
  unsignedAttributes: ReadonlyMap<string, Der[]>
}

/**
 * Reads a SignedData and checks its signature: digest, content type, ESS certificate reference and the signature itself,
 * with the certificate that it names. Whether that certificate is to be trusted is not asked here.
 * @param detached what is signed, when it is not inside
 * @throws DerError with what is wrong
 */
export function readSignedData(der: Buffer, detached: Buffer | null = null): ReadCms {
  const info = new Fields(readDer(der, 0x30))
  if (readOid(info.take(0x06)) !== OID.signedData) throw new DerError('expected CMS signed data')
  const data = new Fields(new Fields(info.take(0xa0), 0xa0).take(0x30))
  info.end()
  data.take(0x02)
  data.take(0x31)
  const encapsulated = new Fields(data.take(0x30))
  const contentType = readOid(encapsulated.take(0x06))
  const wrapped = encapsulated.optional(0xa0)
  const content = wrapped === undefined ? null : new Fields(wrapped, 0xa0).take(0x04).contents
  const certificateSet = data.optional(0xa0)
  const certificates = (certificateSet === undefined ? [] : children(certificateSet))
    .filter((one) => one.tag === 0x30)
    .map((one) => readCertificate(one.bytes))
  const crlSet = data.optional(0xa1)
  const crls = (crlSet === undefined ? [] : children(crlSet)).filter((one) => one.tag === 0x30).map((one) => one.bytes)
  const signerInfos = children(data.take(0x31))
  data.end()
  const [signerInfo] = signerInfos
  if (signerInfo === undefined || signerInfos.length !== 1) {
    throw new DerError(`expected one signer, got ${signerInfos.length}`)
  }

  const fields = new Fields(signerInfo)
  fields.take(0x02)
  const signer = findSigner(fields.take(), certificates)
  const hash = readHash(fields.take(0x30))
  const signedSet = fields.take(0xa0)
  const identifier = fields.take(0x30)
  const signature = fields.take(0x04).contents
  const unsignedSet = fields.optional(0xa1)
  fields.end()

  const signed = readAttributes(signedSet)
  const type = single(signed, OID.contentType, 0x06)
  if (readOid(type) !== contentType) throw new DerError('expected the signed content type to be that of the content')
  const bytes = content ?? detached
  if (bytes === null) throw new DerError('expected the signed content, got none')
  const digest = createHash(hash).update(bytes).digest()
  if (!single(signed, OID.messageDigest, 0x04).contents.equals(digest)) {
    throw new DerError('the signed digest is not that of the content')
  }
  checkEss(signed, signer)
  const attributes = children(signedSet).map((one) => one.bytes)
  if (!Buffer.concat(sorted(attributes)).equals(signedSet.contents)) {
    throw new DerError('expected the signed attributes in the order of DER')
  }
  if (!verifySignature(identifier, hash, signer.publicKey, value(0x31, signedSet.contents), signature)) {
    throw new DerError('its signature does not match its certificate')
  }
  const unsignedAttributes = unsignedSet === undefined ? new Map<string, Der[]>() : readAttributes(unsignedSet)
  return { contentType, content, certificates, crls, signer, signature, unsignedAttributes }
}

function findSigner(id: Der, certificates: readonly Certificate[]): Certificate {
  let found: Certificate | undefined
  if (id.tag === 0x30) {
    const fields = new Fields(id)
    const issuer = fields.take(0x30).bytes
    const serial = fields.take(0x02).bytes
    found = certificates.find((one) => one.issuer.equals(issuer) && one.serial.equals(serial))
  } else {
    expectTag(id, 0x80)
    found = certificates.find((one) => {
      const extension = one.extensions.get(OID.subjectKeyIdentifier)
      return extension !== undefined && readDer(extension.value, 0x04).contents.equals(id.contents)
    })
  }
  if (found === undefined) throw new DerError('the certificate of its signer is not in it')
  return found
}

function readAttributes(set: Der): Map<string, Der[]> {
  const attributes = new Map<string, Der[]>()
  for (const one of children(set)) {
    const fields = new Fields(one)
    const type = readOid(fields.take(0x06))
    if (attributes.has(type)) throw new DerError(`expected each attribute once, got "${type}" twice`)
    attributes.set(type, children(fields.take(0x31)))
    fields.end()
  }
  return attributes
}

function single(attributes: ReadonlyMap<string, Der[]>, type: string, tag: number): Der {
  const values = attributes.get(type) ?? []
  const [only] = values
  if (only === undefined || values.length !== 1) {
    throw new DerError(`expected the attribute "${type}" with one value, got ${values.length}`)
  }
  expectTag(only, tag)
  return only
}

/**
 * The ESS reference to the signer's certificate, which RFC 3161 clause 2.4.2 (and RFC 5816) wants in every token: without
 * it another certificate over the same key could be put in its place.
 */
function checkEss(signed: ReadonlyMap<string, Der[]>, signer: Certificate): void {
  const second = signed.has(OID.signingCertificateV2)
  const type = second ? OID.signingCertificateV2 : OID.signingCertificate
  const reference = new Fields(new Fields(new Fields(single(signed, type, 0x30)).take(0x30)).take(0x30))
  // Version 1 is SHA-1 by definition; it binds a certificate that is checked in other ways too.
  const named = second ? reference.optional(0x30) : undefined
  const hash = second ? (named === undefined ? 'sha256' : readHash(named)) : 'sha1'
  if (!reference.take(0x04).contents.equals(createHash(hash).update(signer.der).digest())) {
    throw new DerError('the certificate of its signer is not the one that it refers to')
  }
  const issuerSerial = reference.optional(0x30)
  if (issuerSerial === undefined) return
  const fields = new Fields(issuerSerial)
  fields.take(0x30)
  if (!fields.take(0x02).bytes.equals(signer.serial)) {
    throw new DerError('the certificate of its signer is not the one that it refers to')
  }
}
