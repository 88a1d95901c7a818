import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { runJob } from '../../src/worker/client.ts'
import { launchChromium } from './chromium.ts'
import { type TestHost, testHost } from './host.ts'
import { nothingSideways, wordsInsideButtons } from './page-checks.ts'
import { PAGES } from './pages.ts'
import { fillWithSample, SAMPLE_ENVIRONMENT, type SampleWorld } from './sample-world.ts'
import { unmarkedTexts } from './unmarked.ts'
import { type Visitor, visitorOf } from './visitor.ts'

/**
 * Every word of the window stands in the locales: in the pseudo-locale each text is marked ⟦…⟧, and what is not marked is
 * data. And there is room for other languages' words: German at 200 % zoom.
 */

let browser: Browser
let emptyHost: TestHost
let filledHost: TestHost
let world: SampleWorld
const visitors = new Map<string, Visitor>()

before(async () => {
  browser = await launchChromium()
  emptyHost = await testHost(runJob, { PATH: process.env.PATH ?? '' })
  filledHost = await testHost(runJob, { PATH: process.env.PATH ?? '', ...SAMPLE_ENVIRONMENT })
  world = await fillWithSample(filledHost)
  for (const language of ['en-XA', 'de']) {
    visitors.set(`${language} empty`, await visitorOf(emptyHost, browser, { language }))
    visitors.set(`${language} filled`, await visitorOf(filledHost, browser, { language }))
  }
})
after(async () => {
  await browser?.close()
  await emptyHost?.end()
  await filledHost?.end()
})

const who = (language: string, profile: string): Visitor => {
  const visitor = visitors.get(`${language} ${profile}`)
  assert.ok(visitor)
  return visitor
}

for (const { name, empty, filled } of PAGES) {
  for (const profile of ['empty', 'filled']) {
    if ((profile === 'empty' ? empty : filled) === null) continue
    const address = () => (profile === 'empty' ? empty : filled?.(world)) ?? ''

    test(`${name}, ${profile}: every word stands in the locales`, async () => {
      const visitor = who('en-XA', profile)
      await visitor.page.setViewportSize({ width: 1280, height: 800 })
      await visitor.go(address())
      assert.deepEqual(await unmarkedTexts(visitor.page), [])
    })

    test(`${name}, ${profile}: German has room at 200 % zoom`, async () => {
      const visitor = who('de', profile)
      await visitor.page.setViewportSize({ width: 640, height: 400 })
      await visitor.go(address())
      assert.equal(await visitor.page.evaluate(() => document.documentElement.lang), 'de')
      assert.deepEqual([...(await nothingSideways(visitor.page)), ...(await wordsInsideButtons(visitor.page))], [])
    })
  }
}
