import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { CofferError } from '../../contract/errors.ts'
import type { ArchiveLocationInput } from '../../contract/ipc/archive.ts'
import type { CallOutput } from '../../contract/ipc/map.ts'
import type { ArchiveLocation, ConfigSource } from '../../contract/jobs.ts'
import { ConnectionStore, type StoredConnection } from './connection-store.ts'
import { configurationOf } from './connection-text.ts'
import { type RunJob, SessionJobs } from './session-jobs.ts'

export interface ServiceOptions {
  /** What runs a job: the worker's client. */
  runJob: RunJob
  /** Folder of the profile: connections are kept there. */
  profile: string
  /** Where relative paths start. */
  directory: string
  environment: Readonly<Record<string, string | undefined>>
  host: CallOutput<'app.info'>['host']
  version: string
}

/** What the areas of the services have in common: the profile's stores, the session's jobs, secrets and paths. */
export class ServiceCore {
  readonly options: ServiceOptions
  readonly connections: ConnectionStore
  readonly jobs: SessionJobs
  /** Values of `${VAR}`s that were typed in: in this process's memory only. */
  readonly secrets = new Map<string, string>()

  constructor(options: ServiceOptions) {
    this.options = options
    this.connections = new ConnectionStore(options.profile)
    this.jobs = new SessionJobs(options.runJob)
  }

  /** What a job's `${VAR}`s are resolved by: what was typed in wins over what the host was started with. */
  environment(): Record<string, string> {
    const environment: Record<string, string> = {}
    for (const [name, value] of Object.entries(this.options.environment)) {
      if (value !== undefined) environment[name] = value
    }
    // jobs find the key store where the window keeps its connections
    environment.COFFER_PROFILE = this.options.profile
    return { ...environment, ...Object.fromEntries(this.secrets) }
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
}
