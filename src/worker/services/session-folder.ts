import { mkdtempSync, rmSync } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PREFIX = 'coffer-session-'
const DAY_MS = 24 * 3_600_000

/**
 * A session's temporary folder, for this user alone: made when it is first wanted, removed when the session ends, also
 * where the process exits in a hurry. What a killed one left is removed by a later session.
 */
export class SessionFolder {
  #path: string | null = null
  readonly #root: string
  readonly #remove = () => {
    if (this.#path !== null) rmSync(this.#path, { recursive: true, force: true })
  }

  constructor(root: string = tmpdir()) {
    this.#root = root
  }

  get path(): string {
    if (this.#path !== null) return this.#path
    // Mode 0700, by mkdtemp(3).
    this.#path = mkdtempSync(join(this.#root, `${PREFIX}${process.pid}-`))
    process.once('exit', this.#remove)
    void removeLeftOvers(this.#root)
    return this.#path
  }

  close(): void {
    process.off('exit', this.#remove)
    this.#remove()
    this.#path = null
  }
}

/** Folders of this user, untouched for a day, whose process is gone. */
async function removeLeftOvers(root: string): Promise<void> {
  for (const name of await readdir(root).catch(() => [])) {
    const pid = /^coffer-session-(\d+)-/.exec(name)?.[1]
    if (pid === undefined || isAlive(Number(pid))) continue
    const path = join(root, name)
    const found = await stat(path).catch(() => null)
    if (found === null || (process.getuid !== undefined && found.uid !== process.getuid())) continue
    if (Date.now() - found.mtimeMs > DAY_MS) await rm(path, { recursive: true, force: true }).catch(() => {})
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
