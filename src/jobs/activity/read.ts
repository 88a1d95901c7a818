import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ActivityFilter, SignedActivityEntry } from '../../contract/activity.ts'
import { oneAfterTheOther } from '../../contract/in-turn.ts'
import { JOURNAL_FILE } from '../../journal/activity/append.ts'
import { parseActivityLine } from '../../journal/activity/line.ts'
import { linesOf } from '../../journal/activity/lines.ts'
import { isObject, Wrong } from '../../journal/chain.ts'
import { activityFolder } from './key.ts'

export interface ActivityPage {
  /** Newest first. */
  entries: SignedActivityEntry[]
  /** How many fit the filter. */
  total: number
  /** How many lines there are. */
  lines: number
}

interface Found {
  offset: number
  length: number
}

/**
 * Looks into a profile's journal. What fits a filter is remembered with its place in the file, so that a window that
 * scrolls through 100,000 lines reads those that it shows; lines that were added since are read on.
 */
export class ActivityReader {
  readonly #path: string
  #filter = ''
  #found: Found[] = []
  #lines = 0
  /** Up to where the file was looked through. */
  #read = 0
  readonly #inTurn = oneAfterTheOther()

  constructor(profile: string) {
    this.#path = join(activityFolder(profile), JOURNAL_FILE)
  }

  /** @param offset from the newest; lines that can't be read are left out (verifying names them) */
  page(filter: ActivityFilter, offset: number, limit: number): Promise<ActivityPage> {
    return this.#inTurn(() => this.#page(filter, offset, limit))
  }

  async #page(filter: ActivityFilter, offset: number, limit: number): Promise<ActivityPage> {
    await this.#lookThrough(filter)
    const total = this.#found.length
    const wanted = this.#found.slice(Math.max(0, total - offset - limit), Math.max(0, total - offset)).reverse()
    if (wanted.length === 0) return { entries: [], total, lines: this.#lines }
    const file = await open(this.#path, 'r')
    try {
      const entries: SignedActivityEntry[] = []
      for (const { offset: at, length } of wanted) {
        const bytes = Buffer.alloc(length)
        await file.read(bytes, 0, length, at)
        const entry = parseActivityLine(bytes)
        if (!(entry instanceof Wrong)) entries.push(entry)
      }
      return { entries, total, lines: this.#lines }
    } finally {
      await file.close()
    }
  }

  async #lookThrough(filter: ActivityFilter): Promise<void> {
    const size = await stat(this.#path).then(
      (found) => found.size,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return 0
        throw error
      },
    )
    const asked = JSON.stringify(filter)
    if (asked !== this.#filter || size < this.#read) {
      this.#filter = asked
      this.#found = []
      this.#lines = 0
      this.#read = 0
    }
    const matches = matcher(filter)
    for await (const batch of linesOf(this.#path, this.#read, size)) {
      for (const { bytes, offset, ended } of batch) {
        if (!ended) continue
        this.#lines++
        this.#read = offset + bytes.length + 1
        if (matches(bytes)) this.#found.push({ offset, length: bytes.length })
      }
    }
  }
}

/** @returns whether a stored line fits; what is no line fits nothing */
export function matcher(filter: ActivityFilter): (bytes: Buffer) => boolean {
  const { from, to, result } = filter
  const [text, who, action] = [filter.text, filter.who, filter.action].map((one) => one?.toLowerCase() || null)
  return (bytes) => {
    const raw = bytes.toString('utf8')
    if (text != null && !searchable(raw).includes(text)) return false
    const line = jsonOf(raw)
    if (!isObject(line) || !isObject(line.actor)) return false
    const at = Date.parse(String(line.at))
    if ((from !== null && at < from) || (to !== null && at > to)) return false
    if (who != null && !`${line.actor.os_user}\n${line.actor.name ?? ''}`.toLowerCase().includes(who)) return false
    if (action != null && !String(line.action).startsWith(action)) return false
    if (result === null) return true
    return isObject(line.result) && (line.result.exit_code === 0) === (result === 'done')
  }
}

/** Without what nobody searches for by hand: a hash that happens to hold the word. */
function searchable(raw: string): string {
  return raw.replace(/"(?:previous|signature|key)":"[^"]*"/g, '').toLowerCase()
}

function jsonOf(raw: string): unknown {
  try {
    return JSON.parse(raw)
  } catch {
    return null
  }
}
