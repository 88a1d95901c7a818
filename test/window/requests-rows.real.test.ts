import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { runJob } from '../../src/worker/client.ts'
import { ID, makeArchive, START } from '../extract/support.ts'
import { launchChromium } from './chromium.ts'
import { type TestHost, testHost } from './host.ts'
import { shot } from './requests-support.ts'

/** A preview of a million rows: what is in the document, what is in memory, and how it scrolls. */

const ROWS = 1_000_000
const PER_SEGMENT = 50_000
let host: TestHost
let browser: Browser
let page: Page

before(async () => {
  host = await testHost(runJob, { PATH: process.env.PATH ?? '' })
  const folder = join(host.folder, 'archive')
  mkdirSync(folder)
  for (let at = 0; at < ROWS / PER_SEGMENT; at++) {
    const records = Array.from({ length: PER_SEGMENT }, (_, n) => {
      const offset = at * PER_SEGMENT + n
      return {
        offset,
        timestamp: START + offset,
        key: `k${offset}`,
        value: `{"n":${offset},"customer_id":"C${n % 900}"}`,
      }
    })
    await makeArchive(folder, { orders: [[records]] })
  }
  browser = await launchChromium()
  page = await browser.newPage({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' })
  page.setDefaultTimeout(60_000)
  await page.goto(host.address)
})
after(async () => {
  await browser?.close()
  await host?.end()
})

const next = () => page.getByRole('button', { name: /^Next: / }).click()
const list = () => page.getByRole('listbox', { name: 'Records' })

/** Scrolls from top to end in steps, a step a frame. @returns milliseconds of each frame */
const scrollThrough = (frames: number) =>
  page.evaluate(async (steps) => {
    const box = document.querySelector('.row-scroll')
    if (box === null) throw new Error('there is no list')
    const times: number[] = []
    let before = await new Promise<number>(requestAnimationFrame)
    for (let step = 0; step <= steps; step++) {
      box.scrollTop = ((box.scrollHeight - box.clientHeight) * step) / steps
      const now = await new Promise<number>(requestAnimationFrame)
      times.push(now - before)
      before = now
    }
    return times
  }, frames)

test('a million rows: few in the document, bounded memory, and they scroll', async () => {
  await page.goto(`${host.origin}/#/requests/new`)
  await page.getByLabel('Matter number').fill('MANY')
  await next()
  await page.getByLabel('Folder or s3:// address').fill('archive')
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await page.getByRole('radio', { name: ID }).check()
  await page.getByText(/1 of 1 record streams chosen/).waitFor()
  await next()
  await page.getByRole('slider', { name: 'From' }).waitFor()
  await next()
  await list().waitFor()
  const started = Date.now()
  for (;;) {
    await list().focus()
    await page.keyboard.press('End')
    if (await page.getByText(/The first 1,000,000 records|1,000,000 records, all there are/).isVisible()) break
    assert.ok(Date.now() - started < 400_000, 'the preview did not get to its end')
    await page.waitForTimeout(300)
  }
  const lookedMs = Date.now() - started
  const last = list().getByRole('option').last()
  await list().getByText('k999999').first().waitFor()
  assert.equal(await last.getAttribute('aria-setsize'), String(ROWS))
  await shot(page, 'rows-million')

  const times = (await scrollThrough(300)).sort((a, b) => a - b)
  const at = (part: number) => Math.round(times[Math.floor((times.length - 1) * part)] ?? 0)
  assert.ok((await list().getByRole('option').count()) < 60)
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  console.log(
    `looked through ${ROWS} records in ${lookedMs} ms; frames while scrolling: median ${at(0.5)}, 95% ${at(0.95)}, longest ${at(1)} ms; heap ${Math.round(usedSize / 1e6)} MB`,
  )
  assert.ok(usedSize < 100e6, `${usedSize} bytes`)
  assert.ok(at(0.5) <= 50, `half of the frames took longer than ${at(0.5)} ms`)

  // a row in the middle is the row that it says
  await page.evaluate(() => {
    const box = document.querySelector('.row-scroll')
    if (box !== null) box.scrollTop = (box.scrollHeight - box.clientHeight) / 2
  })
  await list()
    .getByText(/^k\d+$/)
    .first()
    .waitFor()
  for (const option of await list().getByRole('option').all()) {
    const [place, text] = [await option.getAttribute('aria-posinset'), await option.textContent()]
    if (text?.includes('k')) assert.ok(text.includes(`k${Number(place) - 1}{`), `${place}: ${text}`)
  }
})
