import { availableParallelism } from 'node:os'
import { CofferError, isCofferError } from '../../contract/errors.ts'
import type { AccountTotals, ManifestSignature } from '../../contract/results.ts'
import { reasonOf } from '../../contract/said/reason-of.ts'
import { because, beside } from '../../contract/said/said.ts'
import type { Storage } from '../../storage/storage.ts'
import { accountOf } from '../account.ts'
import { checkEntryRanges, readRanges } from '../account-check.ts'
import { requireManifest } from '../manifest/store.ts'
import { isForeign } from '../suspects.ts'
import type { AccountEntry, Manifest, PartitionEntry, SegmentEntry } from '../types.ts'
import { type ChainResult, checkChain } from './chain.ts'
import { type Finding, Findings, flatRanges, type SegmentTask } from './findings.ts'
import { checkUnnamed, listObjects } from './objects.ts'
import { checkPartition, checkRunCut } from './partitions.ts'
import { VerifierPool } from './pool.ts'

export interface IntegrityOptions {
  /** false: every object is there and has its size. true: everything is read and checked. */
  deep: boolean
  signal?: AbortSignal
  onProgress?: (done: { segments: number; records: number; bytes: number }) => void
  /** Threads that verify segments; default: one for each core, at most 4; none for a small archive. */
  threads?: number
}

export interface IntegrityReport {
  backup_id: string
  deep: boolean
  /** Nothing is damaged. */
  valid: boolean
  /** Worst first, at most 1000; `findings_total` counts all. */
  findings: Finding[]
  findings_total: number
  damaged_total: number
  warnings_total: number
  /** Another program made the archive: what such archives can't have is no finding. */
  foreign: boolean
  manifest_sha256: string
  topics_checked: number
  partitions_checked: number
  segments_checked: number
  /** Objects listed, named by the manifest or not. */
  objects_listed: number
  /** Parsed one by one (deep only). */
  records_checked: number
  /** Uncompressed (deep only). */
  bytes_checked: number
  stored_bytes_checked: number
  /** As the archive states it, added up; null where it keeps none. */
  account: AccountTotals | null
  /** Followed only in a deep check. */
  chain: Pick<ChainResult, 'generations' | 'verified' | 'hashes'>
  /** Of the manifest; null in a shallow check, and in archives of other programs. */
  signature: ManifestSignature | null
}

/** What the segments being verified may take together. One may need more, and then is alone. */
const MAX_IN_FLIGHT_BYTES = 192 * 1024 * 1024
/** Below this, threads cost more than they give. */
const SMALL_ARCHIVE_BYTES = 16 * 1024 * 1024
/** An object without a stated size. */
const MAX_OBJECT_BYTES = 4 * 1024 * 1024 * 1024

/**
 * Checks a whole backup and says everything that is wrong with it, each finding with segment, offset and reason.
 * @throws ARCHIVE_MISSING; MANIFEST_DAMAGED and PATH_ESCAPES where there is no manifest to go by; INTERRUPTED; and the
 *   storage's own errors: an object that can't be read for now is not called damaged
 */
export async function integrityCheck(
  storage: Storage,
  backupId: string,
  options: IntegrityOptions,
): Promise<IntegrityReport> {
  try {
    return await new IntegrityCheck(storage, backupId, options).run()
  } catch (error) {
    if (options.signal?.aborted) throw new CofferError('INTERRUPTED', 'the integrity check was interrupted')
    throw error
  }
}

class IntegrityCheck {
  readonly #storage: Storage
  readonly #backupId: string
  readonly #options: IntegrityOptions
  readonly #findings = new Findings()
  #foreign = false
  #objects = new Map<string, number>()
  #segments = 0
  #records = 0
  #bytes = 0
  #storedBytes = 0

  constructor(storage: Storage, backupId: string, options: IntegrityOptions) {
    this.#storage = storage
    this.#backupId = backupId
    this.#options = options
  }

  async run(): Promise<IntegrityReport> {
    const { deep, signal } = this.#options
    signal?.throwIfAborted()
    const { manifest, sha256, bytes } = await requireManifest(this.#storage, this.#backupId)
    this.#foreign = isForeign(manifest)
    this.#objects = await listObjects(this.#storage, this.#backupId, signal)
    let partitions = 0
    for (const topic of manifest.topics) {
      for (const partition of topic.partitions) {
        partitions++
        this.#checkObjects(topic.name, partition)
        checkPartition(topic.name, partition, this.#foreign, this.#findings)
      }
    }
    checkRunCut(manifest, this.#findings)
    let chain: ChainResult = {
      generations: manifest.coffer?.generation ?? 0,
      verified: 0,
      keys: [],
      hashes: [],
      signature: null,
    }
    if (deep) {
      chain = await checkChain(this.#storage, manifest, bytes, this.#findings, signal)
      await this.#verifyAll(manifest)
    }
    checkUnnamed(manifest, chain.keys, this.#objects, this.#findings)
    return {
      backup_id: this.#backupId,
      deep,
      valid: this.#findings.count('damaged') === 0,
      findings: this.#findings.list(),
      findings_total: this.#findings.total,
      damaged_total: this.#findings.count('damaged'),
      warnings_total: this.#findings.count('warning'),
      foreign: this.#foreign,
      manifest_sha256: sha256,
      topics_checked: manifest.topics.length,
      partitions_checked: partitions,
      segments_checked: this.#segments,
      objects_listed: this.#objects.size,
      records_checked: this.#records,
      bytes_checked: this.#bytes,
      stored_bytes_checked: this.#storedBytes,
      account: accountOf(manifest),
      chain: { generations: chain.generations, verified: chain.verified, hashes: chain.hashes },
      signature: chain.signature,
    }
  }

  /** Every named object is there and has its size. Counts segments where nothing more will be done with them. */
  #checkObjects(topic: string, partition: PartitionEntry): void {
    for (const segment of partition.segments) {
      const where = { topic, partition: partition.partition_id, segment: segment.key, offset: segment.start_offset }
      this.#checkObject(segment.key, segment.compressed_size, where)
      if (this.#options.deep) continue
      this.#segments++
      this.#storedBytes += this.#objects.get(segment.key) ?? 0
    }
    for (const entry of partition.account ?? []) {
      const blob = entry.ranges_object
      if (blob === undefined) continue
      const where = { topic, partition: partition.partition_id, segment: blob.key, offset: entry.from }
      this.#checkObject(blob.key, blob.size, where)
    }
  }

  #checkObject(key: string, size: number, where: Partial<Finding>): void {
    const got = this.#objects.get(key)
    if (got === undefined) {
      this.#findings.add({ severity: 'damaged', code: 'OBJECT_MISSING', ...where, ...because('finding.objectMissing') })
    } else if (size > 0 && got !== size) {
      const reason = because('segment.size', { expected: size, got })
      this.#findings.add({ severity: 'damaged', code: 'SEGMENT_DAMAGED', ...where, ...reason })
    }
  }

  async #verifyAll(manifest: Manifest): Promise<void> {
    let total = 0
    for (const size of this.#objects.values()) total += size
    const fitting = total < SMALL_ARCHIVE_BYTES ? 0 : Math.min(4, availableParallelism())
    const threads = this.#options.threads ?? fitting
    const pool = new VerifierPool(threads)
    const running = new Set<Promise<void>>()
    let inFlight = 0
    let failure: unknown = null
    try {
      for (const { topic, partition, segment, account } of segmentsOf(manifest)) {
        this.#options.signal?.throwIfAborted()
        const size = this.#objects.get(segment.key)
        // a missing object or a wrong size has been told already
        if (size === undefined || (segment.compressed_size > 0 && size !== segment.compressed_size)) continue
        while (running.size > 0 && (running.size > threads || inFlight + size > MAX_IN_FLIGHT_BYTES)) {
          await Promise.race(running)
        }
        if (failure !== null) throw failure
        inFlight += size
        const work: Promise<void> = this.#verifyOne(pool, topic, partition, segment, account)
          .catch((error: unknown) => {
            failure ??= error
          })
          .finally(() => {
            inFlight -= size
            running.delete(work)
          })
        running.add(work)
      }
      await Promise.all(running)
      if (failure !== null) throw failure
      // entries without a segment have ranges too
      await this.#checkRangesWithoutSegment(manifest)
    } finally {
      await pool.close()
    }
  }

  async #verifyOne(
    pool: VerifierPool,
    topic: string,
    partition: number,
    segment: SegmentEntry,
    account: AccountEntry | null,
  ): Promise<void> {
    const where = { topic, partition, segment: segment.key, offset: segment.start_offset }
    const absent = account === null ? null : await this.#rangesOf(account, where)
    const maxBytes = segment.compressed_size > 0 ? segment.compressed_size : MAX_OBJECT_BYTES
    let body: Buffer
    try {
      body = (await this.#storage.get(segment.key, { maxBytes })).body
    } catch (error) {
      if (!isCofferError(error, 'OBJECT_MISSING', 'SEGMENT_TOO_LARGE')) throw error
      this.#findings.add({ severity: 'damaged', code: error.code, ...where, ...reasonOf(error) })
      return
    }
    this.#options.signal?.throwIfAborted()
    const stored = body.length
    const task: SegmentTask = {
      entry: segment,
      topic,
      partition,
      // also in an archive that another program began and a run of ours went on with
      foreign: segment.generation === undefined,
      account: account === null || absent === null ? null : { from: account.from, to: account.to, absent },
    }
    const verdict = await pool.verify(body, task)
    this.#findings.add(...verdict.findings)
    this.#segments++
    this.#records += verdict.records
    this.#bytes += verdict.bytes
    this.#storedBytes += stored
    this.#options.onProgress?.({ segments: this.#segments, records: this.#records, bytes: this.#bytes })
  }

  /** null where they can't be had, which is a finding of its own. */
  async #rangesOf(entry: AccountEntry, where: Partial<Finding>): Promise<Float64Array | null> {
    try {
      const ranges = await readRanges(entry, this.#storage)
      if (entry.ranges_object === undefined) return flatRanges(ranges)
      const problems = checkEntryRanges(entry, ranges)
      for (const { offset, reason, said } of problems) {
        this.#findings.add({ severity: 'damaged', code: 'ACCOUNT_DIFFERS', ...where, offset, reason, ...beside(said) })
      }
      return problems.length === 0 ? flatRanges(ranges) : null
    } catch (error) {
      if (!isCofferError(error, 'OBJECT_MISSING', 'MANIFEST_DAMAGED')) throw error
      // a missing one has been told already
      if (error.code === 'MANIFEST_DAMAGED') {
        this.#findings.add({ severity: 'damaged', code: 'ACCOUNT_DIFFERS', ...where, ...reasonOf(error) })
      }
      return null
    }
  }

  async #checkRangesWithoutSegment(manifest: Manifest): Promise<void> {
    for (const topic of manifest.topics) {
      for (const partition of topic.partitions) {
        for (const entry of partition.account ?? []) {
          if (entry.segment !== undefined || entry.ranges_object === undefined) continue
          const where = { topic: topic.name, partition: partition.partition_id, segment: entry.ranges_object.key }
          await this.#rangesOf(entry, { ...where, offset: entry.from })
        }
      }
    }
  }
}

interface NamedSegment {
  topic: string
  partition: number
  segment: SegmentEntry
  account: AccountEntry | null
}

function* segmentsOf(manifest: Manifest): Generator<NamedSegment> {
  for (const topic of manifest.topics) {
    for (const partition of topic.partitions) {
      const accounts = new Map<string, AccountEntry>()
      for (const entry of partition.account ?? []) if (entry.segment !== undefined) accounts.set(entry.segment, entry)
      const { partition_id } = partition
      for (const segment of partition.segments) {
        yield { topic: topic.name, partition: partition_id, segment, account: accounts.get(segment.key) ?? null }
      }
    }
  }
}
