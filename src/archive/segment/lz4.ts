import { say } from '../../contract/said/said.ts'
import { damagedBody } from './cursor.ts'

/**
 * Decompresses a raw LZ4 block piece by piece (https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md). The
 * library would need the whole block's content in memory at once, and leaves it to the collector to give that back.
 */

/** Matches reach back at most this far. */
const WINDOW = 65_536
const PIECE = 1024 * 1024
/** Below this a loop is quicker than a call into the engine. */
const SHORT = 24

/**
 * @param size the uncompressed length that stands before the block; exactly as many bytes come out
 * @yields fresh buffers
 * @throws SEGMENT_DAMAGED
 */
export function* lz4Pieces(block: Buffer, size: number): Generator<Buffer> {
  const end = block.length
  let at = 0
  let done = 0
  let out: Buffer = Buffer.allocUnsafeSlow(WINDOW + Math.min(PIECE, size))
  let full = out.length
  let pos = WINDOW
  for (;;) {
    if (at >= end) throw damagedBody(say('segment.lz4CutOff'))
    const token = block[at++] as number
    let literals = token >>> 4
    if (literals === 15) {
      for (let more = 255; more === 255; literals += more) {
        if (at >= end) throw damagedBody(say('segment.lz4CutOff'))
        more = block[at++] as number
      }
    }
    if (at + literals > end || done + literals > size) throw damagedBody(say('segment.lz4Literals'))
    done += literals
    while (literals > 0) {
      const n = Math.min(literals, full - pos)
      if (n <= SHORT) for (let i = 0; i < n; i++) out[pos + i] = block[at + i] as number
      else block.copy(out, pos, at, at + n)
      pos += n
      at += n
      literals -= n
      if (pos === full && done - literals < size) {
        yield out.subarray(WINDOW, pos)
        out = nextPiece(out, pos, size - done + literals)
        full = out.length
        pos = WINDOW
      }
    }
    // the last sequence ends with its literals
    if (at === end) break
    if (at + 2 > end) throw damagedBody(say('segment.lz4CutOff'))
    const back = (block[at] as number) | ((block[at + 1] as number) << 8)
    at += 2
    let length = (token & 15) + 4
    if ((token & 15) === 15) {
      for (let more = 255; more === 255; length += more) {
        if (at >= end) throw damagedBody(say('segment.lz4CutOff'))
        more = block[at++] as number
      }
    }
    if (back === 0 || back > done || done + length > size) throw damagedBody(say('segment.lz4Match'))
    done += length
    while (length > 0) {
      const n = Math.min(length, full - pos)
      if (n > SHORT && back >= n) out.copyWithin(pos, pos - back, pos - back + n)
      else for (let i = 0; i < n; i++) out[pos + i] = out[pos + i - back] as number
      pos += n
      length -= n
      if (pos === full && done - length < size) {
        yield out.subarray(WINDOW, pos)
        out = nextPiece(out, pos, size - done + length)
        full = out.length
        pos = WINDOW
      }
    }
  }
  if (done !== size) throw damagedBody(say('segment.lz4Size', { expected: size, got: done }))
  if (pos > WINDOW) yield out.subarray(WINDOW, pos)
}

/** A buffer for what comes next, with what matches may reach back to before it. */
function nextPiece(before: Buffer, end: number, left: number): Buffer {
  const out = Buffer.allocUnsafeSlow(WINDOW + Math.min(PIECE, left))
  before.copy(out, 0, end - WINDOW, end)
  return out
}
