import type { SigningConfig } from '../../src/contract/evidence/signing.ts'

/** `evidence.signing` with nothing set but what is given. */
export function signingConfig(given: Partial<SigningConfig>): SigningConfig {
  return {
    enabled: true,
    private_key_path: null,
    public_key_path: null,
    certificate_path: null,
    crl_path: null,
    key: null,
    passphrase: null,
    timestamp_url: null,
    timestamp_ca_path: null,
    signer_name: null,
    signer_role: null,
    meaning: null,
    ...given,
  }
}
