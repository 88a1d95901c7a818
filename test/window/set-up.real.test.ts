import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import type { ApprovalPolicy } from '../../src/contract/approvals.ts'
import type { ApprovalsResult } from '../../src/contract/results/approvals.ts'
import type { KeysListResult } from '../../src/contract/results/keys.ts'
import { runJob } from '../rig/run-job.ts'
import { launchChromium } from './chromium.ts'
import { cofferBeside, type TestHost, testHost } from './host.ts'
import { accessible, confirmByName, keys, tabTo, type } from './requests-support.ts'

/**
 * Keys, approvals and settings by the keyboard alone, in a real Chromium, on a machine without a keychain. The command
 * line then says the same.
 */

const PASSPHRASE = 'nine-lives-of-the-archive-cat'
const problems: string[] = []
let host: TestHost
let browser: Browser
let page: Page

before(async () => {
  host = await testHost(runJob, { PATH: process.env.PATH ?? '' })
  browser = await launchChromium()
  page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' })
  page.setDefaultTimeout(20_000)
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  page.on('pageerror', (error) => problems.push(error.message))
  await page.goto(host.address)
})
after(async () => {
  await browser?.close()
  await host?.end()
})

const heading = (name: string | RegExp) => page.getByRole('heading', { name })
const coffer = (...args: string[]) => cofferBeside(host, args, { COFFER_KEY_PASSPHRASE: PASSPHRASE })
const keyList = () => JSON.parse(coffer('keys', 'list', '--json').out) as KeysListResult

/** What has the focus, in words; `body` where it was lost, so that the keyboard would begin anew at the top. */
const focus = () =>
  page.evaluate(() => {
    const element = document.activeElement as HTMLElement
    const style = getComputedStyle(element)
    const seen =
      style.outlineStyle !== 'none' || style.boxShadow !== 'none' || element.matches('[tabindex="-1"], input')
    const name = element === document.body ? 'body' : element.getAttribute('aria-label') || element.textContent || ''
    return seen ? name : `${name}, and nothing shows it`
  })

/** What is closed gives the focus back a moment after it has left the page. */
async function focused(wanted: string): Promise<void> {
  const patience = AbortSignal.timeout(3_000)
  while ((await focus()) !== wanted && !patience.aborted) await page.waitForTimeout(20)
  assert.equal(await focus(), wanted)
}

/** From one of a group of radio buttons by the arrows to another. */
async function choose(from: RegExp, wanted: string): Promise<void> {
  await tabTo(page, from)
  for (let press = 0; press < 6; press++) {
    if (await page.getByLabel(wanted, { exact: true }).isChecked()) return
    await page.keyboard.press('ArrowDown')
  }
  assert.fail(`the arrows lead to nothing called ${wanted}`)
}

/** An option of a list that opens below its field. */
async function pick(field: RegExp, wanted: string): Promise<void> {
  await keys(page, field, 'ArrowDown')
  await page.getByRole('option', { name: wanted, exact: true }).waitFor()
  const at = () => page.evaluate(() => document.querySelector('[data-combobox-selected]')?.textContent)
  for (let press = 0; press < 6 && (await at()) !== wanted; press++) await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
}

async function makeKey(name: string, owner: string): Promise<void> {
  await keys(page, /^Make a key$/, 'Enter')
  await page.getByLabel('Name of the key').waitFor()
  // the field has the focus
  await page.keyboard.type(name)
  await type(page, /^Name of its owner/, owner)
  await page.keyboard.press('Enter')
}

test('a key is made; where no keychain answers, a passphrase is asked for and the key goes into an encrypted file', async () => {
  await keys(page, /^Keys$/, 'Enter')
  await heading('There is no signing key yet').waitFor()
  await keys(page, /^Make a key$/, 'Enter')
  await keys(page, /^Cancel$/, 'Enter')
  await page.waitForFunction(() => document.activeElement?.textContent === 'Make a key')
  await makeKey('records-2026', 'Ada Doe')
  await page.getByLabel('Passphrase for the keys').waitFor()
  await page.keyboard.type(PASSPHRASE)
  await page.keyboard.press('Enter')
  await heading('One key can sign').waitFor()
  await page.getByText('in an encrypted file of the profile').waitFor()
  await page.waitForFunction(() => document.activeElement?.id === 'key-records-2026')
  const whole = everything(join(host.folder, 'profile'))
  assert.ok(whole.length > 0)
  assert.ok(!whole.includes(PASSPHRASE), 'the passphrase is nowhere on disk')
  assert.ok(!whole.includes('PRIVATE KEY'))
  await makeKey('jane-2026', 'Jane Roe')
  await heading('2 keys can sign').waitFor()
  assert.deepEqual(
    keyList().keys.map(({ name, status }) => [name, status]),
    [
      ['jane-2026', 'usable'],
      ['records-2026', 'usable'],
    ],
  )
})

test('its public part is given as files', async () => {
  await keys(page, /^Public part of records-2026$/, 'Enter')
  await page.getByText('Root certificate, for the auditor').waitFor()
  await focused('Public part of records-2026')
  const download = page.waitForEvent('download')
  await keys(page, /^Save records-2026-root.pem$/, 'Enter')
  const given = readFileSync(await (await download).path(), 'utf8')
  assert.match(given, /BEGIN CERTIFICATE/)
  assert.equal(coffer('keys', 'export-public', '--name', 'records-2026', '--output', 'public').code, 0)
  assert.equal(given, readFileSync(join(host.folder, 'public/records-2026-root.pem'), 'utf8'))
})

test('where four eyes are asked for, it is revoked only when another key has approved just that', async () => {
  const idOf = (name: string) => keyList().keys.find((one) => one.name === name)?.key_id ?? ''
  const policy: ApprovalPolicy = {
    format: 'coffer-approval-policy/1',
    require: ['keys'],
    production: [],
    people: [
      { name: 'Ada Doe', key_id: idOf('records-2026'), may: ['request'] },
      { name: 'Jane Roe', key_id: idOf('jane-2026'), may: ['approve'] },
    ],
    folder: null,
    valid_hours: 24,
  }
  // An administrator puts it there: no page does.
  writeFileSync(join(host.folder, 'profile/approval-policy.json'), JSON.stringify(policy))
  const revoke = async () => {
    await keys(page, /^Revoke records-2026$/, 'Enter')
    await confirmByName(page, 'records-2026')
  }
  await revoke()
  await page.getByText('APPROVAL_NEEDED').waitFor()
  // what to try is the form below, and no command
  await page.getByText('Ask for an approval, and have a colleague').waitFor()
  assert.equal(await page.getByText('coffer approvals request').count(), 0)
  await type(page, /^Why it is needed/, 'a newer key takes its place')
  await pick(/^Your key, to sign the request/, 'records-2026')
  assert.equal(await page.getByRole('combobox', { name: /^Your key/ }).inputValue(), 'records-2026')
  await accessible(page, 'keys-approval')
  await keys(page, /^Ask for an approval$/, 'Enter')
  await page.getByText(/The request lies in/).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await focused('Revoke records-2026')
  assert.equal(keyList().keys.find((one) => one.name === 'records-2026')?.status, 'usable')

  await keys(page, /^Approvals/, 'Enter')
  await heading('One request waits for a decision').waitFor()
  await keys(page, /^Look and decide$/, 'Enter')
  await type(page, /^Your signing key/, 'jane-2026')
  const suggested = page.getByRole('dialog').locator('datalist option')
  assert.deepEqual((await suggested.evaluateAll((all) => all.map((one) => (one as HTMLOptionElement).value))).sort(), [
    'jane-2026',
    'records-2026',
  ])
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.getByText('✓ approved').waitFor()
  await focused('Look')

  await keys(page, /^Keys$/, 'Enter')
  await heading('2 keys can sign').waitFor()
  await revoke()
  await heading('One key can sign').waitFor()
  await page.getByText('✕ revoked').waitFor()
  await page.waitForFunction(() => document.activeElement?.id === 'key-records-2026')
  assert.equal(keyList().keys.find((one) => one.name === 'records-2026')?.status, 'revoked')
  const approvals = JSON.parse(coffer('approvals', 'list', '--json').out) as ApprovalsResult
  assert.deepEqual(
    approvals.entries.map(({ state, decision }) => [state, decision?.approver.name]),
    [['used', 'Jane Roe']],
  )
})

const settings = () => host.services.handlers['settings.get'](null as never)

test('what is chosen in the settings holds at once and after the window was loaded again', async () => {
  await keys(page, /^Settings$/, 'Enter')
  await heading('As you like it').waitFor()
  await choose(/^as the system$/, 'dark')
  await page.waitForFunction(() => document.documentElement.dataset.mantineColorScheme === 'dark')
  await page.keyboard.press('ArrowDown')
  await page.waitForFunction(() => document.documentElement.dataset.contrast === 'more')
  await choose(/^as the system$/, 'Deutsch')
  await heading('Wie Sie es mögen').waitFor()
  // the focus is where it was, in another language
  await page.keyboard.press('ArrowUp')
  await heading('As you like it').waitFor()
  await keys(page, /^A good backup is at most/, 'Control+A', '3', '6')
  await keys(page, /^Say so when a job is done$/, 'Space')
  await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'switch')
  await keys(page, /^Say so when a job or a schedule fails$/, 'Space')
  // they are stored one after the other; what has not reached the host is lost with the page
  while ((await settings()).notifications.failures) await delay(20)
  await page.reload()
  await heading('As you like it').waitFor()
  assert.equal(await page.evaluate(() => document.documentElement.dataset.contrast), 'more')
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'en')
  assert.equal(await page.getByLabel(/^A good backup is at most/).inputValue(), '36')
  const { notifications, language, theme } = await settings()
  assert.deepEqual([notifications.failures, language, theme], [false, 'en', 'contrast'])
})

test('the encrypted file for passwords is made by a passphrase, and asked for it when Coffer starts again', async () => {
  await page.getByText('In memory only').waitFor()
  await type(page, /^Passphrase/, PASSPHRASE)
  await page.keyboard.press('Enter')
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
