import { open } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { CofferError } from '../../contract/errors.ts'
import { SIGNATURE_SUFFIX } from '../../contract/evidence/signing.ts'
import type { Beside } from '../../verify/report.ts'

/** Files that are read whole: reports, signatures, certificates. Packages are streamed. */
export const MAX_WHOLE_BYTES = 256 * 1024 * 1024
const MAX_PART_BYTES = 16 * 1024 * 1024

/**
 * Reads a file that was named on the command line.
 * @throws CofferError USAGE where it can't be read
 */
export async function readWhole(path: string, limit = MAX_WHOLE_BYTES): Promise<Buffer> {
  let file: Awaited<ReturnType<typeof open>>
  try {
    file = await open(path, 'r')
  } catch (cause) {
    throw unreadable(path, cause)
  }
  try {
    const { size } = await file.stat()
    if (size > limit) {
      throw new CofferError('USAGE', `expected a file of at most ${limit} bytes, got ${size} ("${path}")`)
    }
    return await file.readFile()
  } catch (cause) {
    if (cause instanceof CofferError) throw cause
    throw unreadable(path, cause)
  } finally {
    await file.close()
  }
}

export function unreadable(path: string, cause: unknown): CofferError {
  const code = (cause as NodeJS.ErrnoException).code ?? ''
  const reasons: Record<string, string> = { ENOENT: 'no such file', EISDIR: 'it is a folder', EACCES: 'not allowed' }
  return new CofferError('USAGE', `can't read "${path}": ${reasons[code] ?? (cause as Error).message}`, { cause })
}

/** The file, or null where there is none. */
async function optional(path: string): Promise<Buffer | null> {
  try {
    return await readWhole(path, MAX_PART_BYTES)
  } catch (error) {
    const code = (error as { cause?: NodeJS.ErrnoException }).cause?.code
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw error
  }
}

/**
 * What belongs to the signature of a file and lies beside it: as an archive has it (`<id>.sig` for `<id>.json`), as an
 * unpacked package has it (`report.json.sig`, `certificates/`), or with OSO's `public-key.pem`.
 * @param signature the signature's own path, where it was named
 */
export async function findBeside(path: string, signature: string | null): Promise<Beside> {
  const stems = [path, path.replace(/\.json$/, '')]
  if (signature !== null) stems.unshift(signature.replace(/\.sig(\.der)?$/, ''))
  const folder = dirname(path)
  const first = async (...paths: string[]): Promise<Buffer | null> => {
    for (const one of new Set(paths)) {
      const bytes = await optional(one)
      if (bytes !== null) return bytes
    }
    return null
  }
  const all = (suffix: string) => stems.map((stem) => `${stem}${suffix}`)
  const certificates = (name: string) => join(folder, 'certificates', name)
  const named = signature === null ? null : await readWhole(signature, MAX_PART_BYTES)
  const namedDer = signature !== null && named !== null && !isText(named)
  return {
    text: named !== null && !namedDer ? named : await first(...all(SIGNATURE_SUFFIX.text)),
    der: namedDer ? named : await first(...all(SIGNATURE_SUFFIX.der)),
    token: await first(...all(SIGNATURE_SUFFIX.token)),
    publicKey: await first(...all('.pub.pem'), certificates('public-key.pem'), join(folder, 'public-key.pem')),
    chain: await first(...all('.chain.pem'), certificates('chain.pem')),
    tsaChain: await first(...all('.tsa-chain.pem'), certificates('tsa-chain.pem')),
    crls: await first(...all('.crl.pem'), certificates('crl.pem')),
  }
}

/** OSO's text form, whatever its name is. */
export function isText(bytes: Buffer): boolean {
  return bytes.subarray(0, 11).toString('latin1') === '-----BEGIN '
}

/** Which file a signature on the command line belongs to: the one whose name it carries on. */
export function signedFileOf(signature: string, files: readonly string[]): string | null {
  const stem = signature.replace(/\.sig(\.der|\.tst)?$/, '')
  const data = files.filter((file) => !isSignatureName(file))
  return (
    data.find((file) => file === stem || file === `${stem}.json`) ?? (data.length === 1 ? (data[0] as string) : null)
  )
}

export function isSignatureName(path: string): boolean {
  return /\.sig(\.der|\.tst)?$/.test(basename(path))
}
