import { randomUUID } from 'node:crypto'
import { link, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { CofferError, type ErrorCode } from '../../contract/errors.ts'
import type { Said } from '../../contract/said/said.ts'
import { makeFolder } from '../../storage/make-folder.ts'
import { checkedKeyName } from './names.ts'
import { readPrivateFile } from './private-file.ts'

const base64 = z.base64().max(200_000)
const sealed = z.strictObject({ nonce: base64, data: base64 })
const derivation = z.strictObject({ n: z.int(), r: z.int(), p: z.int(), salt: base64 })

/** How the private keys are kept. `root` is null for keys that were imported. */
const protection = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('keychain'), signing: z.string(), root: z.string().nullable() }),
  z.strictObject({ kind: z.literal('passphrase'), scrypt: derivation, signing: sealed, root: sealed.nullable() }),
])

/** `NAME.json` in the folder of the key store: everything about a key that is public, and its secrets sealed. */
const record = z.strictObject({
  format: z.literal('coffer-key/1'),
  name: z.string(),
  created_at: z.iso.datetime(),
  origin: z.enum(['created', 'imported']),
  /** SHA-256 of the SubjectPublicKeyInfo, lowercase hex. */
  key_id: z.string().regex(/^[0-9a-f]{64}$/),
  /** SubjectPublicKeyInfo; DER in base64, as are certificates and lists. */
  public_key: base64,
  certificates: z.array(base64).max(20),
  crls: z.array(base64).max(20),
  protection,
})

export type KeyRecord = z.infer<typeof record>
export type Protection = KeyRecord['protection']

const MOST_BYTES = 4_000_000
const FOLDER_MODE = 0o700
const FILE_MODE = 0o600

/** A record with what is needed to replace exactly this state of it. */
export interface FoundRecord {
  record: KeyRecord
  path: string
  bytes: Buffer
  warnings: Said[]
}

/** The files of a key store: one for each key, written whole or not at all, readable by their owner alone. */
export class KeyFiles {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  /** Names of the keys that there are, sorted. */
  async names(): Promise<string[]> {
    try {
      const files = await readdir(this.folder)
      return files
        .filter((file) => file.endsWith('.json') && !file.startsWith('.'))
        .map((file) => file.slice(0, -'.json'.length))
        .sort()
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw storeFailed(this.folder, cause)
    }
  }

  /** @throws KEY_MISSING, KEY_UNREADABLE, USAGE */
  async read(name: string): Promise<FoundRecord> {
    const path = this.#path(name)
    const found = await readPrivateFile(path, MOST_BYTES).catch(async (error: unknown) => {
      if (!(error instanceof CofferError) || error.code !== 'KEY_MISSING') throw error
      const names = await this.names()
      throw new CofferError('KEY_MISSING', `there is no key "${name}"`, {
        hint:
          names.length === 0 ? 'Make one with "coffer keys create".' : `There are: ${names.slice(0, 20).join(', ')}.`,
      })
    })
    return { record: parseRecord(found.bytes, path, name), path, ...found }
  }

  /** Whether the name is taken. On systems that don't tell upper from lower case, `Audit` takes `audit` too. */
  async has(name: string): Promise<boolean> {
    const path = this.#path(name)
    return readFile(path).then(
      () => true,
      (cause: NodeJS.ErrnoException) => {
        if (cause.code === 'ENOENT') return false
        throw storeFailed(path, cause)
      },
    )
  }

  /** Writes a new one. @throws KEY_EXISTS when there is one of that name: it is never overwritten */
  async add(record: KeyRecord): Promise<void> {
    const path = this.#path(record.name)
    await this.#written(record, async (temporary) => {
      // unlike a rename, a link fails where something is
      await link(temporary, path).catch(async (cause: NodeJS.ErrnoException) => {
        if (cause.code === 'EEXIST') throw keyExists(record.name)
        if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(cause.code ?? '')) throw cause
        await writeFile(path, serialized(record), { flag: 'wx', mode: FILE_MODE, flush: true })
      })
      await rm(temporary)
    })
  }

  /** Replaces one that is still as it was read. @throws LOCKED when somebody changed it meanwhile */
  async replace(before: FoundRecord, record: KeyRecord): Promise<void> {
    await this.#written(record, async (temporary) => {
      if (!(await readFile(before.path)).equals(before.bytes)) {
        throw new CofferError('LOCKED', `the key "${record.name}" was changed by somebody else just now`, {
          hint: 'Look at it with "coffer keys list" and try again.',
        })
      }
      await rename(temporary, before.path)
    })
  }

  #path(name: string): string {
    return join(this.folder, `${checkedKeyName(name)}.json`)
  }

  /** A temporary file beside its place, on disk before it gets its name; removed when that fails. */
  async #written(record: KeyRecord, place: (temporary: string) => Promise<void>): Promise<void> {
    const temporary = join(this.folder, `.${record.name}.${randomUUID()}.tmp`)
    try {
      await makeFolder(this.folder, FOLDER_MODE)
      await writeFile(temporary, serialized(record), { flag: 'wx', mode: FILE_MODE, flush: true })
      await place(temporary)
      await syncFolder(this.folder)
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => undefined)
      if (cause instanceof CofferError) throw cause
      if ((cause as NodeJS.ErrnoException).code === 'EEXIST') throw keyExists(record.name)
      throw storeFailed(this.folder, cause)
    }
  }
}

/** @param text attacker-controlled as far as the profile's folder is */
function parseRecord(bytes: Buffer, path: string, name: string): KeyRecord {
  try {
    const found = record.parse(JSON.parse(bytes.toString('utf8')))
    if (found.name.toLowerCase() !== name.toLowerCase()) throw new Error(`it is of the key "${found.name}"`)
    return found
  } catch (cause) {
    // the parser's message would quote what stands there
    const reason =
      cause instanceof z.ZodError
        ? `"${cause.issues[0]?.path.join('.') ?? ''}" is not as expected`
        : 'it is not what Coffer wrote'
    throw new CofferError('KEY_UNREADABLE', `can't read the key file "${path}": ${reason}`, {
      hint: 'Put it back from a backup of your profile, or revoke and replace the key.',
    })
  }
}

function serialized(record: KeyRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export function keyExists(name: string): CofferError {
  return new CofferError('KEY_EXISTS', `there is a key "${name}" already`, {
    hint: 'Keys are never overwritten: what they signed must stay verifiable. Choose another name.',
  })
}

function storeFailed(path: string, cause: unknown): CofferError {
  const { code, message } = cause as NodeJS.ErrnoException
  const known: Record<string, [ErrorCode, string]> = {
    EACCES: ['STORAGE_NOT_ALLOWED', 'not allowed'],
    EPERM: ['STORAGE_NOT_ALLOWED', 'not allowed'],
    EROFS: ['STORAGE_NOT_ALLOWED', 'it is read-only'],
    ENOSPC: ['STORAGE_FULL', 'the disk is full'],
    ENOTDIR: ['STORAGE_FAILED', 'a part of it is no folder'],
  }
  const [ours, reason] = known[code ?? ''] ?? ['STORAGE_FAILED', message]
  return new CofferError(ours, `can't use the key store "${path}": ${reason}`, {
    hint: 'COFFER_PROFILE names another folder for the profile.',
    cause,
  })
}
