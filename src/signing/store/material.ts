import { createPrivateKey, type KeyObject } from 'node:crypto'
import { CofferError } from '../../contract/errors.ts'
import type { Secret } from '../../contract/secret.ts'
import { BerError, octetsOf, readBer, sequenceOf } from './ber.ts'
import { DecryptionError, decryptWithPassphrase } from './pbe.ts'

/** What a file held, before it was checked. */
export interface KeyMaterial {
  privateKey: KeyObject
  certificates: Buffer[]
  crls: Buffer[]
}

/** @throws KEY_UNREADABLE; the error never quotes what was read */
export function clearKey(read: () => KeyObject, where: string): KeyObject {
  try {
    return read()
  } catch (cause) {
    const { code = 'damaged' } = cause as NodeJS.ErrnoException
    throw new CofferError('KEY_UNREADABLE', `the private key in ${where} can't be read: ${code}`, { cause })
  }
}

/**
 * Opens an EncryptedPrivateKeyInfo (RFC 5958, section 3). Not left to Node: one wrong passphrase in 256 passes the
 * cipher's padding, and what comes then looks to it like an unsupported format.
 * @throws KEY_PASSPHRASE, UNSUPPORTED (by the number of the algorithm), BerError
 */
export function encryptedKey(der: Buffer, passphrase: Secret | null, where: string): KeyObject {
  const [algorithm, data] = sequenceOf(readBer(der))
  const bytes = octetsOf(data)
  if (passphrase === null) throw passphraseMissing(where)
  try {
    const key = decryptWithPassphrase(algorithm, bytes, passphrase.reveal(), where)
    return createPrivateKey({ key, format: 'der', type: 'pkcs8' })
  } catch (error) {
    if (error instanceof CofferError || error instanceof BerError) throw error
    throw passphraseWrong(where, error instanceof DecryptionError ? undefined : error)
  }
}

export function passphraseWrong(where: string, cause?: unknown): CofferError {
  return new CofferError('KEY_PASSPHRASE', `the passphrase doesn't open ${where}`, {
    hint: 'It is wrong, or the file is damaged. Spaces count, and so do capital letters.',
    ...(cause === undefined ? {} : { cause }),
  })
}

export function passphraseMissing(where: string): CofferError {
  return new CofferError('KEY_PASSPHRASE', `${where} is encrypted, and no passphrase was given`, {
    hint:
      'Give it by the environment: a variable that "passphrase" of the configuration file names, COFFER_KEY_PASSPHRASE ' +
      'or COFFER_KEY_PASSPHRASE_FILE for "coffer keys".',
  })
}
