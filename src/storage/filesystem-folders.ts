import { realpath } from 'node:fs/promises'
import path from 'node:path'
import { CofferError } from '../contract/errors.ts'
import { errno } from './filesystem-errors.ts'
import { syncFolder } from './filesystem-files.ts'
import { makeFolder } from './make-folder.ts'

/** The folders below a root, with the promise that nothing resolved or made here lies outside of it. */
export class FolderTree {
  readonly root: string
  #realRoot: string | undefined

  constructor(root: string) {
    this.root = root
  }

  /**
   * The real path of what lies under a checked key (or of the root, for `''` and `.`), all links resolved.
   * @throws PATH_ESCAPES where a link leads out of the root; ENOENT where nothing is there
   */
  async resolve(key: string): Promise<string> {
    const root = await this.#resolveRoot()
    const real = await realpath(path.join(root, key))
    this.#checkInside(real, key)
    return real
  }

  /**
   * Makes a folder durably, with those above it, and gives its real path.
   * @throws PATH_ESCAPES before anything is made outside of the root
   */
  async make(key: string): Promise<string> {
    try {
      return await this.resolve(key)
    } catch (error) {
      if (errno(error) !== 'ENOENT') throw error
    }
    await mkdirDurably(this.root)
    const wanted = path.join(await this.#resolveRoot(), key)
    const above = path.dirname(wanted)
    // Parents first, one by one: mkdir -p would follow a link that leads out.
    if (key !== '.' && key !== '') await this.make(path.relative(await this.#resolveRoot(), above))
    await mkdirDurably(wanted)
    return await this.resolve(key)
  }

  async #resolveRoot(): Promise<string> {
    this.#realRoot ??= await realpath(this.root)
    return this.#realRoot
  }

  #checkInside(real: string, key: string): void {
    const root = this.#realRoot ?? this.root
    if (real === root || real.startsWith(root.endsWith(path.sep) ? root : root + path.sep)) return
    throw new CofferError('PATH_ESCAPES', `"${key}" leads out of "${this.root}" through a symbolic link`, {
      hint: 'Give the folder that the link points to as the path itself.',
      details: { key },
    })
  }
}

/** Makes a folder with those above it, each kept as a name in the one above it. */
async function mkdirDurably(folder: string): Promise<void> {
  const first = await makeFolder(folder)
  if (first === undefined) return
  for (let made = path.resolve(folder); made.length >= first.length; made = path.dirname(made)) {
    await syncFolder(path.dirname(made))
  }
}
