import { createHash, createPublicKey, type KeyObject, sign as nodeSign } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { CofferError, isCofferError } from '../contract/errors.ts'
import type { SignatureAlgorithm, SigningConfig } from '../contract/evidence/signing.ts'
import type { Said } from '../contract/said/said.ts'
import { algorithm } from './algorithms.ts'
import { type Certificate, certificatesIn, derIn, readCertificate, subjectName } from './certificate.ts'
import { checkSigningChain } from './chain-check.ts'
import { readCrl } from './crl.ts'
import { selfMadeCertificate } from './self-made.ts'
import { algorithmOf, orderCertificates, publicKeyDerOf } from './store/key-kinds.ts'
import { loadPrivateKey } from './store/load.ts'
import { openKeyStore } from './store/store.ts'

/** A key that signs, with all that goes beside its signatures. The private key itself stays inside. */
export interface Signer {
  algorithm: SignatureAlgorithm
  publicKeyPem: string
  /** SubjectPublicKeyInfo. */
  publicKeyDer: Buffer
  /** SHA-256 of `publicKeyDer`, lowercase hex. */
  keyId: string
  /** DER, the signer's own first, its issuers after it. A bare key has one that was made for it. */
  certificates: Buffer[]
  /** Whether the certificate was made here for a bare key: nobody but the key itself vouches for it. */
  selfMade: boolean
  /** DER revocation lists for the chain (the authority's may be among them). */
  crls: Buffer[]
  /** For people: who signs. */
  name: string
  /** Sentences for the log, such as that others may read the key's file. */
  warnings: Said[]
  /**
   * Signs `data` (it is hashed here).
   * @returns ECDSA: ECDSA-Sig-Value in DER; RSA (PKCS#1 v1.5) and Ed25519: the algorithm's own bytes
   */
  sign(data: Buffer): Promise<Buffer>
}

/** Where keys and variables come from. */
export interface SigningPlace {
  environment: Readonly<Record<string, string | undefined>>
  /** Folder of the user's profile, with the key store. */
  profile: string
}

interface Key {
  privateKey: KeyObject
  certificates: Buffer[]
  crls: Buffer[]
  warnings: Said[]
  /** Names it in errors. */
  where: string
  /** What the key store calls it. */
  name: string | null
}

/**
 * Opens the key that `evidence.signing` names, with its certificates and revocation lists.
 * @throws CofferError the key store's and the key file's own (KEY_…), UNSUPPORTED for a kind of key that doesn't sign,
 *   CONFIG_CONFLICT when key and `public_key_path` differ, CERTIFICATE_UNUSABLE when the certificate is not the key's,
 *   out of date, not for signing, or revoked
 */
export async function openSigner(config: SigningConfig, place: SigningPlace): Promise<Signer> {
  const key = await openKey(config, place)
  const signatureAlgorithm = algorithmOf(key.privateKey, key.where)
  const publicKey = createPublicKey(key.privateKey)
  await checkPublicKey(config.public_key_path, publicKey)
  const sign = signWith(key.privateKey, signatureAlgorithm)
  const publicKeyDer = publicKeyDerOf(publicKey)
  const keyId = createHash('sha256').update(publicKeyDer).digest('hex')

  const given = await certificatesFor(config, key)
  const name = config.signer_name ?? (given[0] === undefined ? key.name : subjectName(usable(given[0])))
  const shownName = name ?? `key ${keyId.slice(0, 16)}`
  const certificates =
    given.length > 0 ? given : [await selfMadeCertificate(shownName, publicKeyDer, signatureAlgorithm, sign)]
  const crls = config.crl_path === null ? key.crls : await crlsFrom(config.crl_path)
  await checkSigningChain(certificates.map(usable), crls.map(readCrl), new Date())
  return {
    algorithm: signatureAlgorithm,
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    publicKeyDer,
    keyId,
    certificates,
    selfMade: given.length === 0,
    crls,
    name: shownName,
    warnings: key.warnings,
    sign,
  }
}

/** @throws CofferError CERTIFICATE_UNUSABLE */
function usable(der: Buffer): Certificate {
  try {
    return readCertificate(der)
  } catch (cause) {
    throw new CofferError('CERTIFICATE_UNUSABLE', `can't sign with this certificate: ${(cause as Error).message}`, {
      hint: 'A verifier would turn it down: have it issued anew.',
      cause,
    })
  }
}

async function openKey(config: SigningConfig, place: SigningPlace): Promise<Key> {
  if (config.private_key_path !== null) {
    const loaded = await loadPrivateKey(config.private_key_path, config.passphrase)
    return { ...loaded, where: `"${config.private_key_path}"`, name: null }
  }
  if (config.key !== null) {
    const store = await openKeyStore(place)
    const stored = await store.get(config.key)
    return { ...stored, where: `key "${config.key}"` }
  }
  throw new CofferError(
    'CONFIG_MISSING_KEY',
    'expected "private_key_path" or "key" in "evidence.signing", got neither',
    {
      hint: 'Name a PKCS#8 or PKCS#12 file, or a key of "coffer keys list".',
    },
  )
}

async function checkPublicKey(path: string | null, publicKey: KeyObject): Promise<void> {
  if (path === null) return
  const bytes = await readSmall(path, 'public_key_path')
  let stated: KeyObject
  try {
    stated = createPublicKey(bytes)
  } catch (cause) {
    throw new CofferError('KEY_UNREADABLE', `expected a public key in PEM in "${path}"`, { cause })
  }
  if (publicKeyDerOf(stated).equals(publicKeyDerOf(publicKey))) return
  throw new CofferError('CONFIG_CONFLICT', `the public key in "${path}" is not that of the private key`, {
    hint: 'Take the one that "openssl pkey -in KEY -pubout" prints, or leave "public_key_path" out.',
  })
}

/** `certificate_path` where it is given, else what lay beside the key; in order, the key's own first. */
async function certificatesFor(config: SigningConfig, key: Key): Promise<Buffer[]> {
  if (config.certificate_path === null) return key.certificates
  const where = `"${config.certificate_path}"`
  const found = certificatesIn(await readSmall(config.certificate_path, 'certificate_path'))
  if (found.length === 0)
    throw new CofferError('CERTIFICATE_UNUSABLE', `expected certificates in PEM or DER in ${where}`)
  try {
    // Issuers may lie beside the key (PKCS#12) while only the certificate was renewed.
    return orderCertificates(key.privateKey, [...found, ...key.certificates], where).chain
  } catch (cause) {
    if (!isCofferError(cause)) throw cause
    throw new CofferError('CERTIFICATE_UNUSABLE', cause.message, {
      cause,
      ...(cause.hint === undefined ? {} : { hint: cause.hint }),
    })
  }
}

async function crlsFrom(path: string): Promise<Buffer[]> {
  const found = derIn(await readSmall(path, 'crl_path'), 'X509 CRL')
  try {
    if (found.length === 0) throw new RangeError('expected a revocation list')
    for (const one of found) readCrl(one)
  } catch (cause) {
    throw new CofferError('CERTIFICATE_UNUSABLE', `expected a revocation list in PEM or DER in "${path}"`, { cause })
  }
  return found
}

/** Revocation lists of large authorities have several megabytes; what is larger doesn't belong into a PDF. */
const MOST_BYTES = 10_000_000

async function readSmall(path: string, setting: string): Promise<Buffer> {
  try {
    const { size } = await stat(path)
    if (size > MOST_BYTES) throw new RangeError(`expected at most ${MOST_BYTES} bytes, got ${size}`)
    return await readFile(path)
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    throw new CofferError(
      missing ? 'KEY_MISSING' : 'KEY_UNREADABLE',
      `can't read "${path}" ("evidence.signing.${setting}")`,
      {
        cause,
      },
    )
  }
}

function signWith(key: KeyObject, name: SignatureAlgorithm): (data: Buffer) => Promise<Buffer> {
  const hash = name === 'Ed25519' ? null : algorithm(name).hash
  return (data) =>
    new Promise((resolve, reject) => {
      nodeSign(hash, data, { key, dsaEncoding: 'der' }, (error, signature) => {
        if (error === null) resolve(signature)
        else reject(error)
      })
    })
}
