import { type FileHandle, open } from 'node:fs/promises'
import type { ActivityVerdict, SignedActivityEntry } from '../../contract/activity.ts'
import { because, english, type Said, say } from '../../contract/said/said.ts'
import { plural } from '../../contract/words.ts'
import { ChainWalk, sha256Hex, Wrong } from '../chain.ts'
import type { JournalHead } from './append.ts'
import { isSignedBy, OWN_ACTIONS, parseActivityLine } from './line.ts'
import { type FoundLine, linesOf } from './lines.ts'

/** A public key that lines may be signed with. */
export interface KnownKey {
  keyId: string
  /** SubjectPublicKeyInfo, DER. */
  publicKey: Buffer
  /** How it is known to be the profile's own; null: only the profile's folder says so. */
  confirmedBy: 'keychain' | 'file' | 'given' | null
}

export interface VerifyOptions {
  keys: readonly KnownKey[]
  /** What is remembered outside of the file; null: nothing is, and the reason. */
  remembered: JournalHead | null
  /** Why nothing is remembered. */
  forgotten: Said
  /** Why keys could not be confirmed, for the reasons. */
  unconfirmed: Said | string | null
  signal?: AbortSignal
}

const MOST_PROBLEMS = 100
const MOST_REMARKS = 100

interface Place {
  line: number
  seq: number
  offset: number
  length: number
}

/**
 * Checks a journal from its first line to its last: numbers without a gap, canonical lines, each `previous` the hash of
 * the line before, and the signatures that cover them. A signature by a known key covers its line and all before, so
 * the last one of each key is checked, and those around everything that doesn't fit.
 *
 * PASSED: nothing is wrong, and a signature by a confirmed key covers every line. FAILED: some line is wrong, or lines
 * are missing. INDETERMINATE: nothing is wrong, and it can't be told that nothing was changed.
 * @throws what reading throws
 */
export async function verifyActivity(path: string, options: VerifyOptions): Promise<ActivityVerdict> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const check = new Check(file, options)
    for await (const batch of linesOf(path, 0, size)) {
      options.signal?.throwIfAborted()
      for (const line of batch) await check.take(line)
    }
    return await check.verdict()
  } finally {
    await file.close()
  }
}

/** Of a journal that is not there. */
export function emptyVerdict(remembered: JournalHead | null, forgotten: Said): ActivityVerdict {
  const gone = remembered !== null
  return {
    verdict: gone ? 'FAILED' : 'INDETERMINATE',
    headline: gone ? `The journal is gone: it had ${plural(remembered.seq, 'line')}` : 'Nothing has been recorded yet',
    reasons: gone ? [] : [english(say('journal.none'))],
    sayings: gone ? [] : [say('journal.none')],
    lines: 0,
    signed: 0,
    covered: 0,
    keys: [],
    head: null,
    remembered: gone
      ? { state: 'differs', ...because('journal.rememberedNone', { line: remembered.seq }) }
      : { state: 'none', reason: english(forgotten), said: forgotten },
    problems: gone ? [{ line: 1, ...because('custody.linesMissing', { from: 1, to: remembered.seq }) }] : [],
    problems_total: gone ? 1 : 0,
    remarks: [],
  }
}

class Check {
  readonly #file: FileHandle
  readonly #options: VerifyOptions
  readonly #walk = new ChainWalk()
  readonly #problems: { line: number; reason: string; said: Said }[] = []
  #problemsTotal = 0
  readonly #remarks: Said[] = []
  readonly #uses = new Map<string, { first: number; last: number; places: Place[] }>()
  #signed = 0
  #lines = 0
  #before: Place | null = null
  /** A line that can't be read, until the next one has said why. */
  #unread: { line: number; seq: number; why: Said; sha256: string; bytes: number; ended: boolean } | null = null
  #head: { seq: number; sha256: string; at: string | null } | null = null
  #rememberedSeen: string | null = null
  #lastAt: string | null = null
  #unsignedWhy: string | null = null

  constructor(file: FileHandle, options: VerifyOptions) {
    this.#file = file
    this.#options = options
  }

  async take(found: FoundLine): Promise<void> {
    this.#lines = found.number
    const sha256 = sha256Hex(found.bytes)
    const line = parseActivityLine(found.bytes)
    if (line instanceof Wrong || !found.ended) {
      this.#tellUnread()
      const seq = this.#walk.expected
      this.#walk.skip(seq, sha256)
      const why = line instanceof Wrong ? line.said : say('journal.endMissing')
      this.#unread = { line: found.number, seq, why, sha256, bytes: found.bytes.length, ended: found.ended }
      this.#before = null
      this.#seen(seq, sha256, null)
      return
    }
    this.#explainUnread(line)
    const place = { line: found.number, seq: line.seq, offset: found.offset, length: found.bytes.length }
    const { missing, misplaced, expectedPrevious } = this.#walk.step(line.seq, sha256, line.previous)
    if (misplaced) {
      this.#problem(found.number, say('journal.misplaced', { line: line.seq }))
      return
    }
    if (missing !== null) {
      const { from, to } = missing
      this.#problem(
        found.number,
        from === to ? say('journal.missingBefore', { from }) : say('journal.someMissingBefore', { from, to }),
      )
    }
    if (expectedPrevious !== null) await this.#doesNotFit(line, place)
    if (line.action === OWN_ACTIONS.cut) {
      this.#problem(
        found.number,
        say('journal.cut', {
          found: String(line.details.found_seq),
          remembered: String(line.details.remembered_seq),
        }),
      )
    }
    this.#noteTime(line)
    this.#noteKey(line, place)
    this.#before = place
    this.#seen(line.seq, sha256, line.at)
  }

  async verdict(): Promise<ActivityVerdict> {
    const torn = this.#unread !== null && !this.#unread.ended ? this.#unread : null
    if (torn === null) this.#tellUnread()
    const { remembered } = this.#options
    const memory = this.#memory(remembered)
    const reasons: Said[] = []
    if (memory.state === 'differs') this.#problem(this.#lines, memory.said)
    if (torn !== null) {
      const durable = remembered !== null && remembered.seq >= torn.seq
      if (durable) this.#problem(torn.line, say('journal.endGone'))
      else {
        const values = { line: torn.line, bytes: say('check.bytes', { count: torn.bytes }) }
        if (remembered === null) reasons.push(say('journal.tornOrCut', values))
        else this.#remarks.push(say('journal.torn', values))
      }
    }
    const covered = await this.#coverage(reasons)
    const bare = this.#lines - this.#signed
    if (covered > 0 && bare > 0) {
      this.#remarks.unshift(say('journal.bare', { count: bare, why: this.#unsignedWhy ?? 'torn' }))
    }
    const problems = this.#problems.sort((a, b) => a.line - b.line)
    const verdict = this.#problemsTotal > 0 ? 'FAILED' : reasons.length > 0 ? 'INDETERMINATE' : 'PASSED'
    const [first] = problems
    const remarks = this.#remarks.slice(0, MOST_REMARKS)
    const headlines = {
      PASSED: `Nothing was changed: ${plural(this.#lines, 'entry', 'entries')} verified`,
      FAILED: `Line ${first?.line ?? 0} is not as it was written: ${first?.reason ?? ''}`,
      INDETERMINATE: `Nothing looks changed, and it can't be proved: ${reasons[0] === undefined ? '' : english(reasons[0])}`,
    }
    return {
      verdict,
      headline: headlines[verdict],
      reasons: reasons.map((one) => english(one)),
      sayings: [...reasons, ...remarks],
      lines: this.#lines,
      signed: this.#signed,
      covered,
      keys: [...this.#uses].map(([keyId, { first, last }]) => ({
        key_id: keyId,
        first,
        last,
        confirmed_by: this.#known(keyId)?.confirmedBy ?? null,
      })),
      head: this.#head,
      remembered: memory,
      problems,
      problems_total: this.#problemsTotal,
      remarks: remarks.map((one) => english(one)),
    }
  }

  /** Which of two lines was changed, as far as their signatures tell. */
  async #doesNotFit(line: SignedActivityEntry, place: Place): Promise<void> {
    const before = this.#before === null ? null : await this.#read(this.#before)
    const [earlier, own] = [before === null ? 'unknown' : this.#signatureOf(before), this.#signatureOf(line)]
    const forged = say('journal.forged')
    if (this.#before !== null && earlier === 'bad') this.#problem(this.#before.line, forged)
    else if (own === 'bad') this.#problem(place.line, forged)
    else if (this.#before !== null && own === 'good') {
      this.#problem(this.#before.line, say('journal.otherHash'))
    } else if (earlier === 'good') {
      this.#problem(place.line, say('journal.statesOther'))
    } else {
      this.#problem(place.line, say('journal.noContinuation'))
    }
  }

  /** `unknown`: without a signature, or by a key that is not known. */
  #signatureOf(line: SignedActivityEntry): 'good' | 'bad' | 'unknown' {
    const key = line.key === null ? undefined : this.#known(line.key)
    if (key === undefined) return 'unknown'
    return isSignedBy(line, key.publicKey) ? 'good' : 'bad'
  }

  /** @returns the last line that a signature by a confirmed key covers */
  async #coverage(reasons: Said[]): Promise<number> {
    let covered = 0
    for (const [keyId, { first, last, places }] of this.#uses) {
      const key = this.#known(keyId)
      if (key === undefined) {
        reasons.push(say('journal.keyUnknown', { lines: span(first, last), key: keyId.slice(0, 16) }))
        continue
      }
      for (const place of places.toReversed()) {
        const line = await this.#read(place)
        if (line === null) continue
        if (isSignedBy(line, key.publicKey)) {
          if (key.confirmedBy !== null) covered = Math.max(covered, place.seq)
          break
        }
        this.#problem(place.line, say('journal.forgedOrOther'))
      }
      if (key.confirmedBy === null) {
        const why = this.#options.unconfirmed ?? say('journal.notPresentKey')
        const id = first === last ? 'journal.unconfirmed' : 'journal.someUnconfirmed'
        reasons.push(say(id, { lines: span(first, last), key: keyId.slice(0, 16), why }))
      }
    }
    const end = this.#head?.seq ?? 0
    if (covered >= end || end === 0) return covered
    if (this.#signed === 0)
      reasons.unshift(say('journal.unsigned', { why: this.#unsignedWhy ?? say('journal.noReason') }))
    else if (this.#uses.size > 0 && this.#unsignedWhy !== null && covered > 0) {
      reasons.unshift(say('journal.uncoveredWhy', { line: covered, why: this.#unsignedWhy }))
    }
    if (reasons.length === 0 && this.#unread === null) reasons.push(say('journal.uncovered', { line: covered }))
    return covered
  }

  #memory(remembered: JournalHead | null): ActivityVerdict['remembered'] & { said: Said } {
    const { forgotten } = this.#options
    if (remembered === null) return { state: 'none', reason: english(forgotten), said: forgotten }
    const { seq } = remembered
    if (this.#rememberedSeen === remembered.sha256)
      return { state: 'matches', ...because('journal.remembered', { line: seq }) }
    const end = this.#head?.seq ?? 0
    if (end < seq) {
      const lost =
        end + 1 === seq
          ? because('journal.endLost', { line: seq })
          : because('journal.someLost', { from: end + 1, to: seq })
      return { state: 'differs', ...lost }
    }
    return { state: 'differs', ...because('journal.rememberedOther', { line: seq }) }
  }

  #seen(seq: number, sha256: string, at: string | null): void {
    this.#head = { seq, sha256, at }
    if (seq === this.#options.remembered?.seq) this.#rememberedSeen = sha256
  }

  #noteTime({ seq, at }: SignedActivityEntry): void {
    if (this.#lastAt !== null && at < this.#lastAt && this.#remarks.length < MOST_REMARKS) {
      const seconds = Math.ceil((Date.parse(this.#lastAt) - Date.parse(at)) / 1000)
      this.#remarks.push(say('journal.clockBack', { line: seq, count: seconds }))
    }
    this.#lastAt = at
  }

  #noteKey(line: SignedActivityEntry, place: Place): void {
    if (line.key === null) {
      this.#unsignedWhy = line.unsigned
      return
    }
    this.#signed++
    const use = this.#uses.get(line.key)
    if (use === undefined) this.#uses.set(line.key, { first: line.seq, last: line.seq, places: [place] })
    else {
      use.last = line.seq
      use.places.push(place)
    }
  }

  /** A line that was cut off by a crash is no damage where the next one says so. */
  #explainUnread(next: SignedActivityEntry): void {
    const unread = this.#unread
    if (unread === null) return
    const { details } = next
    if (
      next.action === OWN_ACTIONS.torn &&
      details.line === unread.seq &&
      details.sha256 === unread.sha256 &&
      next.previous === unread.sha256
    ) {
      const bytes = say('check.bytes', { count: unread.bytes })
      this.#remarks.push(say('journal.tornTold', { line: unread.line, bytes }))
      this.#unread = null
      return
    }
    this.#tellUnread()
  }

  #tellUnread(): void {
    if (this.#unread !== null) this.#problem(this.#unread.line, this.#unread.why)
    this.#unread = null
  }

  #problem(line: number, said: Said): void {
    const reason = english(said)
    if (this.#problems.some((one) => one.line === line && one.reason === reason)) return
    this.#problemsTotal++
    if (this.#problems.length < MOST_PROBLEMS) this.#problems.push({ line, reason, said })
  }

  #known(keyId: string): KnownKey | undefined {
    return this.#options.keys.find((key) => key.keyId === keyId)
  }

  async #read({ offset, length }: Place): Promise<SignedActivityEntry | null> {
    const bytes = Buffer.alloc(length)
    await this.#file.read(bytes, 0, length, offset)
    const line = parseActivityLine(bytes)
    return line instanceof Wrong ? null : line
  }
}

function span(first: number, last: number): Said {
  return first === last ? say('journal.line', { first }) : say('journal.lines', { first, last })
}
