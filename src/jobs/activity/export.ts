import { createHash } from 'node:crypto'
import { open, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type ActivityFilter, EVERYTHING, type SignedActivityEntry } from '../../contract/activity.ts'
import { CofferError } from '../../contract/errors.ts'
import type { ActivityExported } from '../../contract/results/activity.ts'
import { JOURNAL_FILE } from '../../journal/activity/append.ts'
import { parseActivityLine } from '../../journal/activity/line.ts'
import { linesOf } from '../../journal/activity/lines.ts'
import { Wrong } from '../../journal/chain.ts'
import { toPem } from '../../signing/store/pem.ts'
import { makeFolder } from '../../storage/make-folder.ts'
import { activityFolder, knownKeys, SHORT_PATIENCE_MS } from './key.ts'
import { matcher } from './read.ts'

/**
 * Writes the journal, or what fits a filter, into a new file: `.csv` for reading in a spreadsheet, anything else as the
 * lines stand, byte for byte, with the public keys beside it (`FILE.pub.pem`), so that somebody else can check it. A
 * selection can't be checked as a chain, and the result says so.
 * @throws OBJECT_EXISTS where the file is there: an export is evidence, and none is overwritten
 */
export async function exportActivity(
  profile: string,
  environment: Readonly<Record<string, string | undefined>>,
  filter: ActivityFilter,
  output: string,
): Promise<ActivityExported> {
  const folder = activityFolder(profile)
  const journal = join(folder, JOURNAL_FILE)
  const { size } = await stat(journal).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause
    throw new CofferError('NOTHING_MATCHED', 'nothing has been recorded in this profile yet', { cause })
  })
  const asCsv = /\.csv$/i.test(output)
  const whole = JSON.stringify({ ...EVERYTHING, ...filter }) === JSON.stringify(EVERYTHING)
  const fits = whole ? () => true : matcher(filter)
  await makeFolder(dirname(output))
  const file = await openNew(output)
  const sha = createHash('sha256')
  const write = async (bytes: Buffer) => {
    sha.update(bytes)
    await file.writeFile(bytes)
  }
  let lines = 0
  let last: { seq: number; sha256: string } | null = null
  try {
    if (asCsv) await write(Buffer.from(`${COLUMNS.join(',')}\r\n`))
    for await (const batch of linesOf(journal, 0, size)) {
      const out: Buffer[] = []
      for (const { bytes, ended } of batch) {
        const entry = asCsv || !ended ? parseActivityLine(bytes) : null
        if (!fits(bytes)) continue
        lines++
        if (asCsv) {
          if (entry !== null && !(entry instanceof Wrong)) out.push(Buffer.from(csvLine(entry)))
        } else out.push(bytes, Buffer.from(ended ? '\n' : ''))
        const read = parseActivityLine(bytes)
        if (!(read instanceof Wrong)) last = { seq: read.seq, sha256: createHash('sha256').update(bytes).digest('hex') }
      }
      if (out.length > 0) await write(Buffer.concat(out))
    }
    await file.sync()
  } finally {
    await file.close()
  }
  const files = [{ path: output, sha256: sha.digest('hex') }]
  const { keys } = await knownKeys(folder, environment, SHORT_PATIENCE_MS)
  if (!asCsv && keys.length > 0) {
    const path = `${output}.pub.pem`
    const pem = Buffer.from(keys.map((key) => toPem('PUBLIC KEY', key.publicKey)).join(''))
    const pemFile = await openNew(path)
    await pemFile.writeFile(pem)
    await pemFile.close()
    files.push({ path, sha256: createHash('sha256').update(pem).digest('hex') })
  }
  return {
    files,
    lines,
    whole: whole && !asCsv,
    head: last,
    keys: keys.map((key) => key.keyId),
  }
}

async function openNew(path: string) {
  try {
    return await open(path, 'wx', 0o600)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code !== 'EEXIST') throw cause
    throw new CofferError('OBJECT_EXISTS', `there is a file "${path}" already`, {
      hint: 'Exports are never overwritten: choose another name.',
      cause,
    })
  }
}

const COLUMNS = [
  'seq',
  'at',
  'os_user',
  'host',
  'name',
  'via',
  'action',
  'phase',
  'subject',
  'exit_code',
  'error',
  'verdict',
  'message',
  'before',
  'after',
  'details',
  'run',
  'key',
] as const

function csvLine(entry: SignedActivityEntry): string {
  const { actor, result } = entry
  const json = (value: object | null) => (value === null ? null : JSON.stringify(value))
  const cells: Record<(typeof COLUMNS)[number], string | number | null> = {
    ...entry,
    ...actor,
    exit_code: result?.exit_code ?? null,
    error: result?.error ?? null,
    verdict: result?.verdict ?? null,
    message: result?.message ?? null,
    before: json(entry.before),
    after: json(entry.after),
    details: json(entry.details),
  }
  return `${COLUMNS.map((column) => csvCell(cells[column])).join(',')}\r\n`
}

/** RFC 4180; what a spreadsheet would take for a formula gets an apostrophe. */
function csvCell(value: string | number | null): string {
  const text = value === null ? '' : typeof value === 'number' ? String(value) : value.replace(/^[=+\-@\t\r]/, "'$&")
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
