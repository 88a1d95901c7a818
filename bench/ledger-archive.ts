import { beginGeneration } from '../src/archive/manifest/store.ts'
import { segmentKey } from '../src/archive/paths.ts'
import { SegmentWriter } from '../src/archive/segment/writer.ts'
import type { Manifest, PartitionEntry } from '../src/archive/types.ts'
import { openStorage } from '../src/storage/open.ts'
import { runEntry, view } from '../test/archive/support.ts'
import { seededRandom } from '../test/rig/random.ts'

/** What a ledger's archive for measuring looks like. */
export interface LedgerOptions {
  folder: string
  id: string
  records: number
  /** Bytes of a value. */
  size: number
  partitions: number
}

/** Uncompressed, as a backup cuts it. */
const SEGMENT_BYTES = 128 * 1024 * 1024
const START = 1_764_547_200_000

/**
 * An archive like the one that `npm run bench` backs up, written by the program's own writers without a broker: text of
 * phrases that come again, between noise, a record every 10 ms, dealt out to the partitions in turn.
 * @returns the time of the first record and of the one after the last, in milliseconds
 */
export async function writeLedger(options: LedgerOptions): Promise<{ start: number; end: number; bytes: number }> {
  const { folder, id, records, size, partitions } = options
  const storage = await openStorage({ backend: 'filesystem', path: folder })
  const writer = await beginGeneration(storage, null, {
    backupId: id,
    run: runEntry(),
    compression: 'zstd',
    sourceClusterId: 'bench',
    sourceBrokers: [],
  })
  const topic = 'bench-ledger'
  const entries: PartitionEntry[] = []
  const text = ledgerText(size)
  let bytes = 0
  for (let partition = 0; partition < partitions; partition++) {
    const place: PartitionEntry = { partition_id: partition, segments: [], account: [] }
    entries.push(place)
    let open: SegmentWriter | null = null
    let from = 0
    let offset = 0
    const close = async () => {
      if (open === null) return
      const { parts, entry } = await open.seal()
      const generation = writer.generation
      const key = segmentKey({ backupId: id, topic, partition, startOffset: from, generation, compression: 'zstd' })
      await storage.put(key, parts, { ifAbsent: true })
      place.segments.push({ key, ...entry, generation })
      place.account?.push({ from, to: offset, generation, archived: offset - from, absent: {}, segment: key })
      open = null
      from = offset
    }
    for (let i = partition; i < records; i += partitions) {
      open ??= new SegmentWriter({ compression: 'zstd', level: 3 })
      const [key, value] = text(i)
      bytes += key.length + value.length
      open.append(view({ offset, timestamp: START + i * 10, key, value }))
      offset++
      await open.pressure()
      if (open.rawBytes >= SEGMENT_BYTES) await close()
    }
    await close()
  }
  const manifest: Manifest = writer.manifest
  manifest.topics.push({ name: topic, original_partition_count: partitions, partitions: entries })
  writer.manifest.coffer.run.state = 'complete'
  writer.manifest.coffer.run.ended_at = writer.manifest.coffer.run.started_at + 1000
  await writer.save()
  await storage.close()
  return { start: START, end: START + records * 10, bytes }
}

const WORDS = [
  'payment',
  'standing order',
  'direct debit',
  'invoice',
  'refund',
  'settlement',
  'withdrawal',
  'correction',
]

function ledgerText(size: number): (number: number) => [key: Buffer, value: Buffer] {
  const random = seededRandom(1)
  const pick = (limit: number) => Math.floor(random() * limit)
  const phrases = Array.from({ length: 2048 }, () =>
    Buffer.from(`${WORDS[pick(8)]} ${WORDS[pick(8)]} CHF ${pick(100_000)}.${pick(100)} CH${pick(1e15)};`),
  )
  return (number) => {
    const value = Buffer.alloc(size, 0x20)
    let at = value.write(`{"number":${number},"text":"`)
    while (at < size) {
      at += (phrases[pick(phrases.length)] as Buffer).copy(value, at)
      for (let words = 0; words < 4; words++) at += value.write(pick(2 ** 48).toString(16), at)
    }
    value.write('"}', size - 2)
    return [Buffer.from(`account-${pick(50_000)}`), value]
  }
}
