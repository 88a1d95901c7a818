import { createHash } from 'node:crypto'
import { crc32, deflateRawSync } from 'node:zlib'

/** A writer of zips that shares nothing with the project's own, and can be told to get any header wrong. */

export interface MadeEntry {
  path: string
  method: 0 | 8
  data: Buffer
  packed: Buffer
}

export function madeEntry(path: string, data: Buffer, stored = false): MadeEntry {
  const deflated = stored ? data : deflateRawSync(data, { level: 6 })
  const method = stored || deflated.length >= data.length ? 0 : 8
  return { path, method, data, packed: method === 0 ? data : deflated }
}

export function sha256(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex')
}

export interface ZipChanges {
  local?(header: Buffer, entry: MadeEntry, index: number): Buffer
  central?(header: Buffer, entry: MadeEntry, index: number): Buffer
  /** Put before the local header of an entry. */
  gap?(index: number): Buffer
  end?(record: Buffer): Buffer
  /** Order of the central directory. */
  directory?(indexes: number[]): number[]
}

export function makeZip(entries: readonly MadeEntry[], changes: ZipChanges = {}): Buffer {
  const parts: Buffer[] = []
  const central: Buffer[] = []
  let at = 0
  const push = (part: Buffer) => {
    parts.push(part)
    at += part.length
  }
  for (const [i, entry] of entries.entries()) {
    if (changes.gap !== undefined) push(changes.gap(i))
    const name = Buffer.from(entry.path)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(0x0800, 2)
    common.writeUInt16LE(entry.method, 4)
    common.writeUInt16LE(0x0021, 8)
    common.writeUInt32LE(crc32(entry.data), 10)
    common.writeUInt32LE(entry.packed.length, 14)
    common.writeUInt32LE(entry.data.length, 18)
    common.writeUInt16LE(name.length, 22)
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(at, 10)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name])
    const directory = Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), common, tail, name])
    push(changes.local?.(local, entry, i) ?? local)
    push(entry.packed)
    central.push(changes.central?.(directory, entry, i) ?? directory)
  }
  const start = at
  const order = changes.directory?.(central.map((_, i) => i)) ?? central.map((_, i) => i)
  for (const i of order) push(central[i] as Buffer)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06')
  end.writeUInt16LE(order.length, 8)
  end.writeUInt16LE(order.length, 10)
  end.writeUInt32LE(at - start, 12)
  end.writeUInt32LE(start, 16)
  push(changes.end?.(end) ?? end)
  return Buffer.concat(parts)
}
