import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { CofferError } from '../../contract/errors.ts'
import { type Said, say } from '../../contract/said/said.ts'

/** Bits that let the group or others read or write. */
const TOO_OPEN = 0o077

/**
 * Reads a file that should be private.
 * @param most bytes; more is no key
 * @param tooOpenSays the warning where other users may read it
 * @returns its bytes, and a sentence where others may read or write it (not on Windows, whose modes say nothing)
 * @throws KEY_MISSING, KEY_UNREADABLE
 */
export async function readPrivateFile(
  path: string,
  most: number,
  tooOpenSays: 'warn.keyOpen' | 'warn.passphraseOpen' = 'warn.keyOpen',
): Promise<{ bytes: Buffer; warnings: Said[] }> {
  try {
    // a pipe would be waited for; what it is shows only once it is open
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    try {
      const { mode, size } = await file.stat()
      if ((mode & constants.S_IFMT) === constants.S_IFDIR) throw unreadable(path, 'it is a folder')
      if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw unreadable(path, 'it is no regular file')
      if (size > most) throw unreadable(path, `expected at most ${most} bytes, got ${size}`)
      const bytes = await file.readFile()
      const tooOpen = process.platform !== 'win32' && (mode & TOO_OPEN) !== 0
      const octal = (mode & 0o777).toString(8).padStart(4, '0')
      return {
        bytes,
        warnings: tooOpen ? [say(tooOpenSays, { path, mode: octal })] : [],
      }
    } finally {
      await file.close()
    }
  } catch (cause) {
    if (cause instanceof CofferError) throw cause
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new CofferError('KEY_MISSING', `there is no file "${path}"`, { cause })
    }
    throw unreadable(path, code === 'EACCES' ? 'not allowed' : message, cause)
  }
}

function unreadable(path: string, reason: string, cause?: unknown): CofferError {
  return new CofferError('KEY_UNREADABLE', `can't read "${path}": ${reason}`, cause === undefined ? {} : { cause })
}
