import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startWebHost, type WebHost } from '../../src/web-host/server.ts'
import type { FileLimits } from '../../src/worker/services/held-files.ts'
import { RendererFiles } from '../../src/worker/services/renderer-files.ts'
import { Services } from '../../src/worker/services/services.ts'
import type { RunJob } from '../../src/worker/services/session-jobs.ts'

export const ROOT = join(import.meta.dirname, '../..')

/** The renderer, built from the sources as they stand. Test files run side by side: each builds into its own folder. */
export async function buildRenderer(outDir: string): Promise<void> {
  const { build } = await import('vite')
  await build({ configFile: join(ROOT, 'src/renderer/vite.config.ts'), logLevel: 'error', build: { outDir } })
  if (!existsSync(join(outDir, 'index.html'))) throw new Error('vite built no page')
}

let built: Promise<RendererFiles> | undefined

/** Built once for each test process. */
function rendererFiles(): Promise<RendererFiles> {
  built ??= (async () => {
    const folder = mkdtempSync(join(tmpdir(), 'coffer-renderer-'))
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
    await buildRenderer(folder)
    return RendererFiles.in(folder)
  })()
  return built
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
): Promise<TestHost> {
  const files = await rendererFiles()
  const folder = mkdtempSync(join(tmpdir(), 'coffer-window-'))
  const services = new Services({
    runJob,
    profile: join(folder, 'profile'),
    directory: folder,
    assets: join(ROOT, 'assets'),
    // never the tester's own keychain
    environment: { COFFER_KEY_STORE: 'file', ...environment },
    host: 'browser',
    version: '0.0.0-test',
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
