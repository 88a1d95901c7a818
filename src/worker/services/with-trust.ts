import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ownRoots } from '../../jobs/keys/own-roots.ts'
import type { ServiceCore } from './core.ts'
import { TrustStore } from './trust-store.ts'

/**
 * Gives `use` the paths of what this user trusts: the roots of their own keys, and what they have named. The files live
 * as long as it works. Roots are read from the key store itself: an export for each look would fill the journal.
 */
export async function withTrust<T>(core: ServiceCore, use: (paths: string[]) => Promise<T>): Promise<T> {
  const [own, named] = await Promise.all([ownRoots(core.environment()), new TrustStore(core.options.profile).list()])
  const pems = [...new Set([...own, ...named].map(({ pem }) => pem))]
  if (pems.length === 0) return use([])
  const folder = await core.files.emptyFolder()
  try {
    const files = pems.map((pem, at) => ({ path: join(folder, `trusted-${at + 1}.pem`), pem }))
    await Promise.all(files.map(({ path, pem }) => writeFile(path, pem, { mode: 0o600 })))
    return await use(files.map(({ path }) => path))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
