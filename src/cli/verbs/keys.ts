import { approvalOf, FORMATS, need, type Verb } from './verb.ts'

/** The verbs for signing keys. Passphrases come by the environment alone: what stands on a command line, others can see. */

const STORE =
  'Private keys are kept in the keychain of the operating system. Where there is none, they are kept in a file\n' +
  'encrypted with the passphrase in COFFER_KEY_PASSPHRASE or in the file that COFFER_KEY_PASSPHRASE_FILE names.\n' +
  'COFFER_KEY_STORE=keychain or COFFER_KEY_STORE=file decides where both are possible.'

const create: Verb = {
  name: 'keys create',
  summary: 'make a signing key with its own root certificate',
  details:
    'Makes a private root, a certificate under it that signs evidence for ten years, and a revocation list. Whoever\n' +
    `verifies trusts the root: hand it over with "coffer keys export-public".\n\n${STORE}`,
  flags: ['name', 'owner', 'organisation', 'algorithm', 'approval'],
  required: ['name'],
  formats: FORMATS,
  examples: [
    'coffer keys create --name audit-2026 --owner "Jane Doe" --organisation "Example Bank"',
    'COFFER_KEY_PASSPHRASE_FILE=/run/secrets/coffer coffer keys create --name audit-2026 --algorithm P-384',
  ],
  request: async (args) => ({
    kind: 'keys',
    action: 'create',
    environment: args.environment,
    name: need(args, 'name'),
    owner: args.values.owner ?? null,
    organisation: args.values.organisation ?? null,
    algorithm: args.values.algorithm ?? null,
    ...approvalOf(args),
  }),
}

const list: Verb = {
  name: 'keys list',
  summary: 'list the signing keys with owner, validity and state',
  flags: [],
  required: [],
  formats: FORMATS,
  examples: ['coffer keys list --format text', `coffer keys list --json | jq -r '.keys[] | .name + " " + .status'`],
  request: async (args) => ({ kind: 'keys', action: 'list', environment: args.environment }),
}

const importKey: Verb = {
  name: 'keys import',
  summary: 'take a signing key that you have into the key store',
  details:
    'Reads PKCS#8 (PEM or DER, clear or encrypted) and PKCS#12, with the certificates in the same file. P-256, P-384,\n' +
    'Ed25519, and RSA of at least 2,048 bits. The passphrase of the file comes by COFFER_IMPORT_PASSPHRASE or\n' +
    `COFFER_IMPORT_PASSPHRASE_FILE. The file itself is left as it is.\n\n${STORE}`,
  flags: ['name', 'file', 'approval'],
  required: ['name', 'file'],
  formats: FORMATS,
  examples: [
    'coffer keys import --name firm-seal --file seal.p12',
    'COFFER_IMPORT_PASSPHRASE_FILE=seal.pass coffer keys import --name firm-seal --file seal.pem',
  ],
  request: async (args) => ({
    kind: 'keys',
    action: 'import',
    environment: args.environment,
    name: need(args, 'name'),
    file: need(args, 'file'),
    ...approvalOf(args),
  }),
}

const exportPublic: Verb = {
  name: 'keys export-public',
  summary: 'write public key, certificates, root and revocation list for those who verify',
  details:
    'Writes NAME-public-key.pem, NAME-chain.pem, NAME-root.pem and NAME-crl.pem. An auditor trusts the root; compare its\n' +
    'SHA-256 by another way than the one by which the file came. Earlier exports are replaced. No passphrase is needed.',
  flags: ['name', 'output'],
  required: ['name', 'output'],
  formats: FORMATS,
  examples: ['coffer keys export-public --name audit-2026 --output for-the-auditor'],
  request: async (args) => ({
    kind: 'keys',
    action: 'export-public',
    environment: args.environment,
    name: need(args, 'name'),
    output: need(args, 'output'),
  }),
}

const revoke: Verb = {
  name: 'keys revoke',
  summary: 'put a key on its revocation list: nothing is signed with it any more',
  details:
    'Reasons: key-compromise, superseded, affiliation-changed, cessation-of-operation, privilege-withdrawn, unspecified.\n' +
    'What was signed before stays valid where a timestamp proves that it was before. Hand the new list over with\n' +
    '"coffer keys export-public". A revocation can\'t be taken back.',
  flags: ['name', 'reason', 'approval'],
  required: ['name'],
  formats: FORMATS,
  examples: [
    'coffer keys revoke --name audit-2026 --reason key-compromise',
    'coffer keys revoke --name audit-2025 --reason superseded',
  ],
  request: async (args) => ({
    kind: 'keys',
    action: 'revoke',
    environment: args.environment,
    name: need(args, 'name'),
    reason: args.values.reason ?? null,
    ...approvalOf(args),
  }),
}

export const keyVerbs: readonly Verb[] = [create, list, importKey, exportPublic, revoke]
