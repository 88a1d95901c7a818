import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CofferError } from '../../contract/errors.ts'
import { MAX_TEXT } from '../../contract/ipc/limits.ts'
import type { ConfigSource } from '../../contract/jobs.ts'

/**
 * A configuration file that a person named.
 * @param path absolute
 * @param name as the person wrote it, for messages
 * @throws CONFIG_UNREADABLE
 */
export async function readConfig(path: string, name: string): Promise<ConfigSource> {
  try {
    // Asked before opening: opening a named pipe would wait for its other end.
    const { size, isFile } = await stat(path).then((found) => ({ size: found.size, isFile: found.isFile() }))
    if (!isFile) throw new Error('it is not a file')
    if (size > MAX_TEXT) throw new Error(`it has ${size} bytes, and a configuration has at most ${MAX_TEXT}`)
    return { text: await readFile(path, 'utf8'), name, directory: dirname(path) }
  } catch (error) {
    throw new CofferError('CONFIG_UNREADABLE', `the file "${name}" could not be read: ${reason(error)}`, {
      hint: `Relative paths start at the folder that Coffer was started in. Looked at "${path}".`,
      cause: error,
    })
  }
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EACCES') return 'it may not be read by this user'
  return message
}
