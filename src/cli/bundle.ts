import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { COMMAND_LINE, commandLineEntries } from '../worker/bundle.ts'

/**
 * The command line as it is installed, into `outdir`: a few dozen files in place of several hundred modules, since most of
 * a short job's time was their loading, in each of its threads anew. What jobs load when they are wanted stays apart.
 * @param root top of the checkout
 */
export async function bundleCli(root: string, outdir: string): Promise<void> {
  // names of parts change with their content: those of an earlier build would stay beside them
  await rm(outdir, { recursive: true, force: true })
  await build({ ...COMMAND_LINE, entryPoints: commandLineEntries(root), outdir })
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '../..')
  await bundleCli(root, join(root, 'dist/cli'))
}
