/**
 * Bytes somewhere: a file by its path in the program (jobs/verify), a Blob in the page. Never read as a whole, since a
 * package may be larger than memory.
 */
export interface ByteSource {
  size: number
  /** The bytes [from, to); `to` is at most `size`. Rejects where they can't be read, or are fewer than asked for. */
  read(from: number, to: number): Promise<Uint8Array>
}

export function bytesSource(bytes: Uint8Array): ByteSource {
  return { size: bytes.length, read: async (from, to) => bytes.subarray(from, to) }
}
