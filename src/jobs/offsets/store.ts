import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { constants, createZstdCompress, zstdDecompress } from 'node:zlib'
import { restoresPrefix } from '../../archive/paths.ts'
import { CofferError } from '../../contract/errors.ts'
import { splitInt64 } from '../../contract/record.ts'
import type { Storage } from '../../storage/storage.ts'
import { MapEntry } from './map.ts'
import { OffsetRuns } from './runs.ts'

/** What is kept of a restore's offsets: one JSON document, compressed with zstd (docs/archive-format.md). */
export interface OffsetMap {
  backupId: string
  restoreId: string
  /** Milliseconds since the epoch. */
  createdAt: number
  sourceClusterId: string | null
  targetClusterId: string | null
  entries: readonly MapEntry[]
}

export const OFFSET_MAP_FORMAT = 'coffer-offset-map/1'
const RESTORE_ID = /^[0-9a-f]{16}$/
/** A map of 100 million runs is larger than anybody can use; what a hostile archive may make us hold is less still. */
const MAX_STORED_BYTES = 64 * 1024 * 1024
const MAX_TEXT_BYTES = 128 * 1024 * 1024
const RUNS_A_PIECE = 4096

/** @throws PATH_ESCAPES for anything but a restore id of ours */
export function checkedRestoreId(id: string): string {
  if (RESTORE_ID.test(id)) return id
  throw new CofferError('PATH_ESCAPES', `expected a restore id of 16 hexadecimal digits, got ${JSON.stringify(id)}`, {
    hint: 'Every restore prints its id; "coffer show-offset-mapping" without one lists them.',
  })
}

export function restoreStateKey(backupId: string, restoreId: string): string {
  return `${restoresPrefix(backupId)}${checkedRestoreId(restoreId)}.json`
}

export function offsetMapKey(backupId: string, restoreId: string): string {
  return `${restoresPrefix(backupId)}${checkedRestoreId(restoreId)}-offsets.json.zst`
}

/** The map as compressed JSON, piece by piece: no more of its text than a piece is ever in memory. */
export async function encodeOffsetMap(map: OffsetMap): Promise<Buffer[]> {
  const parts: Buffer[] = []
  const zstd = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 3 } })
  zstd.on('data', (part: Buffer) => parts.push(part))
  await pipeline(Readable.from(textOf(map)), zstd)
  return parts
}

function* textOf(map: OffsetMap): Generator<string> {
  const head = {
    format: OFFSET_MAP_FORMAT,
    backup_id: map.backupId,
    restore_id: map.restoreId,
    created_at: map.createdAt,
    source_cluster_id: map.sourceClusterId,
    target_cluster_id: map.targetClusterId,
  }
  yield `${JSON.stringify(head).slice(0, -1)},"entries":[`
  let separator = '\n'
  for (const entry of map.entries) {
    const { span } = entry
    const facts = {
      source_topic: entry.sourceTopic,
      source_partition: entry.sourcePartition,
      target_topic: entry.targetTopic,
      target_partition: entry.targetPartition,
      target_first_offset: entry.targetFirst,
      records: entry.runs.records,
      min_timestamp: span === null ? null : String(span.min),
      max_timestamp: span === null ? null : String(span.max),
    }
    yield `${separator}${JSON.stringify(facts).slice(0, -1)},"runs":[`
    separator = ',\n'
    let piece = ''
    let runs = 0
    for (const run of entry.runs) {
      piece += `${runs === 0 ? '' : ','}${run.start},${run.count}`
      if (++runs % RUNS_A_PIECE === 0) {
        yield piece
        piece = ''
      }
    }
    yield `${piece}]}`
  }
  yield '\n]}\n'
}

/** The map of one restore; null where there is none. @throws MANIFEST_DAMAGED where it isn't one of ours */
export async function loadOffsetMap(storage: Storage, backupId: string, restoreId: string): Promise<OffsetMap | null> {
  const key = offsetMapKey(backupId, restoreId)
  if ((await storage.head(key)) === null) return null
  const { body } = await storage.get(key, { maxBytes: MAX_STORED_BYTES })
  try {
    const text = await promisify(zstdDecompress)(body, { maxOutputLength: MAX_TEXT_BYTES })
    return decodeOffsetMap(JSON.parse(text.toString('utf8')))
  } catch (cause) {
    throw new CofferError('MANIFEST_DAMAGED', `the offset map "${key}" can't be read`, { cause, details: { key } })
  }
}

/** @throws Error on any other shape than ours; the document is attacker-controlled */
export function decodeOffsetMap(document: unknown): OffsetMap {
  const map = object(document)
  if (map.format !== OFFSET_MAP_FORMAT) throw new Error(`expected format ${OFFSET_MAP_FORMAT}`)
  return {
    backupId: text(map.backup_id),
    restoreId: text(map.restore_id),
    createdAt: natural(map.created_at),
    sourceClusterId: map.source_cluster_id === null ? null : text(map.source_cluster_id),
    targetClusterId: map.target_cluster_id === null ? null : text(map.target_cluster_id),
    entries: list(map.entries).map(decodeEntry),
  }
}

function decodeEntry(document: unknown): MapEntry {
  const fields = object(document)
  const numbers = list(fields.runs)
  const runs = new OffsetRuns()
  let end = 0
  for (let i = 0; i < numbers.length; i += 2) {
    const start = natural(numbers[i])
    const count = natural(numbers[i + 1])
    if (start < end || count === 0) throw new Error('expected runs in order')
    runs.addRun(start, count)
    end = start + count
  }
  if (runs.records !== natural(fields.records)) throw new Error('expected runs that add up to the records')
  const entry = new MapEntry({
    sourceTopic: text(fields.source_topic),
    sourcePartition: natural(fields.source_partition),
    targetTopic: text(fields.target_topic),
    targetPartition: natural(fields.target_partition),
    targetFirst: natural(fields.target_first_offset),
    runs,
  })
  if (fields.min_timestamp !== null && fields.max_timestamp !== null) {
    const half = (value: unknown) => splitInt64(BigInt.asIntN(64, BigInt(text(value))))
    entry.restoreSpan(half(fields.min_timestamp), half(fields.max_timestamp))
  }
  return entry
}

function object(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('expected an object')
  return value as Record<string, unknown>
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Error('expected a list')
  return value
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error('expected text')
  return value
}

function natural(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw new Error('expected a whole number')
  return value
}
