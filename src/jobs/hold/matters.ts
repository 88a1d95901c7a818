import { custodyKey } from '../../archive/paths.ts'
import type { CustodyEntry } from '../../contract/evidence/custody.ts'
import type { HoldMatter } from '../../contract/results/hold.ts'
import { type Said, say } from '../../contract/said/said.ts'
import { type CustodyChain, readCustody } from '../../journal/custody.ts'
import type { Storage } from '../../storage/storage.ts'

/** What holds a backup now, by its chain of custody: a matter from its `held` line to its `released` line. */
export function mattersOf(entries: readonly CustodyEntry[]): HoldMatter[] {
  const matters = new Map<string, HoldMatter>()
  for (const { seq, at, action, actor, details } of entries) {
    const { matter } = details
    if (typeof matter !== 'string') continue
    if (action === 'released') matters.delete(matter)
    if (action !== 'held') continue
    const objects = Number(details.objects ?? 0)
    const before = matters.get(matter)
    // placed again: it goes on, over more objects
    if (before !== undefined) matters.set(matter, { ...before, objects })
    else {
      const by = `${actor.os_user}@${actor.host}${actor.name === null ? '' : ` (${actor.name})`}`
      matters.set(matter, { matter, reason: String(details.reason ?? ''), since: at, by, objects, line: seq })
    }
  }
  return [...matters.values()]
}

export interface Custody {
  chain: CustodyChain
  matters: HoldMatter[]
  warnings: Said[]
}

export async function custodyOf(storage: Storage, backupId: string): Promise<Custody> {
  const chain = await readCustody(storage, backupId)
  const [first] = chain.problems
  const warnings =
    first === undefined ? [] : [say('hold.custodyBroken', { object: first.key, why: first.said ?? first.reason })]
  return { chain, matters: mattersOf(chain.entries), warnings }
}

/** Whether a backup is under hold, by one question: a hold covers the first custody line like everything else. */
export async function isHeld(storage: Storage, backupId: string): Promise<boolean> {
  const key = custodyKey(backupId, 1)
  if (storage.locks === undefined || (await storage.head(key)) === null) return false
  return storage.locks.holdOf(key)
}
