import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bundleCli } from '../src/cli/bundle.ts'
import { verifierPage } from '../src/evidence/package/verifier-page.ts'

/** The command line as it is installed, built from this checkout (`npm run build:cli`). @returns its entry */
export async function builtProgram(): Promise<string> {
  const root = join(import.meta.dirname, '..')
  const folder = join(root, 'dist/cli')
  await bundleCli(root, folder)
  await writeFile(join(folder, 'verify.html'), await verifierPage())
  return join(folder, 'coffer.js')
}
