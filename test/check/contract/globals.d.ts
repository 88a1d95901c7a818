/**
 * What the contract may name besides the language itself. It is type-checked without Node's types and without the DOM's
 * (the tsconfig.json beside this file), so that it means the same in a worker, in Electron and in a browser.
 */

/** Node and browsers both have it. */
interface AbortSignal {
  readonly aborted: boolean
  readonly reason: unknown
}

/** Record views hand out byte ranges of network buffers; outside Node they are plain byte arrays. */
type Buffer = Uint8Array
