import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

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
