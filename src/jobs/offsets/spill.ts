import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * A temporary file for what would otherwise grow in memory: pieces are appended and read back by their place.
 * Synchronous, since a piece is written once for many thousand runs.
 */
export class SpillFile {
  #folder: string | null = null
  #file = -1
  #end = 0

  /** @returns where the piece lies */
  append(piece: Buffer): number {
    if (this.#folder === null) {
      this.#folder = mkdtempSync(join(tmpdir(), 'coffer-offsets-'))
      this.#file = openSync(join(this.#folder, 'runs'), 'wx+', 0o600)
      // An open file lives on without its name, so that nothing is left behind by a kill. Windows removes it at the end.
      if (process.platform !== 'win32') rmSync(this.#folder, { recursive: true, force: true })
    }
    const place = this.#end
    for (let written = 0; written < piece.length; ) {
      written += writeSync(this.#file, piece, written, piece.length - written, place + written)
    }
    this.#end += piece.length
    return place
  }

  read(place: number, length: number): Buffer {
    const piece = Buffer.allocUnsafe(length)
    for (let got = 0; got < length; ) {
      const bytes = readSync(this.#file, piece, got, length - got, place + got)
      if (bytes === 0) throw new Error('the temporary file of the map of offsets is shorter than it was')
      got += bytes
    }
    return piece
  }

  close(): void {
    if (this.#folder === null) return
    closeSync(this.#file)
    rmSync(this.#folder, { recursive: true, force: true })
    this.#folder = null
  }
}
