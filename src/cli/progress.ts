import type { Progress } from '../contract/jobs.ts'
import { paint, truncate, width } from './paint.ts'
import type { Terminal } from './terminal.ts'
import { bytes, count, duration, percent } from './words.ts'

/** How often the block is drawn, and how often a line is written where there is no terminal. */
const REDRAW_MS = 200
const LINE_MS = 5_000

/** Shows how far a job is, on standard error. Lines of the log go through it, so that both don't mix. */
export class ProgressView {
  readonly #terminal: Terminal
  readonly #title: string
  readonly #enabled: boolean
  #drawn = 0
  #latest: Progress | null = null
  #lastAt = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param enabled false shows no progress, only the log (`--quiet`) */
  constructor(terminal: Terminal, title: string, enabled: boolean) {
    this.#terminal = terminal
    this.#title = title
    this.#enabled = enabled
    // a job that is done before the first line is due needs none
    this.#lastAt = terminal.live ? 0 : Date.now()
  }

  update(progress: Progress): void {
    if (!this.#enabled) return
    this.#latest = progress
    const pause = this.#terminal.live ? REDRAW_MS : LINE_MS
    const wait = this.#lastAt + pause - Date.now()
    if (wait <= 0) this.#show()
    else {
      this.#timer ??= setTimeout(() => this.#show(), wait)
      // a job that ends takes its progress with it
      this.#timer.unref()
    }
  }

  /** A line above the block. */
  log(line: string): void {
    this.#erase()
    this.#terminal.err(`${line}\n`)
    if (this.#terminal.live && this.#latest !== null) this.#show()
  }

  /** Takes the block away; the result speaks now. */
  end(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#latest = null
    this.#erase()
  }

  #show(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const progress = this.#latest
    if (progress === null) return
    this.#lastAt = Date.now()
    if (!this.#terminal.live) {
      this.#terminal.err(`${new Date().toISOString()} ${progressLine(this.#title, progress)}\n`)
      return
    }
    const lines = progressBlock(this.#title, progress, this.#terminal.columns, this.#terminal.rows)
    this.#erase()
    this.#terminal.err(`${lines.join('\n')}\n`)
    this.#drawn = lines.length
  }

  #erase(): void {
    if (this.#drawn > 0) this.#terminal.control(`\x1b[${this.#drawn}A\r\x1b[0J`)
    this.#drawn = 0
  }
}

/** `backup: reading ledger-payments, 1,234 of 5,000 records (24 %), 12 MB, 1.2 MB/s, 35 s left` */
export function progressLine(title: string, progress: Progress): string {
  return `${title}: ${[progress.phase, ...figures(progress)].join(', ')}`
}

/** In order of weight: where there is no room for all, the last ones go. */
function figures(progress: Progress): string[] {
  const { recordsDone, recordsTotal, bytesDone, bytesTotal, secondsLeft } = progress
  const moving = progress.bytesPerSecond > 0 || progress.recordsPerSecond > 0
  const any = recordsDone > 0 || bytesDone > 0 || (recordsTotal ?? 0) > 0
  return [
    ...(any
      ? [
          recordsTotal === null
            ? `${count(recordsDone)} records`
            : `${count(recordsDone)} of ${count(recordsTotal)} records (${percent(recordsDone, recordsTotal)})`,
        ]
      : []),
    secondsLeft === null ? `${duration(progress.elapsedSeconds)} so far` : `${duration(secondsLeft)} left`,
    ...(moving ? [`${bytes(progress.bytesPerSecond)}/s`] : []),
    ...(any ? [bytesTotal === null ? bytes(bytesDone) : `${bytes(bytesDone)} of ${bytes(bytesTotal)}`] : []),
    ...(moving ? [`${count(Math.round(progress.recordsPerSecond))} records/s`] : []),
  ]
}

function fitting(parts: readonly string[], columns: number): string {
  const kept = parts.length
  for (let many = kept; many > 1; many--) {
    const line = parts.slice(0, many).join(paint('dim', ' · '))
    if (width(line) <= columns) return line
  }
  return parts[0] ?? ''
}

/**
 * The block for a terminal: what is done now, the figures, then the partitions that have the most left, each cut to
 * the terminal's width and together less than its height: a line is left for the cursor, and one above, since clearing
 * from the very top makes some terminals keep the block in their history.
 */
export function progressBlock(title: string, progress: Progress, columns: number, rows: number): string[] {
  const wide = Math.max(10, columns - 1)
  const gauge = bar(progress.recordsDone, progress.recordsTotal, wide < 70 ? 10 : 20)
  const lines = [
    `${paint('bold', title)} ${paint('dim', '·')} ${progress.phase}`,
    `  ${gauge}${fitting(figures(progress), wide - width(gauge) - 2)}`,
  ]
  const lagging = progress.partitions.filter((partition) => partition.done < partition.total)
  const room = Math.max(0, rows - 2 - lines.length)
  const shown = lagging.length > room ? lagging.slice(0, Math.max(0, room - 1)) : lagging
  const names = shown.map(({ topic, partition }) => `${topic}/${partition}`)
  const widest = Math.min(Math.max(0, ...names.map((name) => name.length)), Math.max(8, wide - 40))
  shown.forEach(({ done, total }, index) => {
    const cut = truncate(names[index] as string, widest)
    const name = cut + ' '.repeat(widest - width(cut))
    const share = percent(done, total).padStart(5)
    lines.push(`  ${name}  ${bar(done, total, 10)}${share}  ${paint('dim', `${count(total - done)} offsets left`)}`)
  })
  if (shown.length < lagging.length && room > 0) {
    lines.push(paint('dim', `  … and ${count(lagging.length - shown.length)} more partitions`))
  }
  return lines.slice(0, Math.max(1, rows - 2)).map((line) => truncate(line, wide))
}

function bar(done: number, total: number | null, cells: number): string {
  if (total === null || total <= 0) return ''
  const full = Math.min(cells, Math.floor((done / total) * cells))
  return `${paint('green', '█'.repeat(full))}${paint('dim', '░'.repeat(cells - full))}  `
}
