import { CofferError } from '../../contract/errors.ts'
import type { KeysRequest } from '../../contract/jobs.ts'
import { english, type Said, say } from '../../contract/said/said.ts'
import type { Secret } from '../../contract/secret.ts'
import { loadPrivateKey } from '../../signing/store/load.ts'
import { passphraseFrom } from '../../signing/store/passphrase.ts'
import type { KeyFacts } from '../../signing/store/store.ts'
import type { KeysPlace } from './run.ts'

/** The passphrase of the file that is imported; where it is unset, the key store's own is tried. */
const OWN = 'COFFER_IMPORT_PASSPHRASE'
const STORE = 'COFFER_KEY_PASSPHRASE'

/**
 * Takes a private key with its certificates out of a file (PKCS#8, PKCS#12) into the key store. The file stays as it is.
 * @throws USAGE, and what loadPrivateKey and the key store throw
 */
export async function importKey(
  { name, file }: Extract<KeysRequest, { action: 'import' }>,
  { store, environment, now }: KeysPlace,
): Promise<KeyFacts> {
  await store.mustBeFree(name)
  const warnings: Said[] = []
  const warn = (warning: Said) => warnings.push(warning)
  const passphrase = (await passphraseFrom(environment, OWN, warn)) ?? (await passphraseFrom(environment, STORE, warn))
  const { privateKey, certificates, crls, warnings: found } = await load(file, passphrase)
  const key = await store.add({ name, origin: 'imported', privateKey, rootPrivateKey: null, certificates, crls }, now)
  const bare = certificates.length === 0 ? [say('warn.noCertificate', { path: file })] : []
  return {
    ...key,
    warnings: each([...warnings, ...found, ...key.warnings, ...bare]),
  }
}

async function load(file: string, passphrase: Secret | null) {
  try {
    return await loadPrivateKey(file, passphrase)
  } catch (error) {
    if (!(error instanceof CofferError) || error.code !== 'KEY_PASSPHRASE') throw error
    const hint = `Set ${OWN} to the passphrase of this file, or name a file with it by ${OWN}_FILE.`
    throw new CofferError('KEY_PASSPHRASE', error.message, { hint, cause: error })
  }
}

/** Each sentence once. */
function each(warnings: readonly Said[]): Said[] {
  return [...new Map(warnings.map((one) => [english(one), one])).values()]
}
