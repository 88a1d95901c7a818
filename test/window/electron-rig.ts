import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire, registerHooks } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CallName } from '../../src/contract/ipc/names.ts'
import type { Bridge } from '../../src/contract/ipc/reply.ts'
import { bundlePreload } from '../../src/main/bundle.ts'
import { app, standIn } from './electron-stand-in.ts'
import { builtRenderer, ROOT } from './host.ts'

/** The real main and the real preload, on the stand-in for Electron. Once in a process: main is a program. */

export const PRELOAD = join(ROOT, 'dist/main/preload.cjs')

export interface MainRig {
  /** A temporary folder: working directory; the profile is in it. */
  folder: string
  end(): Promise<void>
}

/** Anything that imports `electron` from now on gets the stand-in. */
export function standInForElectron() {
  return registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'electron'
        ? {
            url: new URL('./electron-stand-in.ts', import.meta.url).href,
            format: 'module-typescript',
            shortCircuit: true,
          }
        : next(specifier, context),
  })
}

/** @param args as on the program's command line @param prepare before main starts */
export async function startMain(args: string[] = [], prepare: (folder: string) => void = () => {}): Promise<MainRig> {
  const folder = mkdtempSync(join(tmpdir(), 'coffer-electron-'))
  const hooks = standInForElectron()
  process.env.COFFER_PROFILE = join(folder, 'profile')
  process.env.COFFER_DIRECTORY = folder
  // Where Linux keeps what starts at login.
  process.env.XDG_CONFIG_HOME = join(folder, 'config')
  process.argv = ['electron', ROOT, ...args]
  prepare(folder)
  await builtRenderer()
  await bundlePreload(ROOT)
  const up = Promise.race([once(standIn.told, 'shown'), once(standIn.told, 'exit')])
  await import('../../src/main/main.ts')
  await up
  assert.deepEqual(standIn.exits, [], 'main gave up')
  createRequire(import.meta.url)(PRELOAD)
  return {
    folder,
    end: async () => {
      // Quits as a user does, so that no thread of the schedules keeps the tests waiting.
      const quit = once(standIn.told, 'quit')
      if (standIn.quits === 0) {
        app.quit()
        await quit
      }
      hooks.deregister()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export const bridge = () => standIn.worlds.get('coffer') as Bridge

/** A call over the bridge that must be answered with a value. */
export async function call<T = unknown>(name: CallName, input: unknown = null): Promise<T> {
  const reply = (await bridge().calls[name](input)) as { ok: boolean; value: T; error?: unknown }
  assert.ok(reply.ok, JSON.stringify(reply.error))
  return reply.value
}

/** What main's protocol handler answers. */
export const get = (address: string, method = 'GET') => standIn.protocols.get('app')?.(new RequestAt(address, method))

/** A request whose address is kept as it is, as from a hostile page: `new Request` would resolve `..`. */
class RequestAt extends Request {
  readonly #address: string
  constructor(address: string, method: string) {
    super('http://placeholder/', { method })
    this.#address = address
  }
  override get url(): string {
    return this.#address
  }
}
