import type { ByteSource } from '../source.ts'
import type { ProofRows, RecordRows, RowStream, Trees } from './rows.ts'
import type { ZipEntry } from './zip.ts'

/**
 * What the package's check needs from where it runs: native code in the program (jobs/verify/package-tools.ts), what a
 * browser has in the page (verify/page/browser-tools.ts). What is right and what is wrong is decided in this folder.
 */
export interface PackageTools {
  /** SHA-256, lowercase hex. */
  sha256Hex(data: Uint8Array): string
  /** SHA-256 of the first `length` bytes: 32 bytes into what `buffer` made, at `at`. Called once or more for each record. */
  sha256Into(data: Uint8Array, length: number, into: Uint8Array, at: number): void
  isUtf8(data: Uint8Array): boolean
  /** A buffer on which `indexOf` of a byte is fast. */
  buffer(size: number): Uint8Array
  /** Whether both ranges hold the same bytes. */
  same(a: Uint8Array, aFrom: number, b: Uint8Array, bFrom: number, length: number): boolean
  /**
   * Decodes base64 (RFC 4648 section 4: padded, spare bits 0) into `to`, where there is room for it.
   * @returns the number of bytes, -1 where it is not exactly that
   */
  base64(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): number
  /** The uncompressed bytes of an entry in pieces, hashed on the way; at most `entry.size` of them. */
  unpack(source: ByteSource, entry: ZipEntry): Unpacked
  /** What the records say, by `readRecords` of this folder, wherever it runs. */
  records(source: ByteSource, entry: ZipEntry): RowStream<RecordRows>
  /** What the proofs say, by `readProofs`. */
  proofs(source: ByteSource, entry: ZipEntry, trees: Trees): RowStream<ProofRows>
}

export interface Unpacked {
  /** A piece is read before the next one is asked for. Throws a Refusal where the packed bytes are not what they should be. */
  chunks: AsyncIterable<Uint8Array>
  /** Of what was read; complete once `chunks` has ended. */
  digests(): EntryDigests
}

export interface EntryDigests {
  size: number
  crc32: number
  sha256: string
  packedSha256: string
}
