import { type CofferError, isCofferError } from '../../contract/errors.ts'
import type { Int64 } from '../../contract/record.ts'
import { recordTimestamp } from '../../contract/record.ts'
import type { SaidId } from '../../contract/said/english.ts'
import { because, english, isList, type Reason, type Said } from '../../contract/said/said.ts'
import { MerkleBuilder } from '../merkle.ts'
import type { KbakCursor } from '../segment/cursor.ts'
import { openSegment, type Segment } from '../segment/reader.ts'
import { injectedHeaders, looksLikeControlMarker, TimestampRange } from '../suspects.ts'
import type { Finding, SegmentTask, SegmentVerdict, Severity } from './findings.ts'
import { IndexCheck } from './index-check.ts'

/**
 * Verifies one segment from its bytes alone: framing, CRC-32, SHA-256, every record parsed, counts and offsets, first,
 * last, smallest and largest timestamp, Merkle root, the segment's own index, and the account: each archived offset there,
 * each absent one not.
 * Never throws for what is in the bytes.
 */
export async function verifySegment(object: Buffer, task: SegmentTask): Promise<SegmentVerdict> {
  return new SegmentVerifier(task).verify(object)
}

class SegmentVerifier {
  readonly #task: SegmentTask
  readonly #findings: Finding[] = []
  readonly #range = new TimestampRange()
  #merkle: MerkleBuilder | null
  #index: IndexCheck | null = null
  #records = 0
  #bytes = 0
  #first: Int64 | null = null
  #last: Int64 | null = null
  #suspects = 0
  #firstSuspect = -1
  #injected = 0
  /** The next offset that the account says is archived. */
  #due: number
  /** Position in the account's absent ranges. */
  #at = 0
  #accountBroken = false

  constructor(task: SegmentTask) {
    this.#task = task
    this.#merkle = task.entry.merkle_root === undefined ? null : new MerkleBuilder()
    this.#due = task.account === null ? 0 : this.#archivedFrom(task.account.from)
  }

  async verify(object: Buffer): Promise<SegmentVerdict> {
    let whole = true
    try {
      const segment = openSegment(object, this.#task.entry)
      this.#openIndex(segment)
      for await (const cursor of segment.chunks()) this.#walk(cursor)
    } catch (error) {
      if (!isCofferError(error, 'SEGMENT_DAMAGED')) throw error
      whole = false
      const { offset } = error.details ?? {}
      this.#add(
        'damaged',
        'SEGMENT_DAMAGED',
        damageOf(error),
        typeof offset === 'number' ? offset : this.#task.entry.start_offset,
      )
    }
    // what is missing behind the damage is no news
    if (whole) this.#compare()
    if (this.#task.foreign) this.#tellOddities()
    return { findings: this.#findings, records: this.#records, bytes: this.#bytes }
  }

  #openIndex(segment: Segment): void {
    const index = segment.index()
    if (index === null) return
    if ('broken' in index) {
      this.#indexDiffers(index.broken)
      return
    }
    this.#index = new IndexCheck(index)
    this.#merkle = new MerkleBuilder(true)
  }

  #indexDiffers(why: Said): void {
    this.#add('damaged', 'INDEX_DIFFERS', because('finding.indexDiffers', { why }), this.#task.entry.start_offset)
  }

  #walk(cursor: KbakCursor): void {
    const { view } = cursor
    const { foreign } = this.#task
    const account = this.#task.account !== null
    const merkle = this.#merkle
    const range = this.#range
    const index = this.#index
    let last = false
    while (cursor.next()) {
      last = true
      if (merkle !== null) merkle.add(view.buf, cursor.recordStart, cursor.recordEnd)
      range.add(view)
      if (index !== null) index.add(view)
      if (account && view.offset !== this.#due) this.#accountDiffers(view.offset)
      else if (account) this.#due = this.#archivedFrom(view.offset + 1)
      this.#first ??= recordTimestamp(view)
      this.#records++
      this.#bytes += cursor.recordEnd - cursor.recordStart
      if (foreign) this.#judge(cursor)
    }
    if (!last) return
    this.#last = recordTimestamp(view)
    index?.endFrame()
  }

  /** The first offset from `offset` on that no absent range holds. */
  #archivedFrom(offset: number): number {
    const { account } = this.#task
    if (account === null) return offset
    const { absent } = account
    let due = offset
    while (this.#at < absent.length && (absent[this.#at] as number) <= due) {
      due = Math.max(due, absent[this.#at + 1] as number)
      this.#at += 2
    }
    return due
  }

  #accountDiffers(offset: number): void {
    if (!this.#accountBroken) {
      this.#accountBroken = true
      if (offset > this.#due) {
        const reason = because('finding.recordExpected', { expected: this.#due, got: offset })
        this.#add('damaged', 'ACCOUNT_DIFFERS', reason, this.#due)
      } else {
        this.#add('damaged', 'ACCOUNT_DIFFERS', because('finding.recordTooMany', { offset }), offset)
      }
    }
    if (offset >= this.#due) this.#due = this.#archivedFrom(offset + 1)
  }

  #judge(cursor: KbakCursor): void {
    const { view } = cursor
    if (looksLikeControlMarker(view) && this.#suspects++ === 0) this.#firstSuspect = view.offset
    if (injectedHeaders(view) > 0) this.#injected++
  }

  #compare(): void {
    const { entry, account, foreign } = this.#task
    // OSO's own figures are sometimes wrong, and nothing is lost by it: we never trust them
    const severity = foreign ? 'warning' : 'damaged'
    this.#same(severity, 'finding.firstTime', entry.start_timestamp, this.#first)
    this.#same(severity, 'finding.lastTime', entry.end_timestamp, this.#last)
    this.#same('damaged', 'finding.smallestTime', entry.min_timestamp, this.#range.min)
    this.#same('damaged', 'finding.largestTime', entry.max_timestamp, this.#range.max)
    if (this.#merkle !== null) {
      const root = this.#merkle.root().toString('hex')
      const wrong = this.#index?.problem(this.#merkle.blockHeads()) ?? null
      if (wrong !== null) this.#indexDiffers(wrong)
      if (entry.merkle_root !== undefined && root !== entry.merkle_root) {
        const reason = because('finding.merkle', { expected: entry.merkle_root, got: root })
        this.#add('damaged', 'MERKLE_DIFFERS', reason, entry.start_offset)
      }
    }
    if (account !== null && !this.#accountBroken && this.#due < account.to) {
      this.#add('damaged', 'ACCOUNT_DIFFERS', because('finding.recordMissing', { expected: this.#due }), this.#due)
    }
  }

  #same(severity: Severity, id: SaidId, expected: Int64 | undefined, got: Int64 | null): void {
    if (expected === undefined || got === null || expected === got) return
    const reason = because(id, { expected: String(expected), got: String(got) })
    this.#add(severity, 'TIMESTAMPS_DIFFER', reason, this.#task.entry.start_offset)
  }

  #tellOddities(): void {
    if (this.#suspects > 0) {
      const reason = because('finding.suspects', { count: this.#suspects })
      this.#add('warning', 'SUSPECT_CONTROL_RECORDS', reason, this.#firstSuspect)
    }
    if (this.#injected > 0) {
      const reason = because('finding.injectedHeaders', { count: this.#injected })
      this.#add('info', 'INJECTED_HEADERS', reason, this.#task.entry.start_offset)
    }
  }

  #add(severity: Severity, code: string, reason: Reason, offset: number): void {
    const { topic, partition, entry } = this.#task
    this.#findings.push({ severity, code, topic, partition, segment: entry.key, offset, ...reason })
  }
}

/** What is wrong inside of the segment, which is named by the finding itself. */
function damageOf({ message, details, said }: CofferError): Reason {
  const named = said?.id === 'segment.damaged' || said?.id === 'segment.unnamedDamaged'
  const why = named ? said.values?.why : said
  if (typeof why === 'object' && !isList(why)) return { reason: english(why), said: why }
  return { reason: String(details?.reason ?? message) }
}
