import { existsSync, readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { runTool } from '../rig/cache.ts'
import type { CheckedFile } from './layers.ts'

const NOT_OURS = new Set(['node_modules', '.git', 'dist', 'coverage'])
const MAX_BYTES = 4 << 20

/** The text files of the project: what git tracks or would (nothing ignored), or all files where there is no git. */
export async function projectFiles(root: string): Promise<CheckedFile[]> {
  const files: CheckedFile[] = []
  for (const path of await paths(root)) {
    const full = join(root, path)
    // Tracked and deleted, in a checkout that is being worked on.
    if (!existsSync(full)) continue
    const bytes = readFileSync(full)
    if (bytes.length > MAX_BYTES || bytes.subarray(0, 8000).includes(0)) continue
    files.push({ path, text: bytes.toString('utf8') })
  }
  return files
}

async function paths(root: string): Promise<string[]> {
  if (existsSync(join(root, '.git'))) {
    const listed = await runTool('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root })
    if (listed.code === 0) return listed.stdout.split('\0').filter((path) => path !== '')
  }
  return walk(root, '')
}

async function walk(root: string, inside: string): Promise<string[]> {
  const found: string[] = []
  for (const entry of await readdir(join(root, inside), { withFileTypes: true })) {
    if (NOT_OURS.has(entry.name)) continue
    const path = inside === '' ? entry.name : `${inside}/${entry.name}`
    if (entry.isDirectory()) found.push(...(await walk(root, path)))
    else if (entry.isFile()) found.push(path)
  }
  return found
}
