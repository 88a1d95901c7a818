import { createHash } from 'node:crypto'
import { SIGNATURE_SUFFIX } from '../contract/evidence/signing.ts'
import { pem, readCertificate } from './certificate.ts'
import { Fields, readDer, readInteger } from './der/read.ts'
import { revocationData } from './revocation.ts'
import type { Signer } from './signer.ts'
import { type ReadToken, readToken } from './timestamp/token.ts'
import { type TimestampAuthority, tryStamp } from './timestamp.ts'

/** A detached signature in all its forms (docs/evidence-package.md, section 3). */
export interface DetachedSignature {
  /** OSO's text form, `.sig`. */
  text: Buffer
  /** The same signature in DER, `.sig.der`. */
  der: Buffer
  /** RFC 3161 token over `der`, `.sig.tst`; null without an authority or when it failed. */
  token: Buffer | null
  /** One sentence: why there is no token though an authority is configured. */
  timestampProblem: string | null
  publicKeyPem: string
  chainPem: string
  /** Revocation lists, and OCSP answers where a certificate has no list, of both chains; null: none is at hand. */
  crlPem: string | null
  /** Certificates of the timestamp authority, and its roots; null without a token. */
  tsaChainPem: string | null
  /** One sentence for each certificate of either chain that was found to be withdrawn, which nobody knew before. */
  revoked: string[]
}

const HEADER = '-----BEGIN KAFKA BACKUP EVIDENCE SIGNATURE-----'
const FOOTER = '-----END KAFKA BACKUP EVIDENCE SIGNATURE-----'

/**
 * Signs the exact bytes of a file.
 * @param options.id the report's id, `<backup-id>/manifest-<generation>`, or the package's id; one line of text
 * @param options.authority a failing one never throws: it gives `timestampProblem`
 */
export async function signDetached(
  data: Buffer,
  options: { signer: Signer; id: string; authority: TimestampAuthority | null },
): Promise<DetachedSignature> {
  const { signer, id, authority } = options
  if (!/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(id)) {
    throw new RangeError(`expected an id of printable ASCII, got ${JSON.stringify(id)}`)
  }
  const der = await signer.sign(data)
  const raw = signer.algorithm.startsWith('ECDSA') ? rawSignature(der, signer.algorithm.includes('384') ? 48 : 32) : der
  const text = [
    HEADER,
    `Algorithm: ${signer.algorithm}`,
    `Report-ID: ${id}`,
    `Report-SHA256: ${createHash('sha256').update(data).digest('hex')}`,
    `Signature: ${raw.toString('base64')}`,
    FOOTER,
    '',
  ].join('\n')
  const { token, problem } = await tryStamp(authority, der)
  const stamp =
    token === null ? null : await readToken(token, { data: der, nonce: null, roots: authority?.roots ?? [], now: null })
  const { pem: revocation, revoked } = await revocationPem(signer, stamp, authority)
  return {
    text: Buffer.from(text, 'latin1'),
    der,
    token,
    timestampProblem: problem,
    publicKeyPem: signer.publicKeyPem,
    chainPem: pem('CERTIFICATE', signer.certificates),
    crlPem: revocation === '' ? null : revocation,
    tsaChainPem: stamp === null ? null : chainPemOf(stamp, authority?.roots ?? []),
    revoked,
  }
}

/**
 * Gets the timestamp that a signature could not have when it was made.
 * @param der the bytes of its `.sig.der`
 * @returns `crlPem`: what says that the authority's certificates were not withdrawn; empty where nothing could be had
 * @throws CofferError TIMESTAMP_FAILED
 */
export async function timestampDetached(
  der: Buffer,
  authority: TimestampAuthority,
): Promise<{ token: Buffer; tsaChainPem: string; crlPem: string }> {
  const token = await authority.stamp(der)
  const stamp = await readToken(token, { data: der, nonce: null, roots: authority.roots, now: null })
  const { crls, ocsps } = await revocationData([stamp.chain], stamp.crls, stamp.time, {
    allowed: true,
    fetched: authority.fetched,
  })
  return { token, tsaChainPem: chainPemOf(stamp, authority.roots), crlPem: revocationText(crls, ocsps) }
}

/** The authority's certificates, its own first, up to its root as far as token and configuration reach. */
function chainPemOf({ chain }: ReadToken, roots: readonly Buffer[]): string {
  const certificates = chain.map((one) => one.der)
  const further = roots.filter((root) => !certificates.some((one) => one.equals(root)))
  return pem('CERTIFICATE', [...certificates, ...further])
}

/**
 * What says, years later, that neither the signer's nor the authority's certificate had been withdrawn. Where there is a
 * timestamp, what is not at hand is fetched: without it nobody could count the timestamp offline.
 */
async function revocationPem(
  signer: Signer,
  stamp: ReadToken | null,
  authority: TimestampAuthority | null,
): Promise<{ pem: string; revoked: string[] }> {
  const own = signer.selfMade ? [] : [signer.certificates.map(readCertificate)]
  const chains = stamp === null ? [] : [...own, stamp.chain]
  const { crls, ocsps, revoked } = await revocationData(
    chains,
    [...signer.crls, ...(stamp?.crls ?? [])],
    stamp?.time ?? new Date(),
    {
      allowed: stamp !== null,
      ...(authority === null ? {} : { fetched: authority.fetched }),
    },
  )
  const lists = [...signer.crls, ...crls.filter((der) => !signer.crls.some((one) => one.equals(der)))]
  return { pem: revocationText(lists, ocsps), revoked }
}

/** Lists and answers in one file, each block with its own label. */
function revocationText(crls: readonly Buffer[], ocsps: readonly Buffer[]): string {
  return pem('X509 CRL', crls) + pem('OCSP RESPONSE', ocsps)
}

/** ECDSA-Sig-Value in DER (RFC 3279 clause 2.2.3) as r‖s, each of the curve's length (IEEE P1363). */
function rawSignature(der: Buffer, length: number): Buffer {
  const fields = new Fields(readDer(der, 0x30))
  const part = () =>
    Buffer.from(
      readInteger(fields.take(0x02))
        .toString(16)
        .padStart(length * 2, '0'),
      'hex',
    )
  const raw = Buffer.concat([part(), part()])
  fields.end()
  return raw
}

/**
 * The files of a signature that lies by itself in an archive (docs/evidence-package.md, sections 1 and 4).
 * @param name what they lie beside, without its ending: `<report-id>`
 */
export function signatureFiles(name: string, signature: DetachedSignature): { name: string; bytes: Buffer }[] {
  const { publicKeyPem, chainPem, crlPem, tsaChainPem } = signature
  const texts = [
    { name: `${name}.pub.pem`, text: publicKeyPem },
    { name: `${name}.chain.pem`, text: chainPem },
    ...(crlPem === null ? [] : [{ name: `${name}.crl.pem`, text: crlPem }]),
    ...(tsaChainPem === null ? [] : [{ name: `${name}.tsa-chain.pem`, text: tsaChainPem }]),
  ]
  return [
    ...signatureOnlyFiles(name, signature),
    ...texts.map((one) => ({ name: one.name, bytes: Buffer.from(one.text, 'latin1') })),
  ]
}

/**
 * The signature and its timestamp alone, for a package, which keeps keys and certificates once for all of them.
 * @param name the signed file with its ending: `report.json`
 */
export function signatureOnlyFiles(name: string, signature: DetachedSignature): { name: string; bytes: Buffer }[] {
  const files = [
    { name: `${name}${SIGNATURE_SUFFIX.text}`, bytes: signature.text },
    { name: `${name}${SIGNATURE_SUFFIX.der}`, bytes: signature.der },
  ]
  if (signature.token !== null) files.push({ name: `${name}${SIGNATURE_SUFFIX.token}`, bytes: signature.token })
  return files
}
