import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { canonicalJson } from '../../contract/canonical-json.ts'
import { CofferError, isCofferError } from '../../contract/errors.ts'
import type { UpdateSignedResult } from '../../contract/results/update.ts'
import { english, say } from '../../contract/said/said.ts'
import { isoTime } from '../../contract/time.ts'
import { MAX_LIST_BYTES, type UpdateFile, type UpdateList, updateList } from '../../contract/updates.ts'
import { signatureFiles, signDetached } from '../../signing/detached.ts'
import { filesystemError } from '../../storage/filesystem-errors.ts'
import { makeFolder } from '../../storage/make-folder.ts'
import { writeWhole } from '../../storage/write-whole.ts'
import { parseStrictJson } from '../../verify/json.ts'
import { openNamedSigner } from '../named-signer.ts'
import type { UpdateWorld } from './check.ts'
import { firstProblem } from './settings.ts'

/**
 * The publisher's side: checks a draft of a list, compares it with the packages that lie beside it, fills in the sizes and
 * digests that it leaves out, and writes it as canonical JSON with its detached signature.
 * @param request.output folder; a list there is replaced, since its address stays
 * @throws CONFIG_…: the draft; CHECK_FAILED: a package beside it is another one; KEY_…, CERTIFICATE_…; STORAGE_…
 */
export async function signList(
  request: { file: string; signingKey: string; output: string },
  { environment, signal, now }: Pick<UpdateWorld, 'environment' | 'signal' | 'now'>,
  warn: (sentence: string) => void,
): Promise<UpdateSignedResult> {
  const draft = resolve(request.file)
  const { value, checked, missing } = await withPackages(await readDraft(draft), dirname(draft), signal)
  const list = listIn(value, draft, now)
  const bytes = Buffer.from(canonicalJson(list), 'utf8')
  if (bytes.length > MAX_LIST_BYTES) {
    throw new CofferError(
      'CONFIG_INVALID_VALUE',
      `expected a list of at most ${MAX_LIST_BYTES} bytes, got ${bytes.length}`,
    )
  }
  const signer = await openNamedSigner(request.signingKey, environment)
  for (const warning of signer.warnings) warn(english(warning))
  for (const name of missing) warn(`"${name}" does not lie beside the draft, so its size and digest were not checked`)
  const id = `updates/${list.channel}-${list.serial}`
  const signature = await signDetached(bytes, { signer, id, authority: null })
  const output = resolve(request.output)
  const name = 'updates.json'
  await mustRise(join(output, name), list, bytes)
  const files = [{ name, bytes }, ...signatureFiles(name, signature)]
  try {
    await makeFolder(output)
    // the list last: who looks meanwhile gets an old list with a new signature, and is refused, for a moment at most
    for (const file of files.reverse()) await writeWhole(join(output, file.name), once(file.bytes), 0o644)
  } catch (cause) {
    throw filesystemError(cause, say('disk.write', { path: output }))
  }
  return {
    kind: 'update',
    action: 'sign-list',
    channel: list.channel,
    serial: list.serial,
    expires_at: list.expires_at,
    versions: list.versions.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    key_id: signer.keyId,
    signed_by: signer.name,
    output,
    files: files.map((file) => file.name).sort(),
    checked,
    missing,
  }
}

/**
 * Whoever has seen the list that is there would refuse one that is not later.
 * @throws CONFIG_CONFLICT
 */
async function mustRise(path: string, list: UpdateList, bytes: Buffer): Promise<void> {
  const before = await readFile(path).catch(() => null)
  if (before === null || before.equals(bytes)) return
  let was: UpdateList
  try {
    was = updateList.parse(parseStrictJson(before))
  } catch {
    // something else is replaced: it was no list
    return
  }
  if (was.channel !== list.channel || list.serial > was.serial) return
  throw new CofferError(
    'CONFIG_CONFLICT',
    `expected a serial number above ${was.serial}, that of the list in "${path}", got ${list.serial}`,
    { hint: 'Give each list a number of its own that rises: lower ones are refused as old.' },
  )
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

async function readDraft(path: string): Promise<unknown> {
  try {
    const { size } = await stat(path)
    if (size > MAX_LIST_BYTES) throw new RangeError(`expected at most ${MAX_LIST_BYTES} bytes, got ${size}`)
    return parseStrictJson(await readFile(path))
  } catch (cause) {
    if (isCofferError(cause)) throw new CofferError('CONFIG_SYNTAX', `can't use "${path}": ${cause.message}`, { cause })
    const { code, message } = cause as NodeJS.ErrnoException
    throw new CofferError(
      'CONFIG_UNREADABLE',
      `can't read "${path}": ${code === 'ENOENT' ? 'no such file' : message}`,
      {
        cause,
      },
    )
  }
}

/** The draft with what is known of the packages in its folder. What has no form yet is left for the schema to say. */
async function withPackages(
  draft: unknown,
  folder: string,
  signal: AbortSignal,
): Promise<{ value: unknown; checked: string[]; missing: string[] }> {
  const checked: string[] = []
  const missing: string[] = []
  if (!isRecord(draft) || !Array.isArray(draft.versions)) return { value: draft, checked, missing }
  const versions: unknown[] = []
  for (const version of draft.versions) {
    if (!isRecord(version) || !Array.isArray(version.files)) {
      versions.push(version)
      continue
    }
    const files: unknown[] = []
    for (const file of version.files) {
      if (!isRecord(file) || typeof file.name !== 'string' || basename(file.name) !== file.name) {
        files.push(file)
        continue
      }
      const found = await measure(join(folder, file.name), signal)
      if (found === null) missing.push(file.name)
      else {
        mustAgree(file, file.name, found)
        checked.push(file.name)
      }
      files.push({ ...file, ...found })
    }
    versions.push({ ...version, files })
  }
  return { value: { ...draft, versions }, checked, missing }
}

function mustAgree(stated: Record<string, unknown>, name: string, found: Pick<UpdateFile, 'size' | 'sha256'>): void {
  for (const what of ['size', 'sha256'] as const) {
    if (stated[what] === undefined || stated[what] === found[what]) continue
    throw new CofferError(
      'CHECK_FAILED',
      `the draft says ${what} ${JSON.stringify(stated[what])} of "${name}", and the file beside it has "${found[what]}"`,
      { hint: 'Leave size and sha256 out to have them filled in from the file.' },
    )
  }
}

async function measure(path: string, signal: AbortSignal): Promise<Pick<UpdateFile, 'size' | 'sha256'> | null> {
  const found = await stat(path).catch(() => null)
  if (found === null || !found.isFile()) return null
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of createReadStream(path, { signal })) {
    hash.update(chunk as Buffer)
    size += (chunk as Buffer).length
  }
  return { size, sha256: hash.digest('hex') }
}

function listIn(draft: unknown, path: string, now: number): UpdateList {
  const dated = isRecord(draft) ? { published_at: isoTime(now), ...draft } : draft
  const parsed = updateList.safeParse(dated)
  if (!parsed.success) {
    throw new CofferError('CONFIG_INVALID_VALUE', `can't sign "${path}": ${firstProblem(parsed.error)}`, {
      hint: 'See docs/updates.md for a whole list.',
    })
  }
  if (Date.parse(parsed.data.expires_at) > now) return parsed.data
  throw new CofferError('CONFIG_INVALID_VALUE', `can't sign "${path}": "expires_at" has passed`)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
