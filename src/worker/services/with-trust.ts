import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ownRoots } from '../../jobs/keys/own-roots.ts'
import type { ServiceCore } from './core.ts'

/**
 * Gives `use` the paths of the certificates that this user trusts: the roots of their own keys. The files live as
 * long as it works.
 */
export async function withTrust<T>(core: ServiceCore, use: (paths: string[]) => Promise<T>): Promise<T> {
  const roots = await ownRoots(core.environment())
  if (roots.length === 0) return use([])
  const folder = await core.files.emptyFolder()
  try {
    const paths = roots.map((_, at) => join(folder, `root-${at + 1}.pem`))
    await Promise.all(roots.map(({ pem }, at) => writeFile(paths[at] as string, pem, { mode: 0o600 })))
    return await use(paths)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
