import { type LoadedManifest, loadManifest } from '../../archive/manifest/store.ts'
import type { BackupConfig } from '../../contract/config/types.ts'
import type { Cluster } from '../../kafka/cluster.ts'
import type { ClusterIdentity, TopicMetadata } from '../../kafka/types.ts'
import type { Storage } from '../../storage/storage.ts'
import { type ClusterCut, type PartitionPlan, planBackup } from './plan.ts'
import { chooseTopics, requireNamed, takeCut, takeEpochEnds } from './source.ts'

/** What a run, or a dry run, has to know before anything is written. */
export interface Survey {
  identity: ClusterIdentity
  topics: TopicMetadata[]
  cut: ClusterCut
  /** The archive as it stands; null before the first run. */
  loaded: LoadedManifest | null
  plans: PartitionPlan[]
}

/**
 * Looks at the cluster and at the archive, and plans. Writes nothing: a run that can't continue the archive leaves it as
 * it is, and a dry run fails as the run would fail.
 * @throws NOTHING_MATCHED, MANIFEST_DAMAGED, and all that `planBackup` refuses
 */
export async function survey(config: BackupConfig, cluster: Cluster, storage: Storage): Promise<Survey> {
  const identity = await cluster.identity()
  const topics = await chooseTopics(cluster, config)
  requireNamed(topics, config)
  const taken = await takeCut(cluster, topics, config.backup.isolation_level, identity.clusterId)
  const loaded = await loadManifest(storage, config.backup_id)
  const cut = await takeEpochEnds(cluster, taken, loaded?.manifest ?? null)
  const plans = planBackup(cut, loaded?.manifest ?? null, config.backup.start_offset)
  return { identity, topics, cut, loaded, plans }
}
