import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createZstdDecompress, zstdDecompressSync } from 'node:zlib'
import type { DumpedBytes } from './java-types.ts'

/**
 * A second, slow reader of archives for the tests, written from the format's description and sharing no line with
 * src/archive, so that a mistake made alike in writing and reading can't pass.
 */
export interface ArchivedRecord {
  topic: string
  partition: number
  offset: number
  /** Milliseconds in decimal. */
  timestamp: string
  key: DumpedBytes
  value: DumpedBytes
  headers: [string, DumpedBytes][]
}

interface PlainManifest {
  topics: { name: string; partitions: { partition_id: number; segments: { key: string; record_count: number }[] }[] }[]
}

/** Every record of a backup in a folder, by topic, partition and the manifest's order of segments. */
export async function readArchive(folder: string, backupId: string, inlineLimit = 4096): Promise<ArchivedRecord[]> {
  const manifest = JSON.parse(readFileSync(join(folder, backupId, 'manifest.json'), 'utf8')) as PlainManifest
  const records: ArchivedRecord[] = []
  for (const topic of manifest.topics) {
    for (const partition of topic.partitions) {
      for (const segment of partition.segments) {
        const object = readFileSync(join(folder, segment.key))
        const found = parseBody(await bodyOf(object), inlineLimit)
        if (found.length !== segment.record_count) throw new Error(`${segment.key}: ${found.length} records`)
        for (const record of found) records.push({ topic: topic.name, partition: partition.partition_id, ...record })
      }
    }
  }
  const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
  return records.sort((a, b) => order(a.topic, b.topic) || a.partition - b.partition || a.offset - b.offset)
}

async function bodyOf(object: Buffer): Promise<Buffer> {
  if (object.toString('latin1', 0, 4) !== 'KBAK') throw new Error('no KBAK header')
  if (object.toString('latin1', object.length - 4) !== 'BKAE') throw new Error('no BKAE footer')
  const body = object.subarray(32, object.length - 8)
  const compression = object[5]
  if (compression === 0) return body
  if (compression === 1) return unzstd(body)
  throw new Error(`this reader knows no compression ${compression}`)
}

/** Frame after frame: the stream tells how many bytes it took, and the next frame begins there. */
async function unzstd(body: Buffer): Promise<Buffer> {
  const parts: Buffer[] = []
  for (let rest = body; rest.length > 0; ) {
    const size = await frameSize(rest)
    parts.push(zstdDecompressSync(rest.subarray(0, size)))
    rest = rest.subarray(size)
  }
  return Buffer.concat(parts)
}

function frameSize(bytes: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const stream = createZstdDecompress()
    stream.on('data', () => {})
    stream.on('error', reject)
    stream.on('end', () => resolve(stream.bytesWritten))
    stream.end(bytes)
  })
}

function parseBody(body: Buffer, inlineLimit: number): Omit<ArchivedRecord, 'topic' | 'partition'>[] {
  const records = []
  let at = 0
  const take = (length: number): Buffer => {
    if (at + length > body.length) throw new Error('a record is cut off')
    at += length
    return body.subarray(at - length, at)
  }
  const bytes = (): DumpedBytes => {
    const length = take(4).readInt32LE()
    return length < 0 ? null : shown(take(length), inlineLimit)
  }
  while (at < body.length) {
    const end = take(4).readUInt32LE() + at
    const timestamp = String(take(8).readBigInt64LE())
    const offset = Number(take(8).readBigInt64LE())
    const key = bytes()
    const value = bytes()
    const headers: [string, DumpedBytes][] = []
    for (let left = take(2).readUInt16LE(); left > 0; left--) {
      const name = take(take(2).readUInt16LE()).toString('utf8')
      headers.push([name, bytes()])
    }
    if (at !== end) throw new Error(`a record of ${end} ends at ${at}`)
    records.push({ offset, timestamp, key, value, headers })
  }
  return records
}

function shown(value: Buffer, inlineLimit: number): DumpedBytes {
  if (value.length <= inlineLimit) return value.toString('base64')
  return { length: value.length, sha256: createHash('sha256').update(value).digest('hex') }
}
