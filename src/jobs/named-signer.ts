import type { Said } from '../contract/said/said.ts'
import { openSigner, type Signer } from '../signing/signer.ts'
import { passphraseFrom } from '../signing/store/passphrase.ts'
import { profileFolder } from './profile.ts'

/**
 * Opens what `--signing-key` names: a key of the key store, or a file where it has a dot or a slash. The passphrase of an
 * encrypted file comes by COFFER_KEY_PASSPHRASE, as that of the store does.
 * @returns its warnings say too where others may read the passphrase's file
 * @throws KEY_…, CERTIFICATE_UNUSABLE, CONFIG_…
 */
export async function openNamedSigner(
  key: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Signer> {
  const warnings: Said[] = []
  const isFile = /[/\\.]/.test(key)
  const config = {
    enabled: true,
    key: isFile ? null : key,
    private_key_path: isFile ? key : null,
    passphrase: isFile ? await passphraseFrom(environment, 'COFFER_KEY_PASSPHRASE', (one) => warnings.push(one)) : null,
    public_key_path: null,
    certificate_path: null,
    crl_path: null,
    timestamp_url: null,
    timestamp_ca_path: null,
    signer_name: null,
    signer_role: null,
    meaning: null,
  }
  const signer = await openSigner(config, { environment, profile: profileFolder(environment) })
  return { ...signer, warnings: [...warnings, ...signer.warnings] }
}
