import { randomUUID } from 'node:crypto'
import { link, mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { CofferError } from '../../contract/errors.ts'
import { say } from '../../contract/said/said.ts'
import { Spool, type SpoolMark } from '../../evidence/package/packed.ts'
import { errno, filesystemError } from '../../storage/filesystem-errors.ts'
import { replaceFile, syncFolder } from '../../storage/filesystem-files.ts'

/** What became of a segment that was to be read. */
export type SegmentOutcome =
  | {
      key: string
      state: 'read'
      sha256: string
      merkleRoot: string
      records: number
      /** Of them: not looked at, since the segment's index puts them outside the window. */
      ruledOut: number
      matched: number
    }
  | { key: string; state: 'failed'; code: string; reason: string }

export interface Counts {
  records: number
  bytes: number
  redacted: number
  withheld: number
  repeated: number
  undecodable: number
  blind: number
  unordered: number
  suspects: number
}

const NO_COUNTS: Readonly<Counts> = {
  records: 0,
  bytes: 0,
  redacted: 0,
  withheld: 0,
  repeated: 0,
  undecodable: 0,
  blind: 0,
  unordered: 0,
  suspects: 0,
}

/** What is known to lie on the disk: a run that is killed goes on from here. */
interface State {
  format: 4
  /** SHA-256 over what was asked for: another request begins anew. */
  request: string
  /** How many groups of the plan are done. */
  groups: number
  outcomes: SegmentOutcome[]
  counts: Counts
  records: SpoolMark
  proofs: SpoolMark
  /** The archive's chain of custody has its entry. */
  custody: boolean
}

/** A state is written at most this often: it costs two syncs of the disk. */
const SAVE_EVERY_MS = 1000

/**
 * The folder beside the output in which a package grows (`.NAME.work`). It holds everything that a killed run had done,
 * and is gone once the package stands.
 */
export class Work {
  readonly folder: string
  readonly output: string
  readonly records: Spool
  readonly proofs: Spool
  /** Whether an earlier run's work is gone on with. */
  readonly resumed: boolean
  readonly outcomes: SegmentOutcome[]
  readonly counts: Counts
  groups: number
  custody: boolean
  readonly #request: string
  #savedAt = performance.now()

  private constructor(folder: string, output: string, request: string, state: State | null, spools: [Spool, Spool]) {
    this.folder = folder
    this.output = output
    this.#request = request
    this.resumed = state !== null
    this.outcomes = state?.outcomes ?? []
    this.counts = state?.counts ?? { ...NO_COUNTS }
    this.groups = state?.groups ?? 0
    this.custody = state?.custody ?? false
    ;[this.records, this.proofs] = spools
  }

  /**
   * Opens the folder, and goes on with what an earlier run of the same request left there.
   * @throws CONFIG_CONFLICT where the output is there already; LOCKED where another run works on it; STORAGE_…
   */
  static async open(outputPath: string, request: string): Promise<Work> {
    const output = resolve(outputPath)
    const folder = join(dirname(output), `.${basename(output)}.work`)
    return fileError(output, async () => {
      await refuseExisting(output)
      await makeFolder(folder, output)
      await lock(folder, output)
      const state = await readState(folder, request)
      const spools = await openSpools(folder, state)
      return new Work(folder, output, request, spools.state, spools.both)
    })
  }

  /** Makes what has been done durable, where that was long enough ago. */
  async save(now = false): Promise<void> {
    if (!now && performance.now() - this.#savedAt < SAVE_EVERY_MS) return
    await Promise.all([this.records.sync(), this.proofs.sync()])
    const state: State = {
      format: 4,
      request: this.#request,
      groups: this.groups,
      outcomes: this.outcomes,
      counts: this.counts,
      records: this.records.mark(),
      proofs: this.proofs.mark(),
      custody: this.custody,
    }
    await writeDurably(join(this.folder, 'state.json'), JSON.stringify(state))
    this.#savedAt = performance.now()
  }

  /** Puts the finished file in its place: nobody ever sees a part of it there, and nothing is overwritten. */
  async place(file: string): Promise<void> {
    await refuseExisting(this.output)
    try {
      await link(file, this.output)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw exists(this.output)
      // a file system without links
      await replaceFile(file, this.output)
    }
    await syncFolder(dirname(this.output))
    await rm(this.folder, { recursive: true, force: true })
  }

  /** Lets go of the folder, which stays for the next run. */
  async release(): Promise<void> {
    await Promise.all([this.records.close(), this.proofs.close()].map((closed) => closed.catch(() => {})))
    await rm(join(this.folder, 'lock'), { force: true })
  }
}

/** Runs what writes to local files; a system's error becomes one of ours that names the output. */
export async function fileError<T>(output: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw errno(error) === undefined ? error : filesystemError(error, say('disk.write', { path: output }))
  }
}

/** Not recursive: the folder of the output must be there, and where a system can't make any, Node would try for ever. */
async function makeFolder(folder: string, output: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    if (code !== 'ENOENT') throw error
    throw new CofferError('STORAGE_FAILED', `cannot write "${output}", there is no folder "${dirname(output)}"`, {
      hint: 'Make the folder first, or choose another "output".',
      cause: error,
    })
  }
}

async function refuseExisting(output: string): Promise<void> {
  const there = await stat(output).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (there !== null) throw exists(output)
}

function exists(output: string): CofferError {
  return new CofferError('CONFIG_CONFLICT', `there is already a file at "${output}"`, {
    hint: 'A package is never overwritten: choose another "output", or move that one away.',
  })
}

async function lock(folder: string, output: string): Promise<void> {
  const file = join(folder, 'lock')
  const mine = JSON.stringify({ host: hostname(), pid: process.pid, id: randomUUID() })
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      await writeFile(file, mine, { flag: 'wx', mode: 0o600 })
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    if (await holderLives(file)) break
    await rm(file, { force: true })
  }
  throw new CofferError('LOCKED', `another run is at work on "${output}"`, {
    hint: `Wait for it to end. Where no such run is left (on another machine), remove "${file}".`,
  })
}

async function holderLives(file: string): Promise<boolean> {
  try {
    const holder = JSON.parse(await readFile(file, 'utf8')) as { host?: unknown; pid?: unknown }
    if (holder.host !== hostname()) return true
    if (typeof holder.pid !== 'number' || holder.pid === process.pid) return holder.pid === process.pid
    process.kill(holder.pid, 0)
    return true
  } catch (error) {
    // EPERM: it lives, under another user; a lock that was not written whole is a dead one's
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function readState(folder: string, request: string): Promise<State | null> {
  try {
    const state = JSON.parse(await readFile(join(folder, 'state.json'), 'utf8')) as State
    return state.format === 4 && state.request === request ? state : null
  } catch {
    return null
  }
}

async function openSpools(folder: string, state: State | null): Promise<{ state: State | null; both: [Spool, Spool] }> {
  const paths = ['records.deflate', 'proofs.deflate'].map((name) => join(folder, name)) as [string, string]
  if (state !== null) {
    try {
      return { state, both: [await Spool.open(paths[0], state.records), await Spool.open(paths[1], state.proofs)] }
    } catch {
      // what lies there is not what the state says: everything is read again
    }
  }
  await rm(join(folder, 'state.json'), { force: true })
  return { state: null, both: [await Spool.open(paths[0]), await Spool.open(paths[1])] }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`
  const file = await open(temporary, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.datasync()
  } finally {
    await file.close()
  }
  await replaceFile(temporary, path)
}
