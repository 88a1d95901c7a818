import type { CofferError } from '../../contract/errors.ts'
import { BatchCursor } from '../batch/cursor.ts'
import { Damage } from '../batch/damage.ts'
import { Decompressor } from '../batch/decompress.ts'
import { type BatchHeader, batchSize, emptyHeader, readHeader } from '../batch/header.ts'
import { upgradeMessage } from '../batch/legacy.ts'
import type { FetchAnswer } from '../protocol/fetch.ts'
import type { IsolationLevel, ReadBatch } from '../types.ts'
import { AbortedFilter } from './aborted.ts'

/** What one walk over an answer needs besides its bytes. */
export interface AnswerContext {
  isolation: IsolationLevel
  /** Makes BATCH_DAMAGED of what is wrong with the batch at `offset`. */
  damaged: (offset: number, damage: Damage) => CofferError
}

/**
 * Where the whole batches of an answer end: the offset behind the last one, and how many bytes they take. The last
 * batch of an answer may be cut, so that it has to be fetched again from its beginning.
 * @throws Damage
 */
export function wholeBatches(records: Buffer): { nextOffset: number | null; bytes: number; cutBatchBytes: number } {
  let at = 0
  let nextOffset: number | null = null
  for (;;) {
    const size = batchSize(records, at)
    if (size === 0 || size > records.length - at) return { nextOffset, bytes: at, cutBatchBytes: size }
    const baseOffset = Number(records.readBigInt64BE(at))
    const magic = records.readInt8(at + 16)
    const lastDelta = magic === 2 && size > 27 ? records.readInt32BE(at + 23) : 0
    // Its checksum is compared later; by an end before its beginning there would be nothing here, and no later.
    if (lastDelta < 0) throw new Damage(`the last offset lies ${-lastDelta} before the first`)
    nextOffset = baseOffset + 1 + lastDelta
    at += size
  }
}

/** Walks the batches of one answer. The cursor that it gives out is one object: good until the next batch is asked for. */
export class AnswerWalker {
  readonly #decompressor = new Decompressor()
  readonly #cursor = new BatchCursor(this.#decompressor)
  readonly #header: BatchHeader = emptyHeader()
  readonly #context: AnswerContext

  constructor(context: AnswerContext) {
    this.#context = context
  }

  /** @param position batches that end before it are left out */
  *batches(answer: FetchAnswer, bytes: number, position: number): Generator<ReadBatch, void, undefined> {
    const { isolation, damaged } = this.#context
    const filter = new AbortedFilter(isolation === 'read_committed' ? answer.aborted : [])
    const header = this.#header
    for (let at = 0, end = 0; at < bytes; at = end) {
      const offset = Number(answer.records.readBigInt64BE(at))
      const fail = (damage: Damage) => damaged(offset, damage)
      let records = answer.records
      try {
        readHeader(records, at, header)
        end = header.end
        if (header.magic !== 2) records = upgradeMessage(records, at, end, this.#decompressor, header)
      } catch (damage) {
        throw damage instanceof Damage ? fail(damage) : damage
      }
      const sizeInBytes = end - at
      const aborted = filter.isAborted(header)
      this.#cursor.begin(header, records, fail)
      if (header.control && this.#isAbortMarker()) {
        filter.end(header.producerId)
        this.#cursor.begin(header, records, fail)
      } else if (header.control) this.#cursor.begin(header, records, fail)
      if (header.lastOffset < position) continue
      yield {
        kind: header.control ? 'control' : aborted ? 'aborted' : 'data',
        baseOffset: header.baseOffset,
        lastOffset: header.lastOffset,
        records: this.#cursor,
        sizeInBytes,
        codec: header.codec,
        timestampType: header.logAppendTime ? 'LogAppendTime' : 'CreateTime',
        producerId: header.producerId,
        leaderEpoch: header.leaderEpoch,
        maxTimestampHi: header.maxTimestampHi,
        maxTimestampLo: header.maxTimestampLo,
      }
    }
  }

  /** A control record's key is its version (int16) and type (int16); type 0 is an abort. */
  #isAbortMarker(): boolean {
    const cursor = this.#cursor
    if (!cursor.next()) return false
    const { buf, keyStart, keyLen } = cursor.view
    return keyLen >= 4 && buf.readInt16BE(keyStart + 2) === 0
  }
}
