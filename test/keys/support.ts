import type { KeyObject } from 'node:crypto'
import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JobContext, KeysRequest } from '../../src/contract/jobs.ts'
import type { KeysResult } from '../../src/contract/results/keys.ts'
import { runKeys } from '../../src/jobs/keys/run.ts'
import { removeOnExit } from '../rig/child.ts'

export const PASSPHRASE = 'four words make a passphrase'

/** A folder of its own, removed at the end. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'coffer-keys-'))
  removeOnExit(folder)
  return folder
}

/** An environment with a profile in `folder`, and keys in encrypted files. */
export function fileStore(folder: string, more: Record<string, string> = {}): Record<string, string> {
  return { COFFER_PROFILE: folder, COFFER_KEY_STORE: 'file', COFFER_KEY_PASSPHRASE: PASSPHRASE, ...more }
}

/** Runs a `keys` job; what it logs is kept. */
export async function keys(
  environment: Record<string, string>,
  request: KeysRequest,
): Promise<{ exitCode: number; result: KeysResult; logged: string[] }> {
  const logged: string[] = []
  const context: JobContext = {
    signal: new AbortController().signal,
    progress: () => {},
    log: (level, message) => logged.push(`${level}: ${message}`),
  }
  const { exitCode, result } = await runKeys({ kind: 'keys', environment, ...request }, context)
  return { exitCode, result, logged }
}

export const NEW = { action: 'create', owner: null, organisation: null, algorithm: null } as const

/** Everything that would give a private key away: PKCS#8 and the bare secret number, as bytes, hex and base64. */
export function traces(key: KeyObject): Map<string, Buffer> {
  const jwk = key.export({ format: 'jwk' })
  const secret = Buffer.from(jwk.d as string, 'base64url')
  const pkcs8 = key.export({ format: 'der', type: 'pkcs8' })
  const found = new Map<string, Buffer>()
  const pem = key.export({ format: 'pem', type: 'pkcs8' }).toString()
  found.set('a line of PEM', Buffer.from(pem.split('\n')[2] as string))
  for (const [what, bytes] of [
    ['secret number', secret],
    ['PKCS#8', pkcs8],
  ] as const) {
    found.set(what, bytes)
    found.set(`${what} in hex`, Buffer.from(bytes.toString('hex')))
    found.set(`${what} in upper-case hex`, Buffer.from(bytes.toString('hex').toUpperCase()))
    for (const shift of [0, 1, 2]) {
      for (const encoding of ['base64', 'base64url'] as const) {
        // what depends on the neighbours is cut off: whatever stands before it, the middle is the same
        const text = Buffer.concat([Buffer.alloc(shift), bytes])
          .toString(encoding)
          .replace(/=+$/, '')
        found.set(`${what} in ${encoding}, shifted by ${shift}`, Buffer.from(text.slice(4, -4)))
      }
    }
  }
  return found
}

/** Which traces stand in which files below `folder`. @returns also how many files were looked through */
export async function searchFiles(
  folder: string,
  wanted: ReadonlyMap<string, Buffer>,
): Promise<{ files: number; found: string[] }> {
  const found: string[] = []
  let files = 0
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const bytes = await readFile(path)
    files++
    for (const [what, trace] of wanted) if (bytes.includes(trace)) found.push(`${path}: ${what}`)
  }
  return { files, found }
}
