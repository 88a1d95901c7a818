import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { CofferError } from '../../contract/errors.ts'
import { connection } from '../../contract/ipc/connection.ts'
import { withFolderLock } from '../../storage/filesystem-lock.ts'
import { makeFolder } from '../../storage/make-folder.ts'
import { writeWhole } from '../../storage/write-whole.ts'

/** What is kept of a connection: never a secret, only the names of the variables that hold them. */
const stored = connection.omit({ variables: true })
export type StoredConnection = z.infer<typeof stored>

const file = z.object({ format: z.literal(1), connections: z.array(stored).max(10_000) })

/** The connections of a profile, in `connections.json` of its folder; readable by its owner alone. */
export class ConnectionStore {
  readonly #path: string
  /** Told of each connection that was saved, before the caller hears of it. */
  readonly onSaved: ((id: string) => Promise<void>)[] = []

  /** @param profile folder; made when something is first saved */
  constructor(profile: string) {
    this.#path = join(profile, 'connections.json')
  }

  /** By name. @throws CONFIG_UNREADABLE where the file is there and is not what this program wrote */
  async list(): Promise<StoredConnection[]> {
    let text: string
    try {
      text = await readFile(this.#path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw unreadable(this.#path, error)
    }
    try {
      return file.parse(JSON.parse(text)).connections
    } catch (error) {
      throw unreadable(this.#path, error)
    }
  }

  /** @throws USAGE where there is none with this id */
  async get(id: string): Promise<StoredConnection> {
    const found = (await this.list()).find((one) => one.id === id)
    if (found === undefined) throw unknownConnection(id)
    return found
  }

  /** Adds one (without an id), or replaces the one with this id. @throws CONFIG_CONFLICT where the name is taken */
  async save(input: Omit<StoredConnection, 'id'> & { id: string | null }): Promise<StoredConnection> {
    const saved = await this.#change((all): [StoredConnection[], StoredConnection] => {
      const saved = { ...input, id: input.id ?? randomUUID() }
      const taken = all.some((one) => one.id !== saved.id && one.name.toLowerCase() === saved.name.toLowerCase())
      if (taken) {
        throw new CofferError('CONFIG_CONFLICT', `a connection named "${saved.name}" exists already`, {
          hint: 'Give it another name, or change the one that exists.',
        })
      }
      if (input.id !== null && !all.some((one) => one.id === input.id)) throw unknownConnection(input.id)
      const others = all.filter((one) => one.id !== saved.id)
      return [[...others, saved].sort((a, b) => a.name.localeCompare(b.name)), saved]
    })
    for (const tell of this.onSaved) await tell(saved.id)
    return saved
  }

  /** Removes one; a missing one is no error. */
  remove(id: string): Promise<void> {
    return this.#change((all) => [all.filter((one) => one.id !== id), undefined])
  }

  /** One change at a time, each on the file as it stands: the window may be open in several processes. */
  async #change<T>(change: (all: StoredConnection[]) => [StoredConnection[], T]): Promise<T> {
    const profile = dirname(this.#path)
    await makeFolder(profile, 0o700)
    return withFolderLock(profile, async () => {
      const [connections, result] = change(await this.list())
      await writeWhole(this.#path, `${JSON.stringify({ format: 1, connections }, null, 2)}\n`)
      return result
    })
  }
}

function unreadable(path: string, cause: unknown): CofferError {
  return new CofferError('CONFIG_UNREADABLE', `the connections in "${path}" could not be read`, {
    hint: 'Nothing was changed. Mend the file, or move it away to start with an empty list.',
    cause,
  })
}

function unknownConnection(id: string): CofferError {
  return new CofferError('USAGE', `expected the id of a saved connection, got "${id}"`)
}
