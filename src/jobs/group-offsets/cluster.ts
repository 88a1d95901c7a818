import { loadSection } from '../../contract/config/section.ts'
import { CofferError } from '../../contract/errors.ts'
import type { ConfigSource, JobContext } from '../../contract/jobs.ts'
import { type Cluster, openCluster } from '../../kafka/cluster.ts'

/** Opens the cluster of a lone section for as long as `use` takes. @throws CONFIG_…, KAFKA_… */
export async function withCluster<T>(
  source: ConfigSource,
  environment: Record<string, string>,
  context: JobContext,
  use: (cluster: Cluster, bootstrap: string[]) => Promise<T>,
): Promise<T> {
  const section = loadSection(source, environment)
  if (section.section === 'storage')
    throw new CofferError('USAGE', `expected a cluster, got the storage "${source.name}"`)
  const cluster = await openCluster(section.cluster, {
    log: (level, message) => context.log(level, message),
    signal: context.signal,
  })
  try {
    return await use(cluster, section.cluster.bootstrap_servers)
  } finally {
    await cluster.close()
  }
}

/** @throws CONFIG_CONFLICT where both are known and differ: positions in another cluster's logs say nothing */
export async function refuseOtherCluster(cluster: Cluster, expected: string | null, what: string): Promise<void> {
  const { clusterId } = await cluster.identity()
  if (expected === null || clusterId === null || expected === clusterId) return
  throw new CofferError('CONFIG_CONFLICT', `${what} is of cluster "${expected}", but this is cluster "${clusterId}"`, {
    hint: 'Give the bootstrap servers of that cluster.',
    details: { expected, got: clusterId },
  })
}
