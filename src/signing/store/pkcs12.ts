import { createHmac, createPrivateKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import { CofferError } from '../../contract/errors.ts'
import type { Secret } from '../../contract/secret.ts'
import {
  BerError,
  type BerValue,
  childrenOf,
  context,
  expectTag,
  octetsOf,
  oidOf,
  readBer,
  sequenceOf,
  smallInteger,
} from './ber.ts'
import { type KeyMaterial, passphraseMissing, passphraseWrong } from './material.ts'
import {
  DecryptionError,
  decryptWithPassphrase,
  deriveKey,
  HASHES,
  KDF_PURPOSE,
  MOST_ITERATIONS,
  pkcs12Kdf,
  unsupported,
} from './pbe.ts'

const DATA = '1.2.840.113549.1.7.1'
const ENCRYPTED_DATA = '1.2.840.113549.1.7.6'
const PBMAC1 = '1.2.840.113549.1.5.14'
const BAG = {
  key: '1.2.840.113549.1.12.10.1.1',
  shroudedKey: '1.2.840.113549.1.12.10.1.2',
  certificate: '1.2.840.113549.1.12.10.1.3',
  crl: '1.2.840.113549.1.12.10.1.4',
  nested: '1.2.840.113549.1.12.10.1.6',
} as const
const X509_CERTIFICATE = '1.2.840.113549.1.9.22.1'
const X509_CRL = '1.2.840.113549.1.9.23.1'
const DEEPEST_NESTING = 4
const DIGEST_BYTES: Readonly<Record<string, number>> = { sha1: 20, sha224: 28, sha256: 32, sha384: 48, sha512: 64 }

/**
 * Reads a PKCS#12 file (RFC 7292) in password mode: its one private key, and all its certificates and CRLs. The MAC
 * is checked first (HMAC of the classic kind, or PBMAC1 of RFC 9579), so that a wrong password is told apart from
 * damage.
 * @throws KEY_PASSPHRASE, KEY_UNREADABLE, UNSUPPORTED (public-key mode, ciphers that nobody should use), BerError
 */
export function readPkcs12(file: Buffer, secret: Secret | null, where: string): KeyMaterial {
  const [, authSafe, mac] = sequenceOf(readBer(file))
  const [contentType, content] = sequenceOf(authSafe)
  if (oidOf(contentType) !== DATA) throw unsupported('PKCS#12 that is signed in place of a password', where)
  const safes = octetsOf(childrenOf(expectTag(content, context(0)))[0])
  const wrong = () => (secret === null ? passphraseMissing(where) : passphraseWrong(where))
  const given = secret?.reveal() ?? ''
  const passphrase = mac === undefined ? given : passphraseOfMac(mac, safes, given, where)
  if (passphrase === undefined) throw wrong()

  const found: Found = { keys: [], certificates: [], crls: [] }
  try {
    for (const safe of sequenceOf(readBer(safes))) {
      readBags(safeContents(safe, passphrase, where), passphrase, where, found, 0)
    }
  } catch (cause) {
    if (!(cause instanceof DecryptionError) && !(cause instanceof BerError)) throw cause
    // without a MAC, one wrong password in 256 passes for right until what it gave is read
    if (mac === undefined) throw wrong()
    if (cause instanceof BerError) throw cause
    throw new CofferError('KEY_UNREADABLE', `${where} is damaged: its password is right, but a part doesn't decrypt`)
  }
  const [key] = found.keys
  if (key === undefined || found.keys.length > 1) {
    const got = found.keys.length === 0 ? 'certificates only' : String(found.keys.length)
    throw new CofferError('KEY_UNREADABLE', `expected one private key in ${where}, got ${got}`, {
      hint: 'Export the one key that signs, with its certificates: openssl pkcs12 -export -inkey KEY.pem -in CHAIN.pem',
    })
  }
  return { privateKey: readKey(key, where), certificates: found.certificates, crls: found.crls }
}

interface Found {
  /** PKCS#8. */
  keys: Buffer[]
  certificates: Buffer[]
  crls: Buffer[]
}

function safeContents(safe: BerValue, passphrase: string | null, where: string): BerValue {
  const [type, content] = sequenceOf(safe)
  const inner = childrenOf(expectTag(content, context(0)))[0]
  const oid = oidOf(type)
  if (oid === DATA) return readBer(octetsOf(inner))
  if (oid !== ENCRYPTED_DATA) throw unsupported(`PKCS#12 content of type ${oid}`, where)
  const [, encrypted] = sequenceOf(inner)
  const [, algorithm, data] = sequenceOf(encrypted)
  return readBer(decryptWithPassphrase(algorithm, octetsOf(data, context(0)), passphrase, where))
}

function readBags(bags: BerValue, passphrase: string | null, where: string, found: Found, depth: number): void {
  if (depth > DEEPEST_NESTING) throw new BerError('bags nested too deep')
  for (const bag of sequenceOf(bags)) {
    const [id, value] = sequenceOf(bag)
    const content = childrenOf(expectTag(value, context(0)))[0]
    switch (oidOf(id)) {
      case BAG.key:
        if (content !== undefined) found.keys.push(content.bytes)
        break
      case BAG.shroudedKey: {
        const [algorithm, data] = sequenceOf(content)
        found.keys.push(decryptWithPassphrase(algorithm, octetsOf(data), passphrase, where))
        break
      }
      case BAG.certificate:
        found.certificates.push(...typedValue(content, X509_CERTIFICATE))
        break
      case BAG.crl:
        found.crls.push(...typedValue(content, X509_CRL))
        break
      case BAG.nested:
        if (content !== undefined) readBags(content, passphrase, where, found, depth + 1)
        break
    }
  }
}

/** The value of a CertBag or CRLBag, where it is of the kind that X.509 has. */
function typedValue(bag: BerValue | undefined, kind: string): Buffer[] {
  const [id, value] = sequenceOf(bag)
  return oidOf(id) === kind ? [octetsOf(childrenOf(expectTag(value, context(0)))[0])] : []
}

/**
 * The password that the MAC was made with: the given one, or, where that is empty, none at all (null). The two give
 * different keys, and writers disagree on which one "no password" is.
 * @returns undefined when it is neither
 */
function passphraseOfMac(mac: BerValue, data: Buffer, passphrase: string, where: string): string | null | undefined {
  const [digestInfo, salt, rounds] = sequenceOf(mac)
  const [algorithm, stated] = sequenceOf(digestInfo)
  const [id, parameters] = sequenceOf(algorithm)
  const expected = octetsOf(stated)
  const matches = (hash: string, key: Buffer) => {
    const made = createHmac(hash, key).update(data).digest()
    return made.length === expected.length && timingSafeEqual(made, expected)
  }
  if (oidOf(id) === PBMAC1) {
    const [derivation, scheme] = sequenceOf(parameters)
    const hash = HASHES[oidOf(sequenceOf(scheme)[0])]
    if (hash === undefined) throw unsupported('this kind of MAC', where)
    const length = DIGEST_BYTES[hash] ?? 32
    return matches(hash, deriveKey(derivation, passphrase, length, where)) ? passphrase : undefined
  }
  const hash = HASHES[oidOf(id)]
  if (hash === undefined) throw unsupported(`a MAC with ${oidOf(id)}`, where)
  const iterations = rounds === undefined ? 1 : smallInteger(rounds, MOST_ITERATIONS)
  const length = DIGEST_BYTES[hash] ?? 32
  const tries = passphrase === '' ? ['', null] : [passphrase]
  return tries.find((words) =>
    matches(hash, pkcs12Kdf(hash, words, octetsOf(salt), iterations, KDF_PURPOSE.mac, length)),
  )
}

function readKey(pkcs8: Buffer, where: string): KeyObject {
  try {
    return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  } catch (cause) {
    throw new CofferError('KEY_UNREADABLE', `the private key in ${where} can't be read`, { cause })
  }
}
