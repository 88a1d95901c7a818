import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { runJob } from '../rig/run-job.ts'
import { axeFindings } from './axe.ts'
import { launchChromium } from './chromium.ts'
import { type TestHost, testHost } from './host.ts'
import {
  cutTablesSaySo,
  findingsInsideCells,
  noObjects,
  noProblems,
  nothingMoves,
  nothingSideways,
  pillsBySignAndWord,
  reachedByKeyboard,
  wordsInsideButtons,
} from './page-checks.ts'
import { PAGES } from './pages.ts'
import { fillWithSample, SAMPLE_ENVIRONMENT, type SampleWorld } from './sample-world.ts'
import { LOOKS, type Visitor, visitorOf } from './visitor.ts'

/**
 * Each page of the window (pages.ts), with an empty profile and with the sample archive, in a real Chromium: axe at WCAG
 * 2.2 AA in every look, 200 % zoom, the keyboard alone, less motion, verdicts without colour, and nothing that the browser
 * complains about.
 */

const ZOOMED = { width: 640, height: 400 }
const WHOLE = { width: 1280, height: 800 }
let browser: Browser
let emptyHost: TestHost
let filledHost: TestHost
let world: SampleWorld
let empty: Visitor
let filled: Visitor

before(async () => {
  browser = await launchChromium()
  emptyHost = await testHost(runJob, { PATH: process.env.PATH ?? '' })
  filledHost = await testHost(runJob, { PATH: process.env.PATH ?? '', ...SAMPLE_ENVIRONMENT })
  world = await fillWithSample(filledHost)
  empty = await visitorOf(emptyHost, browser)
  filled = await visitorOf(filledHost, browser)
})
after(async () => {
  await browser?.close()
  await emptyHost?.end()
  await filledHost?.end()
})

async function findings(visitor: Visitor, address: string): Promise<string[]> {
  const { page } = visitor
  const found: string[] = []
  const add = (where: string, lines: readonly string[]) => found.push(...lines.map((line) => `${where}: ${line}`))
  await page.setViewportSize(WHOLE)
  await visitor.go(address)
  for (const look of LOOKS) {
    await visitor.look(look)
    add(look.name, await axeFindings(page, look === LOOKS[0] ? undefined : 'colours'))
  }
  add('page', await noProblems(page))
  add('verdicts', await pillsBySignAndWord(page))
  add('less motion', await nothingMoves(page))
  add('keyboard', await reachedByKeyboard(page))
  await page.setViewportSize(ZOOMED)
  await page.waitForTimeout(100)
  add('200 % zoom', await nothingSideways(page))
  add('200 % zoom', await cutTablesSaySo(page))
  add('200 % zoom', await findingsInsideCells(page))
  add('200 % zoom', await wordsInsideButtons(page))
  add('200 % zoom', await axeFindings(page))
  add('browser', visitor.problems())
  await keep(visitor, address)
  return found
}

/** Pictures at 200 % zoom for whoever works on the pages: `COFFER_SHOTS=folder`. */
async function keep({ page }: Visitor, address: string): Promise<void> {
  const folder = process.env.COFFER_SHOTS
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  const name = `${address.replaceAll('/', '-')}-${page.url().includes(emptyHost.origin) ? 'empty' : 'filled'}`
  await page.screenshot({ path: join(folder, `${name}.png`) })
}

test('what was not put into words is named', async () => {
  const page = await browser.newPage()
  await page.setContent('<p>the lock: <b>[object Object]</b></p><p>an object of 3 [bytes]</p>')
  const [found, ...others] = await noObjects(page)
  assert.match(found ?? '', /^the lock: \[object Object\]/)
  assert.deepEqual(others, [])
  await page.close()
})

for (const { name, empty: emptyAddress, filled: filledAddress } of PAGES) {
  if (emptyAddress !== null) {
    test(`${name}, empty`, async () => {
      assert.deepEqual(await findings(empty, emptyAddress), [])
    })
  }
  if (filledAddress !== null) {
    test(`${name}, filled`, async () => {
      assert.deepEqual(await findings(filled, filledAddress(world)), [])
    })
  }
}
