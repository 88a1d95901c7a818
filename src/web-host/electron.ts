import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const FETCH_TIMEOUT_MS = 5 * 60_000

/**
 * Opens the desktop application where Electron's runtime is on this machine or can be fetched.
 * @param folder of the package "electron"; null: it is not installed
 * @returns null when its window was closed again, else why there could be none
 */
export async function startElectron(
  root: string,
  profile: string,
  folder: string | null = installed(),
): Promise<string | null> {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return 'there is no display'
  if (folder === null) return 'the package "electron" is not installed'
  if (runtime(folder) === null) {
    console.error("Fetching Electron's runtime once (about 110 MB) …")
    const fetched = spawnSync(process.execPath, [join(folder, 'install.js')], {
      stdio: 'ignore',
      timeout: FETCH_TIMEOUT_MS,
    })
    if (fetched.status !== 0) return 'its runtime could not be downloaded'
  }
  const binary = runtime(folder)
  if (binary === null) return 'its runtime is not complete'
  // By its own process: a host doesn't import another one.
  const bundled = spawnSync(process.execPath, [join(root, 'src/main/bundle.ts')], { stdio: 'inherit' })
  if (bundled.status !== 0) return 'its part of Coffer could not be built'
  return run(binary, root, profile)
}

function installed(): string | null {
  try {
    return dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  } catch {
    return null
  }
}

/** The path of Electron's program, where its package has fetched it (its index.js reads the same file). */
function runtime(folder: string): string | null {
  const pathFile = join(folder, 'path.txt')
  if (!existsSync(pathFile)) return null
  const binary = join(folder, 'dist', readFileSync(pathFile, 'utf8'))
  return existsSync(binary) ? binary : null
}

function run(binary: string, root: string, profile: string): Promise<string | null> {
  return new Promise((resolve) => {
    const environment = {
      ...process.env,
      COFFER_PROFILE: profile,
      COFFER_DIRECTORY: process.env.INIT_CWD ?? process.cwd(),
    }
    const child = spawn(binary, [root], { stdio: 'inherit', env: environment })
    // Ctrl-C reaches the child too, which stops its jobs first: this process waits for it.
    process.on('SIGINT', () => {})
    child.on('error', (error) => resolve(error.message))
    child.on('exit', () => resolve(null))
  })
}
