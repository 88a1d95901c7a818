import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'

const bounds = z.object({ x: z.int(), y: z.int(), width: z.int().min(1), height: z.int().min(1) })
const stored = z.object({
  window: bounds.extend({ maximized: z.boolean() }).nullable().catch(null),
})
type Stored = z.infer<typeof stored>

/** What the window remembers of itself, in `desktop.json` of the profile. A file that can't be read is as good as none. */
export class Preferences {
  readonly #path: string
  #now: Stored = { window: null }
  #writing: Promise<void> = Promise.resolve()

  private constructor(path: string) {
    this.#path = path
  }

  static async in(profile: string): Promise<Preferences> {
    const preferences = new Preferences(join(profile, 'desktop.json'))
    try {
      preferences.#now = stored.parse(JSON.parse(await readFile(preferences.#path, 'utf8')))
    } catch {
      // the first start, or a file that somebody broke
    }
    return preferences
  }

  get now(): Readonly<Stored> {
    return this.#now
  }

  /** Written whole, one after the other. What can't be written is not worth stopping for. */
  change(change: Partial<Stored>): Promise<void> {
    this.#now = { ...this.#now, ...change }
    const text = `${JSON.stringify(this.#now, null, 2)}\n`
    this.#writing = this.#writing.then(async () => {
      const part = `${this.#path}.part`
      try {
        await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 })
        await writeFile(part, text, { mode: 0o600 })
        await rename(part, this.#path)
      } catch {
        await rm(part, { force: true }).catch(() => {})
      }
    })
    return this.#writing
  }
}
