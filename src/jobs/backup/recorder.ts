import { settleRanges } from '../../archive/account.ts'
import type { ManifestWriter } from '../../archive/manifest/store.ts'
import { rangesKey } from '../../archive/paths.ts'
import type {
  AccountEntry,
  AccountRange,
  CofferSection,
  Manifest,
  PartitionEntry,
  RunCut,
  RunEntry,
  SealedSegment,
  TopicEntry,
} from '../../archive/types.ts'
import { isCofferError } from '../../contract/errors.ts'
import type { TopicMetadata } from '../../kafka/types.ts'
import type { Storage } from '../../storage/storage.ts'
import type { PartitionPlan } from './plan.ts'

/** The leader's term of a partition's last batch, and the offset behind it. */
export type LastEpoch = Required<Pick<RunCut, 'leader_epoch' | 'epoch_end'>>

/** What this run has added so far, by topic and partition: the base of the run's own account. */
export interface Committed {
  topic: string
  partition: number
  records: number
  bytes: number
  storedBytes: number
  segments: number
  accounts: AccountEntry[]
  /** Ranges that were lost or that nothing explains. */
  lost: AccountRange[]
}

/**
 * Keeps the manifest of a running backup. The order of durability is the whole point: a segment's object first, then
 * its entry here, then the manifest on storage. A kill at any moment loses at most what the next run reads again.
 */
export class Recorder {
  readonly #storage: Storage
  readonly #writer: ManifestWriter
  readonly #manifest: Manifest
  readonly #everyMs: number
  readonly #committed = new Map<string, Committed>()
  #dirty = false
  #lastSaveEnded = Date.now()
  #lastSaveTook = 0

  /** @param everyMs the shortest time between two saves; a manifest that takes long to save is saved less often */
  constructor(storage: Storage, writer: ManifestWriter, everyMs: number) {
    this.#storage = storage
    this.#writer = writer
    this.#manifest = writer.manifest
    this.#everyMs = everyMs
  }

  get manifest(): Manifest {
    return this.#manifest
  }

  get run(): RunEntry {
    return this.#writer.manifest.coffer.run
  }

  get committed(): Committed[] {
    return [...this.#committed.values()]
  }

  /** Stores a segment and its account, and names them in the manifest, which is saved when it is time. */
  async commit(
    plan: PartitionPlan,
    key: string | null,
    sealed: SealedSegment | null,
    account: AccountEntry,
    epoch: LastEpoch | null,
  ): Promise<void> {
    if (sealed !== null && key !== null) await this.#storage.put(key, sealed.parts, { ifAbsent: true })
    // Named for the offset that the account begins at, since there may be no segment to stand beside.
    const { topic, partition: id } = plan
    const { from: startOffset, generation } = account
    const backupId = this.#manifest.backup_id
    const name = rangesKey({ backupId, topic, partition: id, startOffset, generation })
    const { entry, blob } = settleRanges(account, name)
    if (blob !== null) await this.#storage.put(name, blob, { ifAbsent: true })

    const partition = this.#partition(topic, id)
    partition.account ??= []
    partition.account.push(entry)
    const total = this.#total(plan)
    total.accounts.push(entry)
    if (sealed !== null && key !== null) {
      partition.segments.push({ key, ...sealed.entry, generation })
      total.records += sealed.entry.record_count
      total.bytes += sealed.entry.uncompressed_size
      total.storedBytes += sealed.entry.compressed_size
      total.segments++
      this.run.records += sealed.entry.record_count
      this.run.bytes += sealed.entry.uncompressed_size
    }
    if (epoch !== null) Object.assign(plan.cut, epoch)
    this.#noteLost(partition, total, account)
    this.#dirty = true
    await this.saveIfDue()
  }

  /** Names what an earlier run left behind. */
  noteAbandoned(objects: CofferSection['abandoned']): void {
    this.#writer.manifest.coffer.abandoned.push(...objects)
    this.#dirty = true
  }

  /** Notes a topic as the cluster has it now; its partitions' entries stay. */
  describeTopic(topic: TopicMetadata, configuration: TopicEntry['configuration']): void {
    const entry = this.#topic(topic.name)
    entry.topic_id = topic.topicId
    entry.internal = topic.internal
    entry.original_partition_count = topic.partitions.length
    if (configuration !== undefined) entry.configuration = configuration
    this.#dirty = true
  }

  /** Saves what has changed. @returns once it is durable */
  async save(): Promise<void> {
    if (!this.#dirty) return
    this.#dirty = false
    const started = Date.now()
    try {
      await this.#writer.save()
    } catch (error) {
      this.#dirty = true
      throw error
    }
    this.#lastSaveEnded = Date.now()
    this.#lastSaveTook = this.#lastSaveEnded - started
  }

  /** Ends the run in the manifest and saves it. @returns the SHA-256 of the manifest as saved */
  async finish(state: RunEntry['state'], endedAt: number): Promise<string> {
    this.run.state = state
    this.run.ended_at = endedAt
    this.#dirty = true
    await this.save()
    const { sha256 } = this.#writer
    if (sha256 === null) throw new Error('a save that resolved has left no hash')
    return sha256
  }

  /**
   * Notes that the run failed. The segments named so far are durable. If even this can't be written, the next run finds
   * one that never ended; without the lock, or without a storage, it isn't tried.
   * @returns the SHA-256 of the manifest as saved; null where it was not
   */
  async fail(error: unknown): Promise<string | null> {
    if (isCofferError(error, 'LOCK_LOST', 'STORAGE_UNREACHABLE')) return null
    return await this.finish('failed', Date.now()).catch(() => null)
  }

  /** Saves when the last save is long enough ago. */
  async saveIfDue(): Promise<void> {
    const wait = Math.max(this.#everyMs, this.#lastSaveTook * 20)
    if (Date.now() - this.#lastSaveEnded >= wait) await this.save()
  }

  /** What was lost goes into the result, and what was deleted also into OSO's own note, so that its tools see it. */
  #noteLost(partition: PartitionEntry, total: Committed, account: AccountEntry): void {
    for (const range of account.ranges ?? []) {
      const [kind, from, to] = range
      const deleted = kind === 'deleted_before' || kind === 'deleted_during'
      if (!deleted && kind !== 'unexplained') continue
      total.lost.push(range)
      if (!deleted) continue
      partition.gaps ??= []
      partition.gaps.push({
        start_offset: from,
        end_offset: to,
        reason: 'offset_out_of_range',
        detected_at: Date.now(),
      })
    }
  }

  #topic(name: string): TopicEntry {
    const known = this.#manifest.topics.find((entry) => entry.name === name)
    if (known !== undefined) return known
    const entry: TopicEntry = { name, original_partition_count: null, partitions: [] }
    this.#manifest.topics.push(entry)
    return entry
  }

  #partition(topic: string, partition: number): PartitionEntry {
    const { partitions } = this.#topic(topic)
    const known = partitions.find((entry) => entry.partition_id === partition)
    if (known !== undefined) return known
    const entry: PartitionEntry = { partition_id: partition, segments: [] }
    partitions.push(entry)
    partitions.sort((a, b) => a.partition_id - b.partition_id)
    return entry
  }

  #total({ topic, partition }: PartitionPlan): Committed {
    const key = `${topic}/${partition}`
    const known = this.#committed.get(key)
    if (known !== undefined) return known
    const total: Committed = {
      topic,
      partition,
      records: 0,
      bytes: 0,
      storedBytes: 0,
      segments: 0,
      accounts: [],
      lost: [],
    }
    this.#committed.set(key, total)
    return total
  }
}
