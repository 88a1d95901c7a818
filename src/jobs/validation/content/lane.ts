import type { RecordView } from '../../../contract/record.ts'
import { sameRecord } from '../../restore/same-record.ts'
import { type Fingerprint, fingerprint } from './difference.ts'
import type { Tally } from './tally.ts'
import type { TargetStream } from './target-stream.ts'

/** How far both sides are looked ahead for where they meet again, in steps. */
const LOOK_AHEAD = [16, 64, 256, 2048]
const FARTHEST = 2048
/**
 * What all lanes of a topic may keep together: records without their like, to be found elsewhere, and keys that the
 * target's compaction took. Of more, only the number is known. About 1 kB and 200 bytes each.
 */
export interface Room {
  records: number
  keys: number
}

export function roomForTopic(): Room {
  return { records: 50_000, keys: 400_000 }
}

/** What found no like in its place. The flow looks for it elsewhere before it is called missing, extra or changed. */
export interface Leftover {
  missing: Fingerprint[]
  extra: Fingerprint[]
  /** At the same place, and not the same. */
  changed: [archived: Fingerprint, there: Fingerprint][]
  misplaced: [archived: Fingerprint, there: Fingerprint][]
  /** Beyond what is kept. */
  missingMore: number
  extraMore: number
}

/**
 * Compares one target partition with the sequence that the archive has for it, side by side. As long as both agree it
 * costs a comparison of bytes for each record. Where they don't it looks ahead on both sides for the place where they
 * agree again, in bounded memory; where there is none, `lost` says that order is no help here.
 */
export class Lane {
  readonly #stream: TargetStream
  readonly #tally: Tally
  readonly #compacted: boolean
  /** So many records of the archive lie before the start of the target's log. */
  #deletedLeft: number
  #slow = false
  #ended = false
  #targetEnded = false
  #need = LOOK_AHEAD[0]!
  readonly #archive = new Queue()
  readonly #target = new Queue()
  readonly #pendingArchive: Pending
  readonly #pendingTarget: Pending
  readonly #room: Room
  /** Removed by compaction, by key, until a later record of the key is seen. */
  readonly #compactedKeys = new Map<string, { records: number; first: Fingerprint }>()
  readonly left: Leftover = { missing: [], extra: [], changed: [], misplaced: [], missingMore: 0, extraMore: 0 }
  /** The two sides have nothing in common within sight. */
  lost = false

  constructor(stream: TargetStream, tally: Tally, options: { compacted: boolean; deleted: number; room: Room }) {
    this.#stream = stream
    this.#tally = tally
    this.#compacted = options.compacted
    this.#deletedLeft = options.deleted
    this.#room = options.room
    this.#pendingArchive = new Pending(options.room)
    this.#pendingTarget = new Pending(options.room)
  }

  /** Whether nothing is kept that a later run would need: the time for a checkpoint. */
  get clean(): boolean {
    const { missing, extra, changed, misplaced, missingMore, extraMore } = this.left
    const kept = missing.length + extra.length + changed.length + misplaced.length + missingMore + extraMore
    const pending = this.#pendingArchive.size + this.#pendingTarget.size + this.#compactedKeys.size
    return !this.#slow && !this.lost && kept === 0 && pending === 0 && this.#deletedLeft === 0
  }

  /** Where the next record will be read. */
  get position(): number {
    return this.#stream.position
  }

  /** The next record that the archive has for this partition. The view may be moved once the answer has come back. */
  offer(view: RecordView, partition: number): Promise<void> | undefined {
    if (this.lost) return undefined
    if (this.#deletedLeft > 0) {
      this.#deletedLeft--
      this.#tally.deleted++
      this.#lose(fingerprint(view, partition))
      return undefined
    }
    if (this.#slow) {
      this.#archive.push(fingerprint(view, partition))
      return this.#archive.length < this.#need && this.#waiting ? undefined : this.#process()
    }
    const there = this.#stream.ready()
    if (there === undefined) return this.#offerLater(view, partition)
    return this.#compare(view, partition, there)
  }

  /** The archive has no more. Reads the target to its end. */
  async finish(): Promise<void> {
    if (this.lost) return
    this.#ended = true
    await this.#process()
    if (this.lost) return
    for (const one of this.#target.drain()) this.#pendingTarget.add(one, this.left, 'extra')
    for (let view = await this.#stream.next(); view !== null; view = await this.#stream.next()) {
      this.#tally.found++
      if (this.#room.records > 0) this.#pendingTarget.add(fingerprint(view, 0), this.left, 'extra')
      else this.left.extraMore++
    }
    for (const one of this.#pendingArchive.all()) this.left.missing.push(one)
    for (const { records, first } of this.#compactedKeys.values()) {
      this.left.missing.push(first)
      this.left.missingMore += records - 1
    }
    for (const one of this.#pendingTarget.all()) this.left.extra.push(one)
  }

  close(): Promise<void> {
    return this.#stream.close()
  }

  async #offerLater(view: RecordView, partition: number): Promise<void> {
    const there = await this.#stream.next()
    if (there !== null) {
      await this.#compare(view, partition, there)
      return
    }
    this.#targetEnded = true
    this.#slow = true
    this.#archive.push(fingerprint(view, partition))
    await this.#process()
  }

  #compare(view: RecordView, partition: number, there: RecordView): Promise<void> | undefined {
    this.#tally.found++
    if (sameRecord(view, there)) {
      this.#tally.identical++
      if (this.#compactedKeys.size > 0) this.#seen(fingerprint(view, partition))
      return undefined
    }
    this.#slow = true
    this.#archive.push(fingerprint(view, partition))
    this.#target.push(fingerprint(there, 0, this.#stream.hole))
    return this.#process()
  }

  /** Waits for more of the archive before it can decide. */
  #waiting = false

  async #process(): Promise<void> {
    this.#waiting = false
    while (!this.lost) {
      const a = this.#archive.head
      if (a === undefined) {
        if (this.#target.length === 0 && !this.#targetEnded) this.#slow = false
        return
      }
      if (this.#target.length === 0) await this.#fill(1)
      const t = this.#target.head
      if (t === undefined) {
        this.#archive.shift()
        const elsewhere = this.#pendingTarget.take(a.whole)
        if (elsewhere === undefined) this.#pendingArchive.add(a, this.left, 'missing')
        else this.left.misplaced.push([a, elsewhere])
        continue
      }
      if (a.whole === t.whole) {
        this.#archive.shift()
        this.#target.shift()
        this.#need = LOOK_AHEAD[0]!
        this.#tally.identical++
        if (this.#compactedKeys.size > 0) this.#seen(a)
        continue
      }
      if (this.#settleByPending(a, t)) continue
      if (t.hole > 0) {
        t.hole--
        this.#archive.shift()
        this.#gone(a)
        continue
      }
      if (!this.#ended && this.#archive.length < this.#need) {
        this.#waiting = true
        return
      }
      await this.#fill(this.#need)
      this.#meet(a, t)
    }
  }

  /** Either side's head may be a record that the other side has shown before. */
  #settleByPending(a: Fingerprint, t: Fingerprint): boolean {
    const there = this.#pendingTarget.take(a.whole)
    if (there !== undefined) {
      this.#archive.shift()
      this.left.misplaced.push([a, there])
      return true
    }
    const archived = this.#pendingArchive.take(t.whole)
    if (archived === undefined) return false
    this.#target.shift()
    this.left.misplaced.push([archived, t])
    return true
  }

  /** Both heads differ, and the look-ahead is filled: which of them goes? */
  #meet(a: Fingerprint, t: Fingerprint): void {
    const inTarget = this.#target.indexOf(a.whole)
    const inArchive = this.#archive.indexOf(t.whole)
    if (inTarget > 0 && (inArchive < 0 || inTarget <= inArchive)) {
      this.#target.shift()
      this.#pendingTarget.add(t, this.left, 'extra')
      return
    }
    if (inArchive > 0) {
      this.#archive.shift()
      this.#pendingArchive.add(a, this.left, 'missing')
      return
    }
    const exhausted = this.#ended && this.#targetEnded
    if (this.#archive.alignedWith(this.#target) || exhausted) {
      this.#replace(a, t)
      return
    }
    if (this.#need < FARTHEST) {
      this.#need = LOOK_AHEAD.find((one) => one > this.#need) ?? FARTHEST
      return
    }
    if (this.#archive.meets(this.#target)) this.#replace(a, t)
    else this.lost = true
  }

  #replace(a: Fingerprint, t: Fingerprint): void {
    this.#archive.shift()
    this.#target.shift()
    if (this.#room.records > 1) {
      this.#room.records -= 2
      this.left.changed.push([a, t])
    } else {
      this.left.missingMore++
      this.left.extraMore++
    }
  }

  /** The target has no record at this place any more. */
  #gone(a: Fingerprint): void {
    if (!this.#compacted) {
      this.#lose(a)
      return
    }
    if (a.tombstone) {
      this.#tally.compacted++
      return
    }
    const others = this.#compactedKeys.get(a.key)
    if (others !== undefined) others.records++
    else if (this.#room.keys > 0) {
      this.#room.keys--
      this.#compactedKeys.set(a.key, { records: 1, first: { ...a, bytes: null } })
    } else this.#tally.unfollowed++
  }

  #seen(record: Fingerprint): void {
    const gone = this.#compactedKeys.get(record.key)
    if (gone === undefined) return
    this.#tally.compacted += gone.records
    this.#room.keys++
    this.#compactedKeys.delete(record.key)
  }

  #lose(a: Fingerprint): void {
    this.#pendingArchive.add(a, this.left, 'missing')
  }

  async #fill(length: number): Promise<void> {
    while (this.#target.length < length && !this.#targetEnded) {
      const view = await this.#stream.next()
      if (view === null) this.#targetEnded = true
      else {
        this.#tally.found++
        this.#target.push(fingerprint(view, 0, this.#stream.hole))
      }
    }
  }
}

/** A short queue that is looked through. */
class Queue {
  #items: Fingerprint[] = []
  #start = 0

  get length(): number {
    return this.#items.length - this.#start
  }

  get head(): Fingerprint | undefined {
    return this.#items[this.#start]
  }

  push(item: Fingerprint): void {
    this.#items.push(item)
  }

  shift(): void {
    this.#start++
    if (this.#start > 1024 && this.#start * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#start)
      this.#start = 0
    }
  }

  /** Places after the head; -1 where it isn't there. */
  indexOf(whole: string): number {
    for (let i = this.#start; i < this.#items.length; i++) if (this.#items[i]!.whole === whole) return i - this.#start
    return -1
  }

  /** Whether some record lies at the same place of both. */
  alignedWith(other: Queue): boolean {
    const most = Math.min(this.length, other.length)
    for (let i = 1; i < most; i++) {
      if (this.#items[this.#start + i]!.whole === other.#items[other.#start + i]!.whole) return true
    }
    return false
  }

  meets(other: Queue): boolean {
    const all = new Set(this.#items.slice(this.#start).map(({ whole }) => whole))
    return other.#items.slice(other.#start).some(({ whole }) => all.has(whole))
  }

  drain(): Fingerprint[] {
    const rest = this.#items.slice(this.#start)
    this.#items = []
    this.#start = 0
    return rest
  }
}

/** Records of one side that wait for their like on the other. */
class Pending {
  readonly #byHash = new Map<string, Fingerprint[]>()
  readonly #room: Room
  size = 0

  constructor(room: Room) {
    this.#room = room
  }

  add(one: Fingerprint, left: Leftover, side: 'missing' | 'extra'): void {
    if (this.#room.records <= 0) {
      left[side === 'missing' ? 'missingMore' : 'extraMore']++
      return
    }
    this.size++
    this.#room.records--
    // the bytes are for a record that was changed in its place
    one.bytes = null
    const same = this.#byHash.get(one.whole)
    if (same === undefined) this.#byHash.set(one.whole, [one])
    else same.push(one)
  }

  take(whole: string): Fingerprint | undefined {
    const same = this.#byHash.get(whole)
    const one = same?.shift()
    if (one === undefined) return undefined
    this.size--
    this.#room.records++
    if (same!.length === 0) this.#byHash.delete(whole)
    return one
  }

  all(): Fingerprint[] {
    return [...this.#byHash.values()].flat()
  }
}
