import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withFolderLock } from '../../src/storage/filesystem-lock.ts'
import { buildWhereNeeded } from '../../src/web-host/build.ts'
import { startWebHost, type WebHost } from '../../src/web-host/server.ts'
import type { FileLimits } from '../../src/worker/services/held-files.ts'
import { RendererFiles } from '../../src/worker/services/renderer-files.ts'
import { Services } from '../../src/worker/services/services.ts'
import type { RunJob } from '../../src/worker/services/session-jobs.ts'
import { COMPILED, PROGRAM, ROOT } from '../rig/program.ts'

export { ROOT }

/** The renderer, built into a folder of one's own. */
export async function buildRenderer(outDir: string): Promise<void> {
  const { build } = await import('vite')
  await build({ configFile: join(ROOT, 'src/renderer/vite.config.ts'), logLevel: 'error', build: { outDir } })
  if (!existsSync(join(outDir, 'index.html'))) throw new Error('vite built no page')
}

/**
 * The checkout's own pages, built where the sources are newer. Test files run side by side: they take turns, and the first
 * builds for all.
 * @returns their folder
 */
export async function builtRenderer(): Promise<string> {
  const lock = join(tmpdir(), 'coffer-test-build')
  mkdirSync(lock, { recursive: true })
  await withFolderLock(lock, () => buildWhereNeeded(ROOT))
  return join(ROOT, 'dist/renderer')
}

export interface TestHost extends WebHost {
  services: Services
  /** A temporary folder: profile and working directory. */
  folder: string
  end(): Promise<void>
}

/** The real web host over the real services, with an empty profile. */
export async function testHost(
  runJob: RunJob,
  environment: Record<string, string> = {},
  fileLimits?: FileLimits,
  /** For pictures: a version and a folder that people may see. */
  shown: { version?: string; folder?: string } = {},
): Promise<TestHost> {
  const files = await RendererFiles.in(await builtRenderer())
  const folder = shown.folder ?? mkdtempSync(join(tmpdir(), 'coffer-window-'))
  mkdirSync(folder, { recursive: true })
  const services = new Services({
    runJob,
    profile: join(folder, 'profile'),
    directory: folder,
    assets: join(ROOT, 'assets'),
    // never the tester's own keychain
    environment: { COFFER_KEY_STORE: 'file', ...environment },
    host: 'browser',
    version: shown.version ?? '0.0.0-test',
    ...(fileLimits === undefined ? {} : { fileLimits }),
  })
  const host = await startWebHost(services, files)
  return {
    get address() {
      return host.address
    },
    origin: host.origin,
    get windows() {
      return host.windows
    },
    onWindows: host.onWindows,
    close: host.close,
    services,
    folder,
    end: async () => {
      await services.close(1_000)
      await host.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The command line beside the window, with its profile and in its folder. */
export function cofferBeside(host: TestHost, args: readonly string[], environment: Record<string, string>) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...args], {
    cwd: host.folder,
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH ?? '',
      ...COMPILED,
      COFFER_PROFILE: join(host.folder, 'profile'),
      COFFER_KEY_STORE: 'file',
      ...environment,
    },
  })
  return { code: status, out: stdout, err: stderr }
}
