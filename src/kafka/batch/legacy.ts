import { crc32 } from '@node-rs/crc32'
import { RECORD_OVERHEAD, writeBytes, writeVarint, writeVarlong } from './builder.ts'
import { Damage } from './damage.ts'
import type { Decompressor } from './decompress.ts'
import {
  type BatchHeader,
  batchSize,
  CODECS,
  type Codec,
  HEADER_BYTES,
  hex,
  LOG_OVERHEAD,
  readOffset,
} from './header.ts'
import { xxhash32 } from './xxhash32.ts'

/** A message of format 0 or 1, its key and value as places in `buf`; a length of -1 is null. */
interface Message {
  offset: number
  magic: number
  attributes: number
  /** -1 in format 0, which has none; Kafka's own clients show the same. */
  timestamp: bigint
  buf: Buffer
  keyStart: number
  keyLen: number
  valStart: number
  valLen: number
}

const CODEC_MASK = 0x07
const LOG_APPEND_TIME = 0x08
const NO_TIMESTAMP = -1n

/**
 * A message of the formats that Kafka wrote before 0.11 (0 and 1; kafka.apache.org/documentation, "Old Message Format"),
 * which may be a wrapper around compressed ones, as a batch of format 2: so nothing behind it needs to know.
 * @param header of the batch in the returned bytes; filled
 * @returns the batch, uncompressed, without a checksum: that of the message was compared
 * @throws Damage
 */
export function upgradeMessage(
  buf: Buffer,
  start: number,
  end: number,
  decompressor: Decompressor,
  header: BatchHeader,
): Buffer {
  const outer = readMessage(buf, start, end)
  const codec = CODECS[outer.attributes & CODEC_MASK]
  if (codec === undefined) throw new Damage(`compression ${outer.attributes & CODEC_MASK} is unknown`)
  const messages = codec === 'none' ? [outer] : unwrap(outer, codec, decompressor)
  const logAppendTime = outer.magic > 0 && (outer.attributes & LOG_APPEND_TIME) !== 0
  // The wrapper has the time at which the broker appended it; those inside keep what the producer wrote.
  if (logAppendTime) for (const message of messages) message.timestamp = outer.timestamp
  return asBatch(messages, logAppendTime, header)
}

function readMessage(buf: Buffer, start: number, end: number): Message {
  const offset = readOffset(buf, start)
  const magic = buf.readInt8(start + 16)
  if (magic !== 0 && magic !== 1) throw new Damage(`message format ${magic} is unknown`)
  const stored = buf.readUInt32BE(start + LOG_OVERHEAD)
  const computed = crc32(buf.subarray(start + LOG_OVERHEAD + 4, end))
  if (stored !== computed) throw new Damage(`the checksum is wrong: expected ${hex(stored)}, got ${hex(computed)}`)
  const keyAt = start + 18 + (magic === 1 ? 8 : 0)
  const keyLen = lengthAt(buf, keyAt, end)
  const valAt = keyAt + 4 + Math.max(0, keyLen)
  const valLen = lengthAt(buf, valAt, end)
  if (valAt + 4 + Math.max(0, valLen) !== end) throw new Damage("a message's parts do not add up to its length")
  return {
    offset,
    magic,
    attributes: buf.readUInt8(start + 17),
    timestamp: magic === 1 ? buf.readBigInt64BE(start + 18) : NO_TIMESTAMP,
    buf,
    keyStart: keyAt + 4,
    keyLen,
    valStart: valAt + 4,
    valLen,
  }
}

function lengthAt(buf: Buffer, at: number, end: number): number {
  if (at + 4 > end) throw new Damage('a message ends inside its header')
  const length = buf.readInt32BE(at)
  if (length < -1 || length > end - at - 4) throw new Damage('a key or value reaches beyond its message')
  return length
}

/** The messages inside. Format 0 gives them their true offsets; format 1 counts from 0, and the last one is the wrapper's. */
function unwrap(wrapper: Message, codec: Codec, decompressor: Decompressor): Message[] {
  if (wrapper.valLen < 0) throw new Damage('a compressed message has no value')
  let src = wrapper.buf
  let from = wrapper.valStart
  let to = wrapper.valStart + wrapper.valLen
  if (codec === 'lz4' && wrapper.magic === 0) {
    src = withRightChecksum(src.subarray(from, to))
    from = 0
    to = src.length
  }
  const { buf, start, end } = decompressor.unpack(codec, src, from, to)
  const messages: Message[] = []
  for (let at = start; at < end; ) {
    const size = batchSize(buf, at)
    if (size === 0 || size > end - at) throw new Damage('a compressed message is cut')
    const message = readMessage(buf, at, at + size)
    if ((message.attributes & CODEC_MASK) !== 0) throw new Damage('a compressed message holds a compressed one')
    if (message.magic !== wrapper.magic) throw new Damage(`format ${message.magic} inside of format ${wrapper.magic}`)
    messages.push(message)
    at += size
  }
  const last = messages.at(-1)
  if (last === undefined) throw new Damage('a compressed message holds none')
  const base = wrapper.magic === 0 ? 0 : wrapper.offset - last.offset
  if (base < 0 || base + last.offset !== wrapper.offset) {
    throw new Damage(`the last offset inside is ${last.offset}, expected ${wrapper.offset}`)
  }
  for (const message of messages) message.offset += base
  return messages
}

/** Kafka's LZ4 of format 0 summed the frame's magic number into the header's checksum too (KIP-57). */
function withRightChecksum(frame: Buffer): Buffer {
  const hasContentSize = ((frame[4] ?? 0) & 0x08) !== 0
  const at = 6 + (hasContentSize ? 8 : 0)
  if (at >= frame.length) throw new Damage('an lz4 frame ends inside its header')
  const mended = Buffer.from(frame)
  mended[at] = (xxhash32(mended, 4, at) >>> 8) & 0xff
  return mended
}

function asBatch(messages: readonly Message[], logAppendTime: boolean, header: BatchHeader): Buffer {
  const first = messages[0] as Message
  const size = messages.reduce((sum, { keyLen, valLen }) => sum + RECORD_OVERHEAD + keyLen + valLen + 2, HEADER_BYTES)
  const body = Buffer.allocUnsafe(size)
  let at = HEADER_BYTES
  let largest = first.timestamp
  let previous = first.offset - 1
  for (const { offset, timestamp, buf, keyStart, keyLen, valStart, valLen } of messages) {
    if (offset <= previous || offset - first.offset > 0x7fffffff) throw new Damage(`offset ${offset} is out of order`)
    previous = offset
    if (timestamp > largest) largest = timestamp
    const delta = BigInt.asIntN(64, timestamp - first.timestamp)
    const start = at + 5
    let to = start
    body[to++] = 0
    to = writeVarlong(body, to, Number(delta >> 32n), Number(delta & 0xffffffffn))
    to = writeVarint(body, to, offset - first.offset)
    to = writeBytes(body, to, buf, keyStart, keyLen)
    to = writeBytes(body, to, buf, valStart, valLen)
    const noHeaders = 0
    to = writeVarint(body, to, noHeaders)
    const lengthEnd = writeVarint(body, at, to - start)
    if (lengthEnd !== start) body.copyWithin(lengthEnd, start, to)
    at = lengthEnd + (to - start)
  }
  Object.assign(header, {
    start: 0,
    end: at,
    magic: 2,
    baseOffset: first.offset,
    lastOffset: previous,
    codec: 'none',
    logAppendTime,
    transactional: false,
    control: false,
    baseTimestampHi: Number(first.timestamp >> 32n),
    baseTimestampLo: Number(first.timestamp & 0xffffffffn),
    maxTimestampHi: Number(largest >> 32n),
    maxTimestampLo: Number(largest & 0xffffffffn),
    producerId: -1n,
    leaderEpoch: -1,
    recordCount: messages.length,
  } satisfies BatchHeader)
  return body.subarray(0, at)
}
