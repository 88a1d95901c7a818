import { mkdirSync, statSync } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/**
 * Makes a folder and those above it that are missing. Not left to Node's `recursive`: that never ends where a system
 * answers "not there" to making a folder in one that is (/proc does).
 * @returns the topmost folder that was made, absolute; undefined: all were there
 * @throws what Node throws, with its code
 */
export async function makeFolder(path: string, mode = 0o777): Promise<string | undefined> {
  const folder = resolve(path)
  const make = async (): Promise<'made' | 'there' | 'no parent'> => {
    try {
      await mkdir(folder, { mode })
      return 'made'
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EEXIST' && (await stat(folder)).isDirectory()) return 'there'
      if (code === 'ENOENT' && dirname(folder) !== folder) return 'no parent'
      throw error
    }
  }
  const first = await make()
  if (first !== 'no parent') return first === 'made' ? folder : undefined
  const above = await makeFolder(dirname(folder), mode)
  // Once more, and no oftener: somebody else may have made the parent since.
  const second = await make()
  if (second === 'no parent') throw missing(folder)
  return above ?? (second === 'made' ? folder : undefined)
}

/** As `makeFolder`, for callers that can't wait. */
export function makeFolderSync(path: string, mode = 0o777): void {
  const folder = resolve(path)
  const make = (): boolean => {
    try {
      mkdirSync(folder, { mode })
      return true
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EEXIST' && statSync(folder).isDirectory()) return true
      if (code === 'ENOENT' && dirname(folder) !== folder) return false
      throw error
    }
  }
  if (make()) return
  makeFolderSync(dirname(folder), mode)
  if (!make()) throw missing(folder)
}

function missing(folder: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`ENOENT: the system makes no folder "${folder}"`), { code: 'ENOENT' })
}
