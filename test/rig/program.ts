import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'

export const ROOT = join(import.meta.dirname, '../..')

/** What `test/run.ts` hands to the test files: the folder of the program as it is installed, built from these sources. */
const BUILT_ENV = 'COFFER_TEST_PROGRAM'
export const builtFolder = process.env[BUILT_ENV]

/** What is run as `coffer`: the program as it is installed; where a file runs on its own, from its sources. */
export const PROGRAM = builtFolder === undefined ? join(ROOT, 'bin/coffer.mjs') : join(builtFolder, 'coffer.js')

/** For programs that get an environment of their own: what others of this run have compiled. */
export const COMPILED: Record<string, string> =
  process.env.NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE }

const PREFIX = 'tested-'
const KEPT_MS = 24 * 3_600_000

/**
 * Builds the program into a folder of `dist/` that is named by its content, so that it is never stale and two runs beside
 * each other don't meet. What runs of earlier days left is removed.
 * @returns what tells test files of it
 */
export async function builtProgram(): Promise<Record<string, string>> {
  const { build } = await import('esbuild')
  const { COMMAND_LINE, commandLineEntries } = await import('../../src/worker/bundle.ts')
  const { verifierPage } = await import('../../src/evidence/package/verifier-page.ts')
  const dist = join(ROOT, 'dist')
  await mkdir(dist, { recursive: true })
  const entryPoints = { ...commandLineEntries(ROOT), client: join(ROOT, 'src/worker/client.ts') }
  const { outputFiles } = await build({ ...COMMAND_LINE, entryPoints, outdir: dist, write: false })
  const files = outputFiles.map(({ path, contents }) => ({ name: relative(dist, path), contents }))
  files.push({ name: 'verify.html', contents: await verifierPage() })
  const digest = createHash('sha256')
  for (const { name, contents } of files) digest.update(`${name} ${contents.length}\n`).update(contents)
  const name = PREFIX + digest.digest('hex').slice(0, 12)
  await tidy(dist, name)
  const temporary = await mkdtemp(join(dist, `.${PREFIX}`))
  for (const file of files) await writeFile(join(temporary, file.name), file.contents)
  // one that is there already holds the same
  await rename(temporary, join(dist, name)).catch(() => rm(temporary, { recursive: true, force: true }))
  return { [BUILT_ENV]: join(dist, name) }
}

async function tidy(dist: string, kept: string): Promise<void> {
  for (const name of await readdir(dist)) {
    if (name === kept || !name.replace(/^\./, '').startsWith(PREFIX)) continue
    const path = join(dist, name)
    if (Date.now() - (await stat(path)).mtimeMs > KEPT_MS) await rm(path, { recursive: true, force: true })
  }
}
