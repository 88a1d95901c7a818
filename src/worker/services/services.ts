import { readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, resolve } from 'node:path'
import { isMap, parseDocument } from 'yaml'
import { CofferError } from '../../contract/errors.ts'
import type { ArchiveLocationInput } from '../../contract/ipc/archive.ts'
import type { Connection, VariableState } from '../../contract/ipc/connection.ts'
import type { WindowEvent } from '../../contract/ipc/job.ts'
import { MAX_TEXT } from '../../contract/ipc/limits.ts'
import type { CallHandlers, CallInput, CallOutput } from '../../contract/ipc/map.ts'
import type { ArchiveLocation, ConfigSource } from '../../contract/jobs.ts'
import { ConnectionStore, type StoredConnection } from './connection-store.ts'
import { checkConnectionText, configurationOf, variablesIn } from './connection-text.ts'
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

/** Every call of the IPC map, whatever host it came through. Hosts hand calls over and add nothing. */
export class Services {
  readonly handlers: CallHandlers
  readonly #options: ServiceOptions
  readonly #store: ConnectionStore
  readonly #jobs: SessionJobs
  /** Values of `${VAR}`s that were typed in: in this process's memory only. */
  readonly #secrets = new Map<string, string>()

  constructor(options: ServiceOptions) {
    this.#options = options
    this.#store = new ConnectionStore(options.profile)
    this.#jobs = new SessionJobs(options.runJob)
    this.handlers = {
      'app.info': async () => ({
        name: 'Coffer',
        version: options.version,
        host: options.host,
        profile: options.profile,
        directory: options.directory,
      }),
      'connections.list': async () => (await this.#store.list()).map((one) => this.#shown(one)),
      'connections.save': (input) => this.#saveConnection(input),
      'connections.remove': async ({ id }) => {
        await this.#store.remove(id)
        return null
      },
      'connections.check': async ({ id }) => {
        const config = this.#configOf(await this.#store.get(id))
        return this.#jobs.ask({ kind: 'check', config, environment: this.#environment() })
      },
      'archives.list': async ({ location }) => {
        const archive = await this.#archive(location)
        return this.#jobs.ask({ kind: 'list', archive, backupId: null, environment: this.#environment() })
      },
      'archives.describe': async ({ location, backupId }) => {
        const archive = await this.#archive(location)
        return this.#jobs.ask({ kind: 'describe', archive, backupId, environment: this.#environment() })
      },
      'archives.validate': async ({ location, backupId, deep }) => {
        const archive = await this.#archive(location)
        return this.#jobs.start(
          { kind: 'validate', archive, backupId, deep, environment: this.#environment() },
          backupId,
        )
      },
      'jobs.startFromYaml': (input) => this.#startFromYaml(input),
      'jobs.cancel': async ({ jobId, atOnce }) => {
        this.#jobs.cancel(jobId, atOnce)
        return null
      },
      'jobs.list': async () => this.#jobs.list(),
    }
  }

  /** @returns what ends the subscription */
  subscribe(listener: (event: WindowEvent) => void): () => void {
    return this.#jobs.subscribe(listener)
  }

  get runningJobs(): number {
    return this.#jobs.runningCount
  }

  /** Stops what runs, at a durable point where it gets there in time. */
  close(graceMs = 10_000): Promise<void> {
    return this.#jobs.close(graceMs)
  }

  async #saveConnection(input: CallInput<'connections.save'>): Promise<Connection> {
    const { secrets, ...rest } = input
    checkConnectionText(rest.yaml)
    const named = new Set(variablesIn(rest.yaml))
    for (const name of Object.keys(secrets)) {
      if (!named.has(name)) {
        throw new CofferError('USAGE', `a value was given for "\${${name}}", which the connection does not name`)
      }
    }
    const saved = await this.#store.save(rest)
    for (const [name, value] of Object.entries(secrets)) this.#secrets.set(name, value)
    return this.#shown(saved)
  }

  #shown(stored: StoredConnection): Connection {
    const variables: VariableState[] = variablesIn(stored.yaml).map((name) => ({
      name,
      from: this.#secrets.has(name)
        ? 'memory'
        : this.#options.environment[name] === undefined
          ? 'missing'
          : 'environment',
    }))
    return { ...stored, variables }
  }

  /** What was typed in wins over what the host was started with. */
  #environment(): Record<string, string> {
    const environment: Record<string, string> = {}
    for (const [name, value] of Object.entries(this.#options.environment)) {
      if (value !== undefined) environment[name] = value
    }
    // jobs find the key store where the window keeps its connections
    environment.COFFER_PROFILE = this.#options.profile
    return { ...environment, ...Object.fromEntries(this.#secrets) }
  }

  #configOf(stored: StoredConnection): ConfigSource {
    return { text: configurationOf(stored), name: stored.name, directory: this.#options.directory }
  }

  async #archive(location: ArchiveLocationInput): Promise<ArchiveLocation> {
    if ('path' in location) {
      const isAddress = /^[a-z][a-z0-9+.-]*:\/\//i.test(location.path)
      return { path: isAddress ? location.path : this.#path(location.path) }
    }
    const stored = await this.#store.get(location.connectionId)
    if (stored.kind !== 'storage') {
      throw new CofferError(
        'USAGE',
        `expected a connection to a storage, got "${stored.name}", which is a ${stored.kind}`,
      )
    }
    return { config: this.#configOf(stored) }
  }

  async #startFromYaml({ source, dryRun }: CallInput<'jobs.startFromYaml'>): Promise<{ jobId: string }> {
    const config: ConfigSource =
      'text' in source
        ? { text: source.text, name: 'configuration', directory: this.#options.directory }
        : await readConfig(this.#path(source.path), source.path)
    const { mode, subject } = glance(config)
    // Any other mode goes to the backup job, whose reading of the file says what is wrong and on which line.
    const kind = mode === 'restore' ? 'restore' : 'backup'
    return this.#jobs.start({ kind, config, dryRun, environment: this.#environment() }, subject)
  }

  #path(path: string): string {
    return resolve(
      this.#options.directory,
      path.replace(/^~(?=[/\\]|$)/, () => homedir()),
    )
  }
}

/** What the file says it is, without resolving or judging it: that is the job's, which names the line. */
function glance(config: ConfigSource): { mode: unknown; subject: string } {
  const subject = basename(config.name)
  try {
    const { contents } = parseDocument(config.text)
    if (!isMap<unknown, unknown>(contents)) return { mode: undefined, subject }
    const [mode, id]: unknown[] = [contents.get('mode'), contents.get('backup_id')]
    return { mode, subject: typeof id === 'string' && id !== '' ? id.slice(0, 200) : subject }
  } catch {
    return { mode: undefined, subject }
  }
}

/** @throws CONFIG_UNREADABLE */
async function readConfig(path: string, name: string): Promise<ConfigSource> {
  try {
    // Asked before opening: opening a named pipe would wait for its other end.
    const { size, isFile } = await stat(path).then((found) => ({ size: found.size, isFile: found.isFile() }))
    if (!isFile) throw new Error('it is not a file')
    if (size > MAX_TEXT) throw new Error(`it has ${size} bytes, and a configuration has at most ${MAX_TEXT}`)
    return { text: await readFile(path, 'utf8'), name, directory: dirname(path) }
  } catch (error) {
    throw new CofferError('CONFIG_UNREADABLE', `the file "${name}" could not be read: ${reason(error)}`, {
      hint: `Relative paths start at the folder that Coffer was started in. Looked at "${path}".`,
      cause: error,
    })
  }
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EACCES') return 'it may not be read by this user'
  return message
}
