import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { cached, mustRun, runTool } from '../rig/cache.ts'
import { ROOT } from '../rig/program.ts'

const SYSTEM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
/** What the package's build is made for. */
const PACKED_FOR = process.platform === 'linux' && process.arch === 'x64'

/**
 * Chromium as the package @sparticuz/chromium has it: of a pinned version, and without what nobody sees of a browser that
 * runs headless, which takes half of the processor time. Unpacked once, into the cache.
 */
async function packedChromium(): Promise<string> {
  const { devDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
  const version: string = devDependencies['@sparticuz/chromium']
  const folder = await cached(`chromium-${version}`, 'unpacking Chromium, about 200 MB', async (to) => {
    const unpack = "await (await import('@sparticuz/chromium')).default.executablePath()"
    await mustRun(process.execPath, ['--input-type=module', '-e', unpack], { cwd: ROOT, env: { TMPDIR: to } })
  })
  return join(folder, 'chromium')
}

/** Where a real Chromium lies: the system's, or the package's; the other one where that is not there or does not run. */
export async function chromiumPath(which: 'system' | 'light' = 'light'): Promise<string> {
  const system = SYSTEM.find((path) => existsSync(path))
  if (system !== undefined && (which === 'system' || !PACKED_FOR)) return system
  if (PACKED_FOR) {
    const path = await packedChromium()
    // without libraries that every desktop has, it ends at once
    if ((await runTool(path, ['--version'])).code === 0) return path
  }
  if (system === undefined) throw new Error('found no Chromium that runs: install it (Debian: apt install chromium)')
  return system
}

/** A real Chromium, headless. @param which `system` for pictures and frame rates: what people have */
export async function launchChromium(which: 'system' | 'light' = 'light'): Promise<Browser> {
  return chromium.launch({
    executablePath: await chromiumPath(which),
    headless: true,
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // Chromium's sandbox refuses to run as root.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  })
}

export interface WindowOptions extends BrowserContextOptions {
  /** What every wait may take. */
  limitMs: number
  /** Takes what the page complains of: the console's errors, and what it throws. */
  problems?: string[]
  /** Takes every answer of the host. */
  traffic?: string[]
}

/** The window at an address, once its first heading is there. */
export async function openWindow(browser: Browser, address: string, options: WindowOptions): Promise<Page> {
  const { limitMs, problems, traffic, ...look } = options
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...look })
  page.setDefaultTimeout(limitMs)
  page.on('console', (message) => message.type() === 'error' && problems?.push(message.text()))
  page.on('pageerror', (error) => problems?.push(error.message))
  if (traffic !== undefined) {
    page.on('response', async (response) => {
      if (response.url().endsWith('/rpc')) traffic.push(await response.text().catch(() => ''))
    })
  }
  await page.goto(address)
  await page.getByRole('heading').first().waitFor()
  return page
}
