import { type KeyObject, X509Certificate } from 'node:crypto'
import { parseCertificate, type Certificate as StrictCertificate } from '../verify/x509/certificate.ts'
import { shownName } from '../verify/x509/names.ts'
import { children, DerError, Fields, readDer, readOid } from './der/read.ts'
import { integer } from './der/write.ts'
import { OID } from './oids.ts'
import { received } from './received.ts'

export interface Extension {
  critical: boolean
  /** Contents of the OCTET STRING. */
  value: Buffer
}

/** A certificate, as far as signing needs to know it. */
export interface Certificate {
  der: Buffer
  /** DER of the Names; they are compared octet by octet, which RFC 5280 clause 7.1 allows when the issuer copies them. */
  issuer: Buffer
  subject: Buffer
  /** DER of the INTEGER. */
  serial: Buffer
  publicKey: KeyObject
  notBefore: Date
  notAfter: Date
  extensions: ReadonlyMap<string, Extension>
  /** Node's own view of it. */
  x509: X509Certificate
  /** The verifier's view of it. */
  strict: StrictCertificate
}

/** @throws DerError or Node's own errors when it is no X.509 certificate, or one that the verifier would turn down */
export function readCertificate(der: Buffer): Certificate {
  const strict = received(() => parseCertificate(der))
  if (strict.serial < 0n) throw new DerError('expected a serial number that is not negative')
  const x509 = new X509Certificate(der)
  return {
    der,
    issuer: Buffer.from(strict.issuer.der),
    subject: Buffer.from(strict.subject.der),
    serial: integer(strict.serial),
    publicKey: x509.publicKey,
    notBefore: new Date(strict.notBefore),
    notAfter: new Date(strict.notAfter),
    extensions: new Map(
      strict.extensions.map(({ oid, critical, value }) => [oid, { critical, value: Buffer.from(value) }]),
    ),
    x509,
    strict,
  }
}

/** Whether `issuer` signed `certificate`: names and signature. */
export function isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  return certificate.issuer.equals(issuer.subject) && certificate.x509.verify(issuer.publicKey)
}

/** A root, or a certificate that a key made for itself. */
export function isSelfSigned(certificate: Certificate): boolean {
  return certificate.issuer.equals(certificate.subject) && certificate.x509.verify(certificate.publicKey)
}

/** A chain that is longer than this is no chain that anybody issues. */
const MAX_CHAIN = 10

/**
 * The chain from a certificate up, as far as `pool` reaches.
 * @returns the certificate first; the last one is self-signed where the chain is whole
 */
export function chainOf(leaf: Certificate, pool: readonly Certificate[]): Certificate[] {
  const chain = [leaf]
  for (let last = leaf; chain.length < MAX_CHAIN && !isSelfSigned(last); ) {
    const issuer = pool.find((one) => !chain.some((had) => had.der.equals(one.der)) && isIssuedBy(last, one))
    if (issuer === undefined) break
    chain.push(issuer)
    last = issuer
  }
  return chain
}

/** What people call its subject: common name, or the whole name where there is none; as the verifier shows it. */
export function subjectName(certificate: Certificate): string {
  return shownName(certificate.strict.subject)
}

/** `ABCDEF…` as certificates' serial numbers are shown. */
export function serialText(certificate: Certificate): string {
  return certificate.x509.serialNumber
}

/** The DER of all certificates in PEM text, or of the one that the bytes are. Empty where there is none. */
export function certificatesIn(bytes: Buffer): Buffer[] {
  return derIn(bytes, 'CERTIFICATE')
}

/** The DER of every PEM block with this label; bytes that hold no PEM at all and begin as a SEQUENCE are taken as DER. */
export function derIn(bytes: Buffer, label: string): Buffer[] {
  if (bytes[0] === 0x30 && !bytes.includes('-----BEGIN')) return [bytes]
  const found: Buffer[] = []
  const pattern = new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]*)-----END ${label}-----`, 'g')
  for (const block of bytes.toString('latin1').matchAll(pattern)) found.push(Buffer.from(block[1] ?? '', 'base64'))
  return found
}

/** PEM blocks (RFC 7468), one after the other. */
export function pem(label: string, ders: readonly Buffer[]): string {
  const block = (der: Buffer) =>
    `-----BEGIN ${label}-----\n${der.toString('base64').replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`
  return ders.map(block).join('')
}

/** URLs of revocation lists that a certificate names (RFC 5280 clause 4.2.1.13): http and https alone. */
export function crlUrls(certificate: Certificate): string[] {
  const extension = certificate.extensions.get(OID.crlDistributionPoints)
  if (extension === undefined) return []
  // Every URI of every point is a GeneralName with tag [6]; nothing else in there has it.
  const urls: string[] = []
  const points = new Fields(readDer(extension.value, 0x30))
  for (let point = points.optional(0x30); point !== undefined; point = points.optional(0x30)) {
    const name = new Fields(point).optional(0xa0)
    const full = name === undefined ? undefined : new Fields(name, 0xa0).optional(0xa0)
    if (full === undefined) continue
    const names = new Fields(full, 0xa0)
    for (let one = names.optional(0x86, 0xa4, 0x82); one !== undefined; one = names.optional(0x86, 0xa4, 0x82)) {
      const url = one.tag === 0x86 ? one.contents.toString('latin1') : ''
      if (/^https?:\/\//i.test(url)) urls.push(url)
    }
  }
  return urls
}

/** Addresses of OCSP responders that a certificate names (RFC 5280 clause 4.2.2.1): http and https alone. */
export function ocspUrls(certificate: Certificate): string[] {
  const extension = certificate.extensions.get(OID.authorityInfoAccess)
  if (extension === undefined) return []
  return children(readDer(extension.value, 0x30)).flatMap((one) => {
    const fields = new Fields(one)
    const method = readOid(fields.take(0x06))
    const place = fields.take()
    const url = method === OID.ocsp && place.tag === 0x86 ? place.contents.toString('latin1') : ''
    return /^https?:\/\//i.test(url) ? [url] : []
  })
}
