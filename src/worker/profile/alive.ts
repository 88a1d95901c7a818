import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { isAlive } from '../../jobs/process-alive.ts'

/** Which process a running job belongs to. */
export interface Owner {
  host: string
  pid: number
  /** Tells two processes apart that had the same number, one after the other: in a container it is always 1. */
  session: string
}

const SESSION_VARIABLE = 'COFFER_PROCESS_SESSION'

/**
 * This process, the same in each of its threads: a thread is given its environment, and a child process, which has
 * another number, takes no notice of it.
 */
export function thisProcess(): Owner {
  const mine = `${process.pid}:`
  const known = process.env[SESSION_VARIABLE]
  const session = known?.startsWith(mine) ? known : `${mine}${randomUUID()}`
  process.env[SESSION_VARIABLE] = session
  return { host: hostname(), pid: process.pid, session }
}

/** For a lease that ran out, how long it is watched before its process is held to be gone: a machine may have slept. */
const WATCH_MS = 20_000

/** Tells whose process is gone, of those that hold a lease. */
export class OwnerWatch {
  readonly #me: Owner
  readonly #clock: () => number
  /** Leases that had run out when they were first seen so. */
  readonly #seen = new Map<string, { lease: number; since: number }>()

  /** @param clock milliseconds, monotonic and standing still while the machine sleeps */
  constructor(me: Owner, clock: () => number = () => performance.now()) {
    this.#me = me
    this.#clock = clock
  }

  isGone(owner: Owner, leaseUntil: number, now: number): boolean {
    if (owner.host === this.#me.host) {
      if (owner.pid === this.#me.pid) return owner.session !== this.#me.session
      if (!isAlive(owner.pid)) return true
    }
    // On another machine, or a number that another program may have by now: the lease decides.
    if (leaseUntil > now) {
      this.#seen.delete(owner.session)
      return false
    }
    const seen = this.#seen.get(owner.session)
    if (seen?.lease === leaseUntil) return this.#clock() - seen.since > WATCH_MS
    this.#seen.set(owner.session, { lease: leaseUntil, since: this.#clock() })
    return false
  }
}
