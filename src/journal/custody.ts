import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { custodyKey, custodyPrefix } from '../archive/paths.ts'
import { canonicalJson } from '../contract/canonical-json.ts'
import { isCofferError } from '../contract/errors.ts'
import type { CustodyAction, CustodyEntry } from '../contract/evidence/custody.ts'
import { because, english, type Reason, say } from '../contract/said/said.ts'
import { isoTime } from '../contract/time.ts'
import { TOOL } from '../contract/tool.ts'
import type { Storage } from '../storage/storage.ts'
import { ChainWalk, osUser, sha256Hex, Wrong } from './chain.ts'
import { parseCustodyLine } from './custody-line.ts'

/** What somebody did, before it has its place in the chain. */
export interface CustodyFacts {
  action: CustodyAction
  subject: string
  sha256: string | null
  location: string | null
  /** Never a secret. */
  details: CustodyEntry['details']
  /** The names that a signature's configuration gives; the operating system's user and the host are added here. */
  actor?: { name: string | null; role: string | null }
}

/** What is wrong with a chain, and where. */
export interface CustodyProblem extends Reason {
  /** The object, or the one that is missing. */
  key: string
}

export interface CustodyChain {
  /** Those that could be read, in order. The chain as a whole holds only where `problems` is empty. */
  entries: CustodyEntry[]
  problems: CustodyProblem[]
}

/** A line holds some hundred bytes; what is larger is none. */
const MAX_LINE_BYTES = 64 * 1024
/** With so many at once, each round lets one through. */
const MOST_TRIES = 60
const READS_AT_ONCE = 8
const NAME = /^(\d{6,15})\.json$/

/** The line as it is stored and hashed: canonical JSON (RFC 8785), without a line feed. */
export function custodyLine(entry: CustodyEntry): string {
  return canonicalJson(entry)
}

/** SHA-256 of the line, lowercase hex: what the next line states as `previous`. */
export function custodyHash(entry: CustodyEntry): string {
  return sha256Hex(custodyLine(entry))
}

/** The line that follows `previous`. @param now milliseconds since the epoch */
export function chainEntry(previous: CustodyEntry | null, facts: CustodyFacts, now: number): CustodyEntry {
  return entryAfter(previous === null ? null : { seq: previous.seq, sha256: custodyHash(previous) }, facts, now)
}

/**
 * Appends a line to a backup's chain of custody. Of several writers at the same time each gets a place of its own.
 * A damaged head does not stop anybody: the new line states the hash of its bytes as they are, so the damage stays
 * visible where it is, and `readCustody` names it.
 * @returns the line once it is durable
 * @throws the storage's own errors; OBJECT_EXISTS where others were faster sixty times
 */
export async function appendCustody(storage: Storage, backupId: string, facts: CustodyFacts): Promise<CustodyEntry> {
  for (let tries = 1; ; tries++) {
    const entry = entryAfter(await headOf(storage, backupId), facts, Date.now())
    try {
      const options = { ifAbsent: true, contentType: 'application/json' }
      await storage.put(custodyKey(backupId, entry.seq), Buffer.from(custodyLine(entry)), options)
      return entry
    } catch (error) {
      if (!isCofferError(error, 'OBJECT_EXISTS') || tries === MOST_TRIES) throw error
      await sleep(Math.random() * 20 * Math.min(tries, 20))
    }
  }
}

/** Whether a backup has a chain of custody: a first line, whatever it holds. @throws the storage's own errors */
export async function hasCustody(storage: Storage, backupId: string): Promise<boolean> {
  const prefix = custodyPrefix(backupId)
  for await (const { key } of storage.list(prefix)) {
    if (NAME.test(key.slice(prefix.length))) return true
  }
  return false
}

/**
 * Reads the whole chain and checks it: numbers from 1 without a gap, each line canonical, each `previous` the hash of
 * the line before. What was cut off at the end can't be seen from the chain alone (docs/decisions).
 * @throws the storage's own errors; damage is no error but a problem
 */
export async function readCustody(storage: Storage, backupId: string): Promise<CustodyChain> {
  const { numbers, problems } = await listed(storage, backupId)
  const lines: (Buffer | Wrong)[] = new Array(numbers.length)
  let next = 0
  const readSome = async (): Promise<void> => {
    while (next < numbers.length) {
      const at = next++
      lines[at] = await readLine(storage, custodyKey(backupId, numbers[at] ?? 0))
    }
  }
  await Promise.all(Array.from({ length: Math.min(READS_AT_ONCE, numbers.length) }, readSome))

  const entries: CustodyEntry[] = []
  const walk = new ChainWalk()
  for (const [at, seq] of numbers.entries()) {
    const key = custodyKey(backupId, seq)
    const bytes = lines[at] ?? new Wrong(say('custody.unread'))
    const entry = bytes instanceof Wrong ? bytes : parseCustodyLine(bytes, seq)
    const hash = bytes instanceof Wrong ? null : sha256Hex(bytes)
    const { missing, expectedPrevious } =
      entry instanceof Wrong || hash === null ? walk.skip(seq, hash) : walk.step(seq, hash, entry.previous)
    if (missing !== null) {
      const { from, to } = missing
      const reason =
        from === to ? because('custody.lineMissing', { from }) : because('custody.linesMissing', { from, to })
      problems.push({ key: custodyKey(backupId, from), ...reason })
    }
    if (entry instanceof Wrong) {
      problems.push({ key, reason: english(entry.said), said: entry.said })
      continue
    }
    entries.push(entry)
    if (expectedPrevious !== null) {
      const values = { expected: expectedPrevious.hash ?? 'null', got: entry.previous ?? 'null' }
      problems.push({ key, ...because('custody.lineChanged', values) })
    }
  }
  return { entries, problems }
}

interface Head {
  seq: number
  sha256: string | null
}

function entryAfter(head: Head | null, facts: CustodyFacts, now: number): CustodyEntry {
  return {
    seq: (head?.seq ?? 0) + 1,
    at: isoTime(now),
    action: facts.action,
    actor: {
      os_user: osUser(),
      host: hostname(),
      name: facts.actor?.name ?? null,
      role: facts.actor?.role ?? null,
    },
    tool: { ...TOOL },
    subject: facts.subject,
    sha256: facts.sha256,
    location: facts.location,
    details: facts.details,
    previous: head?.sha256 ?? null,
  }
}

async function headOf(storage: Storage, backupId: string): Promise<Head | null> {
  const { numbers } = await listed(storage, backupId)
  const seq = numbers.at(-1)
  if (seq === undefined) return null
  const bytes = await readLine(storage, custodyKey(backupId, seq))
  return { seq, sha256: bytes instanceof Wrong ? null : sha256Hex(bytes) }
}

async function listed(storage: Storage, backupId: string): Promise<{ numbers: number[]; problems: CustodyProblem[] }> {
  const prefix = custodyPrefix(backupId)
  const numbers: number[] = []
  const problems: CustodyProblem[] = []
  for await (const { key } of storage.list(prefix)) {
    const seq = Number(NAME.exec(key.slice(prefix.length))?.[1])
    if (Number.isSafeInteger(seq) && seq > 0 && custodyKey(backupId, seq) === key) numbers.push(seq)
    else problems.push({ key, ...because('custody.otherName') })
  }
  return { numbers: numbers.sort((a, b) => a - b), problems }
}

/** @returns the bytes, or why there are none */
async function readLine(storage: Storage, key: string): Promise<Buffer | Wrong> {
  try {
    return (await storage.get(key, { maxBytes: MAX_LINE_BYTES })).body
  } catch (error) {
    if (isCofferError(error, 'OBJECT_MISSING')) return new Wrong(say('custody.gone'))
    if (isCofferError(error, 'SEGMENT_TOO_LARGE')) return new Wrong(say('custody.tooLarge', { bytes: MAX_LINE_BYTES }))
    throw error
  }
}
