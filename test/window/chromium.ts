import { existsSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const SYSTEM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** A real Chromium: the system's, or the one inside the package @sparticuz/chromium. */
export async function launchChromium(): Promise<Browser> {
  const system = SYSTEM.find((path) => existsSync(path))
  const packed = system === undefined ? (await import('@sparticuz/chromium')).default : undefined
  const quiet = [
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ]
  return chromium.launch({
    executablePath: system ?? (await packed?.executablePath()) ?? '',
    headless: true,
    // Chromium's sandbox refuses to run as root.
    args: [...quiet, ...(packed?.args ?? []), ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
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
