/** A piece of a segment's body, written from position 1 on: byte 0 is room for the leaf hash's prefix. */
export interface Chunk {
  buf: Buffer
  /** Over the same memory: its setters are the quickest way to write integers. */
  data: DataView
  /** Position after the last byte written. */
  used: number
}

/** The first size of a chunk: a hundred partitions with a trickle each must not hold a hundred large ones. */
const SMALLEST_CHUNK = 64 * 1024
const GROWTH = 4
/** Full-sized chunks kept for the next segment instead of being given back to the system. */
const KEPT_BYTES = 32 * 1024 * 1024

const kept: Buffer[] = []

/** A chunk with room for `needed` bytes. @param full the size at which chunks are closed */
export function takeChunk(needed: number, full: number): Chunk {
  const wanted = Math.max(needed, Math.min(SMALLEST_CHUNK, full)) + 1
  const at = wanted > full / GROWTH ? kept.findIndex((buf) => buf.length === full + 1 && buf.length >= wanted) : -1
  const buf = at < 0 ? Buffer.allocUnsafeSlow(wanted) : (kept.splice(at, 1)[0] as Buffer)
  return { buf, data: new DataView(buf.buffer, buf.byteOffset, buf.length), used: 1 }
}

/** The same content in a larger chunk; `chunk` is given back. */
export function growChunk(chunk: Chunk, needed: number, full: number): Chunk {
  const grown = takeChunk(Math.min(full, Math.max(chunk.buf.length * GROWTH, chunk.used - 1 + needed)), full)
  chunk.buf.copy(grown.buf, 1, 1, chunk.used)
  grown.used = chunk.used
  giveChunk(chunk.buf, full)
  return grown
}

/** Gives a chunk's memory back. Nobody may hold a view of it. */
export function giveChunk(buf: Buffer, full: number): void {
  if (buf.length === full + 1 && (kept.length + 1) * buf.length <= KEPT_BYTES) kept.push(buf)
}
