import { CofferError, type ErrorCode } from '../contract/errors.ts'
import type { SaidId } from '../contract/said/english.ts'
import { type Said, say } from '../contract/said/said.ts'

const IN_PLACE = 'Give another path, or move away what stands there.'
const CODES: Record<string, { code: ErrorCode; why: SaidId; hint?: string }> = {
  ENOSPC: { code: 'STORAGE_FULL', why: 'disk.noSpace', hint: 'Free some space and start again.' },
  EDQUOT: { code: 'STORAGE_FULL', why: 'disk.quota', hint: 'Free some space or raise the quota.' },
  EFBIG: {
    code: 'STORAGE_FULL',
    why: 'disk.fileTooLarge',
    hint: "Raise the process's file size limit (ulimit -f), or use another filesystem.",
  },
  EACCES: { code: 'STORAGE_NOT_ALLOWED', why: 'disk.denied', hint: 'Check owner and mode of the folder.' },
  EPERM: { code: 'STORAGE_NOT_ALLOWED', why: 'disk.notPermitted', hint: 'Check owner and mode of the folder.' },
  EROFS: {
    code: 'STORAGE_NOT_ALLOWED',
    why: 'disk.readOnly',
    hint: 'Give a folder on a disk that can be written to, or mount this one for writing.',
  },
  ESTALE: { code: 'STORAGE_UNREACHABLE', why: 'disk.stale' },
  ENOTCONN: { code: 'STORAGE_UNREACHABLE', why: 'disk.notConnected' },
  ETIMEDOUT: { code: 'STORAGE_UNREACHABLE', why: 'disk.noAnswer' },
  EHOSTDOWN: { code: 'STORAGE_UNREACHABLE', why: 'disk.hostDown' },
  EIO: { code: 'STORAGE_FAILED', why: 'disk.inputOutput', hint: "Look at the system's log." },
  EMFILE: { code: 'STORAGE_FAILED', why: 'disk.tooManyOpen', hint: 'Raise ulimit -n.' },
  ENOTDIR: { code: 'STORAGE_FAILED', why: 'disk.fileInPlace', hint: IN_PLACE },
  EEXIST: { code: 'STORAGE_FAILED', why: 'disk.fileInPlace', hint: IN_PLACE },
  EISDIR: { code: 'STORAGE_FAILED', why: 'disk.folderInPlace', hint: IN_PLACE },
  ENOTEMPTY: { code: 'STORAGE_FAILED', why: 'disk.folderInPlace', hint: IN_PLACE },
}

/** The errno name of a system error, or undefined for anything else. */
export function errno(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/**
 * Turns a system error into one of ours; errors that are ours already pass as they are.
 * @param doing what was tried, as in `write "x"`
 */
export function filesystemError(error: unknown, doing: Said): CofferError {
  if (error instanceof CofferError) return error
  const name = errno(error) ?? ''
  const known = CODES[name]
  const message = error instanceof Error ? error.message.replace(/\.$/, '') : String(error)
  const why = known === undefined ? message : say(known.why)
  return new CofferError(
    known?.code ?? 'STORAGE_FAILED',
    name === '' ? say('disk.cannot', { doing, why }) : say('disk.cannotBy', { doing, why, errno: name }),
    {
      ...(known?.hint === undefined ? {} : { hint: known.hint }),
      details: { errno: name },
      cause: error,
    },
  )
}
