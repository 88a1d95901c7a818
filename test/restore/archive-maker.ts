import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'

/** Writes archives by hand, from the format's description, so that oddities of other programs can be made at will. */
export interface MadeRecord {
  offset: number
  timestamp: number | bigint
  key?: string | Buffer | null
  value?: string | Buffer | null
  headers?: [string, string | Buffer | null][]
}

export interface MadeSegment {
  records: MadeRecord[]
  /** Instead of `segment-<first offset>`. */
  name?: string
  /** Adds ours: SHA-256, minimum and maximum timestamp. */
  ours?: boolean
}

export interface MadeTopic {
  name: string
  partitionCount?: number | null
  partitions: Record<number, MadeSegment[]>
  configuration?: { name: string; value: string | null; overridden: boolean }[]
}

export function bytesOf(value: string | Buffer | null | undefined): Buffer | null {
  return value === null || value === undefined ? null : Buffer.from(value as string)
}

function sized(value: Buffer | null): Buffer[] {
  const length = Buffer.alloc(4)
  length.writeInt32LE(value === null ? -1 : value.length)
  return value === null ? [length] : [length, value]
}

function encode(record: MadeRecord): Buffer {
  const numbers = Buffer.alloc(16)
  numbers.writeBigInt64LE(BigInt(record.timestamp), 0)
  numbers.writeBigInt64LE(BigInt(record.offset), 8)
  const headers = record.headers ?? []
  const count = Buffer.alloc(2)
  count.writeUInt16LE(headers.length)
  const parts = [numbers, ...sized(bytesOf(record.key)), ...sized(bytesOf(record.value)), count]
  for (const [name, value] of headers) {
    const length = Buffer.alloc(2)
    length.writeUInt16LE(Buffer.byteLength(name))
    parts.push(length, Buffer.from(name), ...sized(bytesOf(value)))
  }
  const body = Buffer.concat(parts)
  const total = Buffer.alloc(4)
  total.writeUInt32LE(body.length)
  return Buffer.concat([total, body])
}

export function segmentObject(records: readonly MadeRecord[]): { object: Buffer; body: number } {
  const header = Buffer.alloc(32)
  header.write('KBAK', 'latin1')
  header[4] = 1
  header.writeBigUInt64LE(BigInt(records.length), 8)
  header.writeBigInt64LE(BigInt(records[0]?.offset ?? 0), 16)
  header.writeBigInt64LE(BigInt(records.at(-1)?.offset ?? 0), 24)
  const body = Buffer.concat(records.map(encode))
  const footer = Buffer.alloc(8)
  footer.writeUInt32LE(crc32(Buffer.concat([header, body])))
  footer.write('BKAE', 4, 'latin1')
  return { object: Buffer.concat([header, body, footer]), body: body.length }
}

/** Makes an archive below `folder`, and gives its manifest. */
export async function makeArchive(
  folder: string,
  backupId: string,
  topics: MadeTopic[],
  groups?: { group_id: string; offsets: Record<string, Record<string, number>> }[],
): Promise<void> {
  const manifest = {
    backup_id: backupId,
    created_at: 1_700_000_000_000,
    source_cluster_id: null,
    source_brokers: [],
    compression: 'none',
    topics: [] as unknown[],
  }
  for (const topic of topics) {
    const partitions = []
    for (const [partition, segments] of Object.entries(topic.partitions)) {
      const entries = []
      for (const segment of segments) {
        const { records } = segment
        const first = records[0]!
        const last = records.at(-1)!
        const name = segment.name ?? `segment-${String(first.offset).padStart(20, '0')}`
        const key = `${backupId}/topics/${topic.name}/partition=${partition}/${name}.bin`
        const { object, body } = segmentObject(records)
        await mkdir(dirname(join(folder, key)), { recursive: true })
        await writeFile(join(folder, key), object)
        const times = records.map((record) => Number(record.timestamp))
        entries.push({
          key,
          start_offset: first.offset,
          end_offset: last.offset,
          start_timestamp: Number(first.timestamp),
          end_timestamp: Number(last.timestamp),
          record_count: records.length,
          uncompressed_size: body,
          compressed_size: object.length,
          ...(segment.ours === true
            ? {
                sha256: createHash('sha256').update(object).digest('hex'),
                min_timestamp: Math.min(...times),
                max_timestamp: Math.max(...times),
              }
            : {}),
        })
      }
      partitions.push({ partition_id: Number(partition), segments: entries })
    }
    manifest.topics.push({
      name: topic.name,
      original_partition_count: topic.partitionCount ?? null,
      partitions,
      ...(topic.configuration === undefined ? {} : { configuration: topic.configuration }),
    })
  }
  await mkdir(join(folder, backupId), { recursive: true })
  await writeFile(join(folder, backupId, 'manifest.json'), JSON.stringify(manifest, null, 2))
  if (groups !== undefined) {
    await writeFile(
      join(folder, backupId, 'consumer-groups-snapshot.json'),
      JSON.stringify({ snapshot_time: 1_700_000_000_000, groups }),
    )
  }
}

/** `count` plain records from `from` on, a second apart. */
export function plainRecords(from: number, count: number, more: Partial<MadeRecord> = {}): MadeRecord[] {
  return Array.from({ length: count }, (_, i) => ({
    offset: from + i,
    timestamp: 1_700_000_000_000 + (from + i) * 1000,
    key: `key-${from + i}`,
    value: `value ${from + i}`,
    ...more,
  }))
}
