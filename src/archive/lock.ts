import { hostname, userInfo } from 'node:os'
import { CofferError, isCofferError } from '../contract/errors.ts'
import type { Storage } from '../storage/storage.ts'
import { lockKey } from './paths.ts'

/** Who writes to a backup, as it stands in its lock object. Times are milliseconds since the epoch. */
export interface LeaseRecord {
  run_id: string
  os_user: string
  host: string
  pid: number
  acquired_at: number
  renewed_at: number
  expires_at: number
}

export interface LockOptions {
  runId: string
  /** Who it is, in words; default: this process's user on this host. */
  operator?: { os_user: string; host: string }
  /** The clock; default Date.now. */
  now?: () => number
  /** How long a lease holds without being renewed. */
  leaseMs?: number
  /** For the right to something else that is kept beside the backup: the lock's own key, and what it locks in words. */
  instead?: { key: string; what: string }
}

const DEFAULT_LEASE_MS = 60_000
/** Clocks of two hosts differ: a lease counts as dead only this long after its own end. */
const CLOCK_MARGIN_MS = 15_000
const MAX_LOCK_BYTES = 64 * 1024

/** The one right to write to a backup. Renewed by itself until it is released or lost. */
export interface Lease {
  readonly record: Readonly<LeaseRecord>
  /** Aborted, with LOCK_LOST as its reason, once somebody else holds the lock or it could not be renewed in time. */
  readonly lost: AbortSignal
  /** @throws LOCK_LOST once it is lost: to be called before anything that only the holder may do */
  check(): void
  /** Renews now. @throws LOCK_LOST */
  renew(): Promise<void>
  /** Gives the lock back; never throws for a lock that is no longer ours. */
  release(): Promise<void>
}

/**
 * Takes the lock of a backup; a dead holder's is taken over (its time is up, or it ran on this host and its process is
 * gone).
 * @throws LOCKED naming the holder, since when and until when
 */
export async function acquireLock(storage: Storage, backupId: string, options: LockOptions): Promise<Lease> {
  const now = options.now ?? Date.now
  const leaseMs = options.leaseMs ?? DEFAULT_LEASE_MS
  const { key, what } = options.instead ?? { key: lockKey(backupId), what: `the backup "${backupId}"` }
  const { os_user, host } = options.operator ?? { os_user: userInfo().username, host: hostname() }
  const record: LeaseRecord = {
    run_id: options.runId,
    os_user,
    host,
    pid: process.pid,
    acquired_at: now(),
    renewed_at: now(),
    expires_at: now() + leaseMs,
  }
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const stored = await storage.put(key, encode(record), { ifAbsent: true, contentType: 'application/json' })
      return new HeldLease(storage, key, record, stored.etag, leaseMs, now)
    } catch (error) {
      if (!isCofferError(error, 'OBJECT_EXISTS')) throw error
    }
    const there = await storage.get(key, { maxBytes: MAX_LOCK_BYTES }).catch((error: unknown) => {
      if (isCofferError(error, 'OBJECT_MISSING')) return null
      throw error
    })
    if (there === null) continue
    const holder = decode(there.body)
    // our own write whose answer was lost
    if (holder?.run_id === record.run_id) return new HeldLease(storage, key, holder, there.etag, leaseMs, now)
    if (holder !== null && !isDead(holder, now())) throw locked(what, holder)
    try {
      const stored = await storage.put(key, encode(record), { ifMatch: there.etag, contentType: 'application/json' })
      return new HeldLease(storage, key, record, stored.etag, leaseMs, now)
    } catch (error) {
      if (!isCofferError(error, 'OBJECT_CHANGED')) throw error
    }
  }
  throw new CofferError('LOCKED', `others keep taking the lock of ${what}`, { hint: 'Try again.' })
}

/** Who holds a backup's lock, dead or alive; null where nobody does. */
export async function readLock(storage: Storage, backupId: string): Promise<LeaseRecord | null> {
  try {
    return decode((await storage.get(lockKey(backupId), { maxBytes: MAX_LOCK_BYTES })).body)
  } catch (error) {
    if (isCofferError(error, 'OBJECT_MISSING')) return null
    throw error
  }
}

/** Whether a lease's holder is certainly gone. */
export function isDead(record: LeaseRecord, now: number): boolean {
  if (record.expires_at + CLOCK_MARGIN_MS < now) return true
  return record.host === hostname() && record.pid !== process.pid && !processExists(record.pid)
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: there is one, of another user
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

class HeldLease implements Lease {
  readonly #storage: Storage
  readonly #key: string
  readonly #leaseMs: number
  readonly #now: () => number
  readonly #lost = new AbortController()
  readonly #timer: NodeJS.Timeout
  #expiry: NodeJS.Timeout | undefined
  #record: LeaseRecord
  #etag: string
  #released = false
  #renewing: Promise<void> | null = null

  constructor(storage: Storage, key: string, record: LeaseRecord, etag: string, leaseMs: number, now: () => number) {
    this.#storage = storage
    this.#key = key
    this.#record = record
    this.#etag = etag
    this.#leaseMs = leaseMs
    this.#now = now
    this.#timer = setInterval(() => void this.renew().catch(() => {}), Math.max(10, leaseMs / 4))
    this.#timer.unref()
    this.#watchExpiry()
  }

  get record(): LeaseRecord {
    return this.#record
  }

  get lost(): AbortSignal {
    return this.#lost.signal
  }

  check(): void {
    if (!this.#lost.signal.aborted && !this.#released && this.#now() >= this.#record.expires_at) {
      this.#lose('it could not be renewed in time')
    }
    if (this.#lost.signal.aborted) throw this.#lost.signal.reason
  }

  renew(): Promise<void> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = null
    })
    return this.#renewing
  }

  async #renew(): Promise<void> {
    if (this.#released) return
    this.check()
    const now = this.#now()
    const next = { ...this.#record, renewed_at: now, expires_at: now + this.#leaseMs }
    try {
      const stored = await this.#storage.put(this.#key, encode(next), {
        ifMatch: this.#etag,
        contentType: 'application/json',
      })
      this.#etag = stored.etag
      this.#record = next
      this.#watchExpiry()
    } catch (error) {
      if (isCofferError(error, 'OBJECT_CHANGED', 'OBJECT_MISSING')) await this.#adopt(next)
      // the storage may be back before the lease ends: the next renewal tries again
      else this.check()
    }
  }

  /** The object is not as we left it: by our own renewal whose answer was lost, or by somebody else. */
  async #adopt(next: LeaseRecord): Promise<void> {
    const there = await this.#storage.get(this.#key, { maxBytes: MAX_LOCK_BYTES }).catch(() => null)
    const holder = there === null ? null : decode(there.body)
    if (there !== null && holder?.run_id === next.run_id && holder.pid === next.pid && holder.host === next.host) {
      this.#etag = there.etag
      this.#record = holder
      this.#watchExpiry()
      return
    }
    this.#lose(holder === null ? 'it is gone' : `"${holder.os_user}" on "${holder.host}" has it`)
    this.check()
  }

  /** A renewal may hang for longer than the lease holds, and whoever writes by it must stop all the same. */
  #watchExpiry(): void {
    clearTimeout(this.#expiry)
    if (this.#released || this.#lost.signal.aborted) return
    this.#expiry = setTimeout(
      () => {
        if (this.#now() < this.#record.expires_at) this.#watchExpiry()
        else if (!this.#released) this.#lose('it could not be renewed in time')
      },
      Math.max(10, this.#record.expires_at - this.#now()),
    )
    this.#expiry.unref()
  }

  #lose(reason: string): void {
    clearInterval(this.#timer)
    clearTimeout(this.#expiry)
    this.#lost.abort(
      new CofferError('LOCK_LOST', `this run no longer holds the lock "${this.#key}": ${reason}`, {
        hint: 'Nothing more is written. Start the run again; it goes on where the archive ends.',
      }),
    )
  }

  async release(): Promise<void> {
    if (this.#released) return
    this.#released = true
    clearInterval(this.#timer)
    clearTimeout(this.#expiry)
    await this.#renewing?.catch(() => {})
    if (this.#lost.signal.aborted) return
    const there = await this.#storage.head(this.#key).catch(() => null)
    if (there === null || there.etag !== this.#etag) return
    await this.#storage.delete(this.#key).catch(async () => {
      // where nothing can be deleted, a lease whose time is up says the same
      const ended = { ...this.#record, expires_at: 0 }
      await this.#storage.put(this.#key, encode(ended), { ifMatch: this.#etag }).catch(() => {})
    })
  }
}

function locked(what: string, holder: LeaseRecord): CofferError {
  const who = `"${holder.os_user}" on "${holder.host}" (process ${holder.pid}, run ${holder.run_id})`
  return new CofferError(
    'LOCKED',
    `${what} is locked by ${who} since ${iso(holder.acquired_at)}, until ${iso(holder.expires_at)}`,
    {
      hint: 'Wait for that run to end. The lock of one that died ends by itself at that time.',
      details: { ...holder },
    },
  )
}

function iso(time: number): string {
  return new Date(time).toISOString()
}

function encode(record: LeaseRecord): Buffer {
  return Buffer.from(`${JSON.stringify(record, null, 2)}\n`)
}

/** null where it is no lease: then nobody can be named, and it is taken over. */
function decode(bytes: Buffer): LeaseRecord | null {
  let data: Partial<LeaseRecord>
  try {
    data = JSON.parse(bytes.toString('utf8'))
  } catch {
    return null
  }
  const times = [data?.acquired_at, data?.renewed_at, data?.expires_at]
  // Date's own range: a hostile time must not make the message fail
  const valid = times.every((time) => Number.isSafeInteger(time) && Math.abs(time as number) <= 8.64e15)
  const named = [data?.run_id, data?.os_user, data?.host].every((name) => typeof name === 'string')
  return valid && named && Number.isSafeInteger(data.pid) && (data.pid as number) > 0 ? (data as LeaseRecord) : null
}
