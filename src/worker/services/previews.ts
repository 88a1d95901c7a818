import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { CofferError, type SerializedError } from '../../contract/errors.ts'
import type { PreviewState } from '../../contract/ipc/calls/requests.ts'
import { MAX_FINDINGS } from '../../contract/ipc/limits.ts'
import type { ConfigSource, Progress } from '../../contract/jobs.ts'
import type { PreviewField, PreviewRecord, PreviewRow } from '../../contract/requests/preview.ts'
import type { PreviewCursor, PreviewResult } from '../../contract/results/preview.ts'
import { fieldsOf } from '../../jobs/extract/preview-fields.ts'
import { previewRows, readRecords, readRows } from '../../jobs/extract/preview-spool.ts'
import type { ServiceCore } from './core.ts'

/** Rows and bytes of the first look, and of each that follows: what is read again is then less than what is new. */
const FIRST = { rows: 500, bytes: 512 * 1024 ** 2 }
const GROWTH = 4
const MOST_AT_ONCE = { rows: 200_000, bytes: 4 * 1024 ** 3 }
/** Rows that a preview keeps at the most. */
const MOST_ROWS = 1_000_000
const MOST_PREVIEWS = 8
/** Records that fields are looked for in. */
const SAMPLED = 200

/** What is looked through: an archive by an extraction's file, or a package that is there. */
export type PreviewSource = { config: ConfigSource } | { file: string }

interface Preview {
  folder: string
  source: PreviewSource
  stop: AbortController
  running: Promise<void> | null
  next: { rows: number; bytes: number }
  cursor: PreviewCursor | null
  /** Read by the looks that have ended. */
  read: { records: number; bytes: number; seconds: number }
  progress: Progress | null
  last: PreviewResult | null
  failures: PreviewResult['failures']
  failuresTotal: number
  error: SerializedError | null
}

/** The previews of a session: each looks through an archive in a thread of its own, and keeps its rows in a folder. */
export class Previews {
  readonly #core: ServiceCore
  readonly #all = new Map<string, Preview>()

  constructor(core: ServiceCore) {
    this.#core = core
  }

  async start(source: PreviewSource, replaces: string | null): Promise<string> {
    if (replaces !== null) await this.end(replaces)
    for (const old of this.#all.keys()) {
      if (this.#all.size < MOST_PREVIEWS) break
      await this.end(old)
    }
    const id = randomBytes(16).toString('base64url')
    const preview: Preview = {
      folder: await this.#core.files.emptyFolder(),
      source,
      stop: new AbortController(),
      running: null,
      next: { ...FIRST },
      cursor: { segment: 0, record: 0 },
      read: { records: 0, bytes: 0, seconds: 0 },
      progress: null,
      last: null,
      failures: [],
      failuresTotal: 0,
      error: null,
    }
    this.#all.set(id, preview)
    this.#look(preview)
    return id
  }

  /** How far it is, all of it at one moment: a look may end while the rows are counted. */
  async state(id: string): Promise<PreviewState> {
    const preview = this.#get(id)
    const { progress, last, cursor, error, failuresTotal } = preview
    const running = preview.running !== null
    const read = { ...preview.read }
    const failures = preview.failures.slice(0, MAX_FINDINGS)
    const rows = await previewRows(preview.folder)
    return {
      running,
      rows,
      recordsRead: read.records + (progress?.recordsDone ?? 0),
      recordsTotal: last?.records_total ?? progress?.recordsTotal ?? null,
      bytesRead: read.bytes + (progress?.bytesDone ?? 0),
      bytesTotal: last?.bytes_total ?? progress?.bytesTotal ?? null,
      segmentsTotal: last?.segments_total ?? null,
      complete: last !== null && cursor === null && !running,
      full: rows >= MOST_ROWS,
      seconds: read.seconds + (progress?.elapsedSeconds ?? 0),
      failures,
      failuresTotal,
      error:
        error === null
          ? null
          : { code: error.code, message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) },
    }
  }

  rows(id: string, from: number, count: number): Promise<PreviewRow[]> {
    return readRows(this.#get(id).folder, from, count)
  }

  async record(id: string, row: number): Promise<PreviewRecord | null> {
    const [record] = await readRecords(this.#get(id).folder, row, 1)
    return record ?? null
  }

  async fields(id: string): Promise<PreviewField[]> {
    return fieldsOf(await readRecords(this.#get(id).folder, 0, SAMPLED))
  }

  /** Looks further, where there is anything left and it is not looking already. */
  async more(id: string): Promise<void> {
    const preview = this.#get(id)
    const rows = await previewRows(preview.folder)
    if (rows >= MOST_ROWS) return
    // of two who ask at once, the first is looking by now
    if (preview.running !== null || preview.cursor === null || preview.error !== null) return
    preview.next.rows = Math.min(preview.next.rows * GROWTH, MOST_AT_ONCE.rows)
    preview.next.bytes = Math.min(preview.next.bytes * GROWTH, MOST_AT_ONCE.bytes)
    this.#look(preview)
  }

  /** Ends it and removes its rows; one that is gone already is no error. */
  async end(id: string): Promise<void> {
    const preview = this.#all.get(id)
    if (preview === undefined) return
    this.#all.delete(id)
    preview.stop.abort()
    await preview.running
    await rm(preview.folder, { recursive: true, force: true })
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all.keys()].map((id) => this.end(id)))
  }

  #get(id: string): Preview {
    const preview = this.#all.get(id)
    if (preview !== undefined) return preview
    throw new CofferError('USAGE', `expected the id of a preview, got "${id}"`, {
      hint: 'It was ended by a newer one: look again.',
    })
  }

  #look(preview: Preview): void {
    preview.running = this.#run(preview).finally(() => {
      preview.running = null
    })
  }

  async #run(preview: Preview): Promise<void> {
    const { folder, source, cursor, next } = preview
    const environment = await this.#core.readyEnvironment()
    const asked = { folder, cursor, ...next, environment }
    const outcome = await this.#core.options.runJob(
      'file' in source ? { kind: 'package-records', ...source, ...asked } : { kind: 'preview', ...source, ...asked },
      {
        terminate: preview.stop.signal,
        onEvent: (event) => {
          if (event.type === 'progress') preview.progress = event.progress
        },
      },
    )
    preview.progress = null
    if (outcome.state === 'failed') {
      const { stack: _, ...error } = outcome.error
      preview.error = error
      preview.cursor = null
      return
    }
    const result = outcome.result as PreviewResult
    preview.last = result
    preview.cursor = result.cursor
    preview.read.records += result.records_read
    preview.read.bytes += result.bytes_read
    preview.read.seconds += result.seconds
    preview.failures.push(...result.failures)
    preview.failuresTotal += result.failures_total
  }
}
