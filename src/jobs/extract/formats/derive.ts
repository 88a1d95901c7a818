import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExtractFormat } from '../../../contract/config/extract.ts'
import { PACKAGE_PATHS } from '../../../contract/evidence/package.ts'
import { TOOL } from '../../../contract/tool.ts'
import { plural } from '../../../contract/words.ts'
import type { PackagePart } from '../../../evidence/package/assemble.ts'
import { BLOCK_BYTES, contentOf, type PackedFile, packBytes, Spool } from '../../../evidence/package/packed.ts'
import { csvHeader, csvRow } from '../../../verify/package/forms/csv.ts'
import { datHeader, datRow, toWindows1252 } from '../../../verify/package/forms/dat.ts'
import { type FormRow, formRow } from '../../../verify/package/forms/row.ts'
import { Lines } from '../../../verify/package/lines.ts'
import { nodePackageTools } from '../../verify/package-tools.ts'

/** A format being written: rows in, files of the package out. */
interface FormatWriter {
  add(row: FormRow): Promise<void>
  finish(): Promise<PackagePart[]>
}

/**
 * The formats beside NDJSON, made from it in one pass.
 * @param folder for what is too large for memory
 */
export async function derivedParts(
  records: PackedFile,
  formats: readonly ExtractFormat[],
  folder: string,
): Promise<PackagePart[]> {
  const writers: FormatWriter[] = []
  if (formats.includes('csv')) writers.push(await csvWriter(folder))
  if (formats.includes('dat')) writers.push(await datWriter(folder))
  if (formats.includes('parquet')) writers.push(await parquetWriter(folder))
  if (writers.length === 0) return []
  for await (const row of rowsOf(records)) for (const writer of writers) await writer.add(row)
  const parts: PackagePart[] = []
  for (const writer of writers) parts.push(...(await writer.finish()))
  return parts
}

/** Every record of `records.ndjson`, in order. */
async function* rowsOf(records: PackedFile): AsyncGenerator<FormRow> {
  const lines = new Lines(PACKAGE_PATHS.records, contentOf(records), nodePackageTools)
  do {
    while (lines.next()) yield formRow(lines.bytes.subarray(lines.start, lines.end), nodePackageTools)
  } while (await lines.fill())
}

/** Text gathered into blocks of about a MiB. */
class TextSpool {
  readonly #spool: Spool
  readonly #encode: (text: string) => Buffer
  #texts: string[] = []
  #characters = 0

  constructor(spool: Spool, encode: (text: string) => Buffer = (text) => Buffer.from(text)) {
    this.#spool = spool
    this.#encode = encode
  }

  async add(text: string): Promise<void> {
    this.#texts.push(text)
    this.#characters += text.length
    if (this.#characters >= BLOCK_BYTES) await this.#flush()
  }

  async finish(): Promise<PackedFile> {
    await this.#flush()
    return this.#spool.finish()
  }

  async #flush(): Promise<void> {
    await this.#spool.append(this.#encode(this.#texts.join('')))
    this.#texts = []
    this.#characters = 0
  }
}

async function csvWriter(folder: string): Promise<FormatWriter> {
  const file = new TextSpool(await Spool.open(join(folder, 'csv.deflate')))
  await file.add(csvHeader())
  return {
    add: (row) => file.add(csvRow(row)),
    finish: async () => {
      const what =
        'The records as CSV (RFC 4180, UTF-8); an apostrophe stands before what a spreadsheet would run, also within a cell.'
      return [{ path: PACKAGE_PATHS.csv, file: await file.finish(), what }]
    },
  }
}

async function datWriter(folder: string): Promise<FormatWriter> {
  let lost = 0
  const utf8 = new TextSpool(await Spool.open(join(folder, 'dat-utf8.deflate')))
  const narrow = new TextSpool(await Spool.open(join(folder, 'dat-1252.deflate')), (text) => {
    const encoded = toWindows1252(text)
    lost += encoded.lost
    return Buffer.from(encoded.bytes.buffer, 0, encoded.bytes.length)
  })
  await utf8.add(`\ufeff${datHeader()}`)
  await narrow.add(datHeader())
  return {
    add: async (row) => {
      const line = datRow(row)
      await utf8.add(line)
      await narrow.add(line)
    },
    finish: async () => {
      const wide = await utf8.finish()
      const windows = await narrow.finish()
      const loss =
        lost === 0
          ? ''
          : `; ${plural(lost, 'character')} that this encoding does not have became "?" (see the UTF-8 file)`
      return [
        {
          path: PACKAGE_PATHS.datUtf8,
          file: wide,
          what: 'The records as a Concordance load file in UTF-8 with a byte order mark.',
        },
        {
          path: PACKAGE_PATHS.datWindows1252,
          file: windows,
          what: `The records as a Concordance load file in Windows-1252${loss}.`,
        },
      ]
    },
  }
}

async function parquetWriter(folder: string): Promise<FormatWriter> {
  // loaded when it is wanted: no other format needs it
  const { ParquetParts } = await import('../../../verify/package/forms/parquet.ts')
  const parts: PackagePart[] = []
  const files = new ParquetParts(`${TOOL.name} ${TOOL.version}`, async (path, data) => {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.length)
    const file = join(folder, `parquet-${parts.length}`)
    await writeFile(file, bytes, { mode: 0o600 })
    // Parquet compresses its own pages
    parts.push({
      path: `${PACKAGE_PATHS.parquet}${path}`,
      file: { ...packBytes(bytes, true), packed: { file } },
      what: 'Records of one topic and one day (UTC) as Parquet.',
    })
  })
  return {
    add: (row) => files.add(row),
    finish: async () => {
      await files.finish()
      return parts
    },
  }
}
