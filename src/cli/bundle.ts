import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

/**
 * The command line as it is installed, into `outdir`: a few dozen files in place of several hundred modules, since most of
 * a short job's time was their loading, in each of its threads anew. What jobs load when they are wanted stays apart.
 * @param root top of the checkout
 */
export async function bundleCli(root: string, outdir: string): Promise<void> {
  // names of parts change with their content: those of an earlier build would stay beside them
  await rm(outdir, { recursive: true, force: true })
  await build({
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    logLevel: 'warning',
    legalComments: 'none',
    // The threads beside the program, since whoever starts one looks for its file there.
    entryPoints: {
      coffer: join(root, 'src/cli/coffer.ts'),
      thread: join(root, 'src/worker/thread.ts'),
      'verifier-thread': join(root, 'src/archive/check/verifier-thread.ts'),
      'scan-thread': join(root, 'src/jobs/extract/scan-thread.ts'),
      'unpack-thread': join(root, 'src/jobs/verify/unpack-thread.ts'),
    },
    outdir,
    // Libraries are installed beside it, with their licences and what is native in them.
    packages: 'external',
  })
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '../..')
  await bundleCli(root, join(root, 'dist/cli'))
}
