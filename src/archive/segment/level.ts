import { type FrameParameters, lengthOf, zstdFrame } from './zstd.ts'

/** zstd's own level 3: what "zstd 3" promises in size. */
const LIBRARY_3: FrameParameters = { level: 3 }
/**
 * Level 3 as it suits records of a kilobyte rather than files: matches of at least 6 bytes instead of 5, and a table of
 * short matches that stays in the processor's cache.
 */
const RECORDS_3: FrameParameters = { level: 3, minMatch: 6, chainLog: 14 }
/** Level 1 with matches of at least 7 bytes and a larger table: on text as small as level 3, and much faster. */
const RECORDS_1: FrameParameters = { level: 1, minMatch: 7, hashLog: 17 }
const LIBRARY_1: FrameParameters = { level: 1 }

/** The fastest first; the last is what the others are held against (measured: docs/decisions/06). */
const CANDIDATES_OF_3 = [RECORDS_3, LIBRARY_3]
const ADAPTIVE_CANDIDATES = [LIBRARY_1, RECORDS_1, RECORDS_3, LIBRARY_3]

/** How much larger than zstd's level 3 a result may be and still be taken. */
const TOLERATED = 1.005
/** A trial takes so much of a frame's content: less says too little about a whole frame of 4 MiB. */
const SAMPLE_BYTES = 1024 * 1024
/** Of smaller contents nothing is learned: zstd has other parameters for them. They are made as the library does. */
const LEARNED_FROM = 256 * 1024
/** Frames from the first trial to the second, and from each to the next after it. */
const [TRIAL_AFTER, TRIAL_EVERY] = [32, 64]

/**
 * Makes the frames of one partition: at a level of zstd, or as fast as makes the archive no larger than zstd's level 3.
 * Which parameters do that, a sample of the data tells, again and again. Give one to all the writers of a partition,
 * and what it learned is kept from segment to segment.
 */
export class FrameLevel {
  readonly #candidates: readonly FrameParameters[]
  #chosen: FrameParameters
  #choosing: Promise<void> = Promise.resolve()
  #frames = 0
  #nextTrial = 0

  /** @param level 1 to 22, or `adaptive`. Level 3 is always a level 3, by the parameters that suit the data. */
  constructor(level: number | 'adaptive') {
    this.#candidates = level === 'adaptive' ? ADAPTIVE_CANDIDATES : level === 3 ? CANDIDATES_OF_3 : [{ level }]
    this.#chosen = this.#candidates.at(-1) as FrameParameters
  }

  /** What the next frame is made with, if it is no trial. */
  get chosen(): FrameParameters {
    return this.#chosen
  }

  /** @param raw not empty @returns the frame's parts in order */
  async frame(raw: Buffer): Promise<Buffer[]> {
    if (raw.length < LEARNED_FROM) return zstdFrame(raw, this.#candidates.at(-1) as FrameParameters)
    if (this.#frames++ === this.#nextTrial && this.#candidates.length > 1) {
      this.#nextTrial += this.#nextTrial === 0 ? TRIAL_AFTER : TRIAL_EVERY
      this.#choosing = this.#choose(raw.subarray(0, SAMPLE_BYTES))
    }
    await this.#choosing
    return zstdFrame(raw, this.#chosen)
  }

  async #choose(sample: Buffer): Promise<void> {
    const reference = this.#candidates.at(-1) as FrameParameters
    const most = lengthOf(await zstdFrame(sample, reference)) * TOLERATED
    for (const candidate of this.#candidates) {
      this.#chosen = candidate
      if (candidate === reference || lengthOf(await zstdFrame(sample, candidate)) <= most) return
    }
  }
}
