import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { runJob } from '../../src/worker/client.ts'
import { launchChromium } from './chromium.ts'
import { type TestHost, testHost } from './host.ts'

/** Keys and settings in a real Chromium, on a machine without a keychain. */

const PASSPHRASE = 'nine-lives-of-the-archive-cat'
const problems: string[] = []
let host: TestHost
let browser: Browser
let page: Page

before(async () => {
  host = await testHost(runJob, { PATH: process.env.PATH ?? '' })
  browser = await launchChromium()
  page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' })
  page.setDefaultTimeout(60_000)
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  page.on('pageerror', (error) => problems.push(error.message))
  await page.goto(host.address)
})
after(async () => {
  await browser?.close()
  await host?.end()
})

const heading = (name: string | RegExp) => page.getByRole('heading', { name })
const button = (name: string) => page.getByRole('button', { name, exact: true })
const open = (name: string) => page.getByRole('link', { name, exact: true }).click()

test('a key is made; where no keychain answers, a passphrase is asked for and the key goes into an encrypted file', async () => {
  await open('Keys')
  await heading('There is no signing key yet').waitFor()
  await button('Make a key').click()
  await page.getByLabel('Name of the key').fill('records-2026')
  await page.getByLabel('Name of its owner').fill('Ada Doe')
  await button('Make it').click()
  await page.getByLabel('Passphrase for the keys').fill(PASSPHRASE)
  await button('Use it and go on').click()
  await heading('One key can sign').waitFor()
  await page.getByText('in an encrypted file of the profile').waitFor()
  const whole = everything(join(host.folder, 'profile'))
  assert.ok(whole.length > 0)
  assert.ok(!whole.includes(PASSPHRASE), 'the passphrase is nowhere on disk')
  assert.ok(!whole.includes('PRIVATE KEY'))
})

test('its public part is given as files', async () => {
  await button('Public part of records-2026').click()
  await page.getByText('Root certificate, for the auditor').waitFor()
  const [download] = await Promise.all([page.waitForEvent('download'), button('Save records-2026-root.pem').click()])
  assert.match(readFileSync(await download.path(), 'utf8'), /BEGIN CERTIFICATE/)
})

test('it is revoked only when its name was typed', async () => {
  await button('Revoke records-2026').click()
  const dialog = page.getByRole('dialog')
  const revoke = dialog.getByRole('button', { name: 'Revoke', exact: true })
  assert.ok(await revoke.isDisabled())
  await dialog.getByRole('combobox', { name: 'Reason' }).click()
  await page.getByRole('option', { name: 'a newer key takes its place' }).click()
  await dialog.getByLabel('Type records-2026 to confirm').fill('records-2026')
  await revoke.click()
  await heading('No key can sign').waitFor()
  await page.getByText('✕ revoked').waitFor()
})

test('what is chosen in the settings holds at once and after the window was loaded again', async () => {
  await open('Settings')
  await page.getByLabel('dark', { exact: true }).check()
  await page.waitForFunction(() => document.documentElement.dataset.mantineColorScheme === 'dark')
  await page.getByLabel('high contrast').check()
  await page.waitForFunction(() => document.documentElement.dataset.contrast === 'more')
  await page.getByLabel('Deutsch').check()
  await heading('Wie Sie es mögen').waitFor()
  await page.reload()
  await heading('Wie Sie es mögen').waitFor()
  assert.equal(await page.evaluate(() => document.documentElement.dataset.contrast), 'more')
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'de')
  await page.getByLabel('English').check()
  await heading('As you like it').waitFor()
})

test('the encrypted file for passwords is made by a passphrase, and asked for it when Coffer starts again', async () => {
  await page.getByText('In memory only').waitFor()
  await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE)
  await button('Make an encrypted file').click()
  await page.getByText('In an encrypted file, unlocked').waitFor()
  assert.ok(!everything(join(host.folder, 'profile')).includes(PASSPHRASE))
})

test('nothing was refused by the policy', () => assert.deepEqual(problems, []))

/** All bytes below a folder. */
function everything(folder: string): string {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'))
    .join('\n')
}
