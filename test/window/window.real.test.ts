import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { freePort } from '../rig/ports.ts'
import { runJob } from '../rig/run-job.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { launchChromium } from './chromium.ts'
import { type TestHost, testHost } from './host.ts'
import { heldBy } from './restore-support.ts'

/** The whole way of a user through the window: real Chromium, real web host, real worker, real broker. */

const RECORDS = 60_000
const SECRET = 'correct-horse-battery-staple'
const topic = uniqueName('window')
const problems: string[] = []
const traffic: string[] = []
let bootstrap: string
let host: TestHost
let browser: Browser
let page: Page

before(async () => {
  bootstrap = (await useKafka()).bootstrap
  const java = await useJava()
  await java.createTopics([{ name: topic, partitions: 3 }])
  await java.generate(topic, RECORDS, { partitions: 3 })
  host = await testHost(runJob, { PATH: process.env.PATH ?? '' })
  mkdirSync(join(host.folder, 'archive'))
  browser = await launchChromium()
  page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  page.setDefaultTimeout(60_000)
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('response', async (response) => {
    if (response.url().endsWith('/rpc')) traffic.push(await response.text().catch(() => ''))
  })
  await page.goto(host.address)
  await open('Connections')
})
after(async () => {
  await browser?.close()
  await host?.end()
})

const heading = (name: string | RegExp) => page.getByRole('heading', { name })
const button = (name: string) => page.getByRole('button', { name, exact: true })
// by the navigation, whose links may say more: how many jobs run
const open = (name: string) => page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click()

/** A link of the page itself. */
const follow = (name: string) => page.getByRole('main').getByRole('link', { name }).first().click()

/** By the text of a configuration's section, as somebody does who has one. */
async function addConnection(name: string, kind: string, text: string, secret?: string): Promise<void> {
  await button('Add a connection').click()
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name)
  await page.getByLabel(kind).check()
  await page.getByLabel('Write it as text').check()
  await page.getByLabel('How to reach it').fill(text)
  if (secret !== undefined) await page.getByLabel('WINDOW_PASSWORD').fill(secret)
  await button('Save and check').click()
}

/** The form at the end of the jobs' page; a job that was started is shown on a page of its own. */
async function openStart(): Promise<void> {
  await page.goto(`${host.origin}/#/jobs`)
  const title = page.getByText('Start from a configuration file')
  await title.waitFor()
  if (!(await page.getByLabel('A file on this computer').isVisible())) await title.click()
}

async function startText(text: string, how = 'Start'): Promise<void> {
  await openStart()
  await page.getByLabel('Text', { exact: true }).check()
  await page.getByLabel('Configuration', { exact: true }).fill(text)
  await button(how).click()
}

/** A figure of the result of the job that is shown. */
const figure = (name: string) =>
  page
    .locator('.facts > div')
    .filter({ has: page.getByText(name, { exact: true }) })
    .locator('dd')

const backup = (id: string, more = '') => `mode: backup
backup_id: ${id}
source:
  bootstrap_servers: ["${bootstrap}"]
  topics: { include: ["${topic}"] }
storage:
  backend: filesystem
  path: ${join(host.folder, 'archive')}
${more}`

test('the page says what it is for when there is nothing', async () => {
  await heading('Nothing is connected yet').waitFor()
  await page.getByText('Name a cluster to back up from').waitFor()
  assert.equal(new URL(page.url()).search, '', 'the token is gone from the address')
})

test('a connection is checked, step by step', async () => {
  await button('Add a connection').click()
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('test cluster')
  await page.getByLabel('Addresses of the cluster').fill('kafka.example.com')
  await page.keyboard.press('Tab')
  await page.getByText('“kafka.example.com” has no port.').waitFor()
  await page.getByLabel('Addresses of the cluster').fill(bootstrap)
  await page.getByRole('combobox', { name: 'Security' }).click()
  await page
    .getByRole('option', { name: /PLAINTEXT\)$/ })
    .last()
    .click()
  await button('Save and check').click()
  await heading('The connection works').waitFor()
  assert.equal(
    await page.evaluate(() => document.activeElement?.textContent),
    'test cluster',
    'the keyboard goes on there',
  )
  const steps = page.getByRole('list', { name: 'Check of test cluster' })
  await steps.getByText('Reach the server').waitFor()
  await steps.getByText('Talk to the cluster').waitFor()
  assert.equal(await steps.getByText('✕').count(), 0)
})

test('a storage is checked', async () => {
  await addConnection(
    'test archive',
    'Storage for archives',
    `backend: filesystem\npath: ${join(host.folder, 'archive')}\n`,
  )
  await heading('All 2 connections work').waitFor()
  assert.deepEqual(readdirSync(join(host.folder, 'archive')), [], 'the check leaves nothing behind')
})

test('a connection that fails names the step, the code and what to try', async () => {
  const closed = await freePort()
  await addConnection('closed cluster', 'Cluster to restore to', `bootstrap_servers: ["127.0.0.1:${closed}"]\n`)
  await heading('“closed cluster” fails at: reach the server').waitFor()
  const steps = page.getByRole('list', { name: 'Check of closed cluster' })
  await steps.getByText('KAFKA_UNREACHABLE').first().waitFor()
  await steps.getByText('not tried').first().waitFor()
  await button('Remove closed cluster').click()
  await button('Remove it').click()
  await heading('All 2 connections work').waitFor()
})

test('a secret is taken and never comes back', async () => {
  const text = `bootstrap_servers: ["${bootstrap}"]\nsecurity:\n  security_protocol: SASL_PLAINTEXT\n  sasl_mechanism: PLAIN\n  sasl_username: u\n  sasl_password: `
  await addConnection('with a secret', 'Cluster to back up', `${text}${SECRET}\n`)
  await page.getByText('CONFIG_INVALID_VALUE').waitFor()
  await page.getByLabel('How to reach it').fill(`${text}$\{WINDOW_PASSWORD}\n`)
  await page.getByLabel('WINDOW_PASSWORD').fill(SECRET)
  await button('Save and check').click()
  await heading(/“with a secret” fails at/).waitFor()
  await page.getByText('in memory').waitFor()
  await page.reload()
  await page.getByText('in memory').waitFor()
  assert.ok(!(await page.content()).includes(SECRET))
  assert.ok(traffic.length > 5)
  assert.ok(!traffic.some((text) => text.includes(SECRET)), 'no answer repeats it')
  const profile = join(host.folder, 'profile')
  for (const entry of readdirSync(profile, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile()) assert.ok(!readFileSync(path, 'latin1').includes(SECRET), path)
  }
  await button('Remove with a secret').click()
  await button('Remove it').click()
  await heading('2 connections, not all checked yet').waitFor()
})

test('a dry run says what would be done', async () => {
  await startText(backup('first'), 'Rehearse')
  await heading('Backup “first”, rehearsal is done').waitFor()
  assert.equal(await figure('Records at most').textContent(), '60,000')
})

test('a backup is started from text, and tells how it went', async () => {
  await startText(backup('first'))
  await heading('Backup “first” is done').waitFor()
  assert.equal(await figure('Records').textContent(), '60,000')
})

test('a backup is started from a file', async () => {
  writeFileSync(join(host.folder, 'second.yaml'), backup('second'))
  await openStart()
  await page.getByLabel('A file on this computer').check()
  await page.getByLabel('Path of the file').fill('second.yaml')
  await page.keyboard.press('Enter')
  await heading('Backup “second” is done').waitFor()
  assert.equal(await figure('Records').textContent(), '60,000')
})

test('the archive is listed, described and checked', async () => {
  await open('Backups')
  await follow('Archives')
  await follow('test archive')
  await heading('2 backups are kept here').waitFor()
  await page.getByRole('link', { name: 'first', exact: true }).click()
  await heading('“first” holds 60,000 records').waitFor()
  await button('Check every record').click()
  await heading('“first” is whole and unchanged').waitFor()
  await page.getByText('✓ passed').first().waitFor()
  await page.getByText('Every position (offset) accounted for').waitFor()
  await page.getByRole('tab', { name: 'Streams and partitions' }).click()
  const rows = page.getByRole('table', { name: 'Record streams by partition' }).getByRole('row')
  await rows.nth(1).waitFor()
  assert.equal(await rows.count(), 1 + 3)
})

test('damage is found and named', async () => {
  const folder = join(host.folder, 'archive/second/topics', topic, 'partition=0')
  const [segment] = readdirSync(folder)
  assert.ok(segment)
  const bytes = readFileSync(join(folder, segment))
  bytes.writeUInt8(bytes.readUInt8(500) ^ 1, 500)
  writeFileSync(join(folder, segment), bytes)
  await follow('‹ All backups here')
  await page.getByRole('link', { name: 'second', exact: true }).click()
  await button('Check every record').click()
  await heading('“second” is damaged').waitFor()
  await page.getByText(segment).first().waitFor()
  await page.getByText('SEGMENT_DAMAGED').first().waitFor()
})

test('a backup that goes on shows how far it is, and ends when asked', async () => {
  await startText(backup('endless', 'backup:\n  continuous: true\n'))
  await page.getByRole('progressbar').first().waitFor()
  await page.getByRole('link', { name: 'Jobs 1 running' }).waitFor()
  await page.getByText(/60,000 records.*records\/s/).waitFor()
  await button('Cancel Backup “endless”').click()
  await heading('Backup “endless” is done').waitFor()
  assert.equal(await figure('Records').textContent(), '60,000')
})

/** What a screen reader is given of a job's progress from now on, with the time of each. */
async function listen(): Promise<void> {
  await page.evaluate(() => {
    const heard: { at: number; text: string }[] = []
    const look = () => {
      const text = document.querySelector('.jobs-bar + [role="status"]')?.textContent ?? ''
      if (text !== '' && heard.at(-1)?.text !== text) heard.push({ at: performance.now(), text })
    }
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true })
    Object.assign(window, { heard })
  })
}
const heard = () =>
  page.evaluate(() => (window as unknown as { heard: { at: number; text: string }[] }).heard.map((one) => ({ ...one })))

test('a long job shows what is left, says it politely, and is stopped half way', async () => {
  const copy = uniqueName('window-copy')
  await openStart()
  await listen()
  await startText(`mode: restore
backup_id: first
target:
  bootstrap_servers: ["${bootstrap}"]
storage:
  backend: filesystem
  path: ${join(host.folder, 'archive')}
restore:
  create_topics: true
  topic_mapping: { ${topic}: ${copy} }
  rate_limit_records_per_sec: 1000
`)
  await page.getByText(/of 60,000 records/).waitFor()
  await page
    .getByText(/about \d+ (s|min) left/)
    .first()
    .waitFor()
  await page.waitForFunction(() => (window as unknown as { heard: unknown[] }).heard.length > 1)
  const [first, second] = await heard()
  assert.ok(first !== undefined && second !== undefined)
  for (const { text } of [first, second]) assert.match(text, /\d+ (%|percent).*left/)
  assert.ok(second.at - first.at > 9_500, `said again after ${second.at - first.at} ms`)
  assert.equal(await page.locator('[aria-live="assertive"], [role="alert"]').count(), 0)
  await button('Cancel Restore “first”').click()
  await heading('Restore “first” was cancelled').waitFor()
  const records = Number((await figure('Records').textContent())?.replaceAll(',', ''))
  assert.ok(records < RECORDS, `${records}`)
  const held = await heldBy(await useJava(), copy)
  assert.equal(held.records, records, 'what the page says is what the broker has')
})

test('what is wrong with a file is said in words, with its line, its code and what to try', async () => {
  await startText(backup('third').replace('include:', 'includes:'))
  await heading('Backup “third” failed').waitFor()
  await page.getByText('Configuration:5: unknown key "source.topics.includes".').waitFor()
  await page.getByText('CONFIG_UNKNOWN_KEY').first().waitFor()
  await page.getByText('Did you mean "source.topics.include"?').waitFor()
})

/** Presses Tab until the focus is on what is asked for, for ten seconds at least: it may come with an answer of the host. */
async function tabTo(element: string, text: RegExp): Promise<void> {
  const patience = performance.now() + 10_000
  for (let press = 0; press < 60 || performance.now() < patience; press++) {
    await page.keyboard.press('Tab')
    const [tag, words] = await page.evaluate(() => {
      const { tagName, textContent } = document.activeElement as Element
      return [tagName.toLowerCase(), textContent ?? '']
    })
    if (tag === element && text.test(words ?? '')) return
  }
  throw new Error(`Tab does not lead to <${element}>`)
}

test('it works by keyboard alone', async () => {
  await page.goto(`${host.origin}/#/connections`)
  await page.reload()
  await heading('2 connections, not all checked yet').waitFor()
  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Skip to the page')
  for (const name of ['Overview', 'Requests', 'Backups']) {
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate(() => document.activeElement?.textContent), name)
  }
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement as Element).outlineStyle)
  assert.equal(outline, 'solid', 'the focus is seen')
  await page.keyboard.press('Enter')
  await page.waitForURL(/#\/backups$/)
  await tabTo('a', /^Archives$/)
  await page.keyboard.press('Enter')
  await page.waitForURL(/#\/backups\/archives$/)
  await tabTo('input', /^$/)
  await page.keyboard.type(join(host.folder, 'archive'))
  await page.keyboard.press('Enter')
  await heading('3 backups are kept here').waitFor()
})

test('nothing is cut off at 200 % zoom, and nothing was refused by the policy', async () => {
  // 1280 by 800 at 200 % is a page of 640 by 400.
  await page.setViewportSize({ width: 640, height: 400 })
  for (const name of ['Connections', 'Backups', 'Jobs']) {
    await open(name)
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    assert.equal(overflow, 0, name)
  }
  assert.deepEqual(problems, [])
})
