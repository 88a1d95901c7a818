import type { AsyncEntry } from '@napi-rs/keyring'
import { CofferError } from '../../contract/errors.ts'

/** Where the operating system keeps secrets: macOS' keychain, Windows' credential manager, the Secret Service of Linux. */
export interface Keychain {
  /** null: there is no such secret. */
  read(account: string): Promise<Buffer | null>
  write(account: string, secret: Buffer): Promise<void>
  remove(account: string): Promise<void>
}

/** Under which all of Coffer's keys stand, and the values of its connections' secrets. */
export const KEYCHAIN_SERVICE = 'Coffer signing keys'
export const CONNECTIONS_SERVICE = 'Coffer connections'

/** A dialogue may ask a person to unlock the keychain; longer than this, nobody is there. */
export const PATIENCE_MS = 120_000

/**
 * The keychain of this user.
 *
 * On Linux the entries are pinned to the Secret Service. Left to itself (and in its keytar API, which has no pin) the
 * library falls back to the kernel's keyring without a word, which forgets everything when the machine restarts: the
 * key of last year's evidence would be gone. And secrets go in as bytes, not as text, since Windows takes 2,560 bytes
 * for one, where text counts double: RSA keys of 4,096 bits fit this way only.
 * @param patienceMs how long each question may take
 * @param service under which the entries stand
 * @throws KEYCHAIN_FAILED when there is none or it doesn't answer; it has been asked something before this returns
 */
export async function osKeychain(patienceMs = PATIENCE_MS, service = KEYCHAIN_SERVICE): Promise<Keychain> {
  let Entry: typeof AsyncEntry
  try {
    ;({ AsyncEntry: Entry } = await import('@napi-rs/keyring'))
  } catch (cause) {
    throw failed('there is no keychain library for this system', cause)
  }
  const entry = (account: string) => new Entry(service, account, { linux: { store: 'secret-service' } })
  const keychain: Keychain = {
    read: (account) =>
      ask('read', patienceMs, async (signal) => {
        const secret = await entry(account).getSecret(signal)
        return secret === null ? null : Buffer.from(secret)
      }),
    write: (account, secret) => ask('write to', patienceMs, (signal) => entry(account).setSecret(secret, signal)),
    remove: (account) =>
      ask('remove from', patienceMs, async (signal) => {
        await entry(account).deleteCredential(signal)
      }),
  }
  try {
    await keychain.read('is there a keychain')
  } catch (error) {
    throw failed(`no keychain answers here: ${reasonOf((error as Error).cause)}`, error)
  }
  return keychain
}

async function ask<T>(verb: string, patienceMs: number, action: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const patience = AbortSignal.timeout(patienceMs)
  const tooLong = new Promise<never>((_, reject) => {
    patience.addEventListener('abort', () => reject(new Error('it did not answer')), { once: true })
  })
  try {
    return await Promise.race([action(patience), tooLong])
  } catch (cause) {
    throw failed(`can't ${verb} the keychain: ${reasonOf(cause)}`, cause)
  }
}

/** The library's words, without its own classes of errors before them. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.replace(/^(Platform failure|Couldn't access platform storage): /, '').replace(/\.$/, '')
}

function failed(message: string, cause: unknown): CofferError {
  return new CofferError('KEYCHAIN_FAILED', message, {
    hint:
      'Unlock the keychain and try again. Without one, set COFFER_KEY_PASSPHRASE or COFFER_KEY_PASSPHRASE_FILE: the key ' +
      'is then kept in an encrypted file.',
    cause,
  })
}
