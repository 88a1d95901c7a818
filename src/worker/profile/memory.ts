import { ProfileDatabase } from './database.ts'
import { Drafts } from './drafts.ts'
import { JobHistory } from './job-history.ts'
import { SettingsStore } from './settings.ts'

/** All that the application remembers in its database. */
export class ProfileMemory {
  readonly database: ProfileDatabase
  readonly history: JobHistory
  readonly drafts: Drafts
  readonly settings: SettingsStore

  /** @param clean takes secrets out of a text */
  private constructor(database: ProfileDatabase, clean: (text: string) => string) {
    this.database = database
    this.history = new JobHistory(database, clean)
    this.drafts = new Drafts(database, clean)
    this.settings = new SettingsStore(database)
  }

  /** Opens it, and ends the jobs whose process is gone. @throws STORAGE_FAILED */
  static async open(profile: string, clean: (text: string) => string): Promise<ProfileMemory> {
    const memory = new ProfileMemory(await ProfileDatabase.open(profile), clean)
    memory.history.endCrashed()
    memory.history.forgetOldest()
    return memory
  }

  close(): void {
    this.history.close()
    this.database.close()
  }
}
