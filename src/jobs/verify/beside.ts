import { open } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { CofferError } from '../../contract/errors.ts'
import { besideNames, isSignatureText } from '../../verify/beside.ts'
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
 * What belongs to the signature of a file and lies beside it.
 * @param signature the signature's own path, where it was named
 */
export async function findBeside(path: string, signature: string | null): Promise<Beside> {
  const folder = dirname(path)
  // a signature that was named may lie in another folder than its file
  const near = (name: string) => {
    const places = [join(folder, name)]
    return signature === null ? places : [join(dirname(signature), name), ...places]
  }
  const names = besideNames(basename(path), signature === null ? null : basename(signature))
  const first = async (part: keyof Beside): Promise<Buffer | null> => {
    for (const one of new Set(names[part].flatMap(near))) {
      const bytes = await optional(one)
      if (bytes !== null) return bytes
    }
    return null
  }
  const named = signature === null ? null : await readWhole(signature, MAX_PART_BYTES)
  const namedDer = named !== null && !isSignatureText(named)
  return {
    text: named !== null && !namedDer ? named : await first('text'),
    der: namedDer ? named : await first('der'),
    token: await first('token'),
    publicKey: await first('publicKey'),
    chain: await first('chain'),
    tsaChain: await first('tsaChain'),
    crls: await first('crls'),
  }
}
