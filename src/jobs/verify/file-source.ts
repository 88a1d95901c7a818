import { type FileHandle, open } from 'node:fs/promises'
import { CofferError } from '../../contract/errors.ts'
import type { ByteSource } from '../../verify/source.ts'

/** A file by its path; close it when done. @throws as `open` does, and where the file ends before it should */
export async function openFileSource(path: string): Promise<ByteSource & { close(): Promise<void> }> {
  const file: FileHandle = await open(path, 'r')
  const { size } = await file.stat()
  return {
    size,
    read: async (from, to) => {
      const bytes = Buffer.allocUnsafeSlow(to - from)
      for (let at = 0; at < bytes.length; ) {
        const { bytesRead } = await file.read(bytes, at, bytes.length - at, from + at)
        if (bytesRead === 0) {
          throw new CofferError('STORAGE_FAILED', `the file "${path}" became shorter while it was read`)
        }
        at += bytesRead
      }
      return bytes
    },
    close: () => file.close(),
  }
}
