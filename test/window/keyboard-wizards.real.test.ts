import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { coffer } from '../cli/program.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { runJob } from '../rig/run-job.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { launchChromium, openWindow } from './chromium.ts'
import { type TestHost, testHost } from './host.ts'
import { confirmByName, keys, shot, tabTo, type } from './requests-support.ts'
import { heldBy } from './restore-support.ts'
import { stepsOn } from './steps.ts'

/**
 * From an empty profile to a proved restore by the keyboard alone: connections, a backup and its first run, a restore into
 * production with its typed confirmation, and the proof. No pointer anywhere; a broker and a folder that are real.
 */

const RECORDS = 2_000
const PLAN = 'Keyboard ledger'
const CLUSTER = 'production cluster'
const topic = uniqueName('keyboard')
const prefix = `${uniqueName('kb')}.`
const problems: string[] = []
let java: JavaClient
let bootstrap: string
let host: TestHost
let browser: Browser
let page: Page

before(async () => {
  bootstrap = (await useKafka()).bootstrap
  java = await useJava()
  await java.createTopics([{ name: topic, partitions: 2 }])
  await java.generate(topic, RECORDS, { partitions: 2 })
  host = await testHost(runJob, { PATH: process.env.PATH ?? '', COFFER_KEY_STORE: 'file' })
  browser = await launchChromium()
  page = await openWindow(browser, host.address, { locale: 'en-GB', limitMs: 60_000, problems })
})
after(async () => {
  await browser?.close()
  await host?.end()
})

const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name })
const inOrder = stepsOn(() => page)
const step = (name: string, work: () => Promise<void>) => test(name, inOrder(work))

/** The one stop that a group of radio buttons has, and the arrows to the one that is wanted. */
async function choose(group: RegExp, wanted: RegExp): Promise<void> {
  await tabTo(page, group)
  for (let press = 0; press < 20; press++) {
    const label = await page.evaluate(() => {
      const one = document.activeElement as HTMLInputElement
      return [...(one.labels ?? [])].map((each) => each.textContent ?? '').join(' ')
    })
    if (wanted.test(label)) return page.keyboard.press('Space')
    await page.keyboard.press('ArrowDown')
  }
  assert.fail(`the arrows lead to nothing called ${wanted}`)
}

async function next(): Promise<void> {
  await keys(page, /^Next/, 'Enter')
}

async function addCluster(name: string, kind: RegExp): Promise<void> {
  await keys(page, /^Add a connection$/, 'Enter')
  await type(page, /^Name( \*)?$/, name)
  await choose(/^Cluster to back up$/, kind)
  await type(page, /^Addresses of the cluster/, bootstrap)
  await keys(page, /^Security$/, 'ArrowDown')
  await page
    .getByRole('option', { name: /PLAINTEXT\)$/ })
    .first()
    .waitFor()
  // whether the list opens on its first entry or on none depends on how soon it is there
  const active = () => page.locator('[role="option"][data-combobox-selected]').allTextContents()
  for (let n = 0; n < 8 && !(await active()).some((text) => /\(PLAINTEXT\)$/.test(text)); n++)
    await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  assert.match(await page.getByRole('combobox', { name: 'Security' }).inputValue(), /\(PLAINTEXT\)$/)
  await keys(page, /^Save and check$/, 'Enter')
}

step('a cluster to back up, one to restore to and a folder are connected', async () => {
  await keys(page, /^Connections$/, 'Enter')
  await heading('Nothing is connected yet').waitFor()
  await addCluster('ledger cluster', /^Cluster to back up$/)
  await heading('The connection works').waitFor()
  await addCluster(CLUSTER, /^Cluster to restore to$/)
  await heading('All 2 connections work').waitFor()
  await keys(page, /^Add a connection$/, 'Enter')
  await type(page, /^Name( \*)?$/, 'archive folder')
  await choose(/^Cluster to back up$/, /^Storage for archives$/)
  await type(page, /^Folder/, join(host.folder, 'archive'))
  await keys(page, /^Save and check$/, 'Enter')
  await heading('All 3 connections work').waitFor()
})

step('a backup is set up, saved and run', async () => {
  await keys(page, /^Backups$/, 'Enter')
  await heading('Nothing is protected yet').waitFor()
  await keys(page, /^Protect a cluster$/, 'Enter')
  await heading('Which cluster do you want to protect?').waitFor()
  await choose(/^ledger cluster/, /^ledger cluster/)
  await page.getByText('✓ reached').waitFor()
  await type(page, /^Name of the plan$/, PLAN)
  await next()
  await heading('Which record streams belong in the archive?').waitFor()
  await type(page, /^Names and patterns$/, topic)
  await page.keyboard.press('Enter')
  await page.getByText(/^1 of .* streams?$/).waitFor()
  await next()
  await heading('Where do they go, and how long must they stay?').waitFor()
  await choose(/^archive folder/, /^archive folder/)
  await choose(/^(SOX|HIPAA|PCI|MiFID|GDPR|Another|Own|No)/, /^SOX/)
  await page.getByText('17 CFR § 210.2-06').waitFor()
  await next()
  await heading('When should it run?').waitFor()
  await choose(/^By the clock/, /^When I say so/)
  await next()
  await heading('Who answers for the archive?').waitFor()
  await choose(/^(No signature|Sign)/, /^No signature/)
  await next()
  await heading('This is what will happen').waitFor()
  await shot(page, 'keyboard-backup-summary')
  await keys(page, /^Save and run now$/, 'Enter')
  await heading(`“${PLAN}” is protected`).waitFor()
  const check = await coffer([
    ...['validate', '--path', join(host.folder, 'archive'), '--backup-id', 'keyboard-ledger', '--deep', '--json'],
  ])
  assert.equal(check.code, 0, check.err)
  assert.equal((JSON.parse(check.out) as { checked: { records: number } }).checked.records, RECORDS)
})

step('it is restored into production once the name was typed, and proved', async () => {
  await keys(page, /^Restore$/, 'Enter')
  await heading('What is to be restored?').waitFor()
  await choose(/^archive folder/, /^archive folder/)
  await page.getByText('keyboard-ledger').first().waitFor()
  await choose(/^keyboard-ledger/, /^keyboard-ledger/)
  await page.getByRole('button', { name: 'Next: Target', disabled: false }).waitFor()
  await next()
  await heading('Where should it go?').waitFor()
  await choose(new RegExp(`^${CLUSTER}`), new RegExp(`^${CLUSTER}`))
  await page.getByText('The cluster answers').waitFor()
  await next()
  await type(page, /^Prefix for all names$/, prefix)
  await next()
  await page.getByText('nothing is in the way').first().waitFor()
  await next()
  await keys(page, /^Restore into production …$/, 'Enter')
  await confirmByName(page, CLUSTER)
  await heading('“keyboard-ledger” is restored, and not proved yet').waitFor()
  assert.equal((await heldBy(java, `${prefix}${topic}`)).records, RECORDS)
  await keys(page, /^Compare every record$/, 'Enter')
  await heading(`A proved restore: what was restored into “${CLUSTER}” is what was archived`).waitFor()
  await shot(page, 'keyboard-proved')
})

step('the page met no error', async () => assert.deepEqual(problems, []))
