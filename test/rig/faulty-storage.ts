import { setTimeout as sleep } from 'node:timers/promises'
import { CofferError, type ErrorCode } from '../../src/contract/errors.ts'
import type {
  ListedObject,
  PutOptions,
  Storage,
  StoredBytes,
  StoredObject,
  StoredRetention,
} from '../../src/storage/storage.ts'

export type StorageCall = 'put' | 'get' | 'getRange' | 'head' | 'list' | 'listFolders' | 'delete'

/** One call as the plan sees it. */
export interface CallSeen {
  call: StorageCall
  /** The key, or the prefix of a list. */
  key: string
  /** How many calls of this kind there were, with this one: 1 is the first. */
  nth: number
  /** How many calls of any kind there were, with this one. */
  total: number
}

export type Fault =
  /** Nothing is done, and this is thrown. */
  | { kind: 'fail'; code: ErrorCode }
  /** It is done, and then this is thrown: the write that a later read finds although it failed. */
  | { kind: 'fail after'; code: ErrorCode }
  /** It is done, and the process is gone before it hears: this call and every later one throws `SimulatedCrash`. */
  | { kind: 'crash after' }
  /** The process is gone before anything is done. */
  | { kind: 'crash before' }
  | { kind: 'slow'; ms: number }
  /** `get` and `getRange` give only this many bytes, as a storage that lies would. */
  | { kind: 'truncate'; bytes: number }
  /** `get` and `getRange` give one byte changed. */
  | { kind: 'flip'; at: number }

/** What a call throws after the simulated end of the process. Not a CofferError, so nobody mistakes it for an answer. */
export class SimulatedCrash extends Error {
  constructor() {
    super('the process ended here')
    this.name = 'SimulatedCrash'
  }
}

/**
 * Wraps any storage so that the calls that `plan` picks go wrong.
 * @param plan asked before each call; undefined lets it pass
 */
export class FaultyStorage implements Storage {
  readonly kind
  readonly location
  /** Every call so far, in order. */
  readonly calls: CallSeen[] = []
  readonly #inner: Storage
  readonly #plan: (call: CallSeen) => Fault | undefined
  readonly #counts = new Map<StorageCall, number>()
  #crashed = false

  constructor(inner: Storage, plan: (call: CallSeen) => Fault | undefined) {
    this.#inner = inner
    this.#plan = plan
    this.kind = inner.kind
    this.location = inner.location
  }

  put(key: string, body: Buffer | readonly Buffer[], options?: PutOptions): Promise<StoredObject> {
    return this.#call('put', key, () => this.#inner.put(key, body, options))
  }

  get(key: string, options?: { maxBytes?: number }): Promise<StoredBytes> {
    return this.#call(
      'get',
      key,
      () => this.#inner.get(key, options),
      (stored, fault) => ({ ...stored, body: spoil(stored.body, fault) }),
    )
  }

  getRange(key: string, start: number, end: number): Promise<Buffer> {
    return this.#call('getRange', key, () => this.#inner.getRange(key, start, end), spoil)
  }

  head(key: string): Promise<StoredObject | null> {
    return this.#call('head', key, () => this.#inner.head(key))
  }

  async *list(prefix: string): AsyncGenerator<ListedObject> {
    await this.#call('list', prefix, async () => undefined)
    yield* this.#inner.list(prefix)
  }

  listFolders(prefix: string): Promise<string[]> {
    return this.#call('listFolders', prefix, () => this.#inner.listFolders(prefix))
  }

  delete(key: string): Promise<void> {
    return this.#call('delete', key, () => this.#inner.delete(key))
  }

  retention(key: string): Promise<StoredRetention> {
    return this.#inner.retention(key)
  }

  close(): Promise<void> {
    return this.#inner.close()
  }

  async #call<T>(
    call: StorageCall,
    key: string,
    work: () => Promise<T>,
    spoiled: (result: T, fault: Fault) => T = (result) => result,
  ): Promise<T> {
    if (this.#crashed) throw new SimulatedCrash()
    const nth = (this.#counts.get(call) ?? 0) + 1
    this.#counts.set(call, nth)
    const seen = { call, key, nth, total: this.calls.length + 1 }
    this.calls.push(seen)
    const fault = this.#plan(seen)
    if (fault === undefined) return await work()
    if (fault.kind === 'crash before') this.#crash()
    if (fault.kind === 'fail') throw injected(fault.code, seen)
    if (fault.kind === 'slow') await sleep(fault.ms)
    const result = await work()
    if (fault.kind === 'crash after') this.#crash()
    if (fault.kind === 'fail after') throw injected(fault.code, seen)
    return spoiled(result, fault)
  }

  #crash(): never {
    this.#crashed = true
    throw new SimulatedCrash()
  }
}

/** A plan that spoils the `nth` call of a kind, and where a key is given, only calls for keys that contain it. */
export function onNth(
  call: StorageCall,
  nth: number,
  fault: Fault,
  keyPart = '',
): (seen: CallSeen) => Fault | undefined {
  let matched = 0
  return (seen) => {
    if (seen.call !== call || !seen.key.includes(keyPart)) return undefined
    matched++
    return matched === nth ? fault : undefined
  }
}

function injected(code: ErrorCode, seen: CallSeen): CofferError {
  return new CofferError(code, `injected fault in ${seen.call} of "${seen.key}"`)
}

function spoil(body: Buffer, fault: Fault): Buffer {
  if (fault.kind === 'truncate') return body.subarray(0, fault.bytes)
  if (fault.kind !== 'flip') return body
  const spoiled = Buffer.from(body)
  spoiled[fault.at] = (spoiled[fault.at] ?? 0) ^ 0xff
  return spoiled
}
