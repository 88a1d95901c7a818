import type { ByteSource } from '../source.ts'
import { quoted, Refusal } from './refusal.ts'
import type { EntryDigests, Unpacked } from './tools.ts'
import type { ZipEntry } from './zip.ts'

const PIECE = 512 * 1024

/** What unpacking needs: hashing, CRC-32 and raw deflate. */
export interface UnpackParts {
  sha256(): { update(data: Uint8Array): void; hex(): string }
  /** CRC-32 (IEEE) going on from `seed`, unsigned. */
  crc32(data: Uint8Array, seed: number): number
  /**
   * Inflates a raw deflate stream (RFC 1951). Rejects where it is damaged, unfinished, or followed by anything.
   * Whoever reads it may stop early: nothing is inflated far ahead of its reader.
   */
  inflate(packed: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
}

/** Reads an entry piece by piece, hashing it as it lies in the zip and as it unpacks. Never more than its stated size. */
export function unpackEntry(source: ByteSource, entry: ZipEntry, parts: UnpackParts): Unpacked {
  const packedHash = parts.sha256()
  const hash = entry.method === 0 ? packedHash : parts.sha256()
  let crc32 = 0
  let size = 0

  async function* packed(): AsyncGenerator<Uint8Array> {
    const end = entry.from + entry.packedSize
    for (let at = entry.from; at < end; at += PIECE) {
      const piece = await source.read(at, Math.min(end, at + PIECE)).catch((cause: unknown) => {
        throw new SourceUnreadable('the package could not be read', { cause })
      })
      packedHash.update(piece)
      yield piece
    }
  }
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of entry.method === 0 ? packed() : parts.inflate(packed())) {
        size += chunk.length
        if (size > entry.size) throw longer(entry)
        crc32 = parts.crc32(chunk, crc32)
        if (hash !== packedHash) hash.update(chunk)
        yield chunk
      }
    } catch (error) {
      if (error instanceof SourceUnreadable) throw error.cause
      throw error instanceof Refusal ? error : damagedStream(entry)
    }
    if (size !== entry.size)
      throw new Refusal('CONTAINER_REFUSED', `The entry ${quoted(entry.path)} is shorter than it states.`)
  }
  let done: EntryDigests | null = null
  const digests = (): EntryDigests => {
    if (done === null) {
      const sha256 = hash.hex()
      done = { size, crc32, sha256, packedSha256: hash === packedHash ? sha256 : packedHash.hex() }
    }
    return done
  }
  return { chunks: chunks(), digests }
}

/** The file itself could not be read: that is no verdict on the package. */
class SourceUnreadable extends Error {}

function damagedStream(entry: Pick<ZipEntry, 'path'>): Refusal {
  return new Refusal('CONTAINER_REFUSED', `The compressed bytes of ${quoted(entry.path)} are damaged.`)
}

function longer(entry: ZipEntry): Refusal {
  return new Refusal('CONTAINER_REFUSED', `The entry ${quoted(entry.path)} unpacks to more than it states.`)
}
