import { type KeyObject, X509Certificate } from 'node:crypto'
import { Fields, readDer, readInteger, readOid, readTime } from './der/read.ts'
import { OID } from './oids.ts'

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
}

/** @throws DerError or Node's own errors when it is no X.509 certificate */
export function readCertificate(der: Buffer): Certificate {
  const x509 = new X509Certificate(der)
  const fields = new Fields(new Fields(readDer(der, 0x30)).take(0x30))
  fields.optional(0xa0)
  const serial = fields.take(0x02)
  readInteger(serial)
  fields.take(0x30)
  const issuer = fields.take(0x30)
  const validity = new Fields(fields.take(0x30))
  const notBefore = readTime(validity.take())
  const notAfter = readTime(validity.take())
  const subject = fields.take(0x30)
  fields.take(0x30)
  fields.optional(0x81)
  fields.optional(0x82)
  const list = fields.optional(0xa3)
  const extensions = list === undefined ? new Map<string, Extension>() : readExtensions(list.contents)
  fields.end()
  return {
    der,
    issuer: issuer.bytes,
    subject: subject.bytes,
    serial: serial.bytes,
    publicKey: x509.publicKey,
    notBefore,
    notAfter,
    extensions,
    x509,
  }
}

/** Extensions (RFC 5280 clause 4.1) of a certificate, a list or an entry of one, by their identifiers. */
export function readExtensions(bytes: Buffer): Map<string, Extension> {
  const extensions = new Map<string, Extension>()
  const list = new Fields(readDer(bytes, 0x30))
  for (let der = list.optional(0x30); der !== undefined; der = list.optional(0x30)) {
    const fields = new Fields(der)
    const oid = readOid(fields.take(0x06))
    const critical = fields.optional(0x01) !== undefined
    extensions.set(oid, { critical, value: fields.take(0x04).contents })
    fields.end()
  }
  list.end()
  return extensions
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

/** What people call its subject: common name, or the whole name where there is none. */
export function subjectName(certificate: Certificate): string {
  const line = certificate.x509.subject?.split('\n').find((part) => part.startsWith('CN='))
  return line?.slice('CN='.length) ?? certificate.x509.subject?.replaceAll('\n', ', ') ?? ''
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
