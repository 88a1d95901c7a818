import { randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { link, mkdir, rm, stat, statfs, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CofferError } from '../../contract/errors.ts'
import type { HeldFile } from '../../contract/ipc/calls/files.ts'
import { MAX_HELD_FILES, MAX_NAME, MAX_SESSION_BYTES, MAX_UPLOAD_BYTES } from '../../contract/ipc/limits.ts'
import { say } from '../../contract/said/said.ts'
import { safeFileName } from './file-name.ts'
import { SessionFolder } from './session-folder.ts'

/** Bytes that stay free on the disk of the temporary folder. */
const DISK_RESERVE = 512 * 1024 ** 2

interface Held extends HeldFile {
  where: string
  /** In the session's folder: goes with its id. */
  ours: boolean
}

export interface FileLimits {
  upload: number
  session: number
}

/** The bytes of a held file on their way to a window. */
export interface Download {
  name: string
  size: number
  stream: Readable
}

/** The files of a session by their ids. An id is random and looked up: no id leads to a path that is not held. */
export class HeldFiles {
  readonly #held = new Map<string, Held>()
  readonly #folder = new SessionFolder()
  readonly #limits: FileLimits
  #bytes = 0

  constructor(limits: FileLimits = { upload: MAX_UPLOAD_BYTES, session: MAX_SESSION_BYTES }) {
    this.#limits = limits
  }

  /**
   * Holds what lies on this machine.
   * @param path absolute @param name for people; the path's last part where none is given
   * @throws USAGE where there is none or it can't be read
   */
  async hold(path: string, name = basename(path)): Promise<HeldFile> {
    const found = await stat(path).catch((cause: unknown) => {
      throw unreadable(path, cause)
    })
    if (!found.isFile() && !found.isDirectory()) {
      throw new CofferError('USAGE', `expected a file or a folder, got "${path}", which is neither`)
    }
    const kind = found.isFile() ? 'file' : 'folder'
    return this.#keep({ name, kind, size: kind === 'file' ? found.size : null, path, where: path, ours: false })
  }

  /** A file of the session's own: what a page made, or a job's result for display. */
  async make(name: string, content: string | Uint8Array): Promise<HeldFile> {
    const size = Buffer.byteLength(content)
    this.#reserve(size)
    try {
      const where = await this.#place(name)
      await writeFile(where, content, { mode: 0o600, flag: 'wx' })
      return await this.#keepOurs(name, where)
    } catch (error) {
      this.#bytes -= size
      throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? diskFull() : error
    }
  }

  /** Where its own files lie. */
  get folder(): string {
    return this.#folder.path
  }

  /** An empty place in the session's folder for a job to write a file of this name into; `hold` it afterwards. */
  async emptyFolder(): Promise<string> {
    const folder = join(this.#folder.path, randomId())
    await mkdir(folder, { mode: 0o700 })
    return folder
  }

  /**
   * Streams an upload into a file of the session's own. What is too large, breaks off or fails leaves nothing.
   * @param announced its size where the sender said one
   * @throws USAGE where it is too large, STORAGE_FULL where the disk has no room
   */
  async receive(name: string, announced: number | null, source: Readable): Promise<HeldFile> {
    this.#checkRoom(announced ?? 0)
    await this.#checkDisk(announced ?? 0)
    const where = await this.#place(name)
    let size = 0
    const counted = async function* (this: HeldFiles) {
      for await (const part of source as AsyncIterable<Buffer>) {
        this.#reserve(part.length)
        size += part.length
        if (size > this.#limits.upload) throw tooLarge(this.#limits.upload)
        yield part
      }
    }
    try {
      await pipeline(counted.bind(this), createWriteStream(where, { flags: 'wx', mode: 0o600 }))
      return await this.#keepOurs(name, where)
    } catch (error) {
      this.#bytes -= size
      await rm(join(where, '..'), { recursive: true, force: true })
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw diskFull()
      throw error
    }
  }

  /** @throws USAGE where this session holds no such file */
  pathOf(id: string): string {
    return this.#get(id).where
  }

  /** @throws USAGE where this session holds no such file */
  get(id: string): HeldFile {
    return shown(this.#get(id))
  }

  /**
   * One folder in which the given files lie side by side under their names, as links, so that what belongs together (a
   * report and its signature) is found even where each was uploaded by itself. Folders and files on this machine stay
   * where they are: what belongs to those lies beside them.
   * @returns a path for each id, in order, and what removes the links again
   */
  async sideBySide(ids: readonly string[]): Promise<{ paths: string[]; done(): Promise<void> }> {
    const all = ids.map((id) => this.#get(id))
    if (!all.some((held) => held.ours)) return { paths: all.map((held) => held.where), done: async () => {} }
    const folder = await this.emptyFolder()
    const taken = new Set<string>()
    const paths = await Promise.all(
      all.map(async (held) => {
        if (!held.ours) return held.where
        const path = join(folder, unused(safeFileName(held.name), taken))
        await link(held.where, path).catch(() => symlink(held.where, path))
        return path
      }),
    )
    return { paths, done: () => rm(folder, { recursive: true, force: true }) }
  }

  /** @returns null for what is not held, is a folder, or is gone */
  async open(id: string): Promise<Download | null> {
    const held = this.#held.get(id)
    if (held === undefined || held.kind === 'folder') return null
    const found = await stat(held.where).catch(() => null)
    if (found === null || !found.isFile()) return null
    const size = found.size
    // No more than was announced, should the file grow meanwhile.
    const stream = createReadStream(held.where, size === 0 ? {} : { end: size - 1 })
    return { name: held.name, size, stream }
  }

  async release(id: string): Promise<void> {
    const held = this.#held.get(id)
    if (held === undefined) return
    this.#held.delete(id)
    if (!held.ours) return
    this.#bytes -= held.size ?? 0
    await rm(join(held.where, '..'), { recursive: true, force: true })
  }

  /** Removes everything of the session's own. */
  close(): void {
    this.#held.clear()
    this.#folder.close()
  }

  #get(id: string): Held {
    const held = this.#held.get(id)
    if (held === undefined) {
      throw new CofferError('USAGE', `expected a file of this session, got the id "${id}"`, {
        hint: 'Choose the file again: the application has been restarted since, or has let go of it.',
      })
    }
    return held
  }

  /** A file's place: a folder of its own under a random name, so that nothing of the given name decides where it lies. */
  async #place(name: string): Promise<string> {
    return join(await this.emptyFolder(), safeFileName(name))
  }

  async #keepOurs(name: string, where: string): Promise<HeldFile> {
    const { size } = await stat(where)
    return this.#keep({ name: safeFileName(name), kind: 'file', size, path: null, where, ours: true })
  }

  #keep(held: Omit<Held, 'id'>): HeldFile {
    const kept: Held = { ...held, id: randomId(), name: held.name.slice(0, MAX_NAME) }
    this.#held.set(kept.id, kept)
    const oldest = this.#held.keys().next().value
    if (this.#held.size > MAX_HELD_FILES && oldest !== undefined) void this.release(oldest)
    return shown(kept)
  }

  #reserve(bytes: number): void {
    this.#checkRoom(bytes)
    this.#bytes += bytes
  }

  #checkRoom(bytes: number): void {
    if (bytes > this.#limits.upload) throw tooLarge(this.#limits.upload)
    if (this.#bytes + bytes > this.#limits.session) {
      throw new CofferError('USAGE', `this session's files would be more than ${this.#limits.session} bytes`, {
        hint: 'Give the path of the file instead: then it is read where it lies.',
      })
    }
  }

  async #checkDisk(bytes: number): Promise<void> {
    const disk = await statfs(this.#folder.path).catch(() => null)
    if (disk !== null && disk.bavail * disk.bsize < bytes + DISK_RESERVE) throw diskFull()
  }
}

function shown({ where: _, ours: __, ...file }: Held): HeldFile {
  return file
}

function randomId(): string {
  return randomBytes(16).toString('base64url')
}

function unused(name: string, taken: Set<string>): string {
  let free = name
  for (let n = 2; taken.has(free.toLowerCase()); n++) free = `${n}-${name}`
  taken.add(free.toLowerCase())
  return free
}

function tooLarge(limit: number): CofferError {
  return new CofferError('USAGE', `expected a file of at most ${limit} bytes`, {
    hint: 'Give the path of the file instead: then it is read where it lies.',
  })
}

function diskFull(): CofferError {
  return new CofferError('STORAGE_FULL', 'the disk of the temporary folder has no room for this file', {
    hint: 'Give the path of the file instead: then it is read where it lies.',
  })
}

function unreadable(path: string, cause: unknown): CofferError {
  const code = (cause as NodeJS.ErrnoException).code ?? ''
  const message =
    code === 'ENOENT' || code === 'ENOTDIR'
      ? say('input.noFile', { path })
      : code === 'EACCES'
        ? say('input.fileNotAllowed', { path })
        : `can't read "${path}": ${(cause as Error).message}`
  return new CofferError('USAGE', message, { cause })
}
