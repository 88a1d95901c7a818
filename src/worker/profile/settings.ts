import { DEFAULT_SETTINGS, type Settings, type SettingsChange, settings } from '../../contract/ipc/settings.ts'
import type { ProfileDatabase } from './database.ts'

/** The settings of a profile. One that can't be understood (an older or newer version wrote it) counts as never set. */
export class SettingsStore {
  readonly #db: ProfileDatabase
  readonly #listeners = new Set<(now: Settings) => void>()

  constructor(db: ProfileDatabase) {
    this.#db = db
  }

  get(): Settings {
    const kept = new Map(this.#db.all('SELECT name, value FROM settings').map((row) => [row.name, row.value]))
    const entries = Object.entries(DEFAULT_SETTINGS).map(([name, byDefault]) => {
      const text = kept.get(name)
      const field = settings.shape[name as keyof Settings]
      const parsed = typeof text === 'string' ? field.safeParse(JSON.parse(text)) : null
      return [name, parsed?.success ? parsed.data : byDefault]
    })
    return settings.parse(Object.fromEntries(entries))
  }

  /** @returns all of them as they are now */
  set(change: SettingsChange): Settings {
    this.#db.transaction(() => {
      for (const [name, value] of Object.entries(change)) {
        if (value === undefined) continue
        this.#db.run(
          'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
          [name, JSON.stringify(value)],
        )
      }
    })
    const now = this.get()
    for (const listener of this.#listeners) listener(now)
    return now
  }

  /** For hosts: start at login and such are theirs to do. @returns what ends it */
  onChange(listener: (now: Settings) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}
