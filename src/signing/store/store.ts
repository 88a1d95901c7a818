import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { CofferError, type ErrorCode } from '../../contract/errors.ts'
import type { SignatureAlgorithm } from '../../contract/evidence/signing.ts'
import type { Said } from '../../contract/said/said.ts'
import { isoTime } from '../../contract/time.ts'
import { type Certificate, isIssuedBy, readCertificate } from '../certificate.ts'
import { type Revocation, type RevocationList, readCrl, revocationOf } from '../crl.ts'
import { algorithmOf, publicKeyDerOf } from './key-kinds.ts'
import type { Environment } from './passphrase.ts'
import { keepKeys, openKey, type Warn } from './protection.ts'
import { type FoundRecord, KeyFiles, type KeyRecord, keyExists } from './record.ts'

/** A key of the store, opened for signing. */
export interface StoredKey {
  name: string
  privateKey: KeyObject
  /** DER: the key's own certificate first, its root last; empty for a bare key. */
  certificates: Buffer[]
  /** DER, newest of each issuer. */
  crls: Buffer[]
  /** Sentences for the log, such as that others may read the key's file. */
  warnings: Said[]
}

/** What is public about a key. */
export interface KeyFacts {
  name: string
  created: string
  origin: 'created' | 'imported'
  algorithm: SignatureAlgorithm
  /** SHA-256 of the SubjectPublicKeyInfo, lowercase hex. */
  keyId: string
  publicKey: KeyObject
  certificates: Certificate[]
  crls: RevocationList[]
  keptIn: 'keychain' | 'file'
  /** Whether the root's private key is here, so that a revocation list can be issued. */
  hasRootKey: boolean
  /** Of the key's own certificate, as a list of its issuer says. */
  revocation: Revocation | null
  warnings: Said[]
}

/** A key to put into the store. */
export interface NewKey {
  name: string
  origin: 'created' | 'imported'
  privateKey: KeyObject
  rootPrivateKey: KeyObject | null
  /** DER, the key's own first. */
  certificates: Buffer[]
  crls: Buffer[]
}

/** Where signing keys are kept: `keys/` in the user's profile, their secrets in the OS keychain or encrypted. */
export interface KeyStore {
  folder: string
  /**
   * Opens a key for signing.
   * @throws KEY_MISSING, KEY_REVOKED, KEY_PASSPHRASE, KEY_UNREADABLE, KEYCHAIN_FAILED, USAGE
   */
  get(name: string): Promise<StoredKey>
  /** What is public about a key; no secret is opened. @throws KEY_MISSING, KEY_UNREADABLE, USAGE */
  facts(name: string): Promise<KeyFacts>
  /** Every key, by name; those that can't be read apart. */
  list(): Promise<{ keys: KeyFacts[]; unreadable: { name: string; code: ErrorCode; message: string }[] }>
  /** @throws KEY_EXISTS without having touched anything, also where `add` would */
  mustBeFree(name: string): Promise<void>
  /** @throws KEY_EXISTS, KEYCHAIN_FAILED, KEY_PASSPHRASE, KEY_UNREADABLE */
  add(key: NewKey, now: number): Promise<KeyFacts>
  /**
   * Puts a new revocation list in place of the old ones of its issuer. `issue` gets the root's private key.
   * @throws UNSUPPORTED where the root's private key is not here; LOCKED
   */
  replaceCrl(
    name: string,
    issue: (facts: KeyFacts, root: { certificate: Certificate; key: KeyObject }) => Buffer,
  ): Promise<KeyFacts>
}

/**
 * Opens the key store of a profile; nothing is read or made yet.
 * @param place.profile folder of the user's profile
 * @param place.environment COFFER_KEY_PASSPHRASE, COFFER_KEY_PASSPHRASE_FILE, COFFER_KEY_STORE
 * @param place.patienceMs how long the keychain may take to answer; without it, as long as a person may take
 */
export async function openKeyStore(place: {
  profile: string
  environment: Environment
  patienceMs?: number
}): Promise<KeyStore> {
  const { environment, patienceMs } = place
  const files = new KeyFiles(join(place.profile, 'keys'))
  const store: KeyStore = {
    folder: files.folder,
    get: async (name) => {
      const found = await files.read(name)
      const facts = factsOf(found)
      if (facts.revocation !== null) throw keyRevoked(facts.name, facts.revocation)
      const warn: Warn = (warning) => facts.warnings.push(warning)
      const spki = Buffer.from(found.record.public_key, 'base64')
      const privateKey = await openKey(found.record, 'signing', spki, environment, warn, patienceMs)
      if (privateKey === null) throw new CofferError('KEY_UNREADABLE', `the key "${name}" has no private key`)
      return {
        name: facts.name,
        privateKey,
        certificates: facts.certificates.map(({ der }) => der),
        crls: facts.crls.map(({ der }) => der),
        warnings: facts.warnings,
      }
    },
    facts: async (name) => factsOf(await files.read(name)),
    list: async () => {
      const all: Awaited<ReturnType<KeyStore['list']>> = { keys: [], unreadable: [] }
      for (const name of await files.names()) {
        try {
          all.keys.push(factsOf(await files.read(name)))
        } catch (error) {
          if (!(error instanceof CofferError)) throw error
          all.unreadable.push({ name, code: error.code, message: error.message })
        }
      }
      return all
    },
    mustBeFree: async (name) => {
      if (await files.has(name)) throw keyExists(name)
    },
    add: async (key, now) => {
      await store.mustBeFree(key.name)
      const warnings: Said[] = []
      const spki = publicKeyDerOf(key.privateKey)
      const keyId = createHash('sha256').update(spki).digest('hex')
      const keys = { signing: key.privateKey, root: key.rootPrivateKey }
      const warn: Warn = (warning) => warnings.push(warning)
      const kept = await keepKeys({ name: key.name, keyId }, keys, environment, warn, patienceMs)
      const record: KeyRecord = {
        format: 'coffer-key/1',
        name: key.name,
        created_at: isoTime(now),
        origin: key.origin,
        key_id: keyId,
        public_key: spki.toString('base64'),
        certificates: key.certificates.map((der) => der.toString('base64')),
        crls: key.crls.map((der) => der.toString('base64')),
        protection: kept.protection,
      }
      try {
        await files.add(record)
      } catch (error) {
        await kept.undo()
        throw error
      }
      const facts = await store.facts(key.name)
      return { ...facts, warnings: [...warnings, ...facts.warnings] }
    },
    replaceCrl: async (name, issue) => {
      const found = await files.read(name)
      const facts = factsOf(found)
      const certificate = facts.certificates.at(-1)
      if (certificate === undefined || !facts.hasRootKey) throw foreignCertificate(name)
      const warn: Warn = (warning) => facts.warnings.push(warning)
      const key = await openKey(
        found.record,
        'root',
        publicKeyDerOf(certificate.publicKey),
        environment,
        warn,
        patienceMs,
      )
      if (key === null) throw foreignCertificate(name)
      const crl = issue(facts, { certificate, key })
      const others = facts.crls.filter((list) => !list.isSignedBy(certificate))
      const crls = [crl, ...others.map(({ der }) => der)].map((der) => der.toString('base64'))
      await files.replace(found, { ...found.record, crls })
      return store.facts(name)
    },
  }
  return store
}

/** Checks what a record says of itself: its parts must belong together. @throws KEY_UNREADABLE, UNSUPPORTED */
function factsOf({ record, path, warnings }: FoundRecord): KeyFacts {
  const unreadable = (reason: string, cause?: unknown) =>
    new CofferError('KEY_UNREADABLE', `the key file "${path}" is not whole: ${reason}`, {
      hint: 'Put it back from a backup of your profile, or replace the key.',
      ...(cause === undefined ? {} : { cause }),
    })
  let publicKey: KeyObject
  let certificates: Certificate[]
  let crls: KeyFacts['crls']
  const spki = Buffer.from(record.public_key, 'base64')
  try {
    publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' })
    certificates = record.certificates.map((text) => readCertificate(Buffer.from(text, 'base64')))
    crls = record.crls.map((text) => readCrl(Buffer.from(text, 'base64')))
  } catch (cause) {
    throw unreadable("a part of it can't be read", cause)
  }
  if (createHash('sha256').update(spki).digest('hex') !== record.key_id)
    throw unreadable('its id is not that of its key')
  const [own] = certificates
  if (own !== undefined && !publicKeyDerOf(own.publicKey).equals(spki)) {
    throw unreadable('its certificate is of another key')
  }
  for (const [index, certificate] of certificates.entries()) {
    const issuer = certificates[index + 1]
    if (issuer !== undefined && !isIssuedBy(certificate, issuer)) throw unreadable('its certificates form no chain')
  }
  for (const list of crls) {
    if (!certificates.some((issuer) => list.isSignedBy(issuer)))
      throw unreadable('a revocation list of it is by nobody in its chain')
  }
  const issuer = certificates[1]
  const lists = issuer === undefined ? [] : crls.filter((list) => list.isSignedBy(issuer))
  const revocations = own === undefined ? [] : lists.map((list) => revocationOf(list, own))
  return {
    name: record.name,
    created: record.created_at,
    origin: record.origin,
    algorithm: algorithmOf(publicKey, `"${record.name}"`),
    keyId: record.key_id,
    publicKey,
    certificates,
    crls,
    keptIn: record.protection.kind === 'keychain' ? 'keychain' : 'file',
    hasRootKey: record.protection.root !== null,
    revocation: revocations.find((one) => one !== null) ?? null,
    warnings: [...warnings],
  }
}

function keyRevoked(name: string, { time, reason }: Revocation): CofferError {
  return new CofferError('KEY_REVOKED', `the key "${name}" was revoked on ${isoTime(time.getTime())} (${reason})`, {
    hint: 'Nothing is signed with a revoked key. Make another with "coffer keys create" and name that in the configuration.',
  })
}

function foreignCertificate(name: string): CofferError {
  return new CofferError('UNSUPPORTED', `can't revoke the key "${name}": its certificate was not issued by Coffer`, {
    hint: 'Ask the authority that issued it to revoke it, and take the key out of your configuration files.',
  })
}
