import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { verifierPage } from '../../../src/evidence/package/verifier-page.ts'
import { openPage, type PageRig } from '../page-rig.ts'
import { makePackage, makeSigning, type Signing, verifyBytes, zipOf } from './maker.ts'
import { type Vector, vectors } from './vectors.ts'

/** The page in a real Chromium, from a file: address, with the network off: it says what the program says. */
let rig: PageRig
let page: Page
let folder = ''
let signing: Signing

before(async () => {
  signing = await makeSigning()
  rig = await openPage(null)
  page = rig.page
  folder = rig.folder
  for (const { name, bytes } of signing.trustFiles) await writeFile(join(folder, name), bytes)
})
after(async () => {
  await signing?.tsa?.stop()
  await rig?.close()
})

async function verdictOnPage(name: string, zip: Buffer): Promise<{ verdict: string; lead: string }> {
  const path = join(folder, `${name}.zip`)
  await writeFile(path, zip)
  if (await page.isVisible('#again')) await page.click('#again')
  await page.setInputFiles('#file', path)
  await page.waitForFunction(() => {
    const text = document.getElementById('status')?.textContent ?? ''
    return document.getElementById('result')?.hidden === false || text.startsWith('The file could not be read')
  })
  const verdict = await page.evaluate(() => document.body.dataset.verdict ?? '')
  return { verdict, lead: (await page.textContent('#lead')) ?? '' }
}

test('the page is the same bytes each time, and holds no outside reference', async () => {
  const bytes = await verifierPage()
  assert.deepEqual(bytes, await verifierPage())
  assert.ok(bytes.length < 400_000, `${bytes.length} bytes`)
  const html = bytes.toString().replace(/<script>[\s\S]*<\/script>/, '')
  assert.doesNotMatch(html, /(src|href|action)=|url\(|@import/)
  assert.match(html, /default-src 'none'/)
})

test('without a trusted key it says intact, and not who', async () => {
  const zip = await zipOf(await makePackage({}, signing), signing)
  const { verdict } = await verdictOnPage('untrusted', zip)
  assert.equal(verdict, 'indeterminate')
  assert.match((await page.textContent('#headline')) ?? '', /can’t tell who signed it/)
})

test('each vector gets the verdict and the reason that the program gives', async () => {
  const all: Vector[] = await vectors(signing)
  assert.ok(all.length >= 40, `${all.length} vectors`)
  const shown = await rig.judge(
    all.map(({ zip }) => ({ files: [{ name: 'package.zip', bytes: zip }], trust: signing.trustFiles })),
  )
  for (const [index, { name, zip }] of all.entries()) {
    const told = await verifyBytes(zip, signing.trust)
    assert.equal(shown[index]?.verdict, told.verdict, `${name}: ${told.reason}`)
    if (told.verdict !== 'passed') {
      assert.ok(shown[index]?.lead.endsWith(` ${told.reason}`), `${name}: ${shown[index]?.lead}`)
    }
  }
})

test('it works by keyboard alone, and the headline takes the focus', async () => {
  await page.bringToFront()
  if (await page.isVisible('#again')) await page.click('#again')
  else await page.focus('#file')
  const zip = await zipOf(await makePackage({}, signing), signing)
  await writeFile(join(folder, 'keyboard.zip'), zip)
  // "Check another" gives the focus to the first control, and the next one is a step away
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'file')
  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'trust')
  await page.focus('#file')
  // Chromium opens no chooser while the page is not the active one, which a busy machine may be late with: the key is pressed again.
  const chosen = page.waitForEvent('filechooser')
  let chooser: Awaited<typeof chosen> | undefined
  for (let pressed = 0; pressed < 6 && chooser === undefined; pressed++) {
    await page.focus('#file')
    await page.keyboard.press('Enter')
    chooser = await Promise.race([chosen, page.waitForTimeout(4_000).then(() => undefined)])
  }
  assert.ok(chooser, 'Enter opens the chooser')
  await chooser.setFiles(join(folder, 'keyboard.zip'))
  await page.waitForSelector('#result:not([hidden])')
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'headline')
  const next: string[] = []
  for (let i = 0; i < 3; i++) {
    await page.keyboard.press('Tab')
    next.push(await page.evaluate(() => document.activeElement?.id || (document.activeElement?.tagName ?? '')))
  }
  assert.deepEqual(
    next,
    ['SUMMARY', 'print', 'again'].map((id) => (id === 'SUMMARY' ? 'checks-total' : id)),
  )
})

test('nothing scrolls sideways at 200 % of a small screen', async () => {
  await page.setViewportSize({ width: 320, height: 600 })
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  assert.equal(wide, 0)
})

test('it asked for nothing but itself, and nothing went wrong in it', () => {
  assert.deepEqual(
    rig.requests.filter((url) => !url.startsWith('file:')),
    [],
  )
  assert.equal(rig.requests.length, 1)
  assert.deepEqual(rig.problems, [])
})
