import { parseArgs } from 'node:util'
import { runJob } from '../../src/worker/client.ts'
import { launchChromium } from './chromium.ts'
import { testHost } from './host.ts'

const HELP = `node test/window/screenshot.ts ADDRESS FILE.png [--dark] [--contrast] [--width N] [--language de|en-XA] [--zoom 2]

A picture of one page of the window with an empty profile, from the real host in a real browser; problems of the page go
to standard error. ADDRESS is what stands behind the "#": /connections`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dark: { type: 'boolean', default: false },
    contrast: { type: 'boolean', default: false },
    width: { type: 'string', default: '1280' },
    zoom: { type: 'string', default: '1' },
    language: { type: 'string', default: 'en' },
  },
})
const [address, file] = positionals
if (address === undefined || file === undefined) {
  console.error(HELP)
  process.exit(2)
}
const zoom = Number(values.zoom)
const host = await testHost(runJob, {})
const browser = await launchChromium('system')
const page = await browser.newPage({
  viewport: { width: Math.round(Number(values.width) / zoom), height: Math.round(800 / zoom) },
  deviceScaleFactor: zoom,
  colorScheme: values.dark ? 'dark' : 'light',
  contrast: values.contrast ? 'more' : 'no-preference',
  locale: values.language === 'de' ? 'de-DE' : 'en-GB',
})
page.on('console', (message) => message.type() === 'error' && console.error(message.text()))
page.on('pageerror', (error) => console.error(error.message))
await page.goto(host.address)
await page.goto(`${host.origin}/#${address}?language=${values.language}`)
await page.reload()
await page.getByRole('heading').first().waitFor()
await page.waitForTimeout(500)
await page.screenshot({ path: file, fullPage: true })
await browser.close()
await host.end()
