import { CofferError, type ErrorCode } from '../contract/errors.ts'

const CODES: Record<string, { code: ErrorCode; says: string; hint?: string }> = {
  ENOSPC: { code: 'STORAGE_FULL', says: 'no space is left', hint: 'free some space and start again' },
  EDQUOT: { code: 'STORAGE_FULL', says: 'the disk quota is used up', hint: 'free some space or raise the quota' },
  EFBIG: {
    code: 'STORAGE_FULL',
    says: 'the file would be larger than allowed here',
    hint: "raise the process's file size limit (ulimit -f), or use another filesystem",
  },
  EACCES: { code: 'STORAGE_NOT_ALLOWED', says: 'permission was denied', hint: 'check owner and mode of the folder' },
  EPERM: { code: 'STORAGE_NOT_ALLOWED', says: 'the operation is not permitted' },
  EROFS: { code: 'STORAGE_NOT_ALLOWED', says: 'the filesystem is read-only' },
  ESTALE: { code: 'STORAGE_UNREACHABLE', says: 'the network filesystem has gone away' },
  ENOTCONN: { code: 'STORAGE_UNREACHABLE', says: 'the filesystem is not connected' },
  ETIMEDOUT: { code: 'STORAGE_UNREACHABLE', says: 'the filesystem did not answer in time' },
  EHOSTDOWN: { code: 'STORAGE_UNREACHABLE', says: "the filesystem's host is down" },
  EIO: { code: 'STORAGE_FAILED', says: 'the disk gave an input or output error', hint: "look at the system's log" },
  EMFILE: { code: 'STORAGE_FAILED', says: 'too many files are open', hint: 'raise ulimit -n' },
  ENOTDIR: { code: 'STORAGE_FAILED', says: 'a file stands where a folder is needed' },
  EEXIST: { code: 'STORAGE_FAILED', says: 'a file stands where a folder is needed' },
  EISDIR: { code: 'STORAGE_FAILED', says: 'a folder stands where a file is needed' },
  ENOTEMPTY: { code: 'STORAGE_FAILED', says: 'a folder stands where a file is needed' },
}

/** The errno name of a system error, or undefined for anything else. */
export function errno(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/**
 * Turns a system error into one of ours; errors that are ours already pass as they are.
 * @param doing what was tried, as in `cannot write "x"`
 */
export function filesystemError(error: unknown, doing: string): CofferError {
  if (error instanceof CofferError) return error
  const name = errno(error) ?? ''
  const known = CODES[name]
  const says = known?.says ?? (error instanceof Error ? error.message.replace(/\.$/, '') : String(error))
  return new CofferError(
    known?.code ?? 'STORAGE_FAILED',
    `cannot ${doing}, ${says}${name === '' ? '' : ` (${name})`}`,
    {
      ...(known?.hint === undefined ? {} : { hint: known.hint }),
      details: { errno: name },
      cause: error,
    },
  )
}
