import type { StorageConfig } from '../../contract/config/endpoint.ts'
import type { ReportLock } from '../../contract/evidence/report.ts'
import { type Said, say } from '../../contract/said/said.ts'

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

const DAY_MS = 86_400_000

/** What the configured retention asks for and the storage's own lock does not give. */
export function lockWarnings(lock: ReportLock, days: number, now: number): Said[] {
  const why = lock.said ?? lock.reason
  if (lock.mode === 'unknown') return [say('warn.lockUnknown', { days, why })]
  if (lock.mode === 'none' || lock.retain_until === null) return [say('warn.lockNone', { days, why })]
  // an hour for clocks that differ
  if (Date.parse(lock.retain_until) + 3_600_000 >= now + days * DAY_MS) return []
  return [say('warn.lockShort', { until: lock.retain_until, days })]
}
