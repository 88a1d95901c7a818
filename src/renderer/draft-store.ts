import { NewestLast } from './newest-last.ts'

/** Where drafts are kept beyond the window. */
export interface DraftKeeper {
  get(name: string): Promise<object | null>
  set(name: string, value: object): Promise<unknown>
  remove(name: string): Promise<unknown>
}

const SAVE_AFTER_MS = 500

/**
 * What was entered in the wizards since the window opened, by the drafts' names. It stands here the moment it is entered,
 * whatever React draws and when: of two changes in one turn none is lost, nor is one by an answer that came after its page
 * was left.
 */
export class DraftStore {
  readonly #keeper: DraftKeeper
  readonly #drafts = new Map<string, object>()
  /** What the profile remembers, read once for each name: a wizard is shown when it is there, and never jumps under one's hand. */
  readonly #remembered = new Map<string, Promise<object | null>>()
  /** Of what is not on its way yet. */
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>()
  readonly #writes = new Map<string, NewestLast<object | null>>()

  constructor(keeper: DraftKeeper) {
    this.#keeper = keeper
  }

  /** What was entered in this window; undefined: nothing yet. */
  now(name: string): object | undefined {
    return this.#drafts.get(name)
  }

  /** The same promise each time. Without its draft a wizard begins anew. */
  remembered(name: string): Promise<object | null> {
    const known = this.#remembered.get(name)
    if (known !== undefined) return known
    const read = this.#keeper.get(name).catch(() => null)
    this.#remembered.set(name, read)
    return read
  }

  /** @param atOnce where a host that is killed a moment later must still know of it */
  put(name: string, draft: object, atOnce: boolean): void {
    this.#drafts.set(name, draft)
    clearTimeout(this.#timers.get(name))
    this.#timers.set(
      name,
      setTimeout(() => this.#keep(name, draft), atOnce ? 0 : SAVE_AFTER_MS),
    )
  }

  /** Keeps at once what was entered last, past what is under way: the window goes. */
  flush(): void {
    const underWay = [...this.#writes.values()].filter((writes) => writes.isWriting)
    for (const [name, timer] of this.#timers) {
      clearTimeout(timer)
      this.#keep(name, this.#drafts.get(name) ?? {})
    }
    for (const writes of underWay) writes.flush()
  }

  discard(name: string): void {
    clearTimeout(this.#timers.get(name))
    this.#timers.delete(name)
    this.#drafts.delete(name)
    this.#remembered.set(name, Promise.resolve(null))
    this.#writeOf(name).put(null)
  }

  #keep(name: string, draft: object): void {
    this.#timers.delete(name)
    this.#writeOf(name).put(draft)
  }

  /** A draft that could not be kept is still in this window. */
  #writeOf(name: string): NewestLast<object | null> {
    const known = this.#writes.get(name)
    if (known !== undefined) return known
    const writes = new NewestLast<object | null>((draft) =>
      draft === null ? this.#keeper.remove(name) : this.#keeper.set(name, draft),
    )
    this.#writes.set(name, writes)
    return writes
  }
}
