import { CofferError } from '../../contract/errors.ts'
import type { Said } from '../../contract/said/said.ts'
import { Secret } from '../../contract/secret.ts'
import { readPrivateFile } from './private-file.ts'

export type Environment = Readonly<Record<string, string | undefined>>

const MOST_BYTES = 10_000

/**
 * A passphrase from the environment: the variable itself, or the file that `…_FILE` names, without the newline at its
 * end. An empty variable counts as unset.
 * @param variable `COFFER_KEY_PASSPHRASE`
 * @param warn told when others may read the file
 * @returns null where neither is set
 * @throws CONFIG_CONFLICT when both are set, CONFIG_UNREADABLE for a file that is missing, empty or no text
 */
export async function passphraseFrom(
  environment: Environment,
  variable: string,
  warn: (warning: Said) => void,
): Promise<Secret | null> {
  const value = environment[variable]
  const path = environment[`${variable}_FILE`]
  if (value && path) {
    throw new CofferError(
      'CONFIG_CONFLICT',
      `expected either ${variable} or ${variable}_FILE in the environment, got both`,
    )
  }
  if (!path) return value ? new Secret(value) : null
  try {
    const { bytes, warnings } = await readPrivateFile(path, MOST_BYTES, 'warn.passphraseOpen')
    for (const warning of warnings) warn(warning)
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r?\n$/, '')
    if (text === '') throw new Error('it is empty')
    return new Secret(text)
  } catch (cause) {
    const reason = cause instanceof TypeError ? 'it is not UTF-8 text' : (cause as Error).message
    throw new CofferError('CONFIG_UNREADABLE', `can't read the passphrase that ${variable}_FILE names: ${reason}`, {
      cause,
    })
  }
}
