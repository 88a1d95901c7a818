import { constants, createZstdCompress, type ZstdCompress } from 'node:zlib'
import { zstdFrames } from './frames.ts'

/** How a frame is made. What is not given is the level's own; zstd's manual says what each does. */
export interface FrameParameters {
  /** 1 to 22. */
  level: number
  minMatch?: number
  chainLog?: number
  hashLog?: number
}

/**
 * One zstd frame that says its content's size (RFC 8878), made in the thread pool.
 * @param raw not empty
 * @returns the frame's parts in order, as the library wrote them, without a copy
 */
export async function zstdFrame(raw: Buffer, parameters: FrameParameters): Promise<Buffer[]> {
  if (busy < AT_ONCE) busy++
  else await new Promise<void>((resolve) => waiting.push(resolve))
  try {
    const encoder = takeEncoder(parameters, windowLog(raw.length))
    const parts = await encoder.frame(raw)
    idle.push(encoder)
    if (idle.length > AT_ONCE) idle.shift()?.close()
    return parts
  } finally {
    // a place goes from hand to hand, so that nobody who comes now takes it
    const next = waiting.shift()
    if (next === undefined) busy--
    else next()
  }
}

export function lengthOf(parts: readonly Buffer[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0)
}

/** Frames made at a time: as many as libuv's pool has threads. Whatever else waits holds no encoder's memory. */
const AT_ONCE = 4
let busy = 0
const waiting: (() => void)[] = []
/** The one used last stands last. */
const idle: ZstdEncoder[] = []

function takeEncoder(parameters: FrameParameters, windowLog: number): ZstdEncoder {
  const key = keyOf(parameters, windowLog)
  const at = idle.findLastIndex((one) => one.key === key)
  return at < 0 ? new ZstdEncoder(parameters, windowLog) : (idle.splice(at, 1)[0] as ZstdEncoder)
}

function keyOf({ level, minMatch, chainLog, hashLog }: FrameParameters, windowLog: number): string {
  return [level, minMatch, chainLog, hashLog, windowLog].join(' ')
}

/** What the library writes into at a time. A frame's parts are views of it, and the next frame goes on behind them. */
const OUTPUT_BYTES = 1024 * 1024

/**
 * Makes one frame after another with the same memory: a state of its own for each frame, ten megabytes that the garbage
 * collector hears of, took a tenth of a backup's processor time.
 */
export class ZstdEncoder {
  readonly key: string
  readonly #stream: ZstdCompress
  #parts: Buffer[] = []

  constructor(parameters: FrameParameters, windowLog: number, outputBytes = OUTPUT_BYTES) {
    this.key = keyOf(parameters, windowLog)
    const { level, minMatch, chainLog, hashLog } = parameters
    this.#stream = createZstdCompress({
      chunkSize: outputBytes,
      // each write is a frame; given whole, the library knows its size and states it
      flush: constants.ZSTD_e_end,
      params: {
        [constants.ZSTD_c_compressionLevel]: level,
        [constants.ZSTD_c_windowLog]: windowLog,
        ...(minMatch === undefined ? {} : { [constants.ZSTD_c_minMatch]: minMatch }),
        ...(chainLog === undefined ? {} : { [constants.ZSTD_c_chainLog]: chainLog }),
        ...(hashLog === undefined ? {} : { [constants.ZSTD_c_hashLog]: hashLog }),
      },
    })
    this.#stream.on('data', (part: Buffer) => this.#parts.push(part))
    // Whoever writes is told by the callback; without a listener it would end the process.
    this.#stream.on('error', () => {})
  }

  /** @param raw not empty; one at a time */
  frame(raw: Buffer): Promise<Buffer[]> {
    return new Promise((resolve, reject) => {
      const deliver = () => {
        if (this.#stream.readableLength > 0) {
          setImmediate(deliver)
          return
        }
        const parts = this.#parts
        this.#parts = []
        resolve(withoutEmptyFrame(parts))
      }
      this.#stream.write(raw, (error) => (error ? reject(error) : setImmediate(deliver)))
    })
  }

  close(): void {
    this.#stream.destroy()
  }
}

const EMPTY_FRAME = Buffer.from('28b52ffd2000010000', 'hex')

/**
 * Where a frame ends exactly with the output buffer, Node asks the library for the rest, and the library takes that for
 * the next frame, of nothing. Its bytes alone don't tell it: a record may hold the same.
 */
function withoutEmptyFrame(parts: Buffer[]): Buffer[] {
  if (parts.length < 2 || parts.at(-1)?.equals(EMPTY_FRAME) !== true) return parts
  return zstdFrames(Buffer.concat(parts)).length === 1 ? parts : parts.slice(0, -1)
}

/** zstd's smallest window, and the largest that is asked for here: 8 MiB, which every decoder takes. */
const [SMALLEST_WINDOW, LARGEST_WINDOW] = [10, 23]

/**
 * A window over the whole frame. The level's own can be smaller; then the library's input buffer wraps around, and it
 * matches over two pieces of memory, which takes an eighth longer and finds less.
 */
function windowLog(bytes: number): number {
  return Math.min(LARGEST_WINDOW, Math.max(SMALLEST_WINDOW, Math.ceil(Math.log2(bytes))))
}
