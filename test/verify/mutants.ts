/** Mutants of files, always the same for the same seed. */

/** A small generator of numbers (mulberry32). @returns numbers from 0 up to 1 */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export interface Mutant {
  what: string
  bytes: Buffer
}

/**
 * One mutant: a bit or a byte changed, cut off, cut out, swapped, doubled, put in, or put at the end.
 * @param at chooses a place
 */
export function mutate(original: Buffer, random: () => number, at: () => number): Mutant {
  const below = (limit: number) => Math.floor(random() * limit)
  const copy = Buffer.from(original)
  const place = at()
  const length = 1 + below(40)
  switch (below(8)) {
    case 0:
    case 1: {
      const bit = below(8)
      copy[place] = (copy[place] as number) ^ (1 << bit)
      return { what: `bit ${bit} of byte ${place}`, bytes: copy }
    }
    case 2:
      copy[place] = below(256)
      return { what: `byte ${place} set to ${copy[place]}`, bytes: copy }
    case 3:
      return { what: `cut off at ${place}`, bytes: copy.subarray(0, place) }
    case 4:
      return {
        what: `${length} bytes cut out at ${place}`,
        bytes: Buffer.concat([copy.subarray(0, place), copy.subarray(place + length)]),
      }
    case 5: {
      const other = at()
      const taken = Buffer.from(copy.subarray(other, other + length))
      copy.copy(copy, other, place, place + taken.length)
      taken.copy(copy, place)
      return { what: `${length} bytes at ${place} and ${other} swapped`, bytes: copy.subarray(0, original.length) }
    }
    case 6:
      return {
        what: `${length} bytes at ${place} doubled`,
        bytes: Buffer.concat([
          copy.subarray(0, place + length),
          copy.subarray(place, place + length),
          copy.subarray(place + length),
        ]),
      }
    default: {
      const added = Buffer.from(Array.from({ length }, () => below(256)))
      const end = below(2) === 0 ? copy.length : place
      return {
        what: `${length} bytes put in at ${end}`,
        bytes: Buffer.concat([copy.subarray(0, end), added, copy.subarray(end)]),
      }
    }
  }
}
