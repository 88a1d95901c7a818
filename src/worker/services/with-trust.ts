import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ownRoots } from '../../jobs/keys/own-roots.ts'
import type { ServiceCore } from './core.ts'
import { TrustStore } from './trust-store.ts'

export interface TrustFiles {
  paths: string[]
  /** The names of this user's keys whose roots are among them. */
  keys: string[]
  remove(): Promise<void>
}

/**
 * What this user trusts, in files: the roots of their own keys, and what they have named. Every page that verifies takes
 * this, so that none answers otherwise than another. Roots are read from the key store itself: an export for each look
 * would fill the journal.
 */
export async function trustFiles(core: ServiceCore): Promise<TrustFiles> {
  const [own, named] = await Promise.all([ownRoots(core.environment()), new TrustStore(core.options.profile).list()])
  const keys = own.flatMap(({ names }) => names)
  const pems = [...new Set([...own, ...named].map(({ pem }) => pem))]
  if (pems.length === 0) return { paths: [], keys, remove: async () => {} }
  const folder = await core.files.emptyFolder()
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const files = pems.map((pem, at) => ({ path: join(folder, `trusted-${at + 1}.pem`), pem }))
    await Promise.all(files.map(({ path, pem }) => writeFile(path, pem, { mode: 0o600 })))
    return { paths: files.map(({ path }) => path), keys, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

/** Gives `use` the paths of what this user trusts; the files live as long as it works. */
export async function withTrust<T>(
  core: ServiceCore,
  use: (paths: string[], keys: readonly string[]) => Promise<T>,
): Promise<T> {
  const trust = await trustFiles(core)
  try {
    return await use(trust.paths, trust.keys)
  } finally {
    await trust.remove()
  }
}
