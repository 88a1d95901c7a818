import type { KeyObject } from 'node:crypto'
import { CofferError } from '../../contract/errors.ts'
import type { Secret } from '../../contract/secret.ts'

/** What a file held, before it was checked. */
export interface KeyMaterial {
  privateKey: KeyObject
  certificates: Buffer[]
  crls: Buffer[]
}

/**
 * Runs Node's reading of a key and turns its failures into ours: which one it was, and never what was in the key.
 * A wrong passphrase is not always told by the cipher's padding: one in 256 passes it and fails as damaged data.
 */
export function decryptingKey(
  encrypted: boolean,
  passphrase: Secret | null,
  where: string,
  read: (passphrase: string | null) => KeyObject,
): KeyObject {
  if (encrypted && passphrase === null) throw passphraseMissing(where)
  try {
    return read(encrypted && passphrase !== null ? passphrase.reveal() : null)
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException
    if (/UNSUPPORTED|UNKNOWN_CIPHER|FETCH/i.test(code) && encrypted) {
      throw new CofferError(
        'UNSUPPORTED',
        `the key in ${where} is encrypted with an algorithm that is too old to be read`,
        {
          hint: 'Encrypt it anew: openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD.pem -out NEW.pem',
          cause,
        },
      )
    }
    if (encrypted) throw passphraseWrong(where)
    throw new CofferError('KEY_UNREADABLE', `the private key in ${where} can't be read: ${code || message}`, { cause })
  }
}

export function passphraseWrong(where: string): CofferError {
  return new CofferError('KEY_PASSPHRASE', `the passphrase doesn't open ${where}`, {
    hint: 'It is wrong, or the file is damaged. Spaces and a newline at its end count.',
  })
}

export function passphraseMissing(where: string): CofferError {
  return new CofferError('KEY_PASSPHRASE', `${where} is encrypted, and no passphrase was given`, {
    hint:
      'Give it by the environment: a variable that "passphrase" of the configuration file names, COFFER_KEY_PASSPHRASE or ' +
      'COFFER_KEY_PASSPHRASE_FILE for "coffer keys".',
  })
}
