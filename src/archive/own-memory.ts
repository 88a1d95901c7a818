/** The bytes in a buffer of their own, which can be moved to another thread. */
export function ownMemory(object: Buffer): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = object
  if (buffer instanceof ArrayBuffer && byteOffset === 0 && byteLength === buffer.byteLength) return buffer
  const copy = new ArrayBuffer(byteLength)
  object.copy(Buffer.from(copy))
  return copy
}
