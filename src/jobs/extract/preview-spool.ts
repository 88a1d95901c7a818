import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { PreviewRecord, PreviewRow } from '../../contract/requests/preview.ts'

/**
 * The rows of a preview, in a folder of the session: `short` with a line for each row, `whole` with each record, and
 * `index` with where both begin (two 64-bit floats a row). A row is there once its entry in the index is.
 */
const ENTRY = 16
const WRITE_BYTES = 256 * 1024

export class PreviewWriter {
  readonly #files: [short: FileHandle, whole: FileHandle, index: FileHandle]
  #at: [number, number]
  #lines: [string[], string[]] = [[], []]
  #entries: number[] = []
  #pending = 0
  rows: number

  private constructor(files: [FileHandle, FileHandle, FileHandle], at: [number, number], rows: number) {
    this.#files = files
    this.#at = at
    this.rows = rows
  }

  /** Goes on behind what an earlier run left. */
  static async open(folder: string): Promise<PreviewWriter> {
    const [short, whole, index] = await Promise.all(
      ['short', 'whole', 'index'].map((name) => open(join(folder, name), 'a', 0o600)),
    )
    if (short === undefined || whole === undefined || index === undefined) throw new Error('three files')
    const sizes = await Promise.all([short.stat(), whole.stat(), index.stat()])
    const [a, b, c] = sizes.map(({ size }) => size) as [number, number, number]
    return new PreviewWriter([short, whole, index], [a, b], Math.floor(c / ENTRY))
  }

  async add(row: PreviewRow, record: PreviewRecord): Promise<void> {
    const lines = [`${JSON.stringify(row)}\n`, `${JSON.stringify(record)}\n`] as const
    this.#entries.push(...this.#at)
    for (const side of [0, 1] as const) {
      this.#lines[side].push(lines[side])
      const bytes = Buffer.byteLength(lines[side])
      this.#at[side] += bytes
      this.#pending += bytes
    }
    this.rows++
    if (this.#pending >= WRITE_BYTES) await this.flush()
  }

  /** Makes the rows so far readable. */
  async flush(): Promise<void> {
    if (this.#entries.length === 0) return
    const [short, whole, index] = this.#files
    const entries = Buffer.from(new Float64Array(this.#entries).buffer)
    const [a, b] = this.#lines.map((lines) => lines.join('')) as [string, string]
    this.#lines = [[], []]
    this.#entries = []
    this.#pending = 0
    await Promise.all([short.appendFile(a), whole.appendFile(b)])
    await index.appendFile(entries)
  }

  async close(): Promise<void> {
    await this.flush().finally(() => Promise.all(this.#files.map((file) => file.close())))
  }
}

/** How many rows there are by now; 0 before the first. */
export async function previewRows(folder: string): Promise<number> {
  const file = await open(join(folder, 'index'), 'r').catch(() => null)
  if (file === null) return 0
  try {
    return Math.floor((await file.stat()).size / ENTRY)
  } finally {
    await file.close()
  }
}

/** Rows `from` to `from + count`, as many as there are. */
export const readRows = (folder: string, from: number, count: number): Promise<PreviewRow[]> =>
  readLines<PreviewRow>(folder, 'short', from, count)

/** Whole records, likewise: some hundred KiB each at the most. */
export const readRecords = (folder: string, from: number, count: number): Promise<PreviewRecord[]> =>
  readLines<PreviewRecord>(folder, 'whole', from, count)

async function readLines<T>(folder: string, name: 'short' | 'whole', from: number, count: number): Promise<T[]> {
  const index = await open(join(folder, 'index'), 'r').catch(() => null)
  if (index === null) return []
  const lines = await open(join(folder, name), 'r')
  try {
    const total = Math.floor((await index.stat()).size / ENTRY)
    const until = Math.min(total, from + count)
    if (until <= from) return []
    const side = name === 'short' ? 0 : 1
    const bytes = Buffer.alloc((until - from + 1) * ENTRY)
    const { bytesRead } = await index.read(bytes, 0, bytes.length, from * ENTRY)
    const starts = new Float64Array(bytes.buffer, bytes.byteOffset, bytesRead / 8)
    const start = starts[side] as number
    // the last row ends where the file does, or where more is being written: its line feed tells
    const end = starts[(until - from) * 2 + side] ?? (await lines.stat()).size
    const text = Buffer.alloc(end - start)
    await lines.read(text, 0, text.length, start)
    return text
      .toString('utf8')
      .split('\n')
      .slice(0, until - from)
      .map((line) => JSON.parse(line) as T)
  } finally {
    await Promise.all([index.close(), lines.close()])
  }
}
