import { accountOf } from '../../archive/account.ts'
import { manifestSignature } from '../../archive/manifest/signature.ts'
import { requireManifest } from '../../archive/manifest/store.ts'
import type { Manifest, TopicEntry } from '../../archive/types.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { JobContext, JobResult } from '../../contract/jobs.ts'
import type { DescribedTopic, DescribeResult } from '../../contract/results.ts'
import type { Storage } from '../../storage/storage.ts'
import { overviewOf } from '../list/overview.ts'
import { describePartition } from '../statistics.ts'
import { gapsOf } from './gaps.ts'

/**
 * Says what a manifest says, and nothing that would need a segment to be opened. `manifest` is the document as it
 * stands, unknown fields of later releases included; whole numbers beyond 2^53 are bigints in it.
 * @throws ARCHIVE_MISSING, MANIFEST_DAMAGED, PATH_ESCAPES, STORAGE_…
 */
export async function runDescribe(
  storage: Storage,
  backupId: string,
  _context: JobContext,
): Promise<JobResult<DescribeResult>> {
  const { manifest, sha256, bytes } = await requireManifest(storage, backupId)
  const generation = manifest.coffer?.generation
  const { gaps, total } = await gapsOf(storage, manifest)
  const result: DescribeResult = {
    kind: 'describe',
    location: storage.location,
    manifest,
    manifest_sha256: sha256,
    ...(generation === undefined
      ? {}
      : { manifest_signature: await manifestSignature(storage, backupId, generation, bytes) }),
    checksums: checksumsOf(manifest),
    overview: await overviewOf(storage, manifest),
    account: accountOf(manifest),
    topics: manifest.topics.map(describeTopic),
    gaps,
    gaps_total: total,
  }
  return { exitCode: EXIT.done, result }
}

/**
 * Segment key → SHA-256 in lowercase hex, null where the archive states none. Keys are somebody else's text: the map
 * has no prototype, so that even `__proto__` would be only a key.
 */
function checksumsOf(manifest: Manifest): Record<string, string | null> {
  const checksums: Record<string, string | null> = Object.create(null)
  for (const topic of manifest.topics) {
    for (const partition of topic.partitions) {
      for (const segment of partition.segments) checksums[segment.key] = segment.sha256 ?? null
    }
  }
  return checksums
}

function describeTopic(topic: TopicEntry): DescribedTopic {
  const overrides = (topic.configuration ?? []).filter((entry) => entry.overridden)
  return {
    topic: topic.name,
    partitions: topic.partitions.map(describePartition).sort((a, b) => a.partition - b.partition),
    configuration_overrides: Object.fromEntries(overrides.map(({ name, value }) => [name, value])),
  }
}
