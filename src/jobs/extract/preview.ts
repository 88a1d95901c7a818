import { requireManifest } from '../../archive/manifest/store.ts'
import { checkedKey } from '../../archive/paths.ts'
import { openSegment } from '../../archive/segment/reader.ts'
import { loadExtract } from '../../contract/config/extract.ts'
import { CofferError, isCofferError } from '../../contract/errors.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { JobContext, JobRequest, JobResult } from '../../contract/jobs.ts'
import type { Int64 } from '../../contract/record.ts'
import type { PreviewCursor, PreviewResult } from '../../contract/results/preview.ts'
import { say } from '../../contract/said/said.ts'
import type { Storage } from '../../storage/storage.ts'
import { openExistingStorage } from '../open-archive.ts'
import { ProgressMeter } from '../progress.ts'
import { holdsTimes } from '../restore/window.ts'
import { windowPieces } from '../restore/window-pieces.ts'
import { Candidate } from './filter.ts'
import { type PlannedSegment, planExtract } from './plan.ts'
import { previewRecord } from './preview-row.ts'
import { PreviewWriter } from './preview-spool.ts'
import { maskSecret } from './request.ts'
import { makeScanner, type Scanner } from './scan.ts'

const FLUSH_EVERY_MS = 150
const MAX_FAILURES = 20
const UNSTATED_BYTES = 1024 * 1024 * 1024

/**
 * Looks for the first records that an extraction would take, and writes them, masked, to a folder of the session. It
 * stops at a number of rows or of bytes read, and says where to go on. Nothing is proved by it: segments are checked
 * against their digests, and that is all.
 * @throws as `runExtract`; INTERRUPTED where it was stopped
 */
export async function runPreview(
  request: Extract<JobRequest, { kind: 'preview' }>,
  context: JobContext,
): Promise<JobResult<PreviewResult>> {
  const started = performance.now()
  const config = loadExtract(request.config, request.environment)
  const secret = maskSecret(config, request.environment)
  const storage = await openExistingStorage(config.storage)
  const writer = await PreviewWriter.open(request.folder)
  const rowsBefore = writer.rows
  try {
    const { manifest } = await requireManifest(storage, config.backup_id)
    const plan = planExtract(manifest, config.extract)
    const segments = plan.groups.flat()
    const { time_window_start: start, time_window_end: end, filter, mask } = config.extract
    const scanner = makeScanner({ window: { start, end }, filter, mask, secret })
    const meter = new ProgressMeter(context, {
      phase: say('phase.looking'),
      recordsTotal: plan.recordsAtMost,
      bytesTotal: plan.bytesAtMost,
    })
    const looked = new Looking(storage, config.backup_id, scanner, writer, meter, request, context.signal)
    try {
      const cursor = await looked.through(segments, request.cursor ?? { segment: 0, record: 0 })
      return {
        exitCode: EXIT.done,
        result: {
          kind: 'preview',
          rows: writer.rows - rowsBefore,
          records_read: meter.records,
          bytes_read: meter.bytes,
          segments_total: segments.length,
          segments_read: cursor?.segment ?? segments.length,
          records_total: plan.recordsAtMost,
          bytes_total: plan.bytesAtMost,
          cursor,
          failures: looked.failures.slice(0, MAX_FAILURES),
          failures_total: looked.failures.length,
          seconds: (performance.now() - started) / 1000,
        },
      }
    } finally {
      meter.stop()
    }
  } finally {
    await writer.close()
    await storage.close()
  }
}

class Looking {
  readonly failures: PreviewResult['failures'] = []
  readonly #storage: Storage
  readonly #backupId: string
  readonly #scanner: Scanner
  readonly #writer: PreviewWriter
  readonly #meter: ProgressMeter
  readonly #signal: AbortSignal
  readonly #mostRows: number
  readonly #mostBytes: number
  #flushedAt = performance.now()

  constructor(
    storage: Storage,
    backupId: string,
    scanner: Scanner,
    writer: PreviewWriter,
    meter: ProgressMeter,
    limits: { rows: number; bytes: number },
    signal: AbortSignal,
  ) {
    this.#storage = storage
    this.#backupId = backupId
    this.#scanner = scanner
    this.#writer = writer
    this.#meter = meter
    this.#signal = signal
    this.#mostRows = writer.rows + limits.rows
    this.#mostBytes = limits.bytes
  }

  /** @returns where it stopped; null at the end of all */
  async through(segments: readonly PlannedSegment[], from: PreviewCursor): Promise<PreviewCursor | null> {
    for (let at = from.segment; at < segments.length; at++) {
      const skip = at === from.segment ? from.record : 0
      const stoppedAt = await this.#one(segments[at] as PlannedSegment, skip)
      if (stoppedAt !== null) return { segment: at, record: stoppedAt }
      if (this.#isEnough && at + 1 < segments.length) return { segment: at + 1, record: 0 }
    }
    return null
  }

  get #isEnough(): boolean {
    return this.#writer.rows >= this.#mostRows || this.#meter.bytes >= this.#mostBytes
  }

  /** @returns after how many records it stopped; null where the segment is done, or could not be read */
  async #one({ topic, partition, entry }: PlannedSegment, skip: number): Promise<number | null> {
    const { window, inWindow, matches, masker } = this.#scanner
    let record = 0
    let size = 0
    let read = 0
    try {
      const maxBytes = entry.compressed_size > 0 ? entry.compressed_size + 1 : UNSTATED_BYTES
      const { body } = await this.#storage.get(checkedKey(this.#backupId, entry.key), { maxBytes })
      const wants = (min: Int64, max: Int64) => holdsTimes(window, min, max)
      for await (const { cursor, passed } of windowPieces(openSegment(body, entry), entry, wants)) {
        if (this.#signal.aborted) throw new CofferError('INTERRUPTED', 'the preview was stopped')
        if (passed !== null) {
          record += passed.records
          continue
        }
        const { view } = cursor
        const candidate = new Candidate(view)
        while (cursor.next()) {
          record++
          if (record <= skip) continue
          read++
          size += cursor.recordEnd - cursor.recordStart
          if (inWindow !== null && !inWindow(view.tsHi, view.tsLo)) continue
          if (matches !== null && !matches(candidate)) continue
          const { row, record: whole } = previewRecord({ topic, partition }, view, masker)
          await this.#writer.add(row, whole)
          if (this.#writer.rows >= this.#mostRows) break
        }
        this.#meter.add(read, size)
        size = 0
        read = 0
        await this.#flushNowAndThen()
        if (this.#isEnough && record < entry.record_count) return record
      }
    } catch (error) {
      if (!isCofferError(error, 'SEGMENT_DAMAGED', 'OBJECT_MISSING', 'SEGMENT_TOO_LARGE')) throw error
      this.failures.push({ segment: entry.key, code: error.code, reason: error.message })
    }
    return null
  }

  /** So that rows are seen while the reading goes on. */
  async #flushNowAndThen(): Promise<void> {
    const now = performance.now()
    if (now - this.#flushedAt < FLUSH_EVERY_MS) return
    this.#flushedAt = now
    await this.#writer.flush()
  }
}
