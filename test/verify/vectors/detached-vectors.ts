import type { SignatureAlgorithm } from '../../../src/contract/evidence/signing.ts'
import { type Key, key, sha, signWith, T0, token } from './pki.ts'
import {
  DAY,
  type DetachedVector,
  failed,
  leaf,
  passed,
  rootDer,
  rootList,
  signerKey,
  TSA_ROOT,
  tsaKey,
  tsaLeaf,
  tsaList,
  tsaRootDer,
  unsure,
} from './world.ts'

export const REPORT = Buffer.from(
  '{"backup":{"id":"b"},"generated_at":"2026-06-02T00:00:00Z","report_id":"validation-7","schema_version":"1.0"}',
)

export const pem = (label: string, ...ders: Buffer[]) =>
  Buffer.from(
    ders
      .map(
        (der) =>
          `-----BEGIN ${label}-----\n${(der.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${label}-----\n`,
      )
      .join(''),
  )
export const publicPem = (one: Key) => pem('PUBLIC KEY', one.spki)
const chain = pem('CERTIFICATE', leaf, rootDer)
const crls = pem('X509 CRL', rootList)

interface TextOptions {
  algorithm?: string
  id?: string
  sha256?: string
  by?: Key
  value?: string
  over?: Buffer
}

const HASHES: Record<string, 'sha256' | 'sha384'> = { 'ECDSA-P384-SHA384': 'sha384' }

export function text(o: TextOptions = {}): Buffer {
  const algorithm = o.algorithm ?? 'ECDSA-P256-SHA256'
  const raw = signWith(o.by ?? signerKey, HASHES[algorithm] ?? 'sha256', o.over ?? REPORT, true)
  return Buffer.from(
    `-----BEGIN KAFKA BACKUP EVIDENCE SIGNATURE-----\nAlgorithm: ${algorithm}\nReport-ID: ${o.id ?? 'validation-7'}\nReport-SHA256: ${o.sha256 ?? sha('sha256', o.over ?? REPORT).toString('hex')}\nSignature: ${o.value ?? raw.toString('base64')}\n-----END KAFKA BACKUP EVIDENCE SIGNATURE-----\n`,
  )
}

const by = (one: Key, algorithm: SignatureAlgorithm) => ({
  text: text({ by: one, algorithm }),
  publicKey: publicPem(one),
})
const der = () => signWith(signerKey, 'sha256', REPORT)
const stamp = (over: Buffer) =>
  token(over, { key: tsaKey, certificates: [tsaLeaf], issuer: TSA_ROOT.cn, time: T0 + DAY * 2 })

/** Detached signatures. */
export function detachedVectors(): DetachedVector[] {
  const own = der()
  const trustKeys = [signerKey.spki]
  const trust: Buffer[] = []
  const bare = { trust, trustKeys }
  return [
    { name: 'OSO text, key trusted', beside: { text: text() }, ...bare, ...passed },
    {
      name: 'text, key beside it only',
      beside: { text: text(), publicKey: publicPem(signerKey) },
      trust,
      ...unsure('NO_TRUSTED_KEY'),
    },
    { name: 'text, no key anywhere', beside: { text: text() }, trust, ...unsure('NO_SIGNING_CERTIFICATE_FOUND') },
    {
      name: 'text, another key trusted',
      beside: { text: text() },
      trust,
      trustKeys: [key('other').spki],
      ...unsure('NO_SIGNING_CERTIFICATE_FOUND'),
    },
    {
      name: 'text, its key beside, another trusted',
      beside: { text: text(), publicKey: publicPem(signerKey) },
      trust,
      trustKeys: [key('other').spki],
      ...unsure('NO_CERTIFICATE_CHAIN_FOUND'),
    },
    { name: 'certificate, root, list', beside: { text: text(), chain, crls }, ...passed },
    { name: 'certificate and root, no list', beside: { text: text(), chain }, ...unsure('TRY_LATER') },
    { name: 'DER alone', beside: { der: own, publicKey: publicPem(signerKey) }, ...bare, ...passed },
    {
      name: 'DER with a timestamp',
      beside: {
        der: own,
        publicKey: publicPem(signerKey),
        token: stamp(own),
        tsaChain: pem('CERTIFICATE', tsaRootDer),
      },
      trust: [tsaRootDer],
      trustKeys,
      ...passed,
    },
    {
      name: 'a timestamp over something else',
      beside: { der: own, publicKey: publicPem(signerKey), token: stamp(REPORT) },
      ...bare,
      ...failed('HASH_FAILURE'),
    },
    {
      name: 'a timestamp that is none',
      beside: { der: own, publicKey: publicPem(signerKey), token: Buffer.from('hello') },
      ...bare,
      ...failed('FORMAT_FAILURE'),
    },
    {
      name: 'the two forms are two signatures',
      beside: { text: text(), der: der(), publicKey: publicPem(signerKey) },
      ...bare,
      ...failed('FORMAT_FAILURE'),
    },
    {
      name: 'DER that is r‖s',
      beside: { der: signWith(signerKey, 'sha256', REPORT, true), publicKey: publicPem(signerKey) },
      ...bare,
      ...failed('SIG_CRYPTO_FAILURE'),
    },
    {
      name: 'the report was changed',
      data: Buffer.from(REPORT.toString().replace('"b"', '"c"')),
      beside: { text: text(), publicKey: publicPem(signerKey) },
      ...bare,
      ...failed('HASH_FAILURE'),
    },
    {
      name: 'the report and its digest were changed',
      data: Buffer.from(REPORT.toString().replace('"b"', '"c"')),
      beside: {
        text: text({ sha256: sha('sha256', Buffer.from(REPORT.toString().replace('"b"', '"c"'))).toString('hex') }),
        publicKey: publicPem(signerKey),
      },
      ...bare,
      ...failed('SIG_CRYPTO_FAILURE'),
    },
    {
      name: 'the signature is for another report',
      beside: { text: text({ id: 'validation-8' }), publicKey: publicPem(signerKey) },
      ...bare,
      ...failed('REPORT_DIFFERS'),
    },
    {
      name: 'signed by another key than the one beside',
      beside: { text: text({ by: key('other') }), publicKey: publicPem(signerKey) },
      ...bare,
      ...failed('SIG_CRYPTO_FAILURE'),
    },
    {
      name: 'key and certificate do not belong together',
      beside: { text: text(), publicKey: publicPem(key('other')), chain, crls },
      ...failed('FORMAT_FAILURE'),
    },
    {
      name: 'base64 with bits left over',
      beside: {
        text: text({ value: `${signWith(signerKey, 'sha256', REPORT, true).toString('base64').slice(0, 85)}B==` }),
        publicKey: publicPem(signerKey),
      },
      ...bare,
      ...failed('FORMAT_FAILURE'),
    },
    {
      name: 'lines that end as on Windows',
      beside: { text: Buffer.from(text().toString().replaceAll('\n', '\r\n')), publicKey: publicPem(signerKey) },
      ...bare,
      ...failed('FORMAT_FAILURE'),
    },
    {
      name: 'a line more',
      beside: {
        text: Buffer.from(text().toString().replace('Report-ID', 'X: y\nReport-ID')),
        publicKey: publicPem(signerKey),
      },
      ...bare,
      ...failed('FORMAT_FAILURE'),
    },
    {
      name: 'an algorithm that is not known',
      beside: { text: text({ algorithm: 'ECDSA-P256-MD5' }), publicKey: publicPem(signerKey) },
      ...bare,
      ...unsure('CRYPTO_CONSTRAINTS_FAILURE'),
    },
    {
      name: "an algorithm that is not the key's",
      beside: { text: text({ algorithm: 'RSA-SHA256' }), publicKey: publicPem(signerKey) },
      ...bare,
      ...failed('SIG_CRYPTO_FAILURE'),
    },
    {
      name: 'r = s = 0',
      beside: { text: text({ value: Buffer.alloc(64).toString('base64') }), publicKey: publicPem(signerKey) },
      ...bare,
      ...failed('SIG_CRYPTO_FAILURE'),
    },
    {
      name: 'Ed25519',
      beside: by(key('ed', 'Ed25519'), 'Ed25519'),
      trust,
      trustKeys: [key('ed', 'Ed25519').spki],
      ...passed,
    },
    {
      name: 'P-384',
      beside: by(key('p384', 'P-384'), 'ECDSA-P384-SHA384'),
      trust,
      trustKeys: [key('p384', 'P-384').spki],
      ...passed,
    },
    { name: 'RSA', beside: by(key('rsa', 'RSA'), 'RSA-SHA256'), trust, trustKeys: [key('rsa', 'RSA').spki], ...passed },
    { name: 'no signature', beside: {}, ...bare, ...unsure('NOT_SIGNED') },
    {
      name: 'a report with a member twice',
      data: Buffer.from('{"report_id":"validation-7","report_id":"validation-7","schema_version":"1.0"}'),
      beside: {
        text: text({
          over: Buffer.from('{"report_id":"validation-7","report_id":"validation-7","schema_version":"1.0"}'),
        }),
        publicKey: publicPem(signerKey),
      },
      ...bare,
      ...failed('FORMAT_FAILURE'),
    },
  ]
}

/** Everything that an archive has beside a report, all of it right. */
export function detachedParts() {
  const own = der()
  const raw = rawOf(own)
  return {
    text: text({ value: raw.toString('base64') }),
    der: own,
    token: stamp(own),
    chain,
    tsaChain: pem('CERTIFICATE', tsaRootDer),
    crls: pem('X509 CRL', rootList, tsaList),
    publicKey: publicPem(signerKey),
  }
}

/** r‖s of an ECDSA-Sig-Value. */
function rawOf(signature: Buffer): Buffer {
  const r = signature.subarray(4, 4 + (signature[3] as number))
  const s = signature.subarray(6 + r.length)
  const fixed = (number: Buffer) => Buffer.concat([Buffer.alloc(32), number]).subarray(-32)
  return Buffer.concat([fixed(r), fixed(s)])
}
