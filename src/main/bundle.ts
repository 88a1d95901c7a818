import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { COMMON, commandLineEntries, PROGRAM } from '../worker/bundle.ts'

/**
 * Electron's side as it is run and packed, into dist/main.
 * @param root top of the checkout
 */
export async function bundle(root: string): Promise<void> {
  // electron-builder packs all that lies there, also what an earlier build left
  await rm(join(root, 'dist/main'), { recursive: true, force: true })
  await bundleMain(root, join(root, 'dist/main'))
  await bundlePreload(root)
}

/** Main and the threads beside each other, since whoever starts a thread looks for its file there. */
export async function bundleMain(root: string, outdir: string): Promise<void> {
  await build({
    ...PROGRAM,
    // The command line, for a packaged program that is started with a verb.
    entryPoints: { main: join(root, 'src/main/main.ts'), ...commandLineEntries(root) },
    outdir,
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
