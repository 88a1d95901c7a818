import { isCofferError } from '../../../contract/errors.ts'
import { PACKAGE_PATHS } from '../../../contract/evidence/package.ts'
import type { VerifyCheck } from '../../../contract/evidence/verdict.ts'
import { TOOL } from '../../../contract/tool.ts'
import { equalBytes } from '../../bytes.ts'
import type { PackageFiles } from '../files.ts'
import { Lines } from '../lines.ts'
import { counted, failedCheck, passedCheck, quoted, Refusal, unknownCheck } from '../refusal.ts'
import { encode } from '../scan.ts'
import type { PackageTools } from '../tools.ts'
import { ComparedFile } from './compare.ts'
import { csvHeader, csvRow } from './csv.ts'
import { datHeader, datRow, toWindows1252 } from './dat.ts'
import { ParquetParts } from './parquet.ts'
import { type FormRow, formRow } from './row.ts'

const CHECK = 'forms'
/** A cell can have four times as many characters as its bytes, and a JavaScript string has its limit. */
const MAX_LINE = 64 * 1024 * 1024

/** Each text form: what stands before the records, and one of them. */
const TEXTS: Readonly<Record<string, { head(): Uint8Array; row(row: FormRow): Uint8Array }>> = {
  [PACKAGE_PATHS.csv]: { head: () => encode(csvHeader()), row: (row) => encode(csvRow(row)) },
  [PACKAGE_PATHS.datUtf8]: { head: () => encode(`\ufeff${datHeader()}`), row: (row) => encode(datRow(row)) },
  [PACKAGE_PATHS.datWindows1252]: {
    head: () => toWindows1252(datHeader()).bytes,
    row: (row) => toWindows1252(datRow(row)).bytes,
  },
}

/** The files of a package that show its records in another form than the one that is proved, or claim to. */
export function formsOf(files: PackageFiles): string[] {
  return files.paths().filter((path) => path.startsWith('records/') && path !== PACKAGE_PATHS.records)
}

/** In which forms the records are there, by the names that a configuration has for them; `dat` is two files. */
export function formatsOf(files: PackageFiles): string[] {
  const { records, csv, datUtf8, datWindows1252, parquet } = PACKAGE_PATHS
  const is = {
    ndjson: files.has(records),
    csv: files.has(csv),
    dat: files.has(datUtf8) && files.has(datWindows1252),
    // one of the two alone is no format that there is
    'half of dat': files.has(datUtf8) !== files.has(datWindows1252),
    parquet: files.paths().some((path) => path.startsWith(parquet)),
  }
  return Object.entries(is).flatMap(([name, isThere]) => (isThere ? [name] : []))
}

/**
 * Makes the other forms of the records anew from `records.ndjson` and compares them byte by byte, so that who opens the table
 * sees what is proved. Any other file among the records fails.
 * @param createdBy the tool that the index names, which stands in every Parquet file
 * @param readable whether every line of `records.ndjson` was read, and is canonical
 */
export async function checkForms(
  files: PackageFiles,
  tools: PackageTools,
  createdBy: { name: string; version: string },
  readable: boolean,
): Promise<VerifyCheck[]> {
  const paths = formsOf(files)
  const known = paths.filter((path) => Object.hasOwn(TEXTS, path) || path.startsWith(PACKAGE_PATHS.parquet))
  const checks = paths
    .filter((path) => !known.includes(path))
    .map((path) => failedCheck(CHECK, path, 'FORM_DIFFERS', `${quoted(path)} is no form of the records that there is.`))
  if (known.length === 0) return checks
  if (!readable) {
    const reason = `${otherFiles(known.length)} under "records/" can't be compared with records that can't be read.`
    return [...checks, unknownCheck(CHECK, PACKAGE_PATHS.records, 'FORM_DIFFERS', reason)]
  }
  try {
    checks.push(...(await new FormsCheck(files, tools, createdBy, known).run()))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const line = error.sub === 'LIMIT_REACHED' ? unknownCheck : failedCheck
    checks.push(line(CHECK, PACKAGE_PATHS.records, error.sub, error.message))
  }
  if (checks.length > 0) return checks
  const reason = `${otherFiles(known.length)} under "records/" ${known.length === 1 ? 'shows' : 'show'} exactly the records of "${PACKAGE_PATHS.records}": made anew from it, ${known.length === 1 ? 'it is' : 'they are'} the same byte for byte.`
  return [passedCheck(CHECK, PACKAGE_PATHS.records, reason)]
}

class FormsCheck {
  readonly #files: PackageFiles
  readonly #tools: PackageTools
  readonly #createdBy: { name: string; version: string }
  readonly #texts: { path: string; form: (typeof TEXTS)[string]; file: ComparedFile }[]
  /** Parquet files that have not been made anew yet. */
  readonly #parquet: Set<string>
  readonly #checks: VerifyCheck[] = []

  constructor(
    files: PackageFiles,
    tools: PackageTools,
    createdBy: { name: string; version: string },
    paths: readonly string[],
  ) {
    this.#files = files
    this.#tools = tools
    this.#createdBy = createdBy
    this.#texts = paths.flatMap((path) => {
      const form = TEXTS[path]
      return form === undefined ? [] : [{ path, form, file: new ComparedFile(files.open(path), tools) }]
    })
    this.#parquet = new Set(paths.filter((path) => path.startsWith(PACKAGE_PATHS.parquet)))
  }

  /** @returns what does not agree; empty where all does */
  async run(): Promise<VerifyCheck[]> {
    try {
      await this.#compare()
    } finally {
      for (const { file } of this.#texts) await file.close()
    }
    for (const path of this.#parquet) {
      this.#checks.push(failedCheck(CHECK, path, 'FORM_DIFFERS', differs(path, 'it shows records that there are not')))
    }
    return this.#checks
  }

  async #compare(): Promise<void> {
    const parquet = this.#parquet.size === 0 ? null : this.#parquetParts()
    for (const { form, file } of this.#texts) await file.expect(form.head(), 0)
    let records = 0
    for await (const row of this.#rows()) {
      records++
      for (const { form, file } of this.#texts) if (file.difference === null) await file.expect(form.row(row), records)
      await bounded(() => parquet?.add(row))
    }
    await bounded(() => parquet?.finish())
    for (const { path, file } of this.#texts) {
      const read = await file.end(records)
      if (read !== null) this.#files.finish(path, read)
      else this.#checks.push(failedCheck(CHECK, path, 'FORM_DIFFERS', differs(path, String(file.difference))))
    }
  }

  async *#rows(): AsyncGenerator<FormRow> {
    const chunks = this.#files.open(PACKAGE_PATHS.records).chunks[Symbol.asyncIterator]()
    const lines = new Lines(PACKAGE_PATHS.records, { [Symbol.asyncIterator]: () => chunks }, this.#tools)
    try {
      do {
        while (lines.next()) {
          if (lines.end - lines.start > MAX_LINE) {
            const reason = `Record ${lines.number} has more than ${counted(MAX_LINE, 'byte')}: the other forms of the records are not compared.`
            throw new Refusal('LIMIT_REACHED', reason)
          }
          yield formRow(lines.bytes.subarray(lines.start, lines.end), this.#tools)
        }
      } while (await lines.fill())
    } finally {
      await chunks.return?.()
    }
  }

  #parquetParts() {
    const { name, version } = this.#createdBy
    return new ParquetParts(`${name} ${version}`, async (part, bytes) => {
      const path = `${PACKAGE_PATHS.parquet}${part}`
      if (!this.#parquet.delete(path)) {
        const reason = `${quoted(path)} is not in the package: the Parquet files leave out records that there are.`
        this.#checks.push(failedCheck(CHECK, path, 'FORM_DIFFERS', reason))
        return
      }
      const found = await this.#files.read(path)
      if (found !== null && equalBytes(found, bytes)) return
      this.#checks.push(this.#otherParquet(path))
    })
  }

  /** How Parquet packs the same rows is its library's choice, so that only the same version can say that they are others. */
  #otherParquet(path: string): VerifyCheck {
    const { name, version } = this.#createdBy
    if (version === TOOL.version) {
      return failedCheck(CHECK, path, 'FORM_DIFFERS', differs(path, 'it shows other records, or shows them otherwise'))
    }
    const reason = `${quoted(path)} was made by ${quoted(`${name} ${version}`)} and is not what ${TOOL.name} ${TOOL.version} makes of the same records. A verifier of that version can tell: get it by another way than this package.`
    return unknownCheck(CHECK, path, 'LIMIT_REACHED', reason)
  }
}

/** What can't be made as Parquet (too many files) can't be compared either. */
async function bounded(step: () => Promise<void> | undefined): Promise<void> {
  try {
    await step()
  } catch (error) {
    if (!isCofferError(error)) throw error
    throw new Refusal('LIMIT_REACHED', `The other forms of the records are not compared: ${error.message}.`)
  }
}

function differs(path: string, how: string): string {
  return `${quoted(path)} is not what "${PACKAGE_PATHS.records}" says: ${how}.`
}

function otherFiles(count: number): string {
  return count === 1 ? 'The other file' : `The ${counted(count, 'other file')}`
}
