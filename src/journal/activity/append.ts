import { type FileHandle, open } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type {
  ActivityEntry,
  ActivityFacts,
  ActivityOutcome,
  ActivityPhase,
  ActivityWay,
} from '../../contract/activity.ts'
import { isoTime } from '../../contract/time.ts'
import { TOOL } from '../../contract/tool.ts'
import { withFolderLock } from '../../storage/filesystem-lock.ts'
import { osUser, sha256Hex, Wrong } from '../chain.ts'
import { type ActivitySigner, activityLine, MAX_LINE_BYTES, OWN_ACTIONS, parseActivityLine } from './line.ts'
import { linesOf } from './lines.ts'

/** The file of a journal in its folder. */
export const JOURNAL_FILE = 'activity.ndjson'

/** What somebody did, before it has its place in the journal. */
export interface ActivityEvent {
  action: string
  phase: ActivityPhase
  subject: string
  via: ActivityWay
  name?: string | null
  run?: string | null
  before?: ActivityFacts | null
  after?: ActivityFacts | null
  result?: ActivityOutcome | null
  details?: ActivityFacts
}

/** A line's place, remembered outside of the journal. */
export interface JournalHead {
  seq: number
  /** Of the line's bytes. */
  sha256: string
}

/** Where the last line is remembered, out of reach of whoever can write the file. */
export interface HeadMemory {
  /** null: nothing is remembered yet. */
  read(): Promise<JournalHead | null>
  write(head: JournalHead): Promise<void>
}

/** What a journal is signed with. */
export interface JournalKey {
  signer: ActivitySigner | null
  /** Why there is no signer; null where there is one. */
  unsigned: string | null
  memory: HeadMemory | null
  /** A sentence for the journal, once: that the key is new, and why. */
  introduction: { subject: string; details: ActivityFacts } | null
}

const LINE_FEED = 0x0a

/**
 * Appends lines to the journal in `folder`. Of several processes at once each gets its place; when the promise resolves
 * the lines are on disk. What a killed process left half written stays where it is, and a line says so.
 * @param folder must be there
 * @throws what the file system throws; STORAGE_… where the folder can't be locked
 */
export async function appendActivity(
  folder: string,
  events: readonly ActivityEvent[],
  key: JournalKey,
  now: () => number = Date.now,
): Promise<JournalHead> {
  return withFolderLock(folder, async () => {
    const path = join(folder, JOURNAL_FILE)
    const file = await open(path, 'a+', 0o600)
    try {
      const { size } = await file.stat()
      const end = await endOf(file, path, size)
      const chain = new Lines(end.head, key.signer, key.unsigned, now)
      const remembered = (await key.memory?.read().catch(() => null)) ?? null
      if (end.torn !== null) chain.add(tornEvent(end.torn))
      const cut = cutEvent(end.head, remembered)
      if (cut !== null) chain.add(cut)
      if (key.introduction !== null) {
        chain.add({ action: OWN_ACTIONS.key, phase: 'event', via: events[0]?.via ?? 'window', ...key.introduction })
      }
      for (const event of events) chain.add(event)
      await write(file, Buffer.concat([...(end.torn === null ? [] : [Buffer.from('\n')]), ...chain.bytes]), size)
      const head = chain.head as JournalHead
      // that it could not be remembered is seen by whoever checks: the memory then names an earlier line
      await key.memory?.write(head).catch(() => undefined)
      return head
    } finally {
      await file.close()
    }
  })
}

/** Whole, or not at all as far as this process can tell; on disk when it returns. */
async function write(file: FileHandle, bytes: Buffer, size: number): Promise<void> {
  try {
    for (let done = 0; done < bytes.length; ) done += (await file.write(bytes, done)).bytesWritten
    await file.sync()
  } catch (error) {
    // nobody has been told of these lines yet: a full disk must not leave a torn one
    await file.truncate(size).catch(() => undefined)
    throw error
  }
}

class Lines {
  readonly bytes: Buffer[] = []
  head: JournalHead | null
  readonly #signer: ActivitySigner | null
  readonly #unsigned: string | null
  readonly #now: () => number
  /** Asked for once: the system looks into a file for it. */
  readonly #place = { os_user: osUser(), host: hostname() }

  constructor(head: JournalHead | null, signer: ActivitySigner | null, unsigned: string | null, now: () => number) {
    this.head = head
    this.#signer = signer
    this.#unsigned = signer === null ? (unsigned ?? 'no key') : null
    this.#now = now
  }

  add(event: ActivityEvent): void {
    const entry: ActivityEntry = {
      seq: (this.head?.seq ?? 0) + 1,
      at: isoTime(this.#now()),
      clock: 'system',
      actor: { ...this.#place, name: event.name ?? null, via: event.via, pid: process.pid },
      tool: { ...TOOL },
      action: event.action,
      phase: event.phase,
      subject: short(event.subject, 1_000),
      run: event.run ?? null,
      before: shortFacts(event.before ?? null),
      after: shortFacts(event.after ?? null),
      result: event.result == null ? null : { ...event.result, message: short(event.result.message, 2_000) },
      details: shortFacts(event.details ?? {}) ?? {},
      key: this.#signer?.keyId ?? null,
      unsigned: this.#unsigned,
      previous: this.head?.sha256 ?? null,
    }
    const line = activityLine(entry, this.#signer)
    this.bytes.push(line, Buffer.from('\n'))
    this.head = { seq: entry.seq, sha256: sha256Hex(line) }
  }
}

interface End {
  head: JournalHead | null
  /** The last line where it has no line feed. */
  torn: { seq: number; bytes: Buffer } | null
}

/** The last line, whose number is its own, or where it can't be read that of its place in the file. */
async function endOf(file: FileHandle, path: string, size: number): Promise<End> {
  if (size === 0) return { head: null, torn: null }
  const start = Math.max(0, size - 2 * MAX_LINE_BYTES)
  const tail = Buffer.alloc(size - start)
  await file.read(tail, 0, tail.length, start)
  const ended = tail.at(-1) === LINE_FEED
  const lastStart = tail.lastIndexOf(LINE_FEED, ended ? tail.length - 2 : tail.length - 1) + 1
  if (ended && (lastStart > 0 || start === 0)) {
    const bytes = tail.subarray(lastStart, -1)
    const line = parseActivityLine(bytes)
    if (!(line instanceof Wrong)) return { head: { seq: line.seq, sha256: sha256Hex(bytes) }, torn: null }
  }
  // torn or damaged: the whole file is counted, which happens once for each
  let last = { number: 0, bytes: Buffer.alloc(0), ended: true }
  let seq = 0
  for await (const batch of linesOf(path, 0, size)) {
    for (const found of batch) {
      const line = parseActivityLine(found.bytes)
      seq = line instanceof Wrong ? seq + 1 : line.seq
      last = { ...found, bytes: Buffer.from(found.bytes) }
    }
  }
  const head = { seq, sha256: sha256Hex(last.bytes) }
  return { head, torn: last.ended ? null : { seq, bytes: last.bytes } }
}

function tornEvent({ seq, bytes }: { seq: number; bytes: Buffer }): ActivityEvent {
  const details = { line: seq, bytes: bytes.length, sha256: sha256Hex(bytes) }
  return { action: OWN_ACTIONS.torn, phase: 'event', subject: `line ${seq}`, via: 'command line', details }
}

/** Said once and kept for good: after this line the memory goes on from here. */
function cutEvent(head: JournalHead | null, remembered: JournalHead | null): ActivityEvent | null {
  if (remembered === null) return null
  const seq = head?.seq ?? 0
  const same = seq > remembered.seq || (seq === remembered.seq && head?.sha256 === remembered.sha256)
  if (same) return null
  const details = { remembered_seq: remembered.seq, remembered_sha256: remembered.sha256, found_seq: seq }
  return { action: OWN_ACTIONS.cut, phase: 'event', subject: `line ${remembered.seq}`, via: 'command line', details }
}

function short<T extends string | null>(text: T, most: number): T {
  if (text === null) return text
  const whole = text.toWellFormed()
  return (whole.length <= most ? whole : `${whole.slice(0, most - 1).toWellFormed()}…`) as T
}

function shortFacts(facts: ActivityFacts | null): ActivityFacts | null {
  if (facts === null) return null
  const kept: ActivityFacts = {}
  for (const [name, value] of Object.entries(facts).slice(0, 50)) {
    kept[name.toWellFormed().slice(0, 100)] =
      typeof value === 'string'
        ? short(value, 500)
        : typeof value === 'number' && !Number.isFinite(value)
          ? null
          : value
  }
  return kept
}
