import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { ApprovalPolicy, RequestFile } from '../../src/contract/approvals.ts'
import { canonicalJson } from '../../src/contract/canonical-json.ts'
import type { JobContext } from '../../src/contract/jobs.ts'
import type { KeyChangedResult } from '../../src/contract/results.ts'
import { openJournalKey } from '../../src/jobs/activity/key.ts'
import { actionDigest, exactAction } from '../../src/jobs/approvals/action.ts'
import { runKeys } from '../../src/jobs/keys/run.ts'
import { type ActivityEvent, appendActivity } from '../../src/journal/activity/append.ts'
import { runJob } from '../rig/run-job.ts'
import { accessibleInBothLooks } from './axe.ts'
import { launchChromium } from './chromium.ts'
import { type TestHost, testHost } from './host.ts'

/** Activity and approvals in a real browser, over the real host, the real journal and real keys. */

/** A folder for pictures to look at; none by default. */
const SHOTS = process.env.COFFER_SHOTS
const problems: string[] = []
const environment: Record<string, string> = {
  PATH: process.env.PATH ?? '',
  COFFER_KEY_PASSPHRASE: 'correct horse battery',
}
let host: TestHost
let browser: Browser
let page: Page
const journal = () => join(host.folder, 'profile/activity/activity.ndjson')

before(async () => {
  host = await testHost(runJob, environment)
  environment.COFFER_PROFILE = join(host.folder, 'profile')
  environment.COFFER_KEY_STORE = 'file'
  browser = await launchChromium()
  page = await browser.newPage({ viewport: { width: 1280, height: 900 }, bypassCSP: true })
  page.setDefaultTimeout(60_000)
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  page.on('pageerror', (error) => problems.push(error.message))
  await page.goto(host.address)
})
after(async () => {
  await browser?.close()
  await host?.end()
})

const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name })
const link = (name: string) => page.getByRole('navigation').getByRole('link', { name })
const button = (name: string | RegExp) => page.getByRole('button', { name })

async function shot(name: string): Promise<void> {
  if (SHOTS === undefined) return
  mkdirSync(SHOTS, { recursive: true })
  await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true })
}

/** What axe finds at WCAG 2.2 AA, in light and in dark. */
async function accessible(name: string): Promise<void> {
  await page.waitForTimeout(300)
  await shot(name)
  await accessibleInBothLooks(page, name)
}

const event = (n: number): ActivityEvent => ({
  action: ['backup', 'validate', 'restore', 'extract', 'keys create'][n % 5] as string,
  phase: 'ended',
  subject: `ledger-${n}`,
  via: n % 3 === 0 ? 'schedule' : n % 3 === 1 ? 'command line' : 'window',
  name: n % 2 === 0 ? 'Jane Doe' : null,
  run: `run ${n}`,
  details: { place: 's3://compliance-backups/daily', records: n * 1000 },
  result:
    n % 7 === 0
      ? { exit_code: 3, error: 'KAFKA_UNREACHABLE', verdict: null, message: `no broker answers at "kafka-${n}:9092"` }
      : { exit_code: 0, error: null, verdict: n % 5 === 1 ? 'PASSED' : null, message: null },
})

async function fill(from: number, many: number): Promise<void> {
  const folder = join(host.folder, 'profile/activity')
  mkdirSync(folder, { recursive: true })
  const key = await openJournalKey(folder, environment)
  assert.equal(key.unsigned, null)
  for (let at = from; at < from + many; at += 5_000) {
    const events = Array.from({ length: Math.min(5_000, from + many - at) }, (_, i) => event(at + i))
    await appendActivity(folder, events, key)
    key.introduction = null
  }
}

test('an empty page says what it is for', async () => {
  await link('Activity').click()
  await heading('Nothing has been done here yet').waitFor()
  await page.getByText('This page will show what was done').waitFor()
  await accessible('activity-empty')
})

test('the verdict is the headline; entries can be searched, filtered and opened', async () => {
  await fill(1, 1_203)
  await page.reload()
  await heading('Nothing was changed: 1,204 entries verified').waitFor()
  await page.getByText('300 of 1,204').waitFor()
  await accessible('activity')

  await page.getByRole('searchbox', { name: 'Search' }).fill('ledger-777')
  await page.getByRole('cell', { name: 'ledger-777', exact: true }).waitFor()
  assert.equal(await page.getByRole('row').count(), 2)
  await page.getByRole('searchbox', { name: 'Search' }).fill('')
  await page.getByLabel('From', { exact: true }).fill('11/03/2026')
  await page.getByLabel('To', { exact: true }).focus()
  await page.getByText('“11/03/2026” is not written as a date is here').waitFor()
  await page.getByLabel('From', { exact: true }).fill('9999-12-31')
  await page.getByText('None of 1,204 entries fits.').waitFor()
  await page.getByLabel('From', { exact: true }).fill('')
  await page.getByRole('combobox', { name: 'What was done' }).fill('restore')
  await page.getByRole('option', { name: 'restore', exact: true }).click()
  await page.locator('[role=table][aria-rowcount="242"]').waitFor()
  await page.getByRole('combobox', { name: 'What was done' }).fill('any')
  await page.getByRole('option', { name: 'any', exact: true }).click()
  await page.getByRole('combobox', { name: 'Result' }).click()
  await page.getByRole('option', { name: 'not done' }).click()
  await page.getByRole('cell', { name: 'KAFKA_UNREACHABLE' }).first().waitFor()
  await page.getByLabel('Who').fill('nobody at all')
  await page.getByText('None of 1,204 entries fits.').waitFor()
  await page.getByLabel('Who').fill('jane')
  await page
    .getByRole('button', { name: /: show line/ })
    .first()
    .click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('No broker answers at').waitFor()
  await dialog.getByText('What binds this line').click()
  await dialog.getByText('Signature (Ed25519)').waitFor()
  await accessible('activity-entry')
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
})

test('a change in the window is recorded with before and after', async () => {
  await page.evaluate(async () => {
    const call = (method: string, params: unknown) =>
      fetch('/rpc', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      }).then((response) => response.json())
    const input = { name: 'vault', kind: 'storage', secrets: {} }
    const made = (await call('connections.save', { ...input, id: null, yaml: 'backend: filesystem\npath: /a' })) as {
      result: { id: string }
    }
    await call('connections.save', { ...input, id: made.result.id, yaml: 'backend: filesystem\npath: /b' })
  })
  await page.reload()
  await page.getByRole('button', { name: /: show line 1,206$/ }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('cell', { name: 'path: /a' }).waitFor()
  await dialog.getByRole('cell', { name: 'path: /b' }).waitFor()
  await shot('activity-change')
  await page.keyboard.press('Escape')
})

test('by keyboard alone: to the entries, into one and back', async () => {
  await page.getByRole('searchbox', { name: 'Search' }).focus()
  const rows = page.getByRole('table', { name: 'Entries' })
  for (let presses = 0; presses < 30; presses++) {
    await page.keyboard.press('Tab')
    if (await page.evaluate(() => document.activeElement?.getAttribute('aria-label')?.includes(': show line') === true))
      break
  }
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label')?.includes(': show line') === true)
  assert.ok(await rows.isVisible())
})

test('at 200 % nothing is cut off, in German too', async () => {
  await page.setViewportSize({ width: 640, height: 450 })
  await page.goto(`${host.origin}/#/activity?language=de`)
  await page.reload()
  await heading(/^Nichts wurde verändert: 1\.206 Einträge geprüft/).waitFor()
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  assert.ok(wider <= 1, `${wider} px wider than the window`)
  await shot('activity-200-de')
  await page.setViewportSize({ width: 1280, height: 900 })
  await page.goto(`${host.origin}/#/activity?language=en`)
  await page.reload()
})

test('a changed line is named, and nothing else claims success', async () => {
  const good = await readFile(journal(), 'utf8')
  const lines = good.split('\n')
  lines[499] = (lines[499] as string).replace('"exit_code":0', '"exit_code":5')
  await writeFile(journal(), lines.join('\n'))
  await button('Check again').click()
  await heading('Line 500 is not as it was written').waitFor()
  await page.getByText('Keep the file as it is').waitFor()
  assert.equal(await page.getByText('unchanged').count(), 0)
  await accessible('activity-changed')
  await writeFile(journal(), good)
  await button('Check again').click()
  await heading(/^Nothing was changed/).waitFor()
})

test('100,000 entries: verified, searched and scrolled', async () => {
  await fill(2_000, 100_000)
  await page.reload()
  const started = Date.now()
  await heading(/^Nothing was changed: 101,20\d entries verified/).waitFor({ timeout: 180_000 })
  const seconds = (Date.now() - started) / 1000
  const table = page.getByRole('table', { name: 'Entries' })
  await table.waitFor()
  const inDocument = await table.getByRole('row').count()
  assert.ok(inDocument < 80, `${inDocument} rows in the document`)
  for (let i = 0; i < 40; i++) {
    await table.evaluate((element) => element.scrollBy(0, 2_000))
    await page.waitForTimeout(50)
  }
  await page.getByText(/[6-9]00 of 101,20\d|\d,\d00 of 101,20\d/).waitFor()
  const searching = Date.now()
  await page.getByRole('searchbox', { name: 'Search' }).fill('ledger-77777')
  await page.getByRole('cell', { name: 'ledger-77777', exact: true }).waitFor()
  console.log(
    `verified on screen after ${seconds.toFixed(1)} s, found after ${((Date.now() - searching) / 1000).toFixed(1)} s`,
  )
  await page.getByRole('searchbox', { name: 'Search' }).fill('')
})

test('approvals: off, then a request that somebody else made is approved with a key', async () => {
  await link('Approvals').click()
  await heading('Nothing needs a second person here').waitFor()
  await page.getByText('How to switch it on').click()
  await accessible('approvals-off')
  const context: JobContext = { signal: new AbortController().signal, progress: () => {}, log: () => {} }
  const made = await runKeys(
    {
      kind: 'keys',
      action: 'create',
      environment,
      name: 'jane',
      owner: 'Jane Doe',
      organisation: null,
      algorithm: null,
    },
    context,
  )
  const { key } = made.result as KeyChangedResult
  const policy: ApprovalPolicy = {
    format: 'coffer-approval-policy/1',
    require: ['keys', 'restore'],
    production: [],
    people: [{ name: 'Jane Doe', key_id: key.key_id, may: ['approve'] }],
    folder: null,
    valid_hours: 24,
  }
  await writeFile(join(host.folder, 'profile/approval-policy.json'), JSON.stringify(policy))
  await page.reload()
  await heading('No request is waiting').waitFor()
  await accessible('approvals-none')

  const ask = async (osUser: string, name: string) => {
    const action = await exactAction({ kind: 'keys', action: 'create', name }, environment)
    const now = Date.now()
    const document: RequestFile['document'] = {
      format: 'coffer-approval-request/1',
      id: crypto.randomUUID(),
      action,
      action_sha256: actionDigest(action),
      reason: `the key of ${name} for next year's reports`,
      requester: { os_user: osUser, host: 'desk-7', name: null, key_id: null },
      requested_at: new Date(now).toISOString(),
      expires_at: new Date(now + 3_600_000).toISOString(),
    }
    const folder = join(host.folder, 'profile/approvals')
    mkdirSync(folder, { recursive: true })
    await writeFile(join(folder, `${document.id}.request.json`), canonicalJson({ document, signature: null }))
  }
  await ask('pat', 'audit-2027')
  await ask(process.env.USER ?? (await import('node:os')).userInfo().username, 'mine')
  await page.reload()
  await heading('2 requests wait for a decision').waitFor()
  await accessible('approvals')
  const request = (name: string) => page.getByRole('article', { name: `create the signing key "${name}"` })
  const dialog = page.getByRole('dialog')

  await request('mine').getByRole('button').click()
  await dialog.getByLabel('Your signing key').fill('jane')
  await dialog.getByRole('button', { name: 'Approve and sign' }).click()
  await dialog.getByText(/asks and approves: an approval is another person's/).waitFor()
  await shot('approvals-same-person')
  await page.keyboard.press('Escape')

  await request('audit-2027').getByRole('button').click()
  await dialog.getByText('Exactly this, and nothing else').waitFor()
  await dialog.getByLabel('Your signing key').fill('jane')
  await accessible('approvals-detail')
  await dialog.getByRole('button', { name: 'Approve and sign' }).click()
  await dialog.waitFor({ state: 'detached' })
  await heading('One request waits for a decision').waitFor()
  await request('audit-2027').locator('.pill.ok').getByText('approved').waitFor()
  await shot('approvals-approved')
})

test('no word is missing, and nothing went wrong in the page', async () => {
  for (const address of ['activity', 'approvals']) {
    await page.goto(`${host.origin}/#/${address}?language=en-XA`)
    await page.reload()
    await heading(/^⟦/).waitFor()
  }
  assert.deepEqual(problems, [])
})
