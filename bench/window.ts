import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Browser, Page, Route } from 'playwright-core'
import { runJob } from '../src/worker/client.ts'
import { fillHistory } from '../test/profile/fill.ts'
import { launchChromium } from '../test/window/chromium.ts'
import { buildRenderer, type TestHost, testHost } from '../test/window/host.ts'
import { fillWithSample, SAMPLE_ENVIRONMENT } from '../test/window/sample-world.ts'
import { median } from './measure.ts'

/**
 * `npm run bench:window`: how soon the window is there and how it moves, in a real Chromium on the real web host: size of
 * what is loaded, time to the first heading, frames while scrolling, memory. 10,000 jobs lie in a real profile's database.
 * 100,000 record streams and 1,000,000 preview rows are answered by a stand-in for those calls alone, since making such an
 * archive would take longer than the measurement; what the page does with the answers is the real thing.
 */

const TOPICS = 100_000
const JOBS = 10_000
const ROWS = 1_000_000
const OPENINGS = 5
const STEPS = 300
const STEP_PX = 240

interface Scrolled {
  /** Milliseconds from one frame to the next. */
  frames: number[]
  /** Tasks that held up the page for longer than 50 ms. */
  longTasks: number[]
  rows: number
  heapMegabytes: number
}

async function sizes(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'coffer-bundle-'))
  await buildRenderer(folder)
  const { browser, page, host } = await opened()
  const loaded = new Set<string>()
  page.on('response', (response) => loaded.add(new URL(response.url()).pathname.split('/').at(-1) ?? ''))
  await page.goto(host.address)
  await page.locator('main h1').first().waitFor()
  await page.waitForLoadState('networkidle').catch(() => {})
  await close(browser, host)
  const rows = readdirSync(join(folder, 'assets')).map((name) => {
    const bytes = readFileSync(join(folder, 'assets', name))
    const packed = name.endsWith('.woff2') ? bytes.length : gzipSync(bytes).length
    return { name, raw: bytes.length, packed, first: loaded.has(name) }
  })
  rmSync(folder, { recursive: true, force: true })
  const of = (what: string, some: typeof rows) => ({
    what,
    files: some.length,
    'raw kB': kilo(some.reduce((sum, one) => sum + one.raw, 0)),
    'gzip kB': kilo(some.reduce((sum, one) => sum + one.packed, 0)),
  })
  const kind = (end: string, some = rows) => some.filter(({ name }) => name.endsWith(end))
  const first = rows.filter((one) => one.first)
  console.log('\nBundle')
  console.table([
    of('scripts, first page', kind('.js', first)),
    of('styles, first page', kind('.css', first)),
    of('fonts, first page', kind('.woff2', first)),
    of('scripts, all', kind('.js')),
    of('styles, all', kind('.css')),
    of('fonts, all', kind('.woff2')),
  ])
  console.log('\nScripts above 10 kB')
  const large = kind('.js').filter(({ raw }) => raw > 10_000)
  console.table(
    large
      .sort((a, b) => b.raw - a.raw)
      .map(({ name, raw, packed, first: at }) => ({
        chunk: name.replace(/-[\w-]{8}\.js$/, ''),
        'raw kB': kilo(raw),
        'gzip kB': kilo(packed),
        'first page': at ? 'yes' : '',
      })),
  )
}

const kilo = (bytes: number) => Math.round(bytes / 100) / 10

async function opened(
  environment: Record<string, string> = {},
): Promise<{ browser: Browser; page: Page; host: TestHost }> {
  const host = await testHost(runJob, { PATH: process.env.PATH ?? '', ...environment })
  const browser = await launchChromium('system')
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' })
  page.setDefaultTimeout(120_000)
  return { browser, page, host }
}

async function close(browser: Browser, host: TestHost): Promise<void> {
  await browser.close()
  await host.end()
}

/** From asking for the address until the first heading is drawn, each time in a browser that has seen nothing. */
async function firstWindow(): Promise<void> {
  const times: number[] = []
  for (let n = 0; n < OPENINGS; n++) {
    const { browser, page, host } = await opened()
    const start = performance.now()
    await page.goto(host.address, { waitUntil: 'commit' })
    await page.locator('main h1').first().waitFor()
    times.push(performance.now() - start)
    await close(browser, host)
  }
  console.log('\nFirst window: from the address to the first heading, a browser with nothing in its cache')
  console.table([{ 'median ms': Math.round(median(times)), 'worst ms': Math.round(Math.max(...times)), of: OPENINGS }])
}

/** Scrolls as fast as frames come, to the end and back where the list is short. */
async function scrolled(page: Page, selector: string): Promise<Scrolled> {
  const result = await page.evaluate(
    async ({ selector: where, steps, px }) => {
      const list = document.querySelector(where)
      if (list === null) throw new Error(`nothing to scroll: ${where}`)
      const longTasks: number[] = []
      const observer = new PerformanceObserver((seen) =>
        longTasks.push(...seen.getEntries().map((one) => one.duration)),
      )
      const frames: number[] = []
      await new Promise((resolve) => setTimeout(resolve, 500))
      observer.observe({ type: 'longtask' })
      let last = await new Promise<number>(requestAnimationFrame)
      for (let n = 0; n < steps; n++) {
        // every twentieth step is a leap, as the scroll bar makes it
        list.scrollTop = n % 20 === 19 ? Math.random() * list.scrollHeight : list.scrollTop + px
        const now = await new Promise<number>(requestAnimationFrame)
        frames.push(now - last)
        last = now
      }
      observer.disconnect()
      const rows = list.querySelectorAll('[role=row], [role=option]').length
      return { frames, longTasks, rows }
    },
    { selector, steps: STEPS, px: STEP_PX },
  )
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  return { ...result, heapMegabytes: usedSize / 1e6 }
}

/** Answers some calls of the page instead of the host. */
async function standIn(page: Page, answers: Record<string, (params: never) => unknown>): Promise<void> {
  await page.route('**/rpc', async (route: Route) => {
    const { id, method, params } = route.request().postDataJSON() as { id: number; method: string; params: never }
    const answer = answers[method]
    if (answer === undefined) return route.continue()
    await route.fulfill({ json: { jsonrpc: '2.0', id, result: answer(params) } })
  })
}

async function jobs(): Promise<Scrolled> {
  const { browser, page, host } = await opened()
  await fillHistory(join(host.folder, 'profile'), JOBS, 'done')
  await page.goto(host.address)
  await page.goto(`${host.origin}/#/jobs`)
  await page.locator('.grid-scroll [role=row]').nth(5).waitFor()
  const result = await scrolled(page, '.grid-scroll')
  await close(browser, host)
  return result
}

async function topics(): Promise<Scrolled> {
  const { browser, page, host } = await opened({ ...SAMPLE_ENVIRONMENT })
  await host.services.handlers['overview.openSample'](null)
  const overview = await host.services.handlers['overview.get']({ fresh: true })
  const backup = overview.overview.places[0]?.backups[0]
  const stream = backup?.streams[0]
  if (backup === undefined || stream === undefined) throw new Error('the sample has no backup')
  backup.streams = Array.from({ length: TOPICS }, (_, at) => ({
    ...stream,
    topic: `ledger.region-${at % 40}.stream-${String(at).padStart(6, '0')}`,
    records: (at * 7_919) % 1_000_003,
  }))
  backup.streams_total = TOPICS
  await standIn(page, { 'overview.get': () => overview })
  await page.goto(host.address)
  await page.locator('.grid-scroll [role=row]').nth(5).waitFor()
  const result = await scrolled(page, '.grid-scroll')
  await close(browser, host)
  return result
}

async function previewRows(): Promise<Scrolled> {
  const { browser, page, host } = await opened({ ...SAMPLE_ENVIRONMENT })
  const { requestId } = await fillWithSample(host)
  await standIn(page, {
    'requests.openPackage': () => ({ previewId: 'A'.repeat(22) }),
    'requests.previewEnd': () => null,
    'requests.previewState': () => ({
      running: false,
      rows: ROWS,
      recordsRead: ROWS,
      recordsTotal: ROWS,
      bytesRead: 0,
      bytesTotal: null,
      segmentsTotal: null,
      complete: true,
      full: false,
      seconds: 9,
      failures: [],
      failuresTotal: 0,
      error: null,
    }),
    'requests.previewRows': ({ from, count }: { from: number; count: number }) =>
      Array.from({ length: count }, (_, n) => ({
        topic: 'ledger-payments',
        partition: (from + n) % 12,
        offset: from + n,
        timestamp: String(1_755_000_000_000 + (from + n) * 1_000),
        key: `"C${(from + n) % 977}"`,
        value: `{"payment_id":"P${from + n}","amount":"${(from + n) * 3}.00","currency":"EUR"}`,
        redacted: false,
      })),
  })
  await page.goto(host.address)
  await page.goto(`${host.origin}/#/requests/${requestId}`)
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await page.locator('.row-scroll [role=option]').nth(5).waitFor()
  const result = await scrolled(page, '.row-scroll')
  await close(browser, host)
  return result
}

function row(what: string, { frames, longTasks, rows, heapMegabytes }: Scrolled) {
  const sorted = [...frames].sort((a, b) => a - b)
  const ms = (value: number | undefined) => Math.round((value ?? 0) * 10) / 10
  return {
    what,
    'median frame ms': ms(sorted[Math.floor(sorted.length / 2)]),
    '99 % ms': ms(sorted[Math.floor(sorted.length * 0.99)]),
    'longest ms': ms(sorted.at(-1)),
    'tasks > 50 ms': longTasks.length,
    'rows in the page': rows,
    'heap MB': ms(heapMegabytes),
  }
}

console.log(
  `${cpus().length} processors, load ${loadavg()
    .map((one) => one.toFixed(1))
    .join(' ')} at the start`,
)
// `--scroll`: only that
if (!process.argv.includes('--scroll')) {
  await sizes()
  await firstWindow()
}
const figures = [
  row(`${TOPICS.toLocaleString('en')} record streams (overview; stand-in answer)`, await topics()),
  row(`${JOBS.toLocaleString('en')} jobs (real database)`, await jobs()),
  row(`${ROWS.toLocaleString('en')} preview rows (stand-in answers)`, await previewRows()),
]
console.log(`\nScrolling: ${STEPS} frames of ${STEP_PX} px, every twentieth a leap`)
console.table(figures)
console.log(
  `load ${loadavg()
    .map((one) => one.toFixed(1))
    .join(' ')} at the end`,
)
