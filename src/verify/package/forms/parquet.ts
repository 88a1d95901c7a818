import { ByteWriter, parquetWrite } from 'hyparquet-writer'
import { CofferError } from '../../../contract/errors.ts'
import type { FormBytes, FormRow } from './row.ts'

/** Rows in memory, over all folders; the largest folder's are written out when there are more. */
const MAX_BUFFERED_BYTES = 32 * 1024 * 1024
/** A package has at most 10,000 files. */
const MAX_PARTS = 9_000
/** Hive's name for what has no date. */
const NO_DATE = '__HIVE_DEFAULT_PARTITION__'
const LAST_DATE = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/**
 * Rows as Parquet files in Hive's layout: `topic=…/date=YYYY-MM-DD/part-00000.parquet`, the date in UTC by the record's
 * timestamp. Files are cut by content alone.
 */
export class ParquetParts {
  readonly #folders = new Map<string, { rows: FormRow[]; bytes: number; parts: number }>()
  readonly #topics = new Map<string, string>()
  readonly #createdBy: string
  readonly #write: (path: string, bytes: Uint8Array) => Promise<void>
  #buffered = 0
  #parts = 0

  /**
   * @param createdBy name and version of the tool, as each file has it
   * @param write takes each finished file, by its path below `records/parquet/`
   */
  constructor(createdBy: string, write: (path: string, bytes: Uint8Array) => Promise<void>) {
    this.#createdBy = createdBy
    this.#write = write
  }

  async add(row: FormRow): Promise<void> {
    const path = `topic=${this.#topicFolder(row.topic)}/date=${dateOf(row)}`
    let folder = this.#folders.get(path)
    if (folder === undefined) {
      folder = { rows: [], bytes: 0, parts: 0 }
      this.#folders.set(path, folder)
    }
    folder.rows.push(row)
    folder.bytes += row.lineBytes
    this.#buffered += row.lineBytes
    if (this.#buffered > MAX_BUFFERED_BYTES) await this.#flushLargest()
  }

  async finish(): Promise<void> {
    for (const [path, folder] of this.#folders) if (folder.rows.length > 0) await this.#flush(path)
  }

  async #flushLargest(): Promise<void> {
    let largest = ''
    for (const [path, { bytes }] of this.#folders) {
      if (bytes > (this.#folders.get(largest)?.bytes ?? -1)) largest = path
    }
    await this.#flush(largest)
  }

  async #flush(path: string): Promise<void> {
    const folder = this.#folders.get(path)
    if (folder === undefined) return
    if (++this.#parts > MAX_PARTS) {
      throw new CofferError('UNSUPPORTED', `Parquet by topic and date would be more than ${MAX_PARTS} files`, {
        hint: 'Leave "parquet" out of "extract.formats", or narrow the time window.',
      })
    }
    await this.#write(
      `${path}/part-${String(folder.parts++).padStart(5, '0')}.parquet`,
      parquetOf(folder.rows, this.#createdBy),
    )
    this.#buffered -= folder.bytes
    folder.rows = []
    folder.bytes = 0
  }

  /**
   * Topic names that differ only in case would be one folder on some systems: the letters of all but the first are written
   * as Hive escapes (%41). So is a dot at the end, which Windows takes off.
   */
  #topicFolder(topic: string): string {
    const lower = topic.toLowerCase()
    const first = this.#topics.get(lower)
    if (first === undefined) this.#topics.set(lower, topic)
    const distinct = first === undefined || first === topic ? topic : topic.replaceAll(/[A-Za-z]/g, escaped)
    return distinct.replace(/\.$/, escaped)
  }
}

function escaped(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`
}

function dateOf({ timestamp }: FormRow): string {
  if (timestamp < -62_135_596_800_000 || timestamp > LAST_DATE) return NO_DATE
  return new Date(Number(timestamp)).toISOString().slice(0, 10)
}

/** One file. `timestamp_ms` has all 64 bits; `value_text` is there where the value is text. */
function parquetOf(rows: readonly FormRow[], createdBy: string): Uint8Array {
  const writer = new ByteWriter()
  parquetWrite({
    writer,
    createdBy,
    rowGroupSize: 100_000,
    columnData: [
      { name: 'partition', data: rows.map(({ partition }) => partition) },
      { name: 'offset', data: rows.map(({ offset }) => BigInt(offset)) },
      { name: 'timestamp', data: rows.map(({ timestamp }) => BigInt(timestamp)) },
      { name: 'key', data: rows.map(({ key }) => key.bytes) },
      { name: 'value', data: rows.map(({ value }) => value.bytes) },
      { name: 'key_text', data: rows.map(({ key }) => textOf(key)) },
      { name: 'value_text', data: rows.map(({ value }) => textOf(value)) },
      { name: 'headers', data: rows.map(({ headers }) => headers) },
      { name: 'redacted', data: rows.map(({ redacted }) => redacted.join(' ')) },
    ],
    schema: [
      { name: 'root', num_children: 9 },
      { name: 'partition', type: 'INT32', repetition_type: 'REQUIRED' },
      { name: 'offset', type: 'INT64', repetition_type: 'REQUIRED' },
      { name: 'timestamp', type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', repetition_type: 'REQUIRED' },
      { name: 'key', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
      { name: 'value', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
      { name: 'key_text', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
      { name: 'value_text', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
      { name: 'headers', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
      { name: 'redacted', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
    ],
  })
  return new Uint8Array(writer.getBuffer())
}

function textOf({ shown, encoding }: FormBytes): string | null {
  return encoding === 'text' ? shown : null
}
