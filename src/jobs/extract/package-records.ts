import { CofferError } from '../../contract/errors.ts'
import { PACKAGE_PATHS, type PackageRecord } from '../../contract/evidence/package.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { JobContext, JobRequest, JobResult } from '../../contract/jobs.ts'
import type { PreviewResult } from '../../contract/results/preview.ts'
import { say } from '../../contract/said/said.ts'
import { Refusal } from '../../verify/package/refusal.ts'
import { readZip } from '../../verify/package/zip.ts'
import { ProgressMeter } from '../progress.ts'
import { openFileSource } from '../verify/file-source.ts'
import { nodePackageTools } from '../verify/package-tools.ts'
import type { Parts } from './mask.ts'
import { shownRecord } from './preview-row.ts'
import { PreviewWriter } from './preview-spool.ts'

/** Longer lines than this are counted and not shown: the package itself has them. */
const MAX_LINE = 8 * 1024 * 1024
const LF = 0x0a

/**
 * The records that a package holds, as rows to look at: what is in it, whatever is said of it. It says nothing about
 * whether they are genuine; the verifier does.
 * @throws USAGE where it is no package, INTERRUPTED
 */
export async function runPackageRecords(
  request: Extract<JobRequest, { kind: 'package-records' }>,
  context: JobContext,
): Promise<JobResult<PreviewResult>> {
  const started = performance.now()
  const source = await openFileSource(request.file)
  const writer = await PreviewWriter.open(request.folder)
  const before = writer.rows
  const skip = request.cursor?.record ?? 0
  const meter = new ProgressMeter(context, { phase: say('phase.looking'), recordsTotal: null, bytesTotal: null })
  let records = 0
  let isMore = false
  try {
    const entry = (await readZip(source)).find(({ path }) => path === PACKAGE_PATHS.records)
    if (entry === undefined) throw new CofferError('USAGE', 'expected a package with records, got one without')
    for await (const line of linesOf(nodePackageTools.unpack(source, entry).chunks)) {
      if (context.signal.aborted) throw new CofferError('INTERRUPTED', 'the look into the package was stopped')
      records++
      if (records <= skip) continue
      if (writer.rows - before >= request.rows) {
        isMore = true
        records--
        break
      }
      meter.add(1, line?.length ?? MAX_LINE)
      if (line === null) continue
      const { row, record } = shownLine(line.toString('utf8'), records)
      await writer.add(row, record)
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new CofferError('USAGE', `this is no package whose records can be shown: ${error.message}`, {
      hint: 'Verify it: that says what is wrong with it.',
      cause: error,
    })
  } finally {
    await writer.close()
    await source.close()
    meter.stop()
  }
  return {
    exitCode: EXIT.done,
    result: {
      kind: 'preview',
      rows: writer.rows - before,
      records_read: records - skip,
      bytes_read: meter.bytes,
      segments_total: 1,
      segments_read: isMore ? 0 : 1,
      records_total: records,
      bytes_total: meter.bytes,
      cursor: isMore ? { segment: 0, record: records } : null,
      failures: [],
      failures_total: 0,
      seconds: (performance.now() - started) / 1000,
    },
  }
}

/** Lines without their LF; null for one that is too long. A package may come from anybody: no more is kept than that. */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer | null> {
  let parts: Buffer[] = []
  let size = 0
  const line = () => (size > MAX_LINE ? null : Buffer.concat(parts))
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
    let from = 0
    for (let at = bytes.indexOf(LF); ; at = bytes.indexOf(LF, from)) {
      const end = at < 0 ? bytes.length : at
      size += end - from
      if (size > MAX_LINE) parts = []
      // the piece's memory may be used again for the next one
      else parts.push(Buffer.from(bytes.subarray(from, end)))
      if (at < 0) break
      yield line()
      parts = []
      size = 0
      from = at + 1
    }
  }
  if (size > 0) yield line()
}

/** @throws USAGE where the line is no record */
function shownLine(line: string, number: number) {
  try {
    return readLine(line)
  } catch (cause) {
    throw new CofferError('USAGE', `line ${number} of the package's records is no record`, {
      hint: 'Verify the package: that says what is wrong with it.',
      cause,
    })
  }
}

function readLine(line: string) {
  const found = JSON.parse(line) as PackageRecord
  const inBase64 = found.flags?.includes('header-names-base64') === true
  const parts: Parts = {
    key: bytesOf(found.key),
    value: bytesOf(found.value),
    headers: found.headers.map(([name, value]) => [Buffer.from(name, inBase64 ? 'base64' : 'utf8'), bytesOf(value)]),
  }
  // all 64 bits, which JSON.parse may round
  const timestamp = /"timestamp":(-?\d+)/.exec(line)?.[1] ?? String(found.timestamp)
  const at = { topic: found.topic, partition: found.partition, offset: found.offset, timestamp }
  return shownRecord(at, parts, { redacted: found.redacted ?? [], withheld: false })
}

const bytesOf = (base64: string | null): Buffer | null => (base64 === null ? null : Buffer.from(base64, 'base64'))
