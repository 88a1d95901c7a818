import { PACKAGE_STORED, type PackageFile, type PackageIndex } from '../../contract/evidence/package.ts'
import type { VerifyCheck } from '../../contract/evidence/verdict.ts'
import { count, instant, list, object, readCanonical, sha256Of, text, wrong } from './document.ts'
import { failedCheck, quoted, Refusal } from './refusal.ts'
import type { ZipEntry } from './zip.ts'

const INDEX_FIELDS = [
  'backup_id',
  'content_sha256',
  'created_at',
  'files',
  'format',
  'kind',
  'package_id',
  'records',
  'report_id',
  'timestamp_expected',
  'tool',
]

/** @throws Refusal where `index.json` is not as the format has it */
export function readIndex(bytes: Uint8Array): PackageIndex {
  const fields = readCanonical(bytes, 'index.json')
  if (fields.kind !== 'coffer-evidence-package')
    throw wrong('index.json: kind', '"coffer-evidence-package"', fields.kind)
  if (fields.format !== 1) throw wrong('index.json: format', '1', fields.format)
  for (const name of Object.keys(fields)) {
    if (!INDEX_FIELDS.includes(name))
      throw new Refusal('FORMAT_FAILURE', `index.json has an unknown member ${quoted(name)}.`)
  }
  instant(fields.created_at, 'index.json: created_at')
  for (const name of ['package_id', 'report_id', 'backup_id']) text(fields[name], `index.json: ${name}`)
  const tool = object(fields.tool, 'index.json: tool')
  text(tool.name, 'index.json: tool.name')
  text(tool.version, 'index.json: tool.version')
  sha256Of(fields.content_sha256, 'index.json: content_sha256')
  count(fields.records, 'index.json: records')
  if (typeof fields.timestamp_expected !== 'boolean') {
    throw wrong('index.json: timestamp_expected', 'true or false', fields.timestamp_expected)
  }
  let before: string | null = null
  for (const [i, item] of list(fields.files, 'index.json: files').entries()) {
    const path = readFile(object(item, `index.json: files[${i}]`), `index.json: files[${i}]`)
    if (before !== null && path <= before)
      throw new Refusal('FORMAT_FAILURE', `index.json lists ${quoted(path)} twice or out of order.`)
    before = path
  }
  return fields as unknown as PackageIndex
}

function readFile(file: Record<string, unknown>, at: string): string {
  for (const name of ['size', 'packed_size']) count(file[name], `${at}.${name}`)
  for (const name of ['sha256', 'packed_sha256']) sha256Of(file[name], `${at}.${name}`)
  text(file.what, `${at}.what`)
  return text(file.path, `${at}.path`)
}

/** Every entry but the index and its signature is listed, with its sizes, and everything listed is there. */
export function compareWithEntries(index: PackageIndex, entries: readonly ZipEntry[]): VerifyCheck[] {
  const checks: VerifyCheck[] = []
  const listed = new Map<string, PackageFile>(index.files.map((file) => [file.path, file]))
  for (const entry of entries) {
    const file = listed.get(entry.path)
    listed.delete(entry.path)
    if (PACKAGE_STORED.includes(entry.path)) {
      if (file !== undefined) {
        checks.push(failedCheck('index', entry.path, 'FORMAT_FAILURE', 'The index lists itself or its own signature.'))
      }
    } else if (file === undefined) {
      checks.push(
        failedCheck(
          'index',
          entry.path,
          'FILE_NOT_LISTED',
          `${quoted(entry.path)} is in the package and not in its index.`,
        ),
      )
    } else if (file.size !== entry.size || file.packed_size !== entry.packedSize) {
      checks.push(
        failedCheck(
          'index',
          entry.path,
          'HASH_FAILURE',
          `${quoted(entry.path)} has another size than the index states.`,
        ),
      )
    }
  }
  for (const path of listed.keys()) {
    checks.push(failedCheck('index', path, 'FILE_MISSING', `${quoted(path)} is in the index and not in the package.`))
  }
  return checks
}
