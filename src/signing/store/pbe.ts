import { createDecipheriv, createHash, pbkdf2Sync, scryptSync } from 'node:crypto'
import { CofferError } from '../../contract/errors.ts'
import { BerError, type BerValue, octetsOf, oidOf, sequenceOf, smallInteger, TAG } from './ber.ts'
import { decryptRc2Cbc } from './rc2.ts'

/** More rounds than anybody uses; a file that asks for more wants to keep us busy. */
export const MOST_ITERATIONS = 5_000_000

/** Diversifiers of RFC 7292, appendix B.3. */
export const KDF_PURPOSE = { key: 1, iv: 2, mac: 3 } as const

/** Digests by OID, and those of HMAC and PBKDF2. */
export const HASHES: Readonly<Record<string, string>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.8': 'sha224',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
}

const PBES2 = '1.2.840.113549.1.5.13'
const PBKDF2 = '1.2.840.113549.1.5.12'
const SCRYPT = '1.3.6.1.4.1.11591.4.11'

/** RFC 7292, appendix C. */
const PKCS12_CIPHERS: Readonly<Record<string, { cipher: 'des-ede3-cbc' | 'rc2'; keyBytes: number }>> = {
  '1.2.840.113549.1.12.1.3': { cipher: 'des-ede3-cbc', keyBytes: 24 },
  '1.2.840.113549.1.12.1.5': { cipher: 'rc2', keyBytes: 16 },
  '1.2.840.113549.1.12.1.6': { cipher: 'rc2', keyBytes: 5 },
}

const PBES2_CIPHERS: Readonly<Record<string, { cipher: string; keyBytes: number; ivBytes: number }>> = {
  '2.16.840.1.101.3.4.1.2': { cipher: 'aes-128-cbc', keyBytes: 16, ivBytes: 16 },
  '2.16.840.1.101.3.4.1.22': { cipher: 'aes-192-cbc', keyBytes: 24, ivBytes: 16 },
  '2.16.840.1.101.3.4.1.42': { cipher: 'aes-256-cbc', keyBytes: 32, ivBytes: 16 },
  '1.2.840.113549.3.7': { cipher: 'des-ede3-cbc', keyBytes: 24, ivBytes: 8 },
}

/** What doesn't decrypt: with a checked passphrase the file is damaged, else the passphrase is wrong. */
export class DecryptionError extends Error {}

/**
 * Decrypts by a passphrase: PBES2 (RFC 8018) with PBKDF2 or scrypt, and the schemes of PKCS#12 with triple DES or RC2.
 * @param algorithm the AlgorithmIdentifier
 * @param passphrase null: no password at all (PKCS#12 only)
 * @throws DecryptionError; UNSUPPORTED for anything else, with its OID; BerError
 */
export function decryptWithPassphrase(
  algorithm: BerValue | undefined,
  data: Buffer,
  passphrase: string | null,
  where: string,
): Buffer {
  const [id, parameters] = sequenceOf(algorithm)
  const oid = oidOf(id)
  if (oid === PBES2) return decryptPbes2(parameters, data, passphrase ?? '', where)
  const scheme = PKCS12_CIPHERS[oid]
  if (scheme === undefined) throw unsupported(`encryption ${oid}`, where)
  const [salt, rounds] = sequenceOf(parameters)
  const derive = (purpose: number, length: number) =>
    pkcs12Kdf('sha1', passphrase, octetsOf(salt), smallInteger(rounds, MOST_ITERATIONS), purpose, length)
  const key = derive(KDF_PURPOSE.key, scheme.keyBytes)
  const iv = derive(KDF_PURPOSE.iv, 8)
  if (scheme.cipher === 'des-ede3-cbc') return decipher('des-ede3-cbc', key, iv, data)
  if (data.length === 0 || data.length % 8 !== 0) throw new DecryptionError('not whole blocks')
  return unpad(decryptRc2Cbc(key, iv, data))
}

function decryptPbes2(parameters: BerValue | undefined, data: Buffer, passphrase: string, where: string): Buffer {
  const [derivation, encryption] = sequenceOf(parameters)
  const [cipherId, iv] = sequenceOf(encryption)
  const cipher = PBES2_CIPHERS[oidOf(cipherId)]
  if (cipher === undefined) throw unsupported(`cipher ${oidOf(cipherId)}`, where)
  const ivBytes = octetsOf(iv)
  if (ivBytes.length !== cipher.ivBytes) throw new BerError(`expected an IV of ${cipher.ivBytes} bytes`)
  return decipher(cipher.cipher, deriveKey(derivation, passphrase, cipher.keyBytes, where), ivBytes, data)
}

/** PBKDF2 (RFC 8018) or scrypt (RFC 7914). */
export function deriveKey(derivation: BerValue | undefined, passphrase: string, length: number, where: string): Buffer {
  const [id, parameters] = sequenceOf(derivation)
  const oid = oidOf(id)
  const [salt, ...rest] = sequenceOf(parameters)
  if (oid === PBKDF2) {
    const prf = rest.find(({ tag }) => tag === TAG.sequence)
    const prfId = prf === undefined ? '1.2.840.113549.2.7' : oidOf(sequenceOf(prf)[0])
    const hash = HASHES[prfId]
    if (hash === undefined) throw unsupported(`PBKDF2 with ${prfId}`, where)
    return pbkdf2Sync(passphrase, octetsOf(salt), Math.max(1, smallInteger(rest[0], MOST_ITERATIONS)), length, hash)
  }
  if (oid !== SCRYPT) throw unsupported(`key derivation ${oid}`, where)
  const [N, r, p] = [smallInteger(rest[0], 2 ** 20), smallInteger(rest[1], 32), smallInteger(rest[2], 16)]
  try {
    return scryptSync(passphrase, octetsOf(salt), length, { N, r, p, maxmem: 256 * N * r + 1_000_000 })
  } catch {
    throw new BerError('scrypt parameters that make no sense')
  }
}

/**
 * The key derivation of PKCS#12 (RFC 7292, appendix B.2).
 * @param passphrase null: no password at all, which is not the same as an empty one
 */
export function pkcs12Kdf(
  hash: string,
  passphrase: string | null,
  salt: Buffer,
  iterations: number,
  purpose: number,
  length: number,
): Buffer {
  const digest = (...parts: Uint8Array[]) => {
    const state = createHash(hash)
    for (const part of parts) state.update(part)
    return state.digest()
  }
  const block = hash === 'sha384' || hash === 'sha512' ? 128 : 64
  const fill = (bytes: Buffer) => {
    const whole = Buffer.alloc(block * Math.ceil(bytes.length / block))
    for (let i = 0; i < whole.length; i++) whole[i] = bytes[i % bytes.length] ?? 0
    return whole
  }
  const diversifier = Buffer.alloc(block, purpose)
  const input = Buffer.concat([fill(salt), fill(passphrase === null ? Buffer.alloc(0) : bmpString(passphrase))])
  const out: Buffer[] = []
  for (let made = 0; made < length; ) {
    let a = digest(diversifier, input)
    for (let i = 1; i < iterations; i++) a = digest(a)
    out.push(a)
    made += a.length
    const b = Buffer.alloc(block)
    for (let i = 0; i < block; i++) b[i] = a[i % a.length] ?? 0
    for (let at = 0; at < input.length; at += block) addPlusOne(input.subarray(at, at + block), b)
  }
  return Buffer.concat(out).subarray(0, length)
}

/** `to = (to + b + 1) mod 2^(8·length)` */
function addPlusOne(to: Buffer, b: Buffer): void {
  let carry = 1
  for (let i = to.length - 1; i >= 0; i--) {
    const sum = (to[i] ?? 0) + (b[i] ?? 0) + carry
    to[i] = sum & 0xff
    carry = sum >> 8
  }
}

/** UTF-16 in network order, with two zero bytes at its end. */
function bmpString(text: string): Buffer {
  return Buffer.concat([Buffer.from(text, 'utf16le').swap16(), Buffer.alloc(2)])
}

function decipher(cipher: string, key: Buffer, iv: Buffer, data: Buffer): Buffer {
  try {
    const state = createDecipheriv(cipher, key, iv)
    return Buffer.concat([state.update(data), state.final()])
  } catch {
    throw new DecryptionError('bad padding')
  }
}

function unpad(plain: Buffer): Buffer {
  const count = plain.at(-1) ?? 0
  if (count < 1 || count > 8 || !plain.subarray(-count).every((byte) => byte === count)) {
    throw new DecryptionError('bad padding')
  }
  return plain.subarray(0, -count)
}

export function unsupported(what: string, where: string): CofferError {
  return new CofferError('UNSUPPORTED', `can't read ${where}: ${what} is not supported`, {
    hint: 'Export it anew with AES-256 and a password: openssl pkcs12 -export -inkey KEY.pem -in CHAIN.pem -out NEW.p12',
  })
}
