import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import {
  bits,
  bool,
  enumerated,
  explicit,
  generalizedTime,
  implicit,
  int,
  nothing,
  octets,
  oid,
  seq,
  setOf,
  sorted,
  tlv,
  utcTime,
  utf8,
} from './der.ts'

/** Certificates, lists, OCSP answers, CMS and timestamps for the vectors, each with its flaw where one is asked for. */

export const DAY = 86_400_000
export const T0 = Date.UTC(2026, 5, 1)
/** When the vectors are judged. */
export const NOW = T0 + 30 * DAY

export type Kind = 'P-256' | 'P-384' | 'P-521' | 'RSA' | 'RSA-1024' | 'Ed25519'
export interface Key {
  kind: Kind
  spki: Buffer
  privateKey: KeyObject
}

const keys = new Map<string, Key>()

/** One key for each name; RSA is slow to make. */
export function key(name: string, kind: Kind = 'P-256'): Key {
  const known = keys.get(`${name} ${kind}`)
  if (known !== undefined) return known
  const pair =
    kind === 'Ed25519'
      ? generateKeyPairSync('ed25519')
      : kind.startsWith('RSA')
        ? generateKeyPairSync('rsa', { modulusLength: kind === 'RSA' ? 2048 : 1024 })
        : generateKeyPairSync('ec', { namedCurve: kind })
  const made = { kind, privateKey: pair.privateKey, spki: pair.publicKey.export({ type: 'spki', format: 'der' }) }
  keys.set(`${name} ${kind}`, made)
  return made
}

export const sha = (algorithm: string, data: Uint8Array) => createHash(algorithm).update(data).digest()
export const name = (cn: string) =>
  seq(setOf(seq(oid('2.5.4.10'), utf8('Coffer test'))), setOf(seq(oid('2.5.4.3'), utf8(cn))))

export type Hash = 'sha1' | 'sha256' | 'sha384' | 'sha512'
const ECDSA = {
  sha1: '1.2.840.10045.4.1',
  sha256: '1.2.840.10045.4.3.2',
  sha384: '1.2.840.10045.4.3.3',
  sha512: '1.2.840.10045.4.3.4',
}
const RSA = {
  sha1: '1.2.840.113549.1.1.5',
  sha256: '1.2.840.113549.1.1.11',
  sha384: '1.2.840.113549.1.1.12',
  sha512: '1.2.840.113549.1.1.13',
}
const HASH = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
}

export const hashId = (hash: Hash) => seq(oid(HASH[hash]))

export function algorithm(by: Key, hash: Hash): Buffer {
  if (by.kind === 'Ed25519') return seq(oid('1.3.101.112'))
  return by.kind.startsWith('RSA') ? seq(oid(RSA[hash]), nothing()) : seq(oid(ECDSA[hash]))
}

export function signWith(by: Key, hash: Hash, data: Uint8Array, raw = false): Buffer {
  return sign(by.kind === 'Ed25519' ? null : hash, data, {
    key: by.privateKey,
    dsaEncoding: raw ? 'ieee-p1363' : 'der',
  })
}

const signed = (by: Key, hash: Hash, tbs: Buffer) => seq(tbs, algorithm(by, hash), bits(signWith(by, hash, tbs)))
const extension = (id: string, critical: boolean, value: Buffer) =>
  seq(oid(id), ...(critical ? [bool(true)] : []), octets(value))
const keyId = (spki: Buffer) => sha('sha1', spki)

export interface Issuer {
  cn: string
  key: Key
}

export interface CertificateOptions {
  cn: string
  key: Key
  issuer: Issuer
  serial?: number
  from?: number
  to?: number
  ca?: boolean
  pathLength?: number
  /** Bits of keyUsage, first byte: 0x80 digitalSignature, 0x40 nonRepudiation, 0x04 keyCertSign, 0x02 cRLSign. */
  usage?: number | null
  eku?: string[]
  ekuCritical?: boolean
  extra?: [oid: string, critical: boolean, value: Buffer][]
  hash?: Hash
  noCheck?: boolean
  /** The algorithm that stands beside the signature, where it is to differ from the signed one. */
  outer?: Hash
}

export function certificate(o: CertificateOptions): Buffer {
  const ca = o.ca ?? false
  const usage = o.usage === undefined ? (ca ? 0x06 : 0xc0) : o.usage
  const unused = usage === null ? 0 : Math.log2(usage & -usage)
  const length = o.pathLength === undefined ? [] : [int(o.pathLength)]
  const extensions = [
    extension('2.5.29.19', true, ca ? seq(bool(true), ...length) : seq()),
    ...(usage === null ? [] : [extension('2.5.29.15', true, bits(Buffer.of(usage), unused))]),
    ...(o.eku === undefined ? [] : [extension('2.5.29.37', o.ekuCritical ?? true, seq(...o.eku.map(oid)))]),
    extension('2.5.29.14', false, octets(keyId(o.key.spki))),
    extension('2.5.29.35', false, seq(implicit(0, keyId(o.issuer.key.spki)))),
    ...(o.noCheck ? [extension('1.3.6.1.5.5.7.48.1.5', false, nothing())] : []),
    ...(o.extra ?? []).map(([id, critical, value]) => extension(id, critical, value)),
  ]
  const tbs = seq(
    explicit(0, int(2)),
    int(o.serial ?? 7),
    algorithm(o.issuer.key, o.hash ?? 'sha256'),
    name(o.issuer.cn),
    seq(utcTime(o.from ?? T0 - 100 * DAY), utcTime(o.to ?? T0 + 1000 * DAY)),
    name(o.cn),
    o.key.spki,
    explicit(3, seq(...extensions)),
  )
  return o.outer === undefined
    ? signed(o.issuer.key, o.hash ?? 'sha256', tbs)
    : seq(tbs, algorithm(o.issuer.key, o.outer), bits(signWith(o.issuer.key, o.outer, tbs)))
}

export function root(cn: string, own = key(cn), more: Partial<CertificateOptions> = {}): Buffer {
  return certificate({ cn, key: own, issuer: { cn, key: own }, serial: 1, ca: true, ...more })
}

export interface ListOptions {
  by: Issuer
  from?: number
  to?: number | null
  revoked?: { serial: number; at: number; reason?: number }[]
  extra?: [oid: string, critical: boolean, value: Buffer][]
  hash?: Hash
  /** As for certificates. */
  outer?: Hash
}

export function list(o: ListOptions): Buffer {
  const entries = (o.revoked ?? []).map(({ serial, at, reason }) =>
    seq(
      int(serial),
      utcTime(at),
      ...(reason === undefined ? [] : [seq(extension('2.5.29.21', false, enumerated(reason)))]),
    ),
  )
  const extensions = [
    extension('2.5.29.20', false, int(1)),
    ...(o.extra ?? []).map(([id, critical, value]) => extension(id, critical, value)),
  ]
  const tbs = seq(
    int(1),
    algorithm(o.by.key, o.hash ?? 'sha256'),
    name(o.by.cn),
    utcTime(o.from ?? T0),
    ...(o.to === null ? [] : [utcTime(o.to ?? T0 + 365 * DAY)]),
    ...(entries.length === 0 ? [] : [seq(...entries)]),
    explicit(0, seq(...extensions)),
  )
  return o.outer === undefined
    ? signed(o.by.key, o.hash ?? 'sha256', tbs)
    : seq(tbs, algorithm(o.by.key, o.outer), bits(signWith(o.by.key, o.outer, tbs)))
}

export interface OcspOptions {
  issuer: Issuer
  serial?: number
  by?: Key
  responderCn?: string
  certificates?: Buffer[]
  revokedAt?: number
  from?: number
  to?: number
  /** After the answer, another one of the same response that says the certificate was withdrawn. */
  andRevokedAt?: number
}

export function ocsp(o: OcspOptions): Buffer {
  const spkiBits = (spki: Buffer) => spki.subarray(spki.length - 65)
  const id = seq(
    seq(oid(HASH.sha1), nothing()),
    octets(sha('sha1', name(o.issuer.cn))),
    octets(sha('sha1', spkiBits(o.issuer.key.spki))),
    int(o.serial ?? 7),
  )
  const status = o.revokedAt === undefined ? implicit(0, Buffer.alloc(0)) : explicit(1, generalizedTime(o.revokedAt))
  const answer = seq(id, status, generalizedTime(o.from ?? T0), explicit(0, generalizedTime(o.to ?? T0 + 365 * DAY)))
  const second =
    o.andRevokedAt === undefined
      ? []
      : [seq(id, explicit(1, generalizedTime(o.andRevokedAt)), generalizedTime(o.from ?? T0))]
  const answers = seq(answer, ...second)
  const tbs = seq(explicit(1, name(o.responderCn ?? o.issuer.cn)), generalizedTime(o.from ?? T0), answers)
  const by = o.by ?? o.issuer.key
  const certificates = o.certificates === undefined ? [] : [explicit(0, seq(...o.certificates))]
  const basic = seq(tbs, algorithm(by, 'sha256'), bits(signWith(by, 'sha256', tbs)), ...certificates)
  return seq(enumerated(0), explicit(0, seq(oid('1.3.6.1.5.5.7.48.1.1'), octets(basic))))
}

export interface CmsOptions {
  key: Key
  /** Its own first. */
  certificates: Buffer[]
  issuer: string
  serial?: number
  hash?: Hash
  /** Certificate that the ESS attribute is over; null: no ESS. */
  ess?: Buffer | null
  /** Issuer and serial number beside the ESS attribute's hash (RFC 5035, IssuerSerial); none unless told. */
  essSerial?: { issuer: string; serial: number }
  /** What stands in the messageDigest. */
  digest?: Buffer
  /** Signed attributes in this order, and the signature over it. */
  order?: 'sorted' | 'unsorted' | 'unsorted-signed-sorted'
  raw?: boolean
  token?: (signature: Buffer) => Buffer
  unsigned?: Buffer[]
  signingTime?: number
  content?: { type: string; bytes: Buffer }
  damage?: (signature: Buffer) => Buffer
}

const attribute = (id: string, ...values: Buffer[]) => seq(oid(id), setOf(...values))

const essSerial = ({ essSerial: own }: CmsOptions) =>
  own === undefined ? [] : [seq(seq(explicit(4, name(own.issuer))), int(own.serial))]

export function cms(signedBytes: Uint8Array, o: CmsOptions): Buffer {
  const hash = o.hash ?? 'sha256'
  const type = o.content?.type ?? '1.2.840.113549.1.7.1'
  const essHash = o.ess ?? o.certificates[0]
  const attributes = [
    attribute('1.2.840.113549.1.9.3', oid(type)),
    attribute('1.2.840.113549.1.9.4', octets(o.digest ?? sha(hash, signedBytes))),
    ...(o.ess === null || essHash === undefined
      ? []
      : [attribute('1.2.840.113549.1.9.16.2.47', seq(seq(seq(octets(sha('sha256', essHash)), ...essSerial(o)))))]),
    ...(o.signingTime === undefined ? [] : [attribute('1.2.840.113549.1.9.5', utcTime(o.signingTime))]),
  ]
  const right = sorted(attributes)
  const written = (o.order ?? 'sorted') === 'sorted' ? right : [...right].reverse()
  const over = setOf(...(o.order === 'unsorted' ? written : right))
  let signature = signWith(o.key, hash, over, o.raw)
  if (o.damage !== undefined) signature = o.damage(signature)
  const unsigned = [
    ...(o.token === undefined ? [] : [attribute('1.2.840.113549.1.9.16.2.14', o.token(signature))]),
    ...(o.unsigned ?? []),
  ]
  const info = seq(
    int(1),
    seq(name(o.issuer), int(o.serial ?? 7)),
    hashId(hash),
    tlv(0xa0, ...written),
    algorithm(o.key, hash),
    octets(signature),
    ...(unsigned.length === 0 ? [] : [tlv(0xa1, ...unsigned)]),
  )
  const inside = o.content === undefined ? seq(oid(type)) : seq(oid(type), explicit(0, octets(o.content.bytes)))
  const version = o.content === undefined ? 1 : 3
  const data = seq(int(version), setOf(hashId(hash)), inside, tlv(0xa0, ...o.certificates), setOf(info))
  return seq(oid('1.2.840.113549.1.7.2'), explicit(0, data))
}

export interface TokenOptions extends Omit<CmsOptions, 'content'> {
  time?: number
  imprint?: Buffer
}

export function token(stamped: Uint8Array, o: TokenOptions): Buffer {
  const info = seq(
    int(1),
    oid('1.2.3.4.1'),
    seq(hashId('sha256'), octets(o.imprint ?? sha('sha256', stamped))),
    int(99),
    generalizedTime(o.time ?? T0 + DAY),
  )
  return cms(info, { ...o, content: { type: '1.2.840.113549.1.9.16.1.4', bytes: info } })
}
