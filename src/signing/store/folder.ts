import { mkdir, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/**
 * Makes a folder and those above it that are missing. Not left to Node's `recursive`: that never ends where a system
 * answers "not there" to making a folder in one that is (/proc does).
 * @throws what Node throws, with its code
 */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  const folder = resolve(path)
  try {
    await mkdir(folder, { mode })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && (await stat(folder)).isDirectory()) return
    const parent = dirname(folder)
    const parentThere = await stat(parent).then(
      () => true,
      () => false,
    )
    if (code !== 'ENOENT' || parentThere) throw error
    await makeFolder(parent, mode)
    await mkdir(folder, { mode }).catch((cause: NodeJS.ErrnoException) => {
      // somebody else made it meanwhile
      if (cause.code !== 'EEXIST') throw cause
    })
  }
}
