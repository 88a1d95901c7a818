import { createHash } from 'node:crypto'
import type { KafkaEndpoint, SecurityConfig } from '../../src/contract/config/endpoint.ts'
import { type RecordView, recordTimestamp } from '../../src/contract/record.ts'
import type { Cluster, ReaderOptions } from '../../src/kafka/cluster.ts'
import type { ReadBatch, RecordCursor } from '../../src/kafka/types.ts'
import type { DumpedBytes, DumpedRecord } from '../rig/java-client.ts'

export function endpointOf(
  bootstrap: string,
  security: SecurityConfig = { security_protocol: 'PLAINTEXT' },
): KafkaEndpoint {
  return {
    bootstrap_servers: [bootstrap],
    security,
    connection: {
      tcp_keepalive: true,
      keepalive_time_secs: 60,
      keepalive_interval_secs: 20,
      tcp_nodelay: true,
      connections_per_broker: 4,
    },
  }
}

/** One record in the words of the Java dump, to be compared with it. */
export function dumped(
  view: RecordView,
  where: { topic: string; partition: number },
  timestampType: ReadBatch['timestampType'] = 'CreateTime',
): DumpedRecord {
  const headers: [string, DumpedBytes][] = []
  for (let i = 0; i < view.headerCount; i++) {
    const [nameAt, nameLen, valueAt, valueLen] = view.headers.slice(i * 4, i * 4 + 4) as [
      number,
      number,
      number,
      number,
    ]
    const name = view.buf.toString('utf8', nameAt, nameAt + nameLen)
    headers.push([name, bytesOf(view.buf, valueAt, valueLen)])
  }
  return {
    ...where,
    offset: view.offset,
    timestamp: String(recordTimestamp(view)),
    timestampType,
    key: bytesOf(view.buf, view.keyStart, view.keyLen),
    value: bytesOf(view.buf, view.valStart, view.valLen),
    headers,
  }
}

const INLINE_LIMIT = 4096

function bytesOf(buf: Buffer, start: number, length: number): DumpedBytes {
  if (length < 0) return null
  const bytes = buf.subarray(start, start + length)
  if (length <= INLINE_LIMIT) return bytes.toString('base64')
  return { length, sha256: createHash('sha256').update(bytes).digest('hex') }
}

export interface Reading {
  records: DumpedRecord[]
  /** What the steps covered, to see that no offset is left out. */
  aborted: [number, number][]
  control: [number, number][]
  deleted: [number, number][]
  passed: [number, number][]
  codecs: Set<string>
}

/** Reads one partition as a job does: whole batches, cut by record offset. */
export async function readAll(
  cluster: Cluster,
  topic: string,
  partition: number,
  options: Partial<ReaderOptions> = {},
): Promise<Reading> {
  const where = { topic, partition }
  const key = `${topic}/${partition}`
  const isolation = options.isolation ?? 'read_committed'
  const end = isolation === 'read_committed' ? 'last_stable' : 'latest'
  const to = options.to ?? ((await cluster.offsets([where], end)).get(key) as number)
  const from = options.from ?? ((await cluster.offsets([where], 'earliest')).get(key) as number)
  const reading: Reading = { records: [], aborted: [], control: [], deleted: [], passed: [], codecs: new Set() }
  let position = from
  for await (const step of cluster.reader({ ...where, ...options, from, to, isolation })) {
    if (step.type === 'batch') {
      const { batch } = step
      if (batch.kind === 'data') {
        reading.codecs.add(batch.codec)
        for (const record of records(batch.records)) {
          if (record.offset >= position && record.offset < to) {
            reading.records.push(dumped(record, where, batch.timestampType))
          }
        }
      } else reading[batch.kind].push([batch.baseOffset, batch.lastOffset])
      position = batch.lastOffset + 1
    } else {
      reading[step.type].push([step.from, step.to])
      position = step.to
    }
  }
  return reading
}

/** The same view again and again, as the cursor moves. */
export function* records(cursor: RecordCursor): Generator<RecordView> {
  while (cursor.next()) yield cursor.view
}

/** A record of one's own making, to be appended to a producer or a batch. */
export interface PlainRecord {
  offset: number
  timestamp: bigint
  key: Buffer | null
  value: Buffer | null
  headers: [Buffer, Buffer | null][]
}

/** A record that tells its offset, and nothing else. */
export function numbered(offset: number): PlainRecord {
  return { offset, timestamp: 1n, key: null, value: Buffer.from(`v${offset}`), headers: [] }
}

/** A view over a plain record, in a buffer of its own with strange bytes around the parts. */
export function viewOf(record: PlainRecord): RecordView {
  const parts: Buffer[] = [Buffer.from('junk')]
  let at = 4
  const place = (bytes: Buffer | null): [number, number] => {
    if (bytes === null) return [at, -1]
    const start = at
    parts.push(bytes, Buffer.from('|'))
    at += bytes.length + 1
    return [start, bytes.length]
  }
  const [keyStart, keyLen] = place(record.key)
  const [valStart, valLen] = place(record.value)
  const headers = record.headers.flatMap(([name, value]) => [...place(name), ...place(value)])
  return {
    buf: Buffer.concat(parts),
    offset: record.offset,
    tsHi: Number(BigInt.asIntN(32, record.timestamp >> 32n)),
    tsLo: Number(BigInt.asUintN(32, record.timestamp)),
    keyStart,
    keyLen,
    valStart,
    valLen,
    headerCount: record.headers.length,
    headers,
  }
}
