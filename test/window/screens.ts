import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runJob } from '../../src/worker/client.ts'
import { launchChromium } from './chromium.ts'
import { ROOT, testHost } from './host.ts'
import { fillWithLife, type LiveWorld } from './live-world.ts'
import { PAGES } from './pages.ts'
import { fillWithSample, SAMPLE_ENVIRONMENT } from './sample-world.ts'
import { smallPng } from './small-png.ts'
import { LOOKS, visitorOf } from './visitor.ts'

/** Buttons, in every language, to the step of a wizard that shows most of it. */
const STEPS: Readonly<Record<string, readonly RegExp[]>> = { 'request-extract': [/^(Window|Zeitraum)/, /^August/] }

/**
 * `npm run screens`: a picture of every page (pages.ts) in both themes, into docs/screens/: of a firm at work (live-world.ts)
 * where a page tells how things stand, else filled with the sample archive and what was done with it. `--page NAME` makes
 * those of one page, `--language de` makes them in German, `--output FOLDER` puts them elsewhere.
 */
const LIVE: Readonly<Record<string, (world: LiveWorld) => string>> = {
  overview: () => '/',
  backups: () => '/backups',
  plan: ({ planId }) => `/backups/plans/${planId}`,
  schedules: () => '/backups/schedules',
  restore: () => '/restore',
  jobs: () => '/jobs',
  job: ({ jobId }) => `/jobs/${jobId}`,
  connections: () => '/connections',
}

const { values } = parseArgs({
  options: {
    page: { type: 'string' },
    language: { type: 'string', default: 'en' },
    output: { type: 'string', default: join(ROOT, 'docs/screens') },
  },
})
const pages = PAGES.filter(({ name }) => values.page === undefined || name === values.page)
if (pages.length === 0) throw new Error(`expected a page of test/window/pages.ts, got "${values.page}"`)

mkdirSync(values.output, { recursive: true })
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
const path = { PATH: process.env.PATH ?? '' }
const environment = { ...path, USER: 'jane', ...SAMPLE_ENVIRONMENT }
const place = { version, folder: join(tmpdir(), 'example-bank') }
const firmFolder = join(tmpdir(), 'example-firm')
for (const folder of [place.folder, firmFolder]) rmSync(folder, { recursive: true, force: true })
const host = await testHost(runJob, environment, undefined, place)
const empty = await testHost(runJob, path, undefined, { version })
const firm = await testHost(runJob, environment, undefined, { version, folder: firmFolder })
const browser = await launchChromium('system')
const world = await fillWithSample(host)
const live = pages.some(({ name }) => name in LIVE) ? await fillWithLife(firm) : null
const { language } = values
const visitors = {
  filled: await visitorOf(host, browser, { language }),
  live: await visitorOf(firm, browser, { language }),
  empty: await visitorOf(empty, browser, { language }),
}
// a headless browser refuses what others ask their user for
for (const { page } of Object.values(visitors)) {
  await page.evaluate(() => Object.defineProperty(Notification, 'permission', { value: 'default' }))
}
let total = 0
const shoot = async (name: string, state: keyof typeof visitors, address: string) => {
  const visitor = visitors[state]
  await visitor.go(address)
  for (const step of STEPS[name] ?? []) {
    await visitor.page.getByRole('button', { name: step }).click()
    await visitor.page.waitForTimeout(1_500)
  }
  await visitor.page.mouse.move(0, 0)
  for (const look of LOOKS.slice(0, 2)) {
    await visitor.look(look)
    await visitor.page.waitForTimeout(300)
    const file = join(values.output, `${name}-${look.name}.png`)
    writeFileSync(file, smallPng(await visitor.page.screenshot()))
    total += statSync(file).size
  }
  for (const problem of visitor.problems()) console.error(`${name}: ${problem}`)
}
for (const { name, empty: emptyAddress, filled } of pages) {
  const alive = LIVE[name]
  if (alive !== undefined && live !== null) await shoot(name, 'live', alive(live))
  else if (filled !== null) await shoot(name, 'filled', filled(world))
  else if (emptyAddress !== null) await shoot(name, 'empty', emptyAddress)
  // what a person sees first
  if (name === 'overview') await shoot('first-run', 'empty', '/')
}
await browser.close()
await host.end()
await firm.end()
await live?.stop()
await empty.end()
console.log(`${pages.length} pages, ${Math.round(total / 1000)} kB, in ${values.output}`)
