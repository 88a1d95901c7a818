import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beginGeneration, loadManifest } from '../../src/archive/manifest/store.ts'
import { segmentKey } from '../../src/archive/paths.ts'
import type { Manifest } from '../../src/archive/types.ts'
import type { JobContext, JobResult } from '../../src/contract/jobs.ts'
import type { ExtractPlanResult, ExtractResult } from '../../src/contract/results.ts'
import { runExtract } from '../../src/jobs/extract/run.ts'
import { openStorage } from '../../src/storage/open.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { indexAt, withoutIndex } from '../archive/segment-index.ts'
import { type PlainRecord, runEntry, sealed } from '../archive/support.ts'
import { context } from '../jobs-read/support.ts'
import { removeOnExit } from '../rig/child.ts'

export const ID = 'ledger-backup'
export const START = 1_764_547_200_000

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'coffer-extract-'))
  removeOnExit(folder)
  return folder
}

/** topic → partition → segments, each a list of records. */
export type Made = Record<string, PlainRecord[][][]>

/** An archive of ours, written by the program's own writers: one run, or one more. */
export async function makeArchive(
  folder: string,
  topics: Made,
  configuration: Record<string, string> = {},
): Promise<Storage> {
  const storage = await openStorage({ backend: 'filesystem', path: folder })
  const writer = await beginGeneration(storage, await loadManifest(storage, ID), {
    backupId: ID,
    run: runEntry(),
    compression: 'zstd',
    sourceClusterId: 'cluster-1',
    sourceBrokers: ['broker:9092'],
  })
  const { manifest, generation } = writer
  for (const [topic, partitions] of Object.entries(topics)) {
    let entry = manifest.topics.find(({ name }) => name === topic)
    if (entry === undefined) {
      entry = { name: topic, original_partition_count: partitions.length, partitions: [] }
      manifest.topics.push(entry)
    }
    entry.configuration = Object.entries(configuration).map(([name, value]) => ({ name, value, overridden: true }))
    for (const [partition, segments] of partitions.entries()) {
      let place = entry.partitions.find(({ partition_id }) => partition_id === partition)
      if (place === undefined) {
        place = { partition_id: partition, segments: [], account: [] }
        entry.partitions.push(place)
      }
      for (const records of segments) {
        const { parts, entry: segment } = await sealed(records, { chunkBytes: 256 * 1024 })
        const { start_offset: startOffset, end_offset, record_count: archived } = segment
        const key = segmentKey({ backupId: ID, topic, partition, startOffset, generation, compression: 'zstd' })
        await storage.put(key, parts, { ifAbsent: true })
        place.segments.push({ key, ...segment, generation })
        const from = place.account?.at(-1)?.to ?? startOffset
        const missing = end_offset + 1 - from - archived
        place.account?.push({
          from,
          to: end_offset + 1,
          generation,
          archived,
          absent: missing > 0 ? { compacted: missing } : {},
          segment: key,
        })
      }
    }
  }
  manifest.coffer.run.state = 'complete'
  manifest.coffer.run.ended_at = manifest.coffer.run.started_at + 1000
  await writer.save()
  return storage
}

export async function manifestIn(storage: Storage): Promise<Manifest> {
  const loaded = await loadManifest(storage, ID)
  if (loaded === null) throw new Error('there is no manifest')
  return loaded.manifest
}

/** The archive as an older Coffer left it: the same records, in segments without an index. */
export async function dropIndexes(folder: string, storage: Storage): Promise<void> {
  const manifest = await manifestIn(storage)
  for (const segment of manifest.topics.flatMap(({ partitions }) => partitions.flatMap(({ segments }) => segments))) {
    const path = join(folder, segment.key)
    const object = await readFile(path)
    if (indexAt(object) < 0) continue
    const old = withoutIndex(object, segment)
    await writeFile(path, old.object)
    Object.assign(segment, old.entry)
  }
  await writeFile(join(folder, ID, 'manifest.json'), JSON.stringify(manifest))
}

/** `count` orders from `first` on, a second apart. */
export function orders(first: number, count: number): PlainRecord[] {
  return Array.from({ length: count }, (_, i) => {
    const offset = first + i
    return {
      offset,
      timestamp: START + offset * 1000,
      key: `order-${offset}`,
      value: JSON.stringify({
        order: offset,
        customer_id: `C${offset % 10}`,
        amount: `${offset}.50`,
        iban: `DE${String(offset).padStart(20, '0')}`,
      }),
      headers: [['trace', `trace-${offset}`]],
    }
  })
}

export interface Asked {
  extract?: Record<string, unknown>
  evidence?: Record<string, unknown>
  output: string
  storage?: Record<string, unknown> | string
  backupId?: string
}

export function fileText(folder: string, asked: Asked): string {
  return JSON.stringify({
    mode: 'extract',
    backup_id: asked.backupId ?? ID,
    storage: asked.storage ?? folder,
    case: { matter: '2026-017', custodian: 'Records Office', requested_by: 'Regulator', reason: 'request of 1 March' },
    extract: asked.extract ?? {},
    ...(asked.evidence === undefined ? {} : { evidence: asked.evidence }),
    output: asked.output,
  })
}

export async function extract(
  folder: string,
  asked: Asked,
  environment: Record<string, string> = {},
  job: JobContext = context(),
): Promise<JobResult<ExtractResult>> {
  const config = { text: fileText(folder, asked), name: 'case.yaml', directory: '/' }
  const { exitCode, result } = await runExtract({ kind: 'extract', config, dryRun: false, environment }, job)
  if (result.dry_run) throw new Error('expected a real run')
  return { exitCode, result }
}

export async function dryRun(folder: string, asked: Asked): Promise<ExtractPlanResult> {
  const config = { text: fileText(folder, asked), name: 'case.yaml', directory: '/' }
  const { result } = await runExtract({ kind: 'extract', config, dryRun: true, environment: {} }, context())
  if (!result.dry_run) throw new Error('expected a dry run')
  return result
}
