import { emptyView, type RecordView } from '../../contract/record.ts'

const OFFSET = Buffer.from('x-original-offset')
const TIMESTAMP = Buffer.from('x-original-timestamp')
const PARTITION = Buffer.from('x-source-partition')
const ADDED = OFFSET.length + TIMESTAMP.length + PARTITION.length + 8 + 8 + 4

/**
 * Gives records OSO's tracking headers, after their own: original offset and timestamp as 8 bytes and the source
 * partition as 4, little-endian. Only where the configuration asks for it: it changes users' records.
 * @returns moves one view of its own over copies of the records; a view is good until the next call
 */
export function headerAdder(): (view: RecordView, sourcePartition: number) => RecordView {
  let room = Buffer.alloc(64 * 1024)
  const out = emptyView(room)
  return (view, sourcePartition) => {
    const needed = sizeOf(view) + ADDED
    if (needed > room.length) room = Buffer.alloc(needed * 2)
    let at = 0
    const copied = (start: number, length: number): number => {
      const place = at
      if (length > 0) at += view.buf.copy(room, at, start, start + length)
      return place
    }
    out.buf = room
    out.offset = view.offset
    out.tsHi = view.tsHi
    out.tsLo = view.tsLo
    out.keyStart = copied(view.keyStart, view.keyLen)
    out.keyLen = view.keyLen
    out.valStart = copied(view.valStart, view.valLen)
    out.valLen = view.valLen
    const end = view.headerCount * 4
    for (let i = 0; i < end; i += 2) {
      out.headers[i] = copied(view.headers[i]!, view.headers[i + 1]!)
      out.headers[i + 1] = view.headers[i + 1]!
    }
    out.headerCount = view.headerCount
    const add = (name: Buffer, length: number): number => {
      const slot = out.headerCount++ * 4
      out.headers[slot] = at
      out.headers[slot + 1] = name.length
      at += name.copy(room, at)
      out.headers[slot + 2] = at
      out.headers[slot + 3] = length
      at += length
      return at - length
    }
    room.writeBigInt64LE(BigInt(view.offset), add(OFFSET, 8))
    const timestamp = add(TIMESTAMP, 8)
    room.writeUInt32LE(view.tsLo, timestamp)
    room.writeInt32LE(view.tsHi, timestamp + 4)
    room.writeInt32LE(sourcePartition, add(PARTITION, 4))
    return out
  }
}

function sizeOf(view: RecordView): number {
  let bytes = Math.max(view.keyLen, 0) + Math.max(view.valLen, 0)
  for (let i = 1; i < view.headerCount * 4; i += 2) bytes += Math.max(view.headers[i]!, 0)
  return bytes
}
