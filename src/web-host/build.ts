import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Builds the window's pages in a checkout where they are missing or older than their sources. What is installed has them. */
export async function buildWhereNeeded(root: string): Promise<void> {
  const config = join(root, 'src/renderer/vite.config.ts')
  if (!existsSync(config)) return
  const built = statSync(join(root, 'dist/renderer/index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0
  if (built > Math.max(newest(join(root, 'src/renderer')), newest(join(root, 'src/contract')))) return
  console.error('Building the window (a few seconds) …')
  const { build } = await import('vite')
  await build({ configFile: config, logLevel: 'warn' })
}

function newest(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Math.max(0, ...files.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs))
}
