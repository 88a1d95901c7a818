import type { BigIntStats, Dirent } from 'node:fs'
import { constants, lstat, open, readdir, stat, unlink } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { CofferError } from '../contract/errors.ts'
import { because, say } from '../contract/said/said.ts'
import { errno, filesystemError } from './filesystem-errors.ts'
import { etagOf, linkNew, makeNewer, readExactly, replaceFile, syncFolder, writeTemporary } from './filesystem-files.ts'
import { FolderTree } from './filesystem-folders.ts'
import { withFolderLock } from './filesystem-lock.ts'
import {
  bodyParts,
  changed,
  checkKey,
  checkPrefix,
  checkRange,
  checkSize,
  compareKeys,
  DEFAULT_MAX_BYTES,
  exists,
  missing,
  OWN_NAME_PREFIX,
} from './keys.ts'
import type { ListedObject, PutOptions, Storage, StoredBytes, StoredObject, StoredRetention } from './storage.ts'

/** What link(2) answers on filesystems without hard links (FAT, some network and FUSE filesystems; Windows: EISDIR). */
const NO_HARD_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EISDIR'])
const ABSENT = new Set(['ENOENT', 'ENOTDIR'])
/** Longer than a tick of any kernel's file clock (4 ms at 250 Hz, 10 ms at 100 Hz). */
const CLOCK_TICK_MS = 20
const STATS_AT_ONCE = 32

/**
 * Objects as files below one folder.
 *
 * An object is written to a temporary file beside its place, synced, and put under its name in one step: with link(2)
 * where nothing may be there, else with rename(2) under the folder's lock; then the folder is synced too. Symbolic
 * links below the root are never listed, and followed only where they end inside the root.
 */
export class FilesystemStorage implements Storage {
  readonly kind = 'filesystem'
  readonly location: string
  readonly #tree: FolderTree
  readonly #swept = new Set<string>()

  /** @param root the folder; made by the first `put` */
  constructor(root: string) {
    this.#tree = new FolderTree(path.resolve(root))
    this.location = pathToFileURL(path.resolve(root)).href
  }

  async put(key: string, body: Buffer | readonly Buffer[], options: PutOptions = {}): Promise<StoredObject> {
    checkKey(key)
    const { parts } = bodyParts(body)
    try {
      await this.#refuseEarly(key, options)
      const temporary = await this.#writeTemporary(key, parts)
      const file = path.join(path.dirname(temporary), path.basename(key))
      try {
        if (options.ifAbsent === true) return await this.#publishNew(key, temporary, file)
        return await this.#publishReplacing(key, temporary, file, options.ifMatch)
      } catch (error) {
        await unlink(temporary).catch(() => undefined)
        throw error
      }
    } catch (error) {
      throw filesystemError(error, say('disk.writeIn', { object: key, place: this.location }))
    }
  }

  async get(key: string, options: { maxBytes?: number } = {}): Promise<StoredBytes> {
    checkKey(key)
    return await this.#reading(key, async (handle, info) => {
      const size = Number(info.size)
      checkSize(key, size, options.maxBytes ?? DEFAULT_MAX_BYTES)
      return { body: await readExactly(handle, key, 0, size), size, etag: etagOf(info) }
    })
  }

  async getRange(key: string, start: number, end: number): Promise<Buffer> {
    checkKey(key)
    checkRange(key, start, end)
    return await this.#reading(key, async (handle, info) => {
      checkSize(key, end - start, DEFAULT_MAX_BYTES)
      if (end > Number(info.size)) {
        throw new CofferError('STORAGE_FAILED', `expected bytes ${start} to ${end} of "${key}", it has ${info.size}`, {
          details: { key, size: Number(info.size) },
        })
      }
      return await readExactly(handle, key, start, end - start)
    })
  }

  async head(key: string): Promise<StoredObject | null> {
    checkKey(key)
    try {
      const file = await this.#tree.resolve(key)
      const info = await stat(file, { bigint: true })
      return info.isFile() ? { size: Number(info.size), etag: etagOf(info) } : null
    } catch (error) {
      if (ABSENT.has(errno(error) ?? '')) return null
      throw filesystemError(error, say('disk.lookUpIn', { object: key, place: this.location }))
    }
  }

  async *list(prefix: string): AsyncGenerator<ListedObject> {
    checkPrefix(prefix)
    const cut = prefix.lastIndexOf('/') + 1
    yield* this.#walk(prefix.slice(0, cut), prefix.slice(cut))
  }

  async listFolders(prefix: string): Promise<string[]> {
    checkPrefix(prefix)
    const names: string[] = []
    for (const entry of await this.#entries(prefix)) {
      if (entry.isDirectory() && (await this.#holdsObject(`${prefix}${entry.name}/`))) names.push(entry.name)
    }
    return names.sort(compareKeys)
  }

  async delete(key: string): Promise<void> {
    checkKey(key)
    try {
      const parent = await this.#tree.resolve(path.posix.dirname(key))
      const file = path.join(parent, path.basename(key))
      if (!(await lstat(file)).isFile()) return
      await withFolderLock(parent, async () => {
        // An inode's number is used again at once. Whoever gets it next must also get a later modification time, or
        // the new file could have the old one's etag.
        const age = Date.now() - (await lstat(file)).mtimeMs
        if (age >= 0 && age < CLOCK_TICK_MS) await sleep(CLOCK_TICK_MS - age)
        await unlink(file)
        await syncFolder(parent)
      })
    } catch (error) {
      if (ABSENT.has(errno(error) ?? '')) return
      throw filesystemError(error, say('disk.deleteIn', { object: key, place: this.location }))
    }
  }

  async retention(_key: string): Promise<StoredRetention> {
    return { mode: 'none', retainUntil: null, legalHold: false, ...because('lock.noneInFolder') }
  }

  async close(): Promise<void> {}

  /** Spares the writing of a body that can't be stored anyway. What decides is the check when it is published. */
  async #refuseEarly(key: string, options: PutOptions): Promise<void> {
    if (options.ifAbsent !== true && options.ifMatch === undefined) return
    const there = await this.head(key)
    if (options.ifAbsent === true && there !== null) throw exists(key, this.location)
    if (options.ifMatch !== undefined && there?.etag !== options.ifMatch) throw changed(key, this.location)
  }

  async #writeTemporary(key: string, parts: readonly Buffer[]): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      const folder = await this.#tree.make(path.posix.dirname(key))
      try {
        const temporary = await writeTemporary(folder, parts, !this.#swept.has(folder))
        this.#swept.add(folder)
        return temporary
      } catch (error) {
        // Somebody removed the empty folder between the two steps.
        if (errno(error) !== 'ENOENT' || attempt === 3) throw error
      }
    }
  }

  async #publishNew(key: string, temporary: string, file: string): Promise<StoredObject> {
    try {
      await linkNew(temporary, file)
    } catch (error) {
      if (errno(error) === 'EEXIST') throw exists(key, this.location)
      if (!NO_HARD_LINKS.has(errno(error) ?? '')) throw error
      return await this.#publishNewByRename(key, temporary, file)
    }
    // It has its name by now: a second one that stays behind is swept some day, and is no failure.
    await unlink(temporary).catch(() => undefined)
    await syncFolder(path.dirname(file))
    return await describe(file)
  }

  async #publishNewByRename(key: string, temporary: string, file: string): Promise<StoredObject> {
    return await withFolderLock(path.dirname(file), async () => {
      if ((await infoOf(file)) !== undefined) throw exists(key, this.location)
      return await moveInto(temporary, file)
    })
  }

  async #publishReplacing(
    key: string,
    temporary: string,
    file: string,
    ifMatch: string | undefined,
  ): Promise<StoredObject> {
    return await withFolderLock(path.dirname(file), async () => {
      const before = await infoOf(file)
      if (before?.isDirectory() === true)
        throw new CofferError('STORAGE_FAILED', `"${key}" is a folder, expected a file`)
      if (ifMatch !== undefined && (before === undefined || etagOf(before) !== ifMatch)) {
        throw changed(key, this.location)
      }
      if (before !== undefined) await makeNewer(temporary, before)
      return await moveInto(temporary, file)
    })
  }

  async #reading<T>(key: string, read: (handle: FileHandle, info: BigIntStats) => Promise<T>): Promise<T> {
    let handle: FileHandle | undefined
    try {
      // Not to hang on a named pipe somebody planted.
      const file = await this.#tree.resolve(key)
      handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
      const info = await handle.stat({ bigint: true })
      if (!info.isFile()) throw missing(key, this.location)
      return await read(handle, info)
    } catch (error) {
      if (ABSENT.has(errno(error) ?? '')) throw missing(key, this.location, error)
      throw filesystemError(error, say('disk.readIn', { object: key, place: this.location }))
    } finally {
      await handle?.close()
    }
  }

  async *#walk(folder: string, namePrefix: string): AsyncGenerator<ListedObject> {
    const entries = (await this.#entries(folder)).filter((entry) => entry.name.startsWith(namePrefix))
    // A folder's keys go on with `/`, which sorts after `-` and `.`: the order of keys is not that of names.
    const byKey = entries.map((entry) => ({ entry, key: `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}` }))
    byKey.sort((a, b) => compareKeys(a.key, b.key))
    for (let at = 0; at < byKey.length; at += STATS_AT_ONCE) {
      const some = byKey.slice(at, at + STATS_AT_ONCE)
      const listed = await Promise.all(some.map(({ entry, key }) => (entry.isFile() ? this.#listed(key) : undefined)))
      for (const [index, { entry, key }] of some.entries()) {
        const object = listed[index]
        if (object !== undefined) yield object
        else if (entry.isDirectory()) yield* this.#walk(key, '')
      }
    }
  }

  async #listed(key: string): Promise<ListedObject | undefined> {
    try {
      const info = await infoOf(path.join(this.#tree.root, key))
      if (info === undefined || !info.isFile()) return undefined
      return { key, size: Number(info.size), etag: etagOf(info), lastModified: Number(info.mtimeMs) }
    } catch (error) {
      throw filesystemError(error, say('disk.lookUpIn', { object: key, place: this.location }))
    }
  }

  async #holdsObject(folder: string): Promise<boolean> {
    const entries = await this.#entries(folder)
    if (entries.some((entry) => entry.isFile())) return true
    for (const entry of entries) {
      if (entry.isDirectory() && (await this.#holdsObject(`${folder}${entry.name}/`))) return true
    }
    return false
  }

  /** Files and folders of a folder (named as a prefix, with its slash), without our own and without links. */
  async #entries(folder: string): Promise<Dirent[]> {
    try {
      const resolved = await this.#tree.resolve(folder.replace(/\/$/, ''))
      const entries = await readdir(resolved, { withFileTypes: true })
      return entries.filter((e) => (e.isFile() || e.isDirectory()) && !e.name.startsWith(OWN_NAME_PREFIX))
    } catch (error) {
      if (ABSENT.has(errno(error) ?? '')) return []
      throw filesystemError(
        error,
        folder === ''
          ? say('disk.listAll', { place: this.location })
          : say('disk.listIn', { object: folder, place: this.location }),
      )
    }
  }
}

type FileHandle = Awaited<ReturnType<typeof open>>

async function infoOf(file: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(file, { bigint: true })
  } catch (error) {
    if (ABSENT.has(errno(error) ?? '')) return undefined
    throw error
  }
}

async function describe(file: string): Promise<StoredObject> {
  const info = await stat(file, { bigint: true })
  return { size: Number(info.size), etag: etagOf(info) }
}

/** The etag is taken before the move: afterwards somebody may already have replaced the file. */
async function moveInto(temporary: string, file: string): Promise<StoredObject> {
  const stored = await describe(temporary)
  await replaceFile(temporary, file)
  await syncFolder(path.dirname(file))
  return stored
}
