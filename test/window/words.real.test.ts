import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { runJob } from '../rig/run-job.ts'
import { launchChromium } from './chromium.ts'
import { type TestHost, testHost } from './host.ts'
import { nothingSideways, wordsInsideButtons } from './page-checks.ts'
import { PAGES } from './pages.ts'
import { fillWithSample, SAMPLE_ENVIRONMENT, type SampleWorld } from './sample-world.ts'
import { englishTexts, openAll, unmarkedTexts } from './unmarked.ts'
import { type Visitor, visitorOf } from './visitor.ts'

/**
 * Every word of the window stands in the locales: in the pseudo-locale each text is marked ⟦…⟧, and what is not marked is
 * data. In German no sentence of the engine stays English, but for what is quoted beside its German meaning. And there is
 * room for other languages' words: German at 200 % zoom.
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
      // tall, so that tables which draw only what is seen draw all of their rows
      await visitor.page.setViewportSize({ width: 1280, height: 3000 })
      await visitor.go(address())
      await openAll(visitor.page)
      assert.deepEqual(await unmarkedTexts(visitor.page), [])
    })

    test(`${name}, ${profile}: German has room at 200 % zoom`, async () => {
      const visitor = who('de', profile)
      await visitor.page.setViewportSize({ width: 640, height: 400 })
      await visitor.go(address())
      assert.equal(await visitor.page.evaluate(() => document.documentElement.lang), 'de')
      assert.deepEqual([...(await nothingSideways(visitor.page)), ...(await wordsInsideButtons(visitor.page))], [])
      await openAll(visitor.page)
      assert.deepEqual(await englishTexts(visitor.page), [])
    })
  }
}

/** What stands behind a tab of a page, by its place among the tabs. */
const BEHIND_TABS: readonly { name: string; address(): string; tabs: number }[] = [
  {
    name: 'an archive',
    address: () => `/backups/archives/in/${world.connectionId}/${world.backupId}`,
    tabs: 5,
  },
  { name: 'a report', address: () => `/reports/${world.connectionId}/${world.reportId}`, tabs: 3 },
]

for (const { name, address, tabs } of BEHIND_TABS) {
  test(`${name}, tab by tab: every word stands in the locales, and German leaves no sentence in English`, async () => {
    for (const language of ['en-XA', 'de']) {
      const { page, go } = who(language, 'filled')
      await page.setViewportSize({ width: 1280, height: 800 })
      await go(address())
      const all = page.getByRole('tab')
      assert.equal(await all.count(), tabs)
      for (let at = 0; at < tabs; at++) {
        await all.nth(at).click()
        await page.getByRole('tabpanel').first().waitFor()
        await go(address())
        await openAll(page)
        const found = language === 'de' ? await englishTexts(page) : await unmarkedTexts(page)
        assert.deepEqual(found, [], `${language}, tab ${at + 1}`)
      }
    }
  })
}

const FRAMEWORKS = [
  'sox_itgc',
  'hipaa',
  'pci_dss',
  'soc2',
  'mifid_ii',
  'sec_17a_4',
  'fda_21_cfr_11',
  'dora',
  'iso_27001',
  'cmmc_l2',
]

test('controls: every framework, with what its controls ask and why they stand as they do', async () => {
  for (const framework of FRAMEWORKS) {
    const german = who('de', 'filled')
    // from one framework to the next nothing but the words would change
    await german.go('/controls')
    await german.go(`/controls/${framework}`)
    await openAll(german.page)
    assert.deepEqual(await englishTexts(german.page), [], framework)
    const marked = who('en-XA', 'filled')
    await marked.go('/controls')
    await marked.go(`/controls/${framework}`)
    await openAll(marked.page)
    assert.deepEqual(await unmarkedTexts(marked.page), [], framework)
  }
})
