import type {
  KeyChangedResult,
  KeyExportedResult,
  KeyOverview,
  KeysListResult,
  KeysResult,
} from '../../contract/results/keys.ts'
import { paint, table } from '../paint.ts'
import { moment, plural } from '../words.ts'

/** Results of the `keys` verbs. Warnings stand on standard error already. */
export function keysText(result: KeysResult): string[] {
  switch (result.action) {
    case 'list':
      return listText(result)
    case 'export-public':
      return exportText(result)
    default:
      return changedText(result)
  }
}

const DONE = { create: 'made', import: 'imported', revoke: 'revoked' } as const

function changedText({ action, key, store }: KeyChangedResult): string[] {
  const headline = `Key "${key.name}" is ${DONE[action]}.`
  return [
    paint(action === 'revoke' ? 'yellow' : 'green', headline),
    ...keyLines(key),
    `  store        ${store}`,
    '',
    ...(action === 'revoke'
      ? [
          'Nothing is signed with it any more. Give the new revocation list to those who verify:',
          `  coffer keys export-public --name ${key.name} --output FOLDER`,
        ]
      : [
          'Sign with it: in the configuration file, under "evidence", write',
          '  signing:',
          '    enabled: true',
          `    key: ${key.name}`,
          ...(key.root === null
            ? []
            : [
                'Let others verify: give them the root certificate, and its SHA-256 by another way:',
                `  coffer keys export-public --name ${key.name} --output FOLDER`,
              ]),
        ]),
  ]
}

function keyLines(key: KeyOverview): string[] {
  const { certificate, root, crl } = key
  return [
    `  algorithm    ${key.algorithm}`,
    `  key id       ${key.key_id}`,
    `  private key  ${PLACES[key.kept_in]}`,
    ...(certificate === null
      ? ['  certificate  none: the key makes one for itself when it signs']
      : [
          `  owner        ${certificate.subject}`,
          `  valid        ${moment(certificate.not_before)} to ${moment(certificate.not_after)}`,
        ]),
    ...(root === null ? [] : [`  root         ${root.subject}`, `  root SHA-256 ${root.sha256}`]),
    ...(crl === null
      ? []
      : [
          `  CRL          ${crl.number === null ? '' : `number ${crl.number}, `}${moment(crl.this_update)} to ${moment(crl.next_update)}, ${plural(crl.revoked, 'certificate')} revoked`,
        ]),
    ...(key.revoked === null
      ? []
      : [paint('yellow', `  revoked      ${moment(key.revoked.at)} (${key.revoked.reason})`)]),
  ]
}

const PLACES = {
  keychain: "in this user's keychain",
  file: 'in an encrypted file (scrypt, AES-256-GCM)',
} as const

const STATES = {
  usable: 'usable',
  bare: 'usable, no certificate',
  revoked: 'REVOKED',
  expired: 'EXPIRED',
  not_yet_valid: 'not valid yet',
} as const

function listText({ keys, unreadable, store }: KeysListResult): string[] {
  if (keys.length + unreadable.length === 0) {
    return [`No signing keys in ${store}.`, 'Make one: coffer keys create --name NAME --owner "YOUR NAME"']
  }
  return [
    paint('bold', `${plural(keys.length, 'signing key')} in ${store}`),
    ...(keys.length === 0
      ? []
      : [
          '',
          ...table(
            ['name', 'state', 'owner', 'algorithm', 'valid until', 'kept in', 'key id'],
            keys.map((key) => [
              key.name,
              key.revoked === null
                ? STATES[key.status]
                : `${STATES.revoked} ${key.revoked.at.slice(0, 10)} (${key.revoked.reason})`,
              key.certificate?.subject ?? '–',
              key.algorithm,
              key.certificate?.not_after.slice(0, 10) ?? '–',
              key.kept_in,
              key.key_id.slice(0, 16),
            ]),
          ),
        ]),
    ...(unreadable.length === 0
      ? []
      : ['', ...unreadable.map((one) => paint('red', `"${one.name}" can't be read: ${one.message} [${one.code}]`))]),
  ]
}

function exportText({ key, output, files }: KeyExportedResult): string[] {
  return [
    paint('green', `Public parts of key "${key.name}" are in ${output}.`),
    '',
    ...table(
      ['file', 'what', 'SHA-256 of the file'],
      files.map((file) => [file.name, file.what, file.sha256]),
    ),
    ...(key.root === null
      ? ['', 'There is no root certificate: who verifies has to trust the public key itself.']
      : [
          '',
          'An auditor trusts the root. Compare its fingerprint by telephone or on paper:',
          `  SHA-256 ${key.root.sha256}`,
          'and to look at the chain without Coffer:',
          `  openssl verify${key.crl === null ? '' : ` -crl_check -CRLfile ${key.name}-crl.pem`} -CAfile ${key.name}-root.pem ${key.name}-chain.pem`,
        ]),
    ...(key.revoked === null
      ? []
      : ['', paint('yellow', `The key is revoked since ${moment(key.revoked.at)} (${key.revoked.reason}).`)]),
  ]
}
