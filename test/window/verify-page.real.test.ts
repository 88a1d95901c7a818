import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { runJob } from '../rig/run-job.ts'
import { makePackage, makeSigning, type Signing, zipOf } from '../verify/package/maker.ts'
import { vectors } from '../verify/package/vectors.ts'
import { axeFindings } from './axe.ts'
import { launchChromium } from './chromium.ts'
import { ROOT, type TestHost, testHost } from './host.ts'

/** The Verify page in a real Chromium over the real web host and the real verifier, with nothing else set up. */

let host: TestHost
let browser: Browser
let context: BrowserContext
let page: Page
let signing: Signing
const problems: string[] = []
const requests: string[] = []
const file = (name: string) => join(host.folder, name)
const PICTURES = process.env.COFFER_PICTURES

before(async () => {
  host = await testHost(runJob, { COFFER_KEY_STORE: 'file' })
  signing = await makeSigning()
  const genuine = await makePackage({ redact: (record) => record.offset % 20 === 0 }, signing)
  writeFileSync(file('REG-2026-014.zip'), await zipOf(genuine, signing))
  // A time changed in one record, and the digests and the seal made anew: what somebody does who has the signer's key.
  const forged = (await vectors(signing)).find((one) => one.name === 'timestamp-changed')
  assert.ok(forged)
  writeFileSync(file('forged.zip'), forged.zip)
  for (const { name, bytes } of signing.trustFiles) writeFileSync(file(name), bytes)
  for (const name of ['valid-lt.pdf', 'covered-after-signing.pdf', 'root-a.der', 'tsa-root.der']) {
    cpSync(join(ROOT, 'test/fixtures/pdf', name), file(name))
  }
  writeFileSync(file('notes.txt'), 'no evidence of anything')
  browser = await launchChromium()
  context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 }, acceptDownloads: true })
  page = await context.newPage()
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('request', (request) => requests.push(request.url()))
  await page.goto(host.address)
  await page.goto(`${host.origin}/#/verify`)
})
after(async () => {
  await signing?.tsa?.stop()
  await browser?.close()
  await host?.end()
})

const headline = () => page.getByRole('heading', { level: 1 })
const settled = async () => {
  await page.getByRole('table').first().waitFor({ timeout: 30_000 })
  return headline().textContent()
}
const choose = async (...names: string[]) => {
  const another = page.getByRole('button', { name: 'Check another' })
  if (await another.isVisible()) await another.click()
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Choose files' }).click()
  await (await chooser).setFiles(names.map(file))
  return settled()
}
const trust = async (...names: string[]) => {
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Add a certificate or key' }).click()
  await (await chooser).setFiles(names.map(file))
}
const picture = async (name: string) => {
  if (PICTURES === undefined) return
  mkdirSync(PICTURES, { recursive: true })
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true })
}

describe('the Verify page', () => {
  test('asks for a file, and says what it is for', async () => {
    await page.getByText('Drop evidence here').waitFor()
    await page.getByText('Nobody yet.', { exact: false }).waitFor()
    await picture('verify-empty')
    const time = page.getByLabel('Time to judge for')
    await time.fill('12/31/2026')
    await page.getByRole('button', { name: 'Choose files' }).click()
    await page.getByText('Mend the time to judge for first').waitFor()
    await time.fill('')
    await page.getByText('Mend the time to judge for first').waitFor({ state: 'detached' })
  })
  test('says of intact evidence by a stranger that nobody vouches for it, and what to do', async () => {
    assert.equal(await choose('REG-2026-014.zip'), 'Intact, but nobody you trust vouches for the signer')
    await page.getByText('add it under “Whom do you trust?”', { exact: false }).first().waitFor()
    await picture('verify-unknown-signer')
  })
  test('says that it is genuine once the signer’s root is trusted, by whom and since when', async () => {
    await trust(...signing.trustFiles.map((one) => one.name))
    await page.getByText('This package is genuine and unchanged').waitFor({ timeout: 30_000 })
    const row = (name: string) => page.getByRole('row', { name })
    await row('Who signed it?').getByText('passed').waitFor()
    const today = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' }).format(
      Date.now(),
    )
    await row('Who signed it?').getByText(`since ${today}`, { exact: false }).waitFor()
    await row('Since when?').getByText('passed').waitFor()
    await row('Is anything left out?').getByText('passed').waitFor()
    await page.getByText('openssl dgst -sha256 -verify', { exact: false }).waitFor()
    await picture('verify-genuine')
  })
  test('keeps the verdict, to read and for scripts', async () => {
    const saved = async (button: string) => {
      const download = page.waitForEvent('download')
      await page.getByRole('button', { name: button }).click()
      const got = await download
      return { name: got.suggestedFilename(), text: await readFile((await got.path()) ?? '', 'utf8') }
    }
    const json = await saved('Save as JSON')
    assert.equal(json.name, 'REG-2026-014-verdict.json')
    const result = JSON.parse(json.text) as { verdict: string; files: { file: string; kind: string }[] }
    assert.equal(result.verdict, 'passed')
    assert.deepEqual(
      result.files.map((one) => [one.file, one.kind]),
      [['REG-2026-014.zip', 'package']],
    )
    const html = await saved('Save to read or print')
    assert.match(html.text, /<h2>This package is genuine and unchanged<\/h2>/)
    assert.doesNotMatch(html.text, /<script|(src|href)=/)
  })
  test('says of a forged package not to rely on it, and why', async () => {
    assert.equal(await choose('forged.zip'), 'Do not rely on this package')
    await page.getByRole('row', { name: 'Are the records from the archive?' }).getByText('failed').waitFor()
    await page.getByRole('row', { name: 'Changed afterwards?' }).getByText('failed').waitFor()
    await picture('verify-forged')
  })
  test('takes a PDF, and tells one that was covered after signing', async () => {
    await page.getByRole('button', { name: 'Check another' }).click()
    await trust('root-a.der', 'tsa-root.der')
    await page.getByText('SHA-256', { exact: false }).nth(3).waitFor()
    assert.equal(await choose('valid-lt.pdf'), 'This PDF is genuine and unchanged')
    await picture('verify-pdf')
    assert.equal(await choose('covered-after-signing.pdf'), 'Do not rely on this PDF')
    // no sign of success beside a signature that counts as nobody's
    const whose = page.getByRole('row', { name: 'Who signed it?' })
    await whose.getByText('counts as nobody').waitFor()
    assert.equal(await whose.getByText('passed').count(), 0)
  })
  test('offers no other program’s answers where there is no signature to ask about', async () => {
    await choose('notes.txt')
    await page.getByRole('button', { name: 'Save as JSON' }).waitFor()
    assert.equal(await page.getByText('openssl', { exact: false }).count(), 0)
    assert.equal(await page.getByRole('heading', { name: 'Don’t trust us' }).count(), 0)
  })
  test('takes several at once', async () => {
    assert.equal(await choose('valid-lt.pdf', 'forged.zip'), '1 of 2 files are genuine and unchanged')
  })
  test('takes a path, also of a folder, by the keyboard alone', async () => {
    await page.getByRole('button', { name: 'Check another' }).click()
    cpSync(join(ROOT, 'test/fixtures/oso'), file('archive'), { recursive: true })
    await page.getByLabel('Or its path on this computer').fill('archive/oso-ledger-zstd')
    await page.keyboard.press('Enter')
    await settled()
    const words = await headline().textContent()
    assert.match(words ?? '', /archive/i)
    await page.getByRole('button', { name: 'Check another' }).focus()
    await page.keyboard.press('Enter')
    await page.getByLabel('Or its path on this computer').fill('/no/such/file.zip')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('Can\'t read "/no/such/file.zip": there is none.').waitFor()
  })
  test('takes what is dropped', async () => {
    const base64 = readFileSync(file('valid-lt.pdf')).toString('base64')
    const transfer = await page.evaluateHandle((data) => {
      const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0))
      const transfer = new DataTransfer()
      transfer.items.add(new File([bytes], 'dropped.pdf'))
      return transfer
    }, base64)
    await page.locator('.drop').dispatchEvent('drop', { dataTransfer: transfer })
    assert.equal(await settled(), 'This PDF is genuine and unchanged')
    await page.getByText('dropped.pdf', { exact: false }).first().waitFor()
  })
  test('begins with the file that the application was opened with', async () => {
    const held = await host.services.files.hold(file('valid-lt.pdf'))
    // as a window does that is opened for it, and not the one that shows another page already
    await page.goto('about:blank')
    await page.goto(`${host.origin}/#/verify?file=${held.id}`)
    assert.equal(await settled(), 'This PDF is genuine and unchanged')
    assert.ok(page.url().endsWith('#/verify'), page.url())
  })
  test('takes trust back', async () => {
    await page
      .getByRole('button', { name: /^Remove / })
      .first()
      .click()
    await page.waitForFunction((count) => document.querySelectorAll('.trusted li').length < count, 4)
    await page.getByRole('button', { name: 'Check another' }).waitFor()
    assert.notEqual(await choose('REG-2026-014.zip'), 'This package is genuine and unchanged')
  })
  test('refuses a private key as trust', async () => {
    writeFileSync(file('private.pem'), '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n')
    await trust('private.pem')
    await page.getByRole('alert').getByText('it is a private key', { exact: false }).waitFor()
  })
  for (const scheme of ['light', 'dark'] as const) {
    test(`is accessible (WCAG 2.2 AA) with a verdict, ${scheme}`, async () => {
      await page.emulateMedia({ colorScheme: scheme })
      await choose('valid-lt.pdf')
      await page.locator('summary').first().click()
      assert.deepEqual(await axeFindings(page), [])
      await picture(`verify-${scheme}`)
    })
  }
  test('fits at 200 % zoom, nothing cut off', async () => {
    await page.setViewportSize({ width: 640, height: 450 })
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    assert.ok(wider <= 0, `${wider} px too wide`)
    await picture('verify-zoom')
  })
  test('spoke with its own host alone, and its console is quiet', () => {
    assert.deepEqual(
      requests.filter((url) => !url.startsWith(host.origin) && !url.startsWith('blob:')),
      [],
    )
    assert.deepEqual(problems, [])
  })
})
