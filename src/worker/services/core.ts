import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { CofferError } from '../../contract/errors.ts'
import type { ArchiveLocationInput } from '../../contract/ipc/archive.ts'
import type { CallOutput } from '../../contract/ipc/map.ts'
import type { Settings } from '../../contract/ipc/settings.ts'
import type { ArchiveLocation, ConfigSource, JobKind, JobRequest } from '../../contract/jobs.ts'
import type { JobResults } from '../../contract/results.ts'
import type { Keychain } from '../../signing/store/keychain.ts'
import { ProfileMemory } from '../profile/memory.ts'
import { connectionsKeychain, Vault } from '../profile/vault.ts'
import { ActivityLog } from './activity-log.ts'
import { ConnectionStore, type StoredConnection } from './connection-store.ts'
import { configurationOf } from './connection-text.ts'
import type { Dialogs } from './dialogs.ts'
import { type FileLimits, HeldFiles } from './held-files.ts'
import { type RunJob, SessionJobs } from './session-jobs.ts'

export interface ServiceOptions {
  /** What runs a job: the worker's client. */
  runJob: RunJob
  /** Folder of the profile: connections are kept there. */
  profile: string
  /** Where relative paths start. */
  directory: string
  /** What came with the program: the sample archive. */
  assets?: string
  environment: Readonly<Record<string, string | undefined>>
  host: CallOutput<'app.info'>['host']
  version: string
  /** The system's own dialogs; none in a browser. */
  dialogs?: Dialogs
  /** The keychain of this user; null: never one. By default the system's, unless `COFFER_KEY_STORE` is `file`. */
  keychain?: (() => Promise<Keychain>) | null
  /** Hears of settings that were changed, and applies those that are the host's. */
  onSettings?: (settings: Settings) => Promise<void>
  /** Bounds on uploads, for tests. */
  fileLimits?: FileLimits
  /** How long after a sleep the network gets before a job goes on, for tests. */
  settleMs?: number
}

type WithoutEnvironment<T> = T extends unknown ? Omit<T, 'environment'> : never

/** A job as an area asks for it: the values of its `${VAR}`s are added when it starts. */
export type AreaRequest = WithoutEnvironment<JobRequest>

/** What the areas of the services have in common: the profile's stores, the session's jobs, secrets and paths. */
export class ServiceCore {
  readonly options: ServiceOptions
  readonly connections: ConnectionStore
  readonly jobs: SessionJobs
  /** What was done here, apart from jobs, which are recorded where they run. */
  readonly activity: ActivityLog
  /** Files that the window was given, by their ids. */
  readonly files: HeldFiles
  /** Values of `${VAR}`s that were typed in: in the keychain, in an encrypted file, or in memory alone. */
  readonly vault: Vault
  #memory: Promise<ProfileMemory> | null = null
  #opened: ProfileMemory | null = null

  constructor(options: ServiceOptions) {
    this.options = options
    this.connections = new ConnectionStore(options.profile)
    this.activity = new ActivityLog(options.profile, () => this.environment())
    this.jobs = new SessionJobs(options.runJob)
    this.files = new HeldFiles(options.fileLimits)
    const byDefault = options.environment.COFFER_KEY_STORE === 'file' ? null : connectionsKeychain
    this.vault = new Vault({
      profile: options.profile,
      keychain: options.keychain === undefined ? byDefault : options.keychain,
      // the database's lock holds between processes; where there is no database yet, nobody else writes either
      exclusively: (work) => (this.#opened === null ? work() : this.#opened.database.transaction(work)),
    })
  }

  /** What the application remembers: history, drafts, settings. @throws STORAGE_FAILED where its file can't be used */
  memory(): Promise<ProfileMemory> {
    this.#memory ??= ProfileMemory.open(this.options.profile, (text) => this.vault.clean(text)).then(
      (opened) => {
        this.#opened = opened
        return opened
      },
      (error: unknown) => {
        // asked for again by the next call: somebody may have made room
        this.#memory = null
        throw error
      },
    )
    return this.#memory
  }

  /**
   * Starts any job of the contract. It goes on without the window, is shown under Jobs, and tells of itself by events; its
   * result's figures (contract/ipc/facts.ts) come with `finished`.
   * @param subject what it is about, for people: a backup's id, a matter, a file's name
   * @param origin.file absolute path of the file that a configuration's text was read from
   */
  async start(
    request: AreaRequest,
    subject: string,
    origin: { file?: string; continues?: string } = {},
  ): Promise<{ jobId: string }> {
    const environment = await this.readyEnvironment()
    const memory = await this.memory().catch(() => null)
    return this.jobs.start({ ...request, environment }, subject, { history: memory?.history ?? null, ...origin })
  }

  /**
   * Runs a job whose answer is short and soon and is given by a call: it is not shown under Jobs.
   * @returns its whole result (contract/results.ts): cut it down to what the call's schema says
   * @throws what the job failed with
   */
  async ask<K extends JobKind>(request: AreaRequest & { kind: K }): Promise<JobResults[K]> {
    const whole: JobRequest = { ...request, environment: await this.readyEnvironment() }
    return (await this.jobs.ask(whole)) as JobResults[K]
  }

  /** `environment`, once the keychain has given what it has. */
  async readyEnvironment(): Promise<Record<string, string>> {
    await this.vault.ready()
    return this.environment()
  }

  /**
   * What a job's `${VAR}`s are resolved by: what was typed in wins over what the host was started with. Without what the
   * keychain was not asked for yet: `start` and `ask` wait for that.
   */
  environment(): Record<string, string> {
    const environment: Record<string, string> = {}
    for (const [name, value] of Object.entries(this.options.environment)) {
      if (value !== undefined) environment[name] = value
    }
    // jobs find the key store where the window keeps its connections
    environment.COFFER_PROFILE = this.options.profile
    return { ...environment, ...this.vault.values() }
  }

  /** A connection as the one section of a configuration that it is. */
  configOf(stored: StoredConnection): ConfigSource {
    return { text: configurationOf(stored), name: stored.name, directory: this.options.directory }
  }

  /** Where an archive is, for a job. @throws USAGE for a connection that is none to a storage */
  async archive(location: ArchiveLocationInput): Promise<ArchiveLocation> {
    if ('path' in location) {
      const isAddress = /^[a-z][a-z0-9+.-]*:\/\//i.test(location.path)
      return { path: isAddress ? location.path : this.path(location.path) }
    }
    const stored = await this.connections.get(location.connectionId)
    if (stored.kind !== 'storage') {
      throw new CofferError(
        'USAGE',
        `expected a connection to a storage, got "${stored.name}", which is a ${stored.kind}`,
      )
    }
    return { config: this.configOf(stored) }
  }

  /** A path as the user typed it, absolute. */
  path(path: string): string {
    return resolve(
      this.options.directory,
      path.replace(/^~(?=[/\\]|$)/, () => homedir()),
    )
  }

  /** Lets go of what is open. */
  async close(): Promise<void> {
    const memory = await this.#memory?.catch(() => null)
    memory?.close()
    this.#memory = null
    this.#opened = null
  }
}
