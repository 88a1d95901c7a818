import { randomBytes } from 'node:crypto'
import { copyFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { CofferError } from '../../../contract/errors.ts'
import type { AreaHandlers } from '../../../contract/ipc/map.ts'
import type { ServiceCore } from '../core.ts'
import type { Dialogs } from '../dialogs.ts'
import { safeFileName } from '../file-name.ts'

/** The calls that are about files (contract/ipc/calls/files.ts). */
export const fileHandlers = (core: ServiceCore): AreaHandlers<'files'> => {
  const { files: held } = core
  const dialogs = core.options.dialogs ?? null
  return {
    'files.pick': async (input) => {
      const paths = await native(dialogs, 'files are chosen').open(input)
      return Promise.all(paths.map((path) => held.hold(path)))
    },
    'files.hold': ({ path }) => held.hold(core.path(path)),
    'files.get': async ({ id }) => held.get(id),
    'files.make': ({ name, text }) => held.make(name, text),
    'files.saveAs': async ({ id, name }) => {
      const source = held.pathOf(id)
      const target = await native(dialogs, 'files are saved').save(safeFileName(name))
      if (target === null) return { saved: null }
      await copyWhole(source, target)
      return { saved: target }
    },
    'files.reveal': async ({ id }) => {
      native(dialogs, 'files are shown in their folder').reveal(held.pathOf(id))
      return null
    },
    'files.release': async ({ id }) => {
      await held.release(id)
      return null
    },
  }
}

function native(dialogs: Dialogs | null, what: string): Dialogs {
  if (dialogs !== null) return dialogs
  throw new CofferError('UNSUPPORTED', `${what} by the browser itself, not by the host`)
}

/** All of it or nothing: what is there already stays until the copy is whole. @throws USAGE, STORAGE_FULL */
async function copyWhole(source: string, target: string): Promise<void> {
  const part = join(dirname(target), `.${basename(target)}.${randomBytes(4).toString('hex')}${extname(target)}`)
  try {
    await copyFile(source, part)
    await rename(part, target)
  } catch (cause) {
    await rm(part, { force: true }).catch(() => {})
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'ENOSPC') throw new CofferError('STORAGE_FULL', `the disk has no room for "${target}"`, { cause })
    throw new CofferError('USAGE', `can't write "${target}": ${code === 'EACCES' ? 'not allowed' : message}`, { cause })
  }
}
