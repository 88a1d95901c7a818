import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runJob } from '../../src/worker/client.ts'
import { launchChromium } from './chromium.ts'
import { ROOT, testHost } from './host.ts'
import { PAGES } from './pages.ts'
import { fillWithSample, SAMPLE_ENVIRONMENT } from './sample-world.ts'
import { smallPng } from './small-png.ts'
import { LOOKS, visitorOf } from './visitor.ts'

/**
 * `npm run screens`: a picture of every page (pages.ts) in both themes, filled with the sample archive and what was done
 * with it, into docs/screens/. `--page NAME` makes those of one page, `--output FOLDER` puts them elsewhere.
 */
const { values } = parseArgs({
  options: { page: { type: 'string' }, output: { type: 'string', default: join(ROOT, 'docs/screens') } },
})
const pages = PAGES.filter(({ name }) => values.page === undefined || name === values.page)
if (pages.length === 0) throw new Error(`expected a page of test/window/pages.ts, got "${values.page}"`)

mkdirSync(values.output, { recursive: true })
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
const path = { PATH: process.env.PATH ?? '' }
const environment = { ...path, USER: 'jane', ...SAMPLE_ENVIRONMENT }
const place = { version, folder: join(tmpdir(), 'example-bank') }
rmSync(place.folder, { recursive: true, force: true })
const host = await testHost(runJob, environment, undefined, place)
const empty = await testHost(runJob, path, undefined, { version })
const browser = await launchChromium('system')
const world = await fillWithSample(host)
const visitors = { filled: await visitorOf(host, browser), empty: await visitorOf(empty, browser) }
let total = 0
const shoot = async (name: string, state: keyof typeof visitors, address: string) => {
  const visitor = visitors[state]
  await visitor.go(address)
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
  if (filled !== null) await shoot(name, 'filled', filled(world))
  else if (emptyAddress !== null) await shoot(name, 'empty', emptyAddress)
  // what a person sees first
  if (name === 'overview') await shoot('first-run', 'empty', '/')
}
await browser.close()
await host.end()
await empty.end()
console.log(`${pages.length} pages, ${Math.round(total / 1000)} kB, in ${values.output}`)
