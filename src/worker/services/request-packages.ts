import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseDocument } from 'yaml'
import { CofferError } from '../../contract/errors.ts'
import { conclusionOf } from '../../contract/evidence/questions.ts'
import { oneAfterTheOther } from '../../contract/in-turn.ts'
import type { RequestDetail, ShownPackage } from '../../contract/ipc/calls/requests.ts'
import type { JobFacts, WindowEvent, WindowOutcome } from '../../contract/ipc/job.ts'
import type { PackageRun } from '../../contract/requests/case.ts'
import { saidOf } from '../../contract/said/said.ts'
import { isoTime } from '../../contract/time.ts'
import { noteInCase } from '../../jobs/requests/custody.ts'
import { type CaseStore, packagesFolder, type StoredCase, saveFile } from '../../jobs/requests/store.ts'
import { makeFolder } from '../../storage/make-folder.ts'
import type { ServiceCore } from './core.ts'
import { withTrust } from './with-trust.ts'

type ExtractFacts = JobFacts & { kind: 'extract' }

/** The packages of case folders: from the extraction that makes one to the verdict on it. */
export class RequestPackages {
  readonly #core: ServiceCore
  readonly #store: CaseStore
  /** What the extractions of this session are for, by their jobs. */
  readonly #running = new Map<string, { id: string; file: string }>()
  /** Those that stand in their case and have no job yet. */
  readonly #starting = new Set<{ id: string; file: string }>()
  /** One start after the other, from the choice of its file's name on: two at once would choose the same. */
  readonly inTurn = oneAfterTheOther()
  /** Work that goes on after an event: waited for before the session ends. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(core: ServiceCore, store: CaseStore) {
    this.#core = core
    this.#store = store
    core.jobs.subscribe((event) => this.#hear(event))
  }

  /** Where the next package of a case goes: never where one is or was. */
  static nextFile(stored: StoredCase, base: string): string {
    const taken = new Set(stored.file.packages.map(({ file }) => file.toLowerCase()))
    for (let n = 1; ; n++) {
      const file = n === 1 ? `${base}.zip` : `${base}-${n}.zip`
      if (!taken.has(file.toLowerCase())) return file
    }
  }

  /** @param yaml the extraction's file, whose output is `file` in the case's folder */
  async start(stored: StoredCase, file: string, yaml: string): Promise<{ jobId: string }> {
    const starting = { id: stored.file.id, file }
    this.#starting.add(starting)
    try {
      return await this.#start(stored, file, yaml)
    } finally {
      this.#starting.delete(starting)
    }
  }

  async #start(stored: StoredCase, file: string, yaml: string): Promise<{ jobId: string }> {
    const { id } = stored.file
    const run: PackageRun = {
      file,
      startedAt: isoTime(Date.now()),
      outcome: 'running',
      endedAt: null,
      jobId: '',
      yaml,
      error: null,
      facts: null,
      verified: null,
    }
    await makeFolder(packagesFolder(stored.folder), 0o700)
    await saveFile(join(stored.folder, 'extraction.yaml'), yaml)
    await this.#store.change(id, (kept) => ({
      ...kept,
      packages: [...kept.packages.filter((one) => one.file !== file), run],
    }))
    const started = await this.#core.start(
      { kind: 'extract', config: { text: yaml, name: 'extraction.yaml', directory: stored.folder }, dryRun: false },
      stored.file.data.matter,
    )
    this.#running.set(started.jobId, { id, file })
    await this.#change(id, file, (kept) => ({ ...kept, jobId: started.jobId }))
    return started
  }

  resume(id: string, file: string): Promise<{ jobId: string }> {
    return this.inTurn(async () => {
      const stored = await this.#store.get(id)
      const run = runOf(stored, file)
      if (this.#isRunning(id, file) || run.facts !== null) {
        throw new CofferError('USAGE', `expected a package that was interrupted, got "${file}"`)
      }
      return this.start(stored, file, run.yaml)
    })
  }

  async discard(id: string, file: string): Promise<void> {
    const stored = await this.#store.get(id)
    const run = runOf(stored, file)
    if (this.#isRunning(id, file) || run.facts !== null) {
      throw new CofferError('USAGE', `expected a package that was never finished, got "${file}"`)
    }
    await rm(workFolder(stored.folder, file), { recursive: true, force: true })
    await this.#store.change(id, (kept) => ({ ...kept, packages: kept.packages.filter((one) => one.file !== file) }))
  }

  /** A case, its packages as its folder has them now, newest first, and files that are none of them. */
  async shown(id: string): Promise<{ stored: StoredCase } & Pick<RequestDetail, 'packages' | 'strangers'>> {
    // one that ends while the case is read still runs in what was read
    const before = this.#live(id)
    const stored = await this.#store.get(id)
    const live = new Set([...before, ...this.#live(id)])
    const folder = packagesFolder(stored.folder)
    const packages: ShownPackage[] = []
    for (const { yaml: _, ...run } of [...stored.file.packages].reverse()) {
      const path = join(folder, run.file)
      const size = await stat(path).then(
        (found) => found.size,
        () => null,
      )
      const isLive = live.has(run.file)
      // the program ended before it could hear how the extraction did
      const outcome = run.outcome === 'running' && !isLive ? 'stopped' : run.outcome
      packages.push({ ...run, outcome, size, path, resumable: !isLive && size === null && run.facts === null })
    }
    const known = new Set(stored.file.packages.map(({ file }) => file))
    const names = await readdir(folder).catch(() => [])
    return {
      stored,
      packages,
      strangers: names.filter((name) => !known.has(name) && !name.startsWith('.')).slice(0, 200),
    }
  }

  /** Verifies a package by what this user trusts, as the page Verify does, and keeps the verdict. */
  async verify(id: string, file: string) {
    const stored = await this.#store.get(id)
    const path = join(packagesFolder(stored.folder), file)
    const key: unknown = parseDocument(runOf(stored, file).yaml).getIn(['evidence', 'signing', 'key'])
    const { result, trusted } = await withTrust(this.#core, async (trust, keys) => {
      const found = await this.#core.ask({ kind: 'verify', files: [path], trust, at: null })
      const vouched = found.files.some(({ signatures }) => signatures.some((one) => one.trusted))
      return { result: found, trusted: vouched && typeof key === 'string' && keys.includes(key) ? key : null }
    })
    const [verified] = result.files
    const reason = verified?.reason ?? ''
    const concluded = verified === undefined ? {} : { conclusion: conclusionOf(verified) }
    await this.#change(id, file, (kept) => ({
      ...kept,
      verified: { at: result.verified_at, verdict: result.verdict, ...concluded, reason, trusted },
    }))
    await noteInCase(stored.folder, {
      action: 'verified',
      subject: file,
      sha256: await sha256Of(path),
      location: path,
      details: { verdict: result.verdict, trusted },
    })
    return { result, trusted }
  }

  async hold(id: string, file: string) {
    return this.#core.files.hold(await this.pathOf(id, file))
  }

  /** @throws USAGE where it is no package of this case */
  async pathOf(id: string, file: string): Promise<string> {
    const stored = await this.#store.get(id)
    runOf(stored, file)
    return join(packagesFolder(stored.folder), file)
  }

  async note(
    id: string,
    event: { action: 'viewed' | 'exported' | 'transferred'; file: string; note: string; location: string | null },
  ): Promise<void> {
    const stored = await this.#store.get(id)
    const run = runOf(stored, event.file)
    await noteInCase(stored.folder, {
      action: event.action,
      subject: event.file,
      sha256: run.facts?.sha256 ?? null,
      location: event.location,
      details: event.note === '' ? {} : { note: event.note },
    })
  }

  async close(): Promise<void> {
    await this.#last
  }

  #isRunning(id: string, file: string): boolean {
    return this.#live(id).includes(file)
  }

  /** The packages of a case that are being made. */
  #live(id: string): string[] {
    return [...this.#starting, ...this.#running.values()].filter((one) => one.id === id).map(({ file }) => file)
  }

  #hear(event: WindowEvent): void {
    if (event.type !== 'finished') return
    const run = this.#running.get(event.jobId)
    this.#last = this.#last
      .then(async () => {
        const found = run ?? (await this.#byOutput(event.outcome))
        if (found !== null) await this.#finish(found.id, found.file, event.outcome)
      })
      .catch(() => {})
      .finally(() => this.#running.delete(event.jobId))
  }

  /** A package that was gone on with from the list of jobs: known by the file that was written. */
  async #byOutput(outcome: WindowOutcome): Promise<{ id: string; file: string } | null> {
    if (outcome.state !== 'done' || outcome.result.kind !== 'extract') return null
    const { output } = outcome.result
    for (const { folder, file } of (await this.#store.list()).cases) {
      const run = file.packages.find((one) => one.facts === null && join(packagesFolder(folder), one.file) === output)
      if (run !== undefined) return { id: file.id, file: run.file }
    }
    return null
  }

  async #finish(id: string, file: string, outcome: WindowOutcome): Promise<void> {
    const endedAt = isoTime(Date.now())
    if (outcome.state === 'failed') {
      const { code, message, hint } = outcome.error
      await this.#change(id, file, (kept) => ({
        ...kept,
        endedAt,
        outcome: code === 'INTERRUPTED' ? 'stopped' : 'failed',
        error: { code, message, hint: hint ?? null },
      }))
      return
    }
    const facts = outcome.result
    if (facts.kind !== 'extract' || facts.package === null) return
    const kept = keptFacts(facts, facts.package)
    const { folder } = await this.#store.get(id)
    await noteInCase(folder, {
      action: 'packaged',
      subject: file,
      sha256: kept.sha256,
      location: facts.output,
      details: { records: kept.records, redacted: kept.redacted, backup: kept.backupId, signed_by: kept.signedBy },
    })
    await this.#change(id, file, (run) => ({
      ...run,
      endedAt,
      outcome: facts.state === 'damaged' ? 'damaged' : 'complete',
      error: null,
      facts: kept,
    }))
  }

  async #change(id: string, file: string, change: (run: PackageRun) => PackageRun): Promise<void> {
    await this.#store.change(id, (kept) => ({
      ...kept,
      packages: kept.packages.map((one) => (one.file === file ? change(one) : one)),
    }))
  }
}

/** Lowercase hex, of the file as it lies there. */
async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of createReadStream(path)) hash.update(part as Buffer)
  return hash.digest('hex')
}

/** @throws USAGE */
function runOf({ file: kept }: StoredCase, file: string): PackageRun {
  const run = kept.packages.find((one) => one.file === file)
  if (run === undefined) throw new CofferError('USAGE', `expected a package of this request, got "${file}"`)
  return run
}

/** As jobs/extract/work.ts names it. */
const workFolder = (folder: string, file: string): string => join(packagesFolder(folder), `.${file}.work`)

function keptFacts(facts: ExtractFacts, made: NonNullable<ExtractFacts['package']>): NonNullable<PackageRun['facts']> {
  const filterSaid = facts.filter === null ? undefined : saidOf(facts.filter, facts.sayings)
  return {
    packageId: made.packageId,
    records: facts.records,
    redacted: made.redacted,
    bytes: made.bytes,
    sha256: made.sha256,
    signed: made.signed,
    signedBy: made.signedBy,
    signatureLevel: made.signatureLevel,
    segmentsFailed: made.segmentsFailed,
    window: facts.window,
    filter: facts.filter,
    ...(filterSaid === undefined ? {} : { filterSaid }),
    backupId: facts.backupId,
    location: facts.location,
    seconds: made.seconds,
  }
}
