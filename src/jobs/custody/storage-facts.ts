import { isCofferError } from '../../contract/errors.ts'
import type { ReportLock } from '../../contract/evidence/report.ts'
import { because, beside } from '../../contract/said/said.ts'
import { isoTime } from '../../contract/time.ts'
import type { Storage, StoredRetention } from '../../storage/storage.ts'

export interface StorageFacts {
  /** null where the storage states none, or the objects differ: then `lock.reason` says so. */
  encryption: string | null
  lock: ReportLock
}

/**
 * What the storage itself says of some objects: encryption at rest, Object Lock, until when, legal hold. Read back from
 * it, never taken from a configuration. Of several objects the weakest protection counts.
 */
export async function storageFacts(storage: Storage, keys: readonly string[]): Promise<StorageFacts> {
  const told: StoredRetention[] = []
  for (const key of keys) {
    try {
      told.push(await storage.retention(key))
    } catch (error) {
      if (!isCofferError(error, 'OBJECT_MISSING')) throw error
      told.push({
        mode: 'unknown',
        retainUntil: null,
        legalHold: null,
        encryption: null,
        ...because('lock.missing', { object: key }),
      })
    }
  }
  const weakest = weakestOf(told, ({ retainUntil }) => retainUntil)
  const kinds = new Set(told.map((one) => one.encryption ?? null))
  return {
    encryption: kinds.size === 1 ? ([...kinds][0] ?? null) : null,
    lock:
      weakest === null
        ? { mode: 'unknown', retain_until: null, legal_hold: null, ...because('lock.nothingAsked') }
        : {
            mode: weakest.mode,
            retain_until: weakest.retainUntil === null ? null : isoTime(weakest.retainUntil),
            legal_hold: weakest.legalHold,
            reason: weakest.reason,
            ...beside(weakest.said),
          },
  }
}

const STRENGTH = { unknown: 0, none: 1, GOVERNANCE: 2, COMPLIANCE: 3 } as const

/** The lock that protects least, and of several alike the one that ends first. @param until milliseconds */
export function weakestOf<T extends { mode: ReportLock['mode'] }>(
  all: readonly T[],
  until: (one: T) => number | null,
): T | null {
  const weaker = (a: T, b: T) =>
    a.mode === b.mode ? (until(a) ?? 0) < (until(b) ?? 0) : STRENGTH[a.mode] < STRENGTH[b.mode]
  return all.reduce<T | null>((worst, one) => (worst === null || weaker(one, worst) ? one : worst), null)
}
