import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { CofferError } from '../../contract/errors.ts'
import { oneAfterTheOther } from '../../contract/in-turn.ts'
import { type CaseFile, caseFile } from '../../contract/requests/case.ts'
import { type CaseData, type ExtractionSpec, extractionSpec } from '../../contract/requests/spec.ts'
import { isoTime } from '../../contract/time.ts'
import { makeFolder } from '../../storage/make-folder.ts'
import { writeWhole } from '../../storage/write-whole.ts'

/**
 * The case folders of a profile: `requests/NAME/` in it, or wherever its user wanted one (then `requests.json` says where).
 * A folder holds `case.json`, `extraction.json` (what the wizard remembers), `extraction.yaml` (the file that was run
 * last), `packages/` and `custody/`; it can be moved, copied and read without this program.
 */

const MAX_CASE_BYTES = 64 * 1024 * 1024
const elsewhereFile = z.object({ format: z.literal(1), folders: z.array(z.string()).max(10_000) })

export interface StoredCase {
  folder: string
  file: CaseFile
}

export class CaseStore {
  readonly #home: string
  readonly #elsewhere: string
  readonly #folders = new Map<string, string>()
  /** One change at a time. */
  readonly #inTurn = oneAfterTheOther()

  /** @param profile folder; what is missing is made when something is first kept */
  constructor(profile: string) {
    this.#home = join(profile, 'requests')
    this.#elsewhere = join(profile, 'requests.json')
  }

  /** All of them, and those that can't be read, which are named and never left out in silence. */
  async list(): Promise<{ cases: StoredCase[]; unreadable: { folder: string; message: string }[] }> {
    const names = await readdir(this.#home).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw unreadable(this.#home, error)
    })
    const folders = [...names.map((name) => join(this.#home, name)), ...(await this.#others())]
    const cases: StoredCase[] = []
    const failed: { folder: string; message: string }[] = []
    for (const folder of folders) {
      try {
        const file = await readCase(folder)
        this.#folders.set(file.id, folder)
        cases.push({ folder, file })
      } catch (error) {
        if (!(error instanceof CofferError)) throw error
        failed.push({ folder, message: error.message })
      }
    }
    return { cases, unreadable: failed }
  }

  /** @throws USAGE where there is none with this id */
  async get(id: string): Promise<StoredCase> {
    const known = this.#folders.get(id)
    if (known !== undefined) {
      const file = await readCase(known).catch(() => null)
      if (file?.id === id) return { folder: known, file }
    }
    const found = (await this.list()).cases.find(({ file }) => file.id === id)
    if (found !== undefined) return found
    throw new CofferError('USAGE', `expected the id of a request, got "${id}"`, {
      hint: 'Its folder may have been moved or removed since.',
    })
  }

  /**
   * Makes a folder for a new request.
   * @param parent where; null: in the profile
   * @throws USAGE where the folder can't be made
   */
  create(data: CaseData, parent: string | null): Promise<StoredCase> {
    return this.#inTurn(async () => {
      const home = parent === null ? this.#home : resolve(parent)
      const now = isoTime(Date.now())
      const file: CaseFile = {
        format: 1,
        id: randomUUID(),
        createdAt: now,
        updatedAt: now,
        state: 'open',
        data,
        packages: [],
        notes: [],
      }
      const folder = await makeRequestFolder(home, folderName(data.matter), parent === null)
      if (parent !== null) await this.#remember(folder)
      await saveFile(join(folder, 'case.json'), `${JSON.stringify(file, null, 2)}\n`)
      this.#folders.set(file.id, folder)
      return { folder, file }
    })
  }

  /** Changes what is kept of one, on the file as it stands. @throws USAGE */
  change(id: string, change: (file: CaseFile) => CaseFile): Promise<StoredCase> {
    return this.#inTurn(async () => {
      const { folder, file } = await this.get(id)
      const changed = { ...change(file), updatedAt: isoTime(Date.now()) }
      await saveFile(join(folder, 'case.json'), `${JSON.stringify(changed, null, 2)}\n`)
      return { folder, file: changed }
    })
  }

  /** What the wizard remembers; null where nothing was chosen yet. */
  async spec(id: string): Promise<ExtractionSpec | null> {
    const { folder } = await this.get(id)
    const text = await readFile(join(folder, 'extraction.json'), 'utf8').catch(() => null)
    if (text === null) return null
    try {
      return extractionSpec.parse(JSON.parse(text))
    } catch (error) {
      throw unreadable(join(folder, 'extraction.json'), error)
    }
  }

  async keepSpec(id: string, spec: ExtractionSpec): Promise<void> {
    // looked up in its turn: of two, the second must not be found first
    await this.#inTurn(async () => {
      const { folder } = await this.get(id)
      await saveFile(join(folder, 'extraction.json'), `${JSON.stringify(spec, null, 2)}\n`)
    })
  }

  async #others(): Promise<string[]> {
    const text = await readFile(this.#elsewhere, 'utf8').catch(() => null)
    if (text === null) return []
    try {
      return elsewhereFile.parse(JSON.parse(text)).folders
    } catch (error) {
      throw unreadable(this.#elsewhere, error)
    }
  }

  async #remember(folder: string): Promise<void> {
    const folders = [...new Set([...(await this.#others()), folder])]
    await makeFolder(dirname(this.#elsewhere), 0o700)
    await saveFile(this.#elsewhere, `${JSON.stringify({ format: 1, folders }, null, 2)}\n`)
  }
}

/** Where the packages of a case lie. */
export const packagesFolder = (folder: string): string => join(folder, 'packages')

async function readCase(folder: string): Promise<CaseFile> {
  const path = join(folder, 'case.json')
  try {
    const { size } = await stat(path)
    if (size > MAX_CASE_BYTES) throw new Error(`it has ${size} bytes`)
    return caseFile.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    throw unreadable(path, error)
  }
}

/** A matter's number as the name of a folder on any system, and as the name that its custody chain goes by. */
export function folderName(matter: string): string {
  const name = matter
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replaceAll(/^[^A-Za-z0-9_]+|[^A-Za-z0-9_]+$/g, '')
    .slice(0, 60)
  // names that Windows keeps for itself
  return name === '' || /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name) ? `request-${name || 'x'}` : name
}

async function makeRequestFolder(home: string, name: string, inProfile: boolean): Promise<string> {
  try {
    if (inProfile) await makeFolder(home, 0o700)
    for (let n = 1; ; n++) {
      const folder = join(home, n === 1 ? name : `${name}-${n}`)
      try {
        await mkdir(folder, { mode: 0o700 })
        await mkdir(packagesFolder(folder), { mode: 0o700 })
        return folder
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || n > 1_000) throw error
      }
    }
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const reasons: Record<string, string> = {
      ENOENT: 'there is no such folder',
      ENOTDIR: 'it is no folder',
      EACCES: 'not allowed',
      EROFS: 'it is read-only',
    }
    throw new CofferError('USAGE', `can't make a folder in "${home}": ${reasons[code ?? ''] ?? message}`, {
      hint: 'Choose a folder that is there and that you may write to.',
      cause,
    })
  }
}

/** A file of a case, whole or not at all. @throws STORAGE_FULL, STORAGE_FAILED */
export async function saveFile(path: string, text: string): Promise<void> {
  try {
    await writeWhole(path, text)
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOSPC') throw new CofferError('STORAGE_FULL', `the disk has no room for "${path}"`, { cause })
    throw new CofferError('STORAGE_FAILED', `can't write "${path}": ${message}`, { cause })
  }
}

function unreadable(path: string, cause: unknown): CofferError {
  const { code, message } = cause as NodeJS.ErrnoException
  const reason =
    code === 'ENOENT' ? 'there is none' : cause instanceof z.ZodError ? 'it is not what Coffer wrote' : message
  return new CofferError('CONFIG_UNREADABLE', `"${path}" could not be read: ${reason}`, {
    hint: 'Nothing was changed. Mend the file, or bring its folder back from a backup.',
    cause,
  })
}
