import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/**
 * Writes a file of the program's own (a list of the profile, a case, an exported key), whole or not at all: beside its
 * place, on disk before it gets its name. What was there stays until then, and after any error. The folder must be there.
 * @param content text, or bytes as they come; where those end with an error, nothing is written
 * @param mode for a new file, less the umask; readable by its owner alone unless told
 * @throws what the system says
 */
export async function writeWhole(
  path: string,
  content: string | AsyncIterable<Uint8Array>,
  mode = 0o600,
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`)
  try {
    const handle = await open(temporary, 'wx', mode)
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
