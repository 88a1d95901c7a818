import { ERROR_EXIT } from '../../contract/errors.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { WindowEvent } from '../../contract/ipc/job.ts'

/** How often is looked whether the clock has jumped; a jump of more than a minute beyond that was a sleep. */
const LOOK_MS = 10_000
const JUMP_MS = 60_000
/** A job that fails so soon after the machine woke failed of the sleep. */
const SOON_MS = 5 * 60_000
/** The network comes back a moment after the machine. */
const SETTLE_MS = 15_000

export interface SleepDeps {
  subscribe(listener: (event: WindowEvent) => void): () => void
  /** Starts a job's request again, where that goes on from its last durable point. */
  resume(jobId: string): Promise<void>
  /** Milliseconds since the epoch. */
  now?(): number
  settleMs?: number
}

/**
 * Goes on with jobs that failed since the machine had slept: connections are gone when it wakes, and nobody is there to
 * press a button. Only failures that pass by themselves (out of reach) count, and each job is gone on with once.
 * @returns `look` for a host that is told of power events, and what ends it
 */
export function resumeAfterSleep(deps: SleepDeps): { look(): void; woke(): void; end(): void } {
  const now = deps.now ?? (() => Date.now())
  let last = now()
  let wokeAt: number | null = null
  const waiting = new Set<NodeJS.Timeout>()

  const woke = () => {
    wokeAt = now()
  }
  const look = () => {
    const at = now()
    if (at - last > LOOK_MS + JUMP_MS) woke()
    last = at
  }
  const unsubscribe = deps.subscribe((event) => {
    if (event.type !== 'finished' || event.outcome.state !== 'failed') return
    look()
    const exit = ERROR_EXIT[event.outcome.error.code]
    const isPassing = exit === EXIT.unreachable || event.outcome.error.code === 'WORKER_DIED'
    if (!isPassing || wokeAt === null || now() - wokeAt > SOON_MS) return
    const timer = setTimeout(() => {
      waiting.delete(timer)
      // what can't be resumed stays as it is, and says so on its page
      void deps.resume(event.jobId).catch(() => {})
    }, deps.settleMs ?? SETTLE_MS)
    timer.unref()
    waiting.add(timer)
  })
  const timer = setInterval(look, LOOK_MS)
  timer.unref()
  return {
    look,
    woke,
    end: () => {
      clearInterval(timer)
      for (const one of waiting) clearTimeout(one)
      unsubscribe()
    },
  }
}
