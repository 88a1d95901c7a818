import type { PackageFile } from '../../contract/evidence/package.ts'
import type { VerifyCheck } from '../../contract/evidence/verdict.ts'
import type { ByteSource } from '../source.ts'
import { failedCheck, grouped, quoted, Refusal } from './refusal.ts'
import type { ProofRows, RecordRows, RowStream, Trees } from './rows.ts'
import type { EntryDigests, PackageTools, Unpacked } from './tools.ts'
import type { ZipEntry } from './zip.ts'

/** Documents that are read whole; larger ones are refused. */
const MAX_DOCUMENT = 256 * 1024 * 1024

/** The files of a package. Each is read once, and on the way compared with what the index says of it. */
export class PackageFiles {
  /** Files that are not what the index says. */
  readonly failures: VerifyCheck[] = []
  /** Files whose bytes were compared, and how many bytes those are, unpacked. */
  compared = 0
  bytes = 0
  readonly #source: ByteSource
  readonly #tools: PackageTools
  readonly #entries: ReadonlyMap<string, ZipEntry>
  readonly #digests = new Map<string, EntryDigests>()
  #listed: ReadonlyMap<string, PackageFile> = new Map()

  constructor(source: ByteSource, entries: readonly ZipEntry[], tools: PackageTools) {
    this.#source = source
    this.#tools = tools
    this.#entries = new Map(entries.map((entry) => [entry.path, entry]))
  }

  /** From here on everything that is read is compared with these. */
  expect(listed: readonly PackageFile[]): void {
    this.#listed = new Map(listed.map((file) => [file.path, file]))
  }

  has(path: string): boolean {
    return this.#entries.has(path)
  }

  paths(): string[] {
    return [...this.#entries.keys()]
  }

  /** Of a file that was read to its end; null of any other. */
  sha256(path: string): string | null {
    return this.#digests.get(path)?.sha256 ?? null
  }

  /**
   * A file as a whole; null where there is none.
   * @throws Refusal where it can't be unpacked or is too large
   */
  async read(path: string): Promise<Uint8Array | null> {
    const entry = this.#entries.get(path)
    if (entry === undefined) return null
    if (entry.size > MAX_DOCUMENT) {
      throw new Refusal('LIMIT_REACHED', `${quoted(path)} has more than ${grouped(MAX_DOCUMENT)} bytes.`)
    }
    const { chunks, digests } = this.#tools.unpack(this.#source, entry)
    let bytes = new Uint8Array(Math.min(entry.size, 1024 * 1024))
    let at = 0
    // room is made for what is really there, not for what a header claims
    for await (const chunk of chunks) {
      if (at + chunk.length > bytes.length) {
        const larger = new Uint8Array(Math.min(entry.size, Math.max(at + chunk.length, bytes.length * 2)))
        larger.set(bytes.subarray(0, at))
        bytes = larger
      }
      bytes.set(chunk, at)
      at += chunk.length
    }
    this.#compare(entry, digests())
    return bytes.subarray(0, at)
  }

  /** A file piece by piece; whoever reads it to its end calls `finish`. */
  open(path: string): Unpacked {
    return this.#tools.unpack(this.#source, this.#needed(path))
  }

  /** What a file of records says, line by line; whoever reads it drains it and calls `finish`. */
  records(path: string): RowStream<RecordRows> {
    return this.#tools.records(this.#source, this.#needed(path))
  }

  /** The same of their proofs. */
  proofs(path: string, trees: Trees): RowStream<ProofRows> {
    return this.#tools.proofs(this.#source, this.#needed(path), trees)
  }

  finish(path: string, read: { digests(): EntryDigests }): void {
    this.#compare(this.#needed(path), read.digests())
  }

  #needed(path: string): ZipEntry {
    const entry = this.#entries.get(path)
    if (entry === undefined) throw new Refusal('FILE_MISSING', `${quoted(path)} is not in the package.`)
    return entry
  }

  /** Reads what nobody has read, for its digests alone. */
  async finishAll(): Promise<void> {
    for (const entry of this.#entries.values()) {
      if (this.#digests.has(entry.path)) continue
      try {
        const unpacked = this.#tools.unpack(this.#source, entry)
        for await (const _ of unpacked.chunks);
        this.#compare(entry, unpacked.digests())
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        this.failures.push(failedCheck('digest', entry.path, error.sub, error.message))
      }
    }
  }

  #compare(entry: ZipEntry, digests: EntryDigests): void {
    const { path } = entry
    if (this.#digests.has(path)) return
    this.#digests.set(path, digests)
    const listed = this.#listed.get(path)
    // in words that say what happened first: a changed file has another CRC-32 as well
    if (listed !== undefined) this.#compareListed(path, digests, listed)
    if (digests.crc32 !== entry.crc32) {
      this.failures.push(
        failedCheck(
          'digest',
          path,
          'CONTAINER_REFUSED',
          `${quoted(path)} does not have the CRC-32 that the zip states.`,
        ),
      )
    }
  }

  #compareListed(path: string, digests: EntryDigests, listed: PackageFile): void {
    this.compared++
    this.bytes += digests.size
    if (listed.sha256 !== digests.sha256) {
      const reason = `${quoted(path)} was changed: it does not have the SHA-256 that the index states.`
      this.failures.push(failedCheck('digest', path, 'HASH_FAILURE', reason))
    } else if (listed.packed_sha256 !== digests.packedSha256) {
      const reason = `${quoted(path)} was packed again: its compressed bytes do not have the SHA-256 that the index states.`
      this.failures.push(failedCheck('digest', path, 'HASH_FAILURE', reason))
    }
  }
}
