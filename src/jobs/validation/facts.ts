import { manifestKey } from '../../archive/paths.ts'
import type { Manifest } from '../../archive/types.ts'
import type { StorageConfig } from '../../contract/config/endpoint.ts'
import type { ReportLock } from '../../contract/evidence/report.ts'
import { because, type Said, say } from '../../contract/said/said.ts'
import type { Storage } from '../../storage/storage.ts'
import { storageFacts } from '../custody/storage-facts.ts'

/** Kind and place of a storage, in the spelling of OSO's reports, without what could be a credential. */
export function storageWords(storage: StorageConfig): string {
  if (storage.backend === 'filesystem') return `Filesystem { path: ${JSON.stringify(storage.path)} }`
  const parts = [
    `bucket: ${JSON.stringify(storage.bucket)}`,
    ...(storage.region === undefined ? [] : [`region: ${JSON.stringify(storage.region)}`]),
    ...(storage.endpoint === undefined ? [] : [`endpoint: ${JSON.stringify(hostOf(storage.endpoint))}`]),
    ...(storage.prefix === undefined ? [] : [`prefix: ${JSON.stringify(storage.prefix)}`]),
  ]
  return `S3 { ${parts.join(', ')} }`
}

function hostOf(endpoint: string): string {
  return URL.canParse(endpoint) ? new URL(endpoint).origin : 'unreadable'
}

/**
 * What keeps the archive from being deleted, read back of its manifest and of the oldest and the newest segment in scope:
 * a lock may be of one and not of the other. The weakest counts.
 * @returns with a sentence where objects were not asked about that the lock would have to hold too
 */
export async function lockOfArchive(
  storage: Storage,
  manifest: Manifest,
  sources: readonly string[],
): Promise<{ lock: ReportLock; gap: Said | null }> {
  const segments = manifest.topics
    .filter(({ name }) => sources.includes(name))
    .flatMap(({ partitions }) => partitions.flatMap((partition) => partition.segments))
    .sort((a, b) => (a.generation ?? 0) - (b.generation ?? 0))
  const asked = [...new Set([segments.at(0), segments.at(-1)].filter((one) => one !== undefined))]
  const keys = [manifestKey(manifest.backup_id), ...asked.map(({ key }) => key)]
  const { lock } = await storageFacts(storage, keys)
  const counted = say('many.segments', { count: asked.length })
  const held = lock.mode === 'COMPLIANCE' || lock.mode === 'GOVERNANCE'
  return {
    lock: { ...lock, ...because('lock.ofSome', { asked: counted, lock: lock.said ?? lock.reason }) },
    gap:
      held && segments.length > asked.length ? say('gap.locksOfSome', { asked: counted, all: segments.length }) : null,
  }
}

const DAY_MS = 86_400_000

/** What the configured retention asks for and the storage's own lock does not give. */
export function lockWarnings(lock: ReportLock, days: number, now: number): Said[] {
  const why = lock.said ?? lock.reason
  if (lock.mode === 'unknown') return [say('warn.lockUnknown', { days, why })]
  if (lock.mode === 'none' || lock.retain_until === null) return [say('warn.lockNone', { days, why })]
  // an hour for clocks that differ
  const short = Date.parse(lock.retain_until) + 3_600_000 < now + days * DAY_MS
  const until = lock.retain_until
  return [
    ...(lock.mode === 'GOVERNANCE' ? [say('warn.lockGovernance', { until })] : []),
    ...(short ? [say('warn.lockShort', { until, days })] : []),
  ]
}
