import type {
  UpdateCheckResult,
  UpdateFetchResult,
  UpdateResult,
  UpdateSettingsResult,
  UpdateSignedResult,
} from '../../contract/results/update.ts'
import type { UpdateFile, UpdateLook } from '../../contract/updates.ts'
import { paint, table } from '../paint.ts'
import { bytes, moment, plural } from '../words.ts'

/** Results of the `update` verbs. */
export function updateText(result: UpdateResult): string[] {
  switch (result.action) {
    case 'check':
      return checkText(result)
    case 'fetch':
      return fetchText(result)
    case 'sign-list':
      return signedText(result)
    default:
      return settingsText(result)
  }
}

function settingsText(result: UpdateSettingsResult): string[] {
  const { enabled, address, key, channel, daily, proxy, proxy_used, own, settings, last } = result
  const organisation = own ? [] : [`  set by       ${settings} (your organisation’s, not changed from here)`]
  if (!enabled) return [paint('bold', 'Updates are off. Coffer asks nobody for anything.'), ...organisation]
  return [
    paint('bold', 'Updates are on: new versions are looked for, and never installed by Coffer.'),
    `  address      ${address}`,
    `  channel      ${channel}`,
    `  publisher    ${key?.algorithm}`,
    `  fingerprint  ${key?.key_id}`,
    `  proxy        ${proxyText(proxy, proxy_used)}`,
    `  look         ${daily ? 'once a day while the application runs, and by hand' : 'by hand only'}`,
    `  last look    ${last === null ? 'none yet' : lookText(last)}`,
    ...organisation,
    '',
    'Compare the fingerprint (SHA-256 of the public key) with the one that the publisher gives by another way.',
  ]
}

function proxyText(set: string | null, used: string | null): string {
  if (set === 'none') return 'none, whatever the environment says'
  if (set === null) return used === null ? 'none is named by the environment' : `${used}, as the environment says`
  return used === null ? `${set}, which this address does not need` : set
}

/** What was tidied away, each with its place. */
const removedText = (removed: readonly string[]): string[] => removed.map((path) => `  removed      ${path}`)

function lookText({ at, outcome }: UpdateLook): string {
  const when = moment(at)
  if (outcome.state === 'up-to-date') return `${when}: up to date`
  if (outcome.state === 'available') return `${when}: version ${outcome.newest.version} is there`
  return paint('yellow', `${when}: ${outcome.message} [${outcome.code}]`)
}

function checkText({ running, newest, fitting, list, removed }: UpdateCheckResult): string[] {
  const proof = [
    `  list         ${list.address}`,
    `  signed by    ${list.key_id}`,
    `  serial       ${list.serial} (${list.channel}), of ${moment(list.published_at)}, good until ${moment(list.expires_at)}`,
    ...removedText(removed),
  ]
  if (newest === null) return [paint('green', `Up to date: ${running} is the newest version.`), ...proof]
  const files = fitting.length === 0 ? newest.files : fitting
  return [
    paint('bold', `Version ${newest.version} is there; ${running} runs here.`),
    `  released     ${moment(newest.released_at)}`,
    ...proof,
    ...(newest.notes === '' ? [] : ['', ...newest.notes.trimEnd().split('\n')]),
    '',
    ...(fitting.length === 0
      ? [
          paint(
            'yellow',
            `None of its ${plural(newest.files.length, 'package')} is for ${process.platform} on ${process.arch}.`,
          ),
        ]
      : []),
    ...(files.length === 0 ? [] : fileTable(files)),
    '',
    'Nothing was fetched. To fetch one, checked against this list: coffer update fetch --output FOLDER',
  ]
}

function fileTable(files: readonly UpdateFile[]): string[] {
  return table(
    ['file', 'kind', 'system', 'size', 'SHA-256'],
    files.map((file) => [file.name, file.kind, `${file.platform} ${file.arch}`, bytes(file.size), file.sha256]),
  )
}

function fetchText({ version, file, path, sha256, already, removed, running }: UpdateFetchResult): string[] {
  if (file === null) return [paint('green', `Up to date: ${running} is the newest version, and nothing was fetched.`)]
  const headline = already
    ? 'lies there already, and is what the signed list says.'
    : 'is fetched, and is what the signed list says.'
  return [
    paint('green', `Version ${version} ${headline}`),
    `  file         ${path}`,
    `  size         ${bytes(file.size)}`,
    `  SHA-256      ${sha256}`,
    ...removedText(removed),
    '',
    'It was not started and is not installed: hand it to whoever rolls out software here.',
  ]
}

function signedText(result: UpdateSignedResult): string[] {
  const { channel, serial, expires_at, versions, output, files, key_id, signed_by, checked, missing } = result
  return [
    paint('green', `List ${serial} of the channel "${channel}" with ${plural(versions, 'version')} is signed.`),
    `  folder       ${output}`,
    ...files.map((name, index) => `  ${index === 0 ? 'files' : '     '}        ${name}`),
    `  good until   ${moment(expires_at)}`,
    `  signed by    ${signed_by}`,
    `  fingerprint  ${key_id}`,
    `  packages     ${checked.length} compared, ${missing.length} not at hand`,
    '',
    'Give the fingerprint to those who are to look here by another way than the address.',
  ]
}
