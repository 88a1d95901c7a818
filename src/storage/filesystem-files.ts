import { randomBytes } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { type FileHandle, link, lstat, open, readdir, rename, stat, unlink, utimes } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { errno } from './filesystem-errors.ts'
import { OWN_NAME_PREFIX, shortRead } from './keys.ts'

const TEMPORARY_PREFIX = `${OWN_NAME_PREFIX}tmp-`
/** No writer takes an hour for one object, so an older temporary file is what a crash left. */
const LEFTOVER_AGE_MS = 3_600_000
/** One readv/writev moves at most 0x7ffff000 bytes on Linux; this stays well below. */
const MAX_IO_BYTES = 1 << 30
const MAX_IO_PARTS = 512

/** Size, time and inode: every write makes a new inode and a later time than the file it replaces (`makeNewer`). */
export function etagOf(info: BigIntStats): string {
  return `${info.size.toString(36)}-${info.mtimeNs.toString(36)}-${info.ino.toString(36)}`
}

/**
 * Writes all parts to a new temporary file and syncs it; a partial one is removed.
 * @param sweep whether to remove what crashed writers left in the folder
 */
export async function writeTemporary(folder: string, parts: readonly Buffer[], sweep: boolean): Promise<string> {
  const temporary = path.join(folder, `${TEMPORARY_PREFIX}${randomBytes(8).toString('hex')}`)
  const handle = await open(temporary, 'wx')
  try {
    if (sweep) await sweepLeftovers(folder, (await handle.stat()).mtimeMs)
    await writeAll(handle, parts)
    await handle.sync()
    await handle.close()
    return temporary
  } catch (error) {
    await handle.close().catch(() => undefined)
    await unlink(temporary).catch(() => undefined)
    throw error
  }
}

async function writeAll(handle: FileHandle, parts: readonly Buffer[]): Promise<void> {
  const left = parts.filter((part) => part.length > 0)
  for (let first = 0; first < left.length; ) {
    let bytes = 0
    let count = 0
    while (first + count < left.length && count < MAX_IO_PARTS && bytes < MAX_IO_BYTES) {
      bytes += left[first + count]?.length ?? 0
      count++
    }
    const some = left.slice(first, first + count)
    if (bytes > MAX_IO_BYTES)
      some[count - 1] = some[count - 1]!.subarray(0, some[count - 1]!.length - (bytes - MAX_IO_BYTES))
    // A write that fills the disk is short first and fails only when it is tried again.
    let { bytesWritten } = await handle.writev(some)
    while (first < left.length && bytesWritten >= left[first]!.length) bytesWritten -= left[first++]!.length
    if (first < left.length) left[first] = left[first]!.subarray(bytesWritten)
  }
}

/** @param now the filesystem's own clock, which may be another machine's */
async function sweepLeftovers(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(TEMPORARY_PREFIX)) continue
    const file = path.join(folder, name)
    try {
      if (now - (await stat(file)).mtimeMs > LEFTOVER_AGE_MS) await unlink(file)
    } catch {
      // Another writer swept it first, or it is another user's: it stays hidden, and does no harm but its size.
    }
  }
}

/** @throws STORAGE_FAILED where the file ends before its range does */
export async function readExactly(handle: FileHandle, key: string, start: number, length: number): Promise<Buffer> {
  const body = Buffer.allocUnsafeSlow(length)
  let at = 0
  while (at < length) {
    const { bytesRead } = await handle.read(body, at, Math.min(length - at, MAX_IO_BYTES), start + at)
    if (bytesRead === 0) throw shortRead(key, length, at)
    at += bytesRead
  }
  return body
}

/**
 * Gives `file` a later modification time than `before` has. The kernel's clock for files ticks every few milliseconds,
 * and an inode's number is used again at once: without this, the third version of an object could look like its first.
 */
export async function makeNewer(file: string, before: BigIntStats): Promise<void> {
  for (const stepMs of [0, 1, 1_000, 3_000]) {
    if (stepMs > 0) {
      const seconds = (Number(before.mtimeNs / 1_000_000n) + stepMs) / 1000
      await utimes(file, seconds, seconds)
    }
    // The steps grow because some filesystems keep whole or even seconds only.
    if ((await stat(file, { bigint: true })).mtimeNs > before.mtimeNs) return
  }
}

/**
 * link(2). A network filesystem may repeat the request when its answer is lost, and then says that the name is taken: by
 * our own file (open(2), on lock files).
 */
export async function linkNew(from: string, to: string): Promise<void> {
  try {
    await link(from, to)
  } catch (error) {
    if (errno(error) !== 'EEXIST') throw error
    const [ours, there] = await Promise.all([from, to].map((file) => lstat(file, { bigint: true })))
    if (ours?.ino !== there?.ino || ours?.dev !== there?.dev) throw error
  }
}

/** What Windows answers while a virus scanner or an indexer looks at a file. */
const BUSY = new Set(['EPERM', 'EACCES', 'EBUSY'])
const BUSY_PATIENCE_MS = 5_000

/** rename(2), over what is there. On Windows a file that somebody just looks at can't be replaced: that passes. */
export async function replaceFile(from: string, to: string): Promise<void> {
  const deadline = Date.now() + BUSY_PATIENCE_MS
  for (let pauseMs = 10; ; pauseMs *= 2) {
    try {
      await rename(from, to)
      return
    } catch (error) {
      const mayPass = process.platform === 'win32' && BUSY.has(errno(error) ?? '')
      if (!mayPass || Date.now() + pauseMs > deadline) throw error
      await sleep(pauseMs)
    }
  }
}

/** Makes the names in a folder durable. Windows has no such call, and some network filesystems refuse it. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'EBADF'].includes(errno(error) ?? '')) throw error
  } finally {
    await handle.close()
  }
}
