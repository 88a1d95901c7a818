import { type FileHandle, open } from 'node:fs/promises'
import { CofferError } from '../../contract/errors.ts'
import type { ByteSource } from '../../verify/source.ts'

export interface FileSource extends ByteSource {
  /** For threads of this process, which read by it and say what they read (`readBy`); open until `close`. */
  descriptor: number
  /** So many bytes more were read by somebody else. */
  readBy(bytes: number): void
  close(): Promise<void>
}

/**
 * A file by its path; close it when done.
 * @param progress told the bytes that were read so far, never more than the file has; what it throws ends the reading
 * @throws as `open` does; reading does where the file ends before it should
 */
export async function openFileSource(path: string, progress?: (bytes: number) => void): Promise<FileSource> {
  const file: FileHandle = await open(path, 'r')
  const { size } = await file.stat()
  let read = 0
  const readBy = (bytes: number) => {
    read += bytes
    progress?.(Math.min(read, size))
  }
  return {
    size,
    descriptor: file.fd,
    readBy,
    read: async (from, to) => {
      const bytes = Buffer.allocUnsafeSlow(to - from)
      for (let at = 0; at < bytes.length; ) {
        const { bytesRead } = await file.read(bytes, at, bytes.length - at, from + at)
        if (bytesRead === 0) {
          throw new CofferError('STORAGE_FAILED', `the file "${path}" became shorter while it was read`)
        }
        at += bytesRead
      }
      readBy(bytes.length)
      return bytes
    },
    close: () => file.close(),
  }
}
