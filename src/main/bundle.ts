import { join } from 'node:path'
import { build } from 'esbuild'

const COMMON = { bundle: true, platform: 'node', target: 'node24', logLevel: 'warning', legalComments: 'none' } as const

/**
 * Electron's side as it is run and packed, into dist/main.
 * @param root top of the checkout
 */
export async function bundle(root: string): Promise<void> {
  await bundleMain(root, join(root, 'dist/main'))
  await bundlePreload(root)
}

/** Main and the threads beside each other, since whoever starts a thread looks for its file there. */
export async function bundleMain(root: string, outdir: string): Promise<void> {
  await build({
    ...COMMON,
    entryPoints: {
      main: join(root, 'src/main/main.ts'),
      // The command line, for a packaged program that is started with a verb.
      coffer: join(root, 'src/cli/coffer.ts'),
      thread: join(root, 'src/worker/thread.ts'),
      'verifier-thread': join(root, 'src/archive/check/verifier-thread.ts'),
      'scan-thread': join(root, 'src/jobs/extract/scan-thread.ts'),
      'unpack-thread': join(root, 'src/jobs/verify/unpack-thread.ts'),
    },
    outdir,
    format: 'esm',
    // Native modules and their files stay what they are.
    packages: 'external',
  })
}

/** The preload as one CommonJS file, since a sandboxed one can load nothing else. */
export async function bundlePreload(root: string): Promise<void> {
  await build({
    ...COMMON,
    entryPoints: [join(root, 'src/preload/preload.ts')],
    outfile: join(root, 'dist/main/preload.cjs'),
    format: 'cjs',
    external: ['electron'],
  })
}

if (import.meta.main) await bundle(join(import.meta.dirname, '../..'))
