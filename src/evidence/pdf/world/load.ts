import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { type WorldFace, worldFile } from './faces.ts'

/** A face as its maker published it, unpacked. Throws where the program's own files are not whole. */
export function loadWorld(face: WorldFace): Buffer {
  const file = join(assets(), worldFile(face))
  return zstdDecompressSync(readFileSync(file))
}

/** In a checkout, in the installed package and in the application's archive the folder lies above this file, not equally far. */
function assets(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const found = join(folder, 'assets/fonts')
    if (existsSync(found)) return found
    if (dirname(folder) === folder) throw new Error('the folder assets/fonts of the program is missing')
  }
}
