import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { AccountBuilder, settleRanges } from '../../src/archive/account.ts'
import { type IntegrityReport, integrityCheck } from '../../src/archive/check/integrity.ts'
import { beginGeneration, loadManifest, type ManifestWriter } from '../../src/archive/manifest/store.ts'
import { rangesKey, segmentKey } from '../../src/archive/paths.ts'
import { SegmentWriter, type SegmentWriterOptions } from '../../src/archive/segment/writer.ts'
import type { AccountRange, Compression, RunEntry, SealedSegment } from '../../src/archive/types.ts'
import type { ErrorCode } from '../../src/contract/errors.ts'
import { CofferError } from '../../src/contract/errors.ts'
import { type Int64, type RecordView, splitInt64 } from '../../src/contract/record.ts'
import { english } from '../../src/contract/said/said.ts'
import { openStorage } from '../../src/storage/open.ts'
import type { Storage } from '../../src/storage/storage.ts'

/** A storage in a temporary folder that goes away with the test file. */
export async function freshStorage(): Promise<{ storage: Storage; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'coffer-archive-'))
  after(() => rm(folder, { recursive: true, force: true }))
  return { storage: await openStorage({ backend: 'filesystem', path: folder }), folder }
}

export interface PlainRecord {
  offset: number
  timestamp?: Int64
  key?: Buffer | string | null
  value?: Buffer | string | null
  headers?: [name: string | Buffer, value: Buffer | string | null][]
}

/** A record as the wire would hand it over: all its bytes somewhere in one buffer. */
export function view(record: PlainRecord): RecordView {
  const parts: Buffer[] = [Buffer.from('some bytes before')]
  let length = (parts[0] as Buffer).length
  const take = (value: Buffer | string | null): [number, number] => {
    if (value === null) return [length, -1]
    const bytes = Buffer.from(value as string)
    parts.push(bytes)
    length += bytes.length
    return [length - bytes.length, bytes.length]
  }
  const [keyStart, keyLen] = take(record.key ?? null)
  const [valStart, valLen] = take(record.value ?? null)
  const headers = (record.headers ?? []).flatMap(([name, value]) => [...take(name), ...take(value)])
  const { hi, lo } = splitInt64(record.timestamp ?? 1_700_000_000_000 + record.offset)
  return {
    buf: Buffer.concat(parts),
    offset: record.offset,
    tsHi: hi,
    tsLo: lo,
    keyStart,
    keyLen,
    valStart,
    valLen,
    headerCount: headers.length / 4,
    headers,
  }
}

/** What a view says, copied out. */
export function plain(record: RecordView): Required<PlainRecord> {
  const { buf } = record
  const take = (start: number, length: number) => (length < 0 ? null : Buffer.from(buf.subarray(start, start + length)))
  const headers: [Buffer, Buffer | null][] = []
  for (let i = 0; i < record.headerCount * 4; i += 4) {
    const at = (n: number) => record.headers[i + n] as number
    headers.push([take(at(0), at(1)) as Buffer, take(at(2), at(3))])
  }
  return {
    offset: record.offset,
    timestamp: (BigInt(record.tsHi) << 32n) | BigInt(record.tsLo),
    key: take(record.keyStart, record.keyLen),
    value: take(record.valStart, record.valLen),
    headers,
  }
}

export async function sealed(
  records: readonly PlainRecord[],
  options: Partial<SegmentWriterOptions> = {},
): Promise<SealedSegment & { object: Buffer }> {
  const writer = new SegmentWriter({ compression: 'zstd', level: 3, ...options })
  for (const record of records) writer.append(view(record))
  const segment = await writer.seal()
  return { ...segment, object: Buffer.concat(segment.parts) }
}

export function runEntry(state: RunEntry['state'] = 'running'): RunEntry {
  return {
    run_id: 'run-1',
    state,
    mode: 'snapshot',
    isolation_level: 'read_committed',
    include_offset_headers: false,
    started_at: 1_764_000_000_000,
    ended_at: null,
    tool: { name: 'coffer', version: '0.0.0' },
    operator: { os_user: 'tester', host: 'here' },
    source: { cluster_id: 'cluster-1', brokers: ['broker:9092'], kafka_version: '4.1' },
    clock: { offset_ms: null, method: 'not visible' },
    cut: {},
    records: 0,
    bytes: 0,
  }
}

export interface Slice {
  records: PlainRecord[]
  from: number
  to: number
  absent?: AccountRange[]
}

/** Adds one run to a backup: for one partition of one topic, a segment for each slice. */
export async function addGeneration(
  storage: Storage,
  id: string,
  slices: Slice[],
  compression: Compression = 'zstd',
): Promise<ManifestWriter> {
  const writer = await beginGeneration(storage, await loadManifest(storage, id), {
    backupId: id,
    run: runEntry(),
    compression,
    sourceClusterId: 'cluster-1',
    sourceBrokers: ['broker:9092'],
  })
  const { manifest, generation } = writer
  const topic = manifest.topics[0] ?? { name: 'ledger', original_partition_count: 1, partitions: [] }
  manifest.topics[0] = topic
  const partition = topic.partitions[0] ?? { partition_id: 0, segments: [], account: [] }
  topic.partitions[0] = partition
  for (const slice of slices) {
    const account = new AccountBuilder(slice.from)
    let segment: string | null = null
    const name = { backupId: id, topic: 'ledger', partition: 0, startOffset: slice.from, generation }
    if (slice.records.length > 0) {
      const { parts, entry } = await sealed(slice.records, { compression })
      segment = segmentKey({ ...name, startOffset: entry.start_offset, compression })
      await storage.put(segment, parts, { ifAbsent: true })
      partition.segments.push({ key: segment, ...entry, generation })
    }
    const events: [number, () => void][] = [
      ...slice.records.map(({ offset }): [number, () => void] => [offset, () => account.archived(offset)]),
      ...(slice.absent ?? []).map(([kind, from, to]): [number, () => void] => [
        from,
        () => account.absent(kind, from, to),
      ]),
    ]
    for (const [, happen] of events.sort(([a], [b]) => a - b)) happen()
    const key = rangesKey(name)
    const { entry, blob } = settleRanges(account.cut(slice.to, generation, segment, 'compacted'), key)
    if (blob !== null) await storage.put(key, blob, { ifAbsent: true })
    partition.account = [...(partition.account ?? []), entry]
  }
  const account = partition.account ?? []
  const from = slices[0]?.from ?? 0
  const to = account.at(-1)?.to ?? 0
  manifest.coffer.run.cut['ledger/0'] = { from, to, high_watermark: to, log_start: from }
  manifest.coffer.run.state = 'complete'
  await writer.save()
  return writer
}

/** `count` records from `first` on. */
export function records(first: number, count: number, step = 1): PlainRecord[] {
  return Array.from({ length: count }, (_, i) => {
    const offset = first + i * step
    const value = JSON.stringify({ customer: offset % 97, amount: `${offset}.00`, currency: 'EUR' })
    return { offset, key: `customer-${offset % 97}`, value, headers: [['trace', `trace-${offset}`]] }
  })
}

/** The check; whatever it finds is said by a name that makes its English sentence, for windows in other languages. */
export async function deepCheck(storage: Storage, id: string, threads = 0): Promise<IntegrityReport> {
  const report = await integrityCheck(storage, id, { deep: true, threads })
  for (const { code, reason, said } of report.findings) {
    assert.ok(said !== undefined, `${code}: "${reason}" has no name`)
    assert.equal(english(said), reason, code)
  }
  return report
}

/** For assert.throws and assert.rejects. */
export function withCode(code: ErrorCode, message?: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof CofferError, `expected ${code}, got ${error}`)
    assert.equal(error.code, code, error.message)
    if (message !== undefined) assert.match(error.message, message)
    return true
  }
}
