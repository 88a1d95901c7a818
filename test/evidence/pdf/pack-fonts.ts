import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { constants, zstdCompressSync } from 'node:zlib'
import { type WorldFace, worldFile } from '../../../src/evidence/pdf/world/faces.ts'

/**
 * Makes assets/fonts again: the regular weight out of Google's font packages, unchanged, packed by zstd. One weight of
 * nine is wanted, so that the packages themselves (260 MB) are no dependency. `node test/evidence/pdf/pack-fonts.ts`
 */

const PACKAGES: Readonly<Record<WorldFace, string>> = {
  chinese: 'noto-sans-sc@0.4.3',
  japanese: 'noto-sans-jp@0.4.3',
  korean: 'noto-sans-kr@0.4.3',
  arabic: 'ibm-plex-sans-arabic@0.4.2',
  hebrew: 'noto-sans-hebrew@0.4.1',
  devanagari: 'noto-sans-devanagari@0.4.1',
  thai: 'noto-sans-thai@0.4.2',
  armenian: 'noto-sans-armenian@0.4.2',
  georgian: 'noto-sans-georgian@0.4.3',
  symbols: 'noto-sans-symbols@0.4.1',
  symbols2: 'noto-sans-symbols-2@0.4.1',
  math: 'noto-sans-math@0.4.2',
  emoji: 'noto-emoji@0.4.7',
}

const target = join(import.meta.dirname, '../../../assets/fonts')
const folder = mkdtempSync(join(tmpdir(), 'coffer-fonts-'))
mkdirSync(target, { recursive: true })
const sums: string[] = []
const owners: string[] = []
let terms = ''
try {
  for (const [face, source] of Object.entries(PACKAGES) as [WorldFace, string][]) {
    const tarball = execFileSync('npm', ['pack', '--silent', `@expo-google-fonts/${source}`], {
      cwd: folder,
      encoding: 'utf8',
    })
    execFileSync('tar', ['-xzf', tarball.trim(), '--strip-components=1'], { cwd: folder })
    const file = worldFile(face).replace(/\.zst$/, '')
    const bytes = readFileSync(join(folder, '400Regular', file))
    const packed = zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 22 } })
    writeFileSync(join(target, `${file}.zst`), packed)
    sums.push(`${createHash('sha256').update(bytes).digest('hex')}  ${file}`)
    const [copyright = '', ...rest] = readFileSync(join(folder, 'LICENSE_FONT'), 'utf8').split('\n')
    owners.push(`${file} (@expo-google-fonts/${source}): ${copyright}`)
    terms = rest.join('\n')
    rmSync(join(folder, '400Regular'), { recursive: true })
    console.log(face, bytes.length, packed.length)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
writeFileSync(join(target, 'SHA256SUMS'), `${sums.join('\n')}\n`)
writeFileSync(join(target, 'OFL.txt'), `${owners.join('\n')}\n${terms}`)
