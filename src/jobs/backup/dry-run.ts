import type { BackupConfig } from '../../contract/config/types.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { JobResult } from '../../contract/jobs.ts'
import type { RecordView } from '../../contract/record.ts'
import type { BackupPlanResult } from '../../contract/results.ts'
import { say, toldOf } from '../../contract/said/said.ts'
import type { Cluster } from '../../kafka/cluster.ts'
import type { Storage } from '../../storage/storage.ts'
import { forEachConcurrent } from '../concurrency.ts'
import type { PartitionPlan } from './plan.ts'
import { survey } from './survey.ts'

/** How much of a partition is read to estimate the size of its records. */
const SAMPLE_BYTES = 64 * 1024
/** What a backup reaches on a small machine (bench/), in uncompressed bytes a second: for a first idea of its time. */
const ASSUMED_BYTES_PER_SECOND = 100e6

/**
 * Says what a backup would read, without writing anything. Contacts the cluster and the archive, and fails as the
 * backup would fail. Sizes are estimated from the first records of each partition.
 */
export async function dryRun(
  config: BackupConfig,
  cluster: Cluster,
  storage: Storage,
): Promise<JobResult<BackupPlanResult>> {
  const { identity, topics, loaded, plans } = await survey(config, cluster, storage)
  const sizes = new Map<PartitionPlan, number>()
  await forEachConcurrent(plans, config.backup.max_concurrent_partitions, async (plan) => {
    const perOffset = await sampleSize(cluster, plan, config.backup.isolation_level)
    sizes.set(plan, perOffset * (plan.to - plan.readFrom))
  })
  const bytes = Math.round([...sizes.values()].reduce((sum, size) => sum + size, 0))
  const lost = toldOf(
    plans
      .filter((plan) => plan.lostFrom < plan.readFrom)
      .map(({ topic, partition, readFrom, lostFrom }) =>
        say('backup.lost', { offsets: readFrom - lostFrom, partition: `${topic}/${partition}` }),
      ),
  )
  const result: BackupPlanResult = {
    kind: 'backup',
    dry_run: true,
    backup_id: config.backup_id,
    location: storage.location,
    mode: config.backup.continuous ? 'continuous' : 'snapshot',
    generation: (loaded?.manifest.coffer?.generation ?? 0) + 1,
    source: {
      cluster_id: identity.clusterId,
      kafka_version: identity.kafkaVersion,
      brokers: identity.brokers.map((broker) => `${broker.host}:${broker.port}`),
    },
    topics: topics.map(({ name, partitions }) => {
      const own = plans.filter((plan) => plan.topic === name)
      return {
        topic: name,
        partitions: partitions.length,
        offsets: own.reduce((sum, plan) => sum + (plan.to - plan.readFrom), 0),
        bytes_estimate: Math.round(own.reduce((sum, plan) => sum + (sizes.get(plan) ?? 0), 0)),
      }
    }),
    offsets: plans.reduce((sum, plan) => sum + (plan.to - plan.readFrom), 0),
    bytes_estimate: bytes,
    seconds_estimate: Math.ceil(bytes / ASSUMED_BYTES_PER_SECOND),
    checks: [],
    warnings: lost.texts,
    sayings: lost.sayings,
  }
  return { exitCode: EXIT.done, result }
}

/** Uncompressed bytes for each offset, by the first batches from the plan's start; 0 where there is nothing to read. */
async function sampleSize(
  cluster: Cluster,
  plan: PartitionPlan,
  isolation: BackupConfig['backup']['isolation_level'],
): Promise<number> {
  if (plan.readFrom >= plan.to) return 0
  const { topic, partition, readFrom: from, to } = plan
  let bytes = 0
  let position = from
  for await (const step of cluster.reader({ topic, partition, from, to, isolation, maxBytes: SAMPLE_BYTES })) {
    if (step.type !== 'batch') position = step.to
    else {
      const { records, kind, lastOffset } = step.batch
      position = lastOffset + 1
      if (kind !== 'data') continue
      while (records.next()) bytes += sizeOf(records.view)
      if (bytes >= SAMPLE_BYTES) break
    }
  }
  return bytes / Math.max(1, position - from)
}

/** About what the record takes in a segment: its fixed fields, key, value and headers. */
function sizeOf({ keyLen, valLen, headers, headerCount }: RecordView): number {
  let size = 34 + Math.max(0, keyLen) + Math.max(0, valLen)
  for (let at = 0; at < headerCount * 4; at += 4) size += 6 + (headers[at + 1] ?? 0) + Math.max(0, headers[at + 3] ?? 0)
  return size
}
