import { CofferError } from '../../contract/errors.ts'
import { MAX_DRAFT } from '../../contract/ipc/limits.ts'
import type { ProfileDatabase } from './database.ts'

export interface Draft {
  name: string
  value: unknown
  /** Milliseconds since the epoch. */
  updatedAt: number
}

const SECRET_NAME = /(password|passphrase|secret|token|private_?key)$/i
const ONLY_VARIABLES = /^(\$\{[A-Za-z_][A-Za-z0-9_]*\})?$/

/** What a wizard was told before it was left, by its name. */
export class Drafts {
  readonly #db: ProfileDatabase
  readonly #clean: (text: string) => string

  constructor(db: ProfileDatabase, clean: (text: string) => string = (text) => text) {
    this.#db = db
    this.#clean = clean
  }

  get(name: string): Draft | null {
    const row = this.#db.get('SELECT * FROM drafts WHERE name = ?', [name])
    return row === null ? null : { name, value: JSON.parse(String(row.value)), updatedAt: Number(row.updated_at) }
  }

  /** The newest first, without their values. */
  list(): { name: string; updatedAt: number }[] {
    return this.#db
      .all('SELECT name, updated_at FROM drafts ORDER BY updated_at DESC, name')
      .map((row) => ({ name: String(row.name), updatedAt: Number(row.updated_at) }))
  }

  /** @throws USAGE where it is too long, is no JSON, or holds a secret: drafts lie on disk in clear */
  set(name: string, value: unknown): void {
    const text = JSON.stringify(value)
    if (text === undefined) throw new CofferError('USAGE', `expected JSON for the draft "${name}", got nothing`)
    const bytes = Buffer.byteLength(text)
    if (bytes > MAX_DRAFT) {
      throw new CofferError('USAGE', `expected at most ${MAX_DRAFT} bytes for the draft "${name}", got ${bytes}`)
    }
    const key = secretKeyOf(value)
    if (key !== null || this.#clean(text) !== text) {
      throw new CofferError('USAGE', `the draft "${name}" holds a secret${key === null ? '' : ` ("${key}")`}`, {
        hint: 'Drafts are kept in clear. Save the value with its connection, and name it by a variable here.',
      })
    }
    this.#db.run(
      `INSERT INTO drafts (name, value, updated_at) VALUES (?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
      [name, text, Date.now()],
    )
  }

  /** A missing one is no error. */
  remove(name: string): void {
    this.#db.run('DELETE FROM drafts WHERE name = ?', [name])
  }
}

/** The first key that says that its text is a secret; null: none. */
function secretKeyOf(value: unknown, key = ''): string | null {
  if (typeof value === 'string') return SECRET_NAME.test(key) && !ONLY_VARIABLES.test(value) ? key : null
  if (typeof value !== 'object' || value === null) return null
  for (const [inner, one] of Object.entries(value)) {
    const found = secretKeyOf(one, Array.isArray(value) ? key : inner)
    if (found !== null) return found
  }
  return null
}
