import { createPrivateKey, type KeyObject } from 'node:crypto'
import { CofferError } from '../../contract/errors.ts'
import type { Said } from '../../contract/said/said.ts'
import { publicKeyDerOf } from './key-kinds.ts'
import { type Keychain, osKeychain } from './keychain.ts'
import { passphraseWrong } from './material.ts'
import { type Environment, passphraseFrom } from './passphrase.ts'
import type { KeyRecord, Protection } from './record.ts'
import { newSealingKey, seal, sealingKey, unseal } from './seal.ts'

/** Which private key of a record: the one that signs, or the root's, which issues revocation lists. */
export type KeyRole = 'signing' | 'root'

export interface KeyPair {
  signing: KeyObject
  root: KeyObject | null
}

/** Below this, guessing is cheap whatever scrypt costs. */
const LEAST_CHARACTERS = 8

const PASSPHRASE = 'COFFER_KEY_PASSPHRASE'
/** `keychain` or `file`; unset: the keychain where there is one. */
const CHOICE = 'COFFER_KEY_STORE'

export type Warn = (warning: Said) => void

/** Keys that were put away, and the way back where what refers to them can't be written. */
export interface Kept {
  protection: Protection
  undo(): Promise<void>
}

/**
 * Puts private keys away: into the keychain, or, where there is none, sealed with the passphrase of the environment.
 * @throws KEYCHAIN_FAILED: there is neither; KEY_PASSPHRASE: a passphrase of less than 8 characters; CONFIG_…
 */
export async function keepKeys(
  identity: { name: string; keyId: string },
  keys: KeyPair,
  environment: Environment,
  warn: Warn,
  patienceMs?: number,
): Promise<Kept> {
  const choice = environment[CHOICE] || null
  if (choice !== null && choice !== 'keychain' && choice !== 'file') {
    throw new CofferError('CONFIG_INVALID_VALUE', `expected ${CHOICE} to be "keychain" or "file", got "${choice}"`)
  }
  if (choice !== 'file') {
    try {
      return await keepInKeychain(await osKeychain(patienceMs), identity, keys)
    } catch (error) {
      const passphrase = choice === 'keychain' ? null : await passphraseFrom(environment, PASSPHRASE, warn)
      if (passphrase === null) throw error
    }
  }
  const passphrase = await passphraseFrom(environment, PASSPHRASE, warn)
  if (passphrase === null) throw noPassphrase('the key store')
  if ([...passphrase.reveal()].length < LEAST_CHARACTERS) {
    throw new CofferError('KEY_PASSPHRASE', `expected a passphrase of at least ${LEAST_CHARACTERS} characters`, {
      hint: 'Several random words are good and easy to type.',
    })
  }
  const { key, derivation } = await newSealingKey(passphrase)
  const sealed = (role: KeyRole, privateKey: KeyObject) =>
    withBytes(privateKey, (bytes) => seal(bytes, key, aboutBox(identity, role)))
  const protection: Protection = {
    kind: 'passphrase',
    scrypt: derivation,
    signing: await sealed('signing', keys.signing),
    root: keys.root === null ? null : await sealed('root', keys.root),
  }
  key.fill(0)
  return { protection, undo: async () => {} }
}

async function keepInKeychain(
  keychain: Keychain,
  identity: { name: string; keyId: string },
  { signing, root }: KeyPair,
): Promise<Kept> {
  const written: string[] = []
  const undo = async () => {
    for (const account of written) await keychain.remove(account).catch(() => undefined)
  }
  const put = async (role: KeyRole, privateKey: KeyObject) => {
    // with the key's id, so that keys of one name in two profiles don't meet
    const account = `${identity.name}/${role}/${identity.keyId.slice(0, 16)}`
    await withBytes(privateKey, async (bytes) => {
      written.push(account)
      await keychain.write(account, bytes)
      if (!(await keychain.read(account))?.equals(bytes)) {
        throw new CofferError('KEYCHAIN_FAILED', 'the keychain did not give back what was put into it')
      }
    })
    return account
  }
  try {
    const protection: Protection = {
      kind: 'keychain',
      signing: await put('signing', signing),
      root: root === null ? null : await put('root', root),
    }
    return { protection, undo }
  } catch (error) {
    await undo()
    throw error
  }
}

/**
 * Gets a private key out again.
 * @returns null where the record has no root key
 * @throws KEYCHAIN_FAILED, KEY_PASSPHRASE, KEY_UNREADABLE (it is gone, or is not the one of the record)
 */
export async function openKey(
  record: KeyRecord,
  role: KeyRole,
  expectedSpki: Buffer,
  environment: Environment,
  warn: Warn,
  patienceMs?: number,
): Promise<KeyObject | null> {
  const { protection, name } = record
  const where = `the key "${name}"`
  if (protection[role] === null) return null
  const bytes =
    protection.kind === 'keychain'
      ? await (await osKeychain(patienceMs)).read(protection[role])
      : await fromBox(record, protection, role, environment, warn)
  if (bytes === null) {
    throw new CofferError('KEY_UNREADABLE', `the keychain no longer has ${where}`, {
      hint: 'Another user, another machine or a new keychain has other secrets. Put the keychain back, or make a new key.',
    })
  }
  const key = privateKeyFrom(bytes, where)
  if (!publicKeyDerOf(key).equals(expectedSpki)) {
    throw new CofferError('KEY_UNREADABLE', `the private key that is kept for ${where} is not that of its certificate`)
  }
  return key
}

async function fromBox(
  { name, key_id }: KeyRecord,
  protection: Extract<Protection, { kind: 'passphrase' }>,
  role: KeyRole,
  environment: Environment,
  warn: Warn,
): Promise<Buffer> {
  const box = protection[role]
  const passphrase = await passphraseFrom(environment, PASSPHRASE, warn)
  if (passphrase === null) throw noPassphrase(`the key "${name}"`)
  const key = await sealingKey(passphrase, protection.scrypt, `the key "${name}"`)
  const bytes = box === null ? null : unseal(box, key, aboutBox({ name, keyId: key_id }, role))
  key.fill(0)
  if (bytes === null) throw passphraseWrong(`the key "${name}"`)
  return bytes
}

function privateKeyFrom(bytes: Buffer, where: string): KeyObject {
  try {
    return createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' })
  } catch {
    throw new CofferError('KEY_UNREADABLE', `what is kept for ${where} is no private key`)
  } finally {
    bytes.fill(0)
  }
}

/** PKCS#8, and wiped after use: what the garbage collector leaves in memory can end up in a dump. */
async function withBytes<T>(key: KeyObject, use: (bytes: Buffer) => T | Promise<T>): Promise<T> {
  const bytes = key.export({ format: 'der', type: 'pkcs8' })
  try {
    return await use(bytes)
  } finally {
    bytes.fill(0)
  }
}

/** Bound into the box, so that one can't be put into another key's file or into the other role. */
function aboutBox({ name, keyId }: { name: string; keyId: string }, role: KeyRole): string {
  return JSON.stringify(['coffer-key/1', name, keyId, role])
}

function noPassphrase(where: string): CofferError {
  return new CofferError('KEY_PASSPHRASE', `${where} needs a passphrase, and none was given`, {
    hint: `Set ${PASSPHRASE}, or name a file with it by ${PASSPHRASE}_FILE.`,
  })
}
