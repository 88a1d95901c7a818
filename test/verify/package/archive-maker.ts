import { createHash } from 'node:crypto'
import { canonicalJson } from '../../../src/contract/canonical-json.ts'
import { matchGlob } from '../../../src/contract/config/topics.ts'
import type { CoveragePartition, PackageCoverage } from '../../../src/contract/evidence/package.ts'
import type { MakeOptions } from './maker.ts'
import { sha256 } from './zip-maker.ts'

/** An archive as its manifest tells it, and what is cut out of it, by means of its own (docs/archive-format.md). */

export interface MadeRecord {
  topic: string
  partition: number
  offset: number
  timestamp: bigint
  key: Buffer | null
  value: Buffer | null
  headers: [Buffer, Buffer | null][]
}

interface MadeSegment {
  key: string
  topic: string
  partition: number
  records: MadeRecord[]
  /** Levels of the tree, leaves first; hex. */
  levels: string[][]
  entry: Record<string, unknown>
}

const ID = 'ledger-2026'
const T0 = 1_775_000_000_000
const PER_SEGMENT = 13

export interface Cut {
  records: Buffer[]
  proofs: Buffer[]
  coverage: PackageCoverage
  redacted: number
}

export interface MadeArchive {
  id: string
  manifest: Buffer
  previous: Map<string, Buffer>
  segments: MadeSegment[]
  extract(options: MakeOptions): Cut
}

export function makeArchive(options: MakeOptions): MadeArchive {
  const records = options.records ?? 60
  const perSegment = records > 1000 ? Math.ceil(records / 8) : PER_SEGMENT
  const generations = options.generations ?? 2
  const segments: MadeSegment[] = []
  for (const [topic, partition] of [
    ['audit', 0],
    ['ledger-payments', 0],
    ['ledger-payments', 1],
  ] as const) {
    const share = topic === 'audit' ? 5 : Math.floor(records / 2)
    let offset = 100
    for (let done = 0; done < share; done += perSegment) {
      const list: MadeRecord[] = []
      for (let i = done; i < Math.min(share, done + perSegment); i++) {
        list.push(makeRecord(topic, partition, offset, i, options.valueBytes ?? 0))
        // segments meet, so that the account has no holes of its own
        offset += i % 7 === 3 && i + 1 < Math.min(share, done + perSegment) ? 3 : 1
      }
      segments.push(makeSegment(topic, partition, list, Math.min(generations, 1 + Math.floor(done / perSegment))))
    }
  }
  const manifests = new Map<number, Buffer>()
  for (let generation = 1; generation <= generations; generation++) {
    const before = manifests.get(generation - 1)
    manifests.set(
      generation,
      manifestOf(
        segments.filter((one) => (one.entry.generation as number) <= generation),
        generation,
        before,
      ),
    )
  }
  const previous = new Map<string, Buffer>()
  for (let generation = 1; generation < generations; generation++) {
    previous.set(`manifest/previous-${String(generation).padStart(6, '0')}.json`, manifests.get(generation) as Buffer)
  }
  const manifest = manifests.get(generations) as Buffer
  return { id: ID, manifest, previous, segments, extract: (cut) => extract(segments, manifest, cut) }
}

function makeRecord(topic: string, partition: number, offset: number, i: number, valueBytes: number): MadeRecord {
  const text = `{"iban":"CH${i}","amount": ${i}.50,"note":"Zahlung ${i} \u00e9 \\u00e9","filler":"${filler(i, valueBytes)}"}`
  return {
    topic,
    partition,
    offset,
    timestamp: BigInt(T0 + offset * 1000),
    key: i % 5 === 4 ? null : Buffer.from(`C${i % 17}`),
    value: i % 11 === 10 ? null : i % 9 === 8 ? Buffer.from([0xff, 0x00, i]) : Buffer.from(text),
    headers:
      i % 3 === 0
        ? [
            [Buffer.from('trace'), Buffer.from([i])],
            [Buffer.from('trace'), null],
          ]
        : i % 13 === 1
          ? [[Buffer.from([0xff, 0x41]), null]]
          : [],
  }
}

/** As ledgers have it: phrases that come again, and references that do not; compresses about 2.5 times. */
function filler(i: number, bytes: number): string {
  if (bytes === 0) return 'x'
  let out = ''
  for (let n = 0; out.length < bytes; n++) {
    const noise = createHash('sha256').update(`${i}/${n}`).digest('hex')
    const phrase = Number.parseInt(noise.slice(0, 4), 16) % 2048
    out += `payment ${phrase} to account CH${phrase * 7919} CHF ${phrase % 97}.05; ${noise}`
  }
  return out.slice(0, bytes)
}

/** docs/archive-format.md section 2. */
export function recordBytes(record: MadeRecord): Buffer {
  const fixed = Buffer.alloc(16)
  fixed.writeBigInt64LE(record.timestamp, 0)
  fixed.writeBigInt64LE(BigInt(record.offset), 8)
  const count = Buffer.alloc(2)
  count.writeUInt16LE(record.headers.length)
  const headers = record.headers.map(([name, value]) => {
    const length = Buffer.alloc(2)
    length.writeUInt16LE(name.length)
    return Buffer.concat([length, name, sized(value)])
  })
  const body = Buffer.concat([fixed, sized(record.key), sized(record.value), count, ...headers])
  const length = Buffer.alloc(4)
  length.writeUInt32LE(body.length)
  return Buffer.concat([length, body])
}

function sized(bytes: Buffer | null): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32LE(bytes === null ? -1 : bytes.length)
  return bytes === null ? length : Buffer.concat([length, bytes])
}

const node = (left: string, right: string) =>
  createHash('sha256')
    .update(Buffer.from([1]))
    .update(Buffer.from(left + right, 'hex'))
    .digest('hex')

function makeSegment(topic: string, partition: number, records: MadeRecord[], generation: number): MadeSegment {
  const levels = [
    records.map((record) =>
      createHash('sha256')
        .update(Buffer.from([0]))
        .update(recordBytes(record))
        .digest('hex'),
    ),
  ]
  for (let level = levels[0] as string[]; level.length > 1; ) {
    const above: string[] = []
    for (let i = 0; i < level.length; i += 2) {
      const [left, right] = [level[i] as string, level[i + 1]]
      above.push(right === undefined ? left : node(left, right))
    }
    levels.push(above)
    level = above
  }
  const first = records[0] as MadeRecord
  const last = records.at(-1) as MadeRecord
  const key = `${ID}/topics/${topic}/partition=${partition}/segment-${String(first.offset).padStart(20, '0')}-g${String(generation).padStart(6, '0')}.bin.zst`
  const entry = {
    key,
    start_offset: first.offset,
    end_offset: last.offset,
    start_timestamp: first.timestamp,
    end_timestamp: last.timestamp,
    record_count: records.length,
    uncompressed_size: 1000,
    compressed_size: 500,
    sha256: sha256(`object ${key}`),
    merkle_root: levels.at(-1)?.[0],
    min_timestamp: first.timestamp,
    max_timestamp: last.timestamp,
    generation,
  }
  return { key, topic, partition, records, levels, entry }
}

function accountEntry(segment: MadeSegment) {
  const from = segment.records[0]?.offset as number
  const to = (segment.records.at(-1)?.offset as number) + 1
  const absent = to - from - segment.records.length
  return {
    from,
    to,
    generation: segment.entry.generation,
    archived: segment.records.length,
    absent: absent > 0 ? { aborted: absent } : {},
    segment: segment.key,
  }
}

function manifestOf(segments: MadeSegment[], generation: number, before: Buffer | undefined): Buffer {
  const topics = [...new Set(segments.map(({ topic }) => topic))].map((name) => {
    const own = segments.filter(({ topic }) => topic === name)
    const partitions = [...new Set(own.map(({ partition }) => partition))].map((partition_id) => {
      const list = own.filter(({ partition }) => partition === partition_id)
      // accounts are contiguous only where offsets of two segments meet; these archives leave them out where they don't
      return { partition_id, segments: list.map(({ entry }) => entry), gaps: [], ...accountOf(list) }
    })
    return { name, original_partition_count: partitions.length, partitions }
  })
  const manifest = {
    backup_id: ID,
    created_at: T0,
    source_cluster_id: 'c',
    source_brokers: [],
    compression: 'zstd',
    topics,
    coffer: {
      format: 1,
      generation,
      previous:
        before === undefined
          ? null
          : { key: `${ID}/manifests/m-${generation - 1}`, sha256: sha256(before), generation: generation - 1 },
      run: { state: 'complete', ended_at: T0 + 1000, tool: { name: 'coffer', version: '0' } },
      abandoned: [],
    },
  }
  return Buffer.from(canonicalJson(manifest))
}

function accountOf(segments: MadeSegment[]): { account?: ReturnType<typeof accountEntry>[] } {
  const account = segments.map(accountEntry)
  return account.every((entry, i) => i === 0 || entry.from === account[i - 1]?.to) ? { account } : {}
}

function extract(segments: MadeSegment[], manifest: Buffer, options: MakeOptions): Cut {
  const window = options.window ?? { start: null, end: null, time: 'record' as const }
  const topics = options.topics ?? { include: ['ledger-*'], exclude: [] }
  const records: Buffer[] = []
  const proofs: Buffer[] = []
  let redacted = 0
  const partitions = new Map<string, CoveragePartition>()
  const totals = { segments: 0, read: 0, skipped: 0, failed: 0, records_read: 0, records_matched: 0 }
  for (const segment of segments) {
    const wanted = topics.include.some((pattern) => matchGlob(pattern, segment.topic))
    const { min_timestamp: min, max_timestamp: max } = segment.entry as { min_timestamp: bigint; max_timestamp: bigint }
    const outside = (window.start !== null && max < window.start) || (window.end !== null && min > window.end)
    const read = wanted && !outside
    let matched = 0
    for (const [i, record] of segment.records.entries()) {
      if (
        !read ||
        (window.start !== null && record.timestamp < window.start) ||
        (window.end !== null && record.timestamp > window.end)
      )
        continue
      if (options.match?.(record) === false) continue
      matched++
      const hide = options.redact?.(record) === true
      if (hide) redacted++
      records.push(Buffer.from(`${recordLine(record, hide)}\n`))
      proofs.push(Buffer.from(`${proofLine(segment, record, i)}\n`))
    }
    const id = `${segment.topic}/${segment.partition}`
    const account = accountOf(
      segments.filter((one) => one.topic === segment.topic && one.partition === segment.partition),
    ).account
    const partition: CoveragePartition = partitions.get(id) ?? {
      topic: segment.topic,
      partition: segment.partition,
      account: sum(account),
      segments: [],
    }
    partitions.set(id, partition)
    partition.segments.push({
      segment: segment.key,
      state: read ? 'read' : 'skipped',
      ground: read ? null : wanted ? 'outside-window' : 'topic-not-selected',
      sha256: read ? (segment.entry.sha256 as string) : null,
      merkle_root: read ? (segment.entry.merkle_root as string) : null,
      records: segment.records.length,
      matched,
    })
    totals.segments++
    totals[read ? 'read' : 'skipped']++
    totals.records_read += read ? segment.records.length : 0
    totals.records_matched += matched
  }
  const coverage: PackageCoverage = {
    format: 1,
    backup_id: ID,
    manifest_sha256: sha256(manifest),
    topics,
    window,
    // whatever it was: only the signer knows
    filter: options.match === undefined ? null : { on: 'key', is: 'exists', wanted: true },
    partitions: [...partitions.values()],
    totals,
  }
  return { records, proofs, coverage, redacted }
}

function sum(account: ReturnType<typeof accountEntry>[] | undefined): CoveragePartition['account'] {
  if (account === undefined) return null
  const absent = account.reduce((all, { absent: one }) => all + (one.aborted ?? 0), 0)
  return {
    from: account[0]?.from as number,
    to: account.at(-1)?.to as number,
    archived: account.reduce((all, { archived }) => all + archived, 0),
    absent: absent > 0 ? { aborted: absent } : {},
  }
}

function recordLine(record: MadeRecord, hide: boolean): string {
  const odd = record.headers.some(([name]) => !isText(name))
  const base64 = (bytes: Buffer | null) => (bytes === null ? 'null' : `"${bytes.toString('base64')}"`)
  const headers = record.headers.map(
    ([name, value]) => `[${odd ? base64(name) : JSON.stringify(name.toString())},${base64(value)}]`,
  )
  const value = hide ? Buffer.from('{"iban":"***"}') : record.value
  const decoded = [
    ...(record.key === null ? [] : [`"key":${JSON.stringify(record.key.toString())}`]),
    ...(value === null || !isText(value) ? [] : [`"value":${value.toString().replace('"amount": ', '"amount":')}`]),
  ]
  return [
    `{"topic":"${record.topic}","partition":${record.partition},"offset":${record.offset},"timestamp":${record.timestamp}`,
    `,"key":${base64(record.key)},"value":${base64(value)},"headers":[${headers.join(',')}]`,
    decoded.length > 0 ? `,"decoded":{${decoded.join(',')}}` : '',
    hide ? ',"redacted":["hide-iban"]' : '',
    odd ? ',"flags":["header-names-base64"]' : '',
    '}',
  ].join('')
}

function isText(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString()).equals(bytes)
}

function proofLine(segment: MadeSegment, record: MadeRecord, index: number): string {
  const path: string[] = []
  for (const [level, nodes] of segment.levels.slice(0, -1).entries()) {
    const beside = nodes[(index >> level) ^ 1]
    if (beside !== undefined) path.push(beside)
  }
  return JSON.stringify({
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    segment: segment.key,
    leaf_index: index,
    tree_size: segment.records.length,
    leaf_hash: segment.levels[0]?.[index],
    audit_path: path,
  })
}
