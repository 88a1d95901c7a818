import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BuildOptions } from 'esbuild'

/** How every host's own files are bundled. */
export const COMMON = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  logLevel: 'warning',
  legalComments: 'none',
} as const satisfies BuildOptions

/** A program of modules. Libraries are installed beside it, with their licences and what is native in them. */
export const PROGRAM = { ...COMMON, format: 'esm', packages: 'external' } as const satisfies BuildOptions

/**
 * The command line as it is installed. zod and yaml are nearly 200 files which every thread of every start would look for
 * anew, for longer than all of our own take; so these two stand in the program, a copy of what is installed beside it. An
 * alias is a path, which is no package that stays outside. yaml's is its build of modules, since esbuild can't resolve what
 * the other one requires of Node.
 */
export const COMMAND_LINE = {
  ...PROGRAM,
  splitting: true,
  alias: { zod: installed('zod'), yaml: join(installed('yaml/package.json'), '../browser/index.js') },
} as const satisfies BuildOptions

/**
 * The command line and the threads, beside each other, since whoever starts a thread looks for its file there.
 * @param root top of the checkout
 */
export function commandLineEntries(root: string): Record<string, string> {
  return {
    coffer: join(root, 'src/cli/coffer.ts'),
    thread: join(root, 'src/worker/thread.ts'),
    'verifier-thread': join(root, 'src/archive/check/verifier-thread.ts'),
    'scan-thread': join(root, 'src/jobs/extract/scan-thread.ts'),
    'unpack-thread': join(root, 'src/jobs/verify/unpack-thread.ts'),
  }
}

function installed(file: string): string {
  return fileURLToPath(import.meta.resolve(file))
}
