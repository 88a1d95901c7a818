/**
 * What the codecs throw on bytes that can't be what they say. Only the reader knows topic, partition and offset: it
 * turns this into BATCH_DAMAGED.
 */
export class Damage extends Error {
  constructor(what: string, cause?: unknown) {
    super(what, cause === undefined ? undefined : { cause })
    this.name = 'Damage'
  }
}

/** A batch may not unpack to more than this, whatever it claims. The broker's own limit is 2 GiB for a packed batch. */
export const MAX_UNPACKED_BYTES = 1024 * 1024 * 1024
