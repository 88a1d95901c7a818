import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { payments } from '../demo/ledger.ts'
import type { JavaClient, ProduceRecord } from '../rig/java-client.ts'
import { runJob } from '../rig/run-job.ts'
import { axeFindings } from './axe.ts'
import { nothingSideways } from './page-checks.ts'

/** A quarter of payments of the demo's bank without 26 to 28 August, when the gateway was closed. */
export const PAYMENTS = 9_000
const CLOSED = { from: Date.UTC(2025, 7, 26), to: Date.UTC(2025, 7, 29) }

export interface Payment {
  payment_id: string
  customer_id: string
  debtor_iban: string
  creditor_iban: string
}

/** The records as they are produced; their topic is the given one. */
export function* quarter(topic: string): Generator<ProduceRecord> {
  for (const record of payments(PAYMENTS)) {
    const at = Number(record.timestamp)
    if (at < CLOSED.from || at >= CLOSED.to) yield { ...record, topic }
  }
}

export async function produceQuarter(java: JavaClient, topic: string): Promise<void> {
  await java.createTopics([{ name: topic, partitions: 3, configs: { 'retention.ms': '-1' } }])
  await java.produce(quarter(topic))
}

/** A backup by the program itself, into a folder, in many segments. */
export async function backUp(bootstrap: string, topic: string, folder: string, id: string): Promise<void> {
  const text = JSON.stringify({
    mode: 'backup',
    backup_id: id,
    source: { bootstrap_servers: [bootstrap], topics: { include: [topic] } },
    storage: { backend: 'filesystem', path: folder },
    backup: { segment_max_records: 60 },
  })
  const config = { text, name: 'backup.yaml', directory: folder }
  const outcome = await runJob({ kind: 'backup', config, dryRun: false, environment: {} })
  assert.equal(outcome.state, 'done', JSON.stringify(outcome))
}

/** What the filter of the tests finds, read straight from what was produced. */
export function paymentsOf(topic: string, customer: string): Payment[] {
  return [...quarter(topic)]
    .map((record) => JSON.parse(String(record.value)) as Payment)
    .filter((payment) => payment.customer_id === customer)
}

/** Pictures for whoever works on the pages: `COFFER_SHOTS=folder`. */
export async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env.COFFER_SHOTS
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}

/** What can't be undone asks for a name: the field for it gets the focus, and Enter does nothing before the name stands there. */
export async function confirmByName(page: Page, name: string): Promise<void> {
  await page.waitForFunction(() => document.activeElement?.matches('[role=dialog] input:not([role=combobox])'))
  await page.keyboard.press('Enter')
  await page.keyboard.type(name)
  await page.keyboard.press('Enter')
}

/**
 * Goes by Tab alone to the control with an accessible name that fits, and fails where there is none on the page. What
 * is asked of the host is on the page only when it has answered: around and around for ten seconds at least.
 */
export async function tabTo(page: Page, name: RegExp): Promise<void> {
  const passed: string[] = []
  const patience = performance.now() + 10_000
  for (let n = 0; n < 150 || performance.now() < patience; n++) {
    await page.keyboard.press('Tab')
    const found = await page.evaluate(() => {
      const element = document.activeElement
      if (!(element instanceof HTMLElement)) return ''
      const labels = 'labels' in element ? [...((element as HTMLInputElement).labels ?? [])] : []
      const by = element.getAttribute('aria-labelledby')?.split(' ') ?? []
      const named = [...labels, ...by.map((id) => document.getElementById(id))].map((one) => one?.textContent ?? '')
      return (element.getAttribute('aria-label') ?? (named.join(' ') || element.textContent) ?? '').trim()
    })
    if (name.test(found)) return
    passed.push(found.slice(0, 40))
  }
  assert.fail(`Tab leads to nothing called ${name}, only to: ${[...new Set(passed)].join(' | ')}`)
}

/** To a control by Tab, and then some keys. */
export async function keys(page: Page, name: RegExp, ...pressed: string[]): Promise<void> {
  await tabTo(page, name)
  for (const key of pressed) await page.keyboard.press(key)
}

/** To a field by Tab, and then a text. */
export async function type(page: Page, name: RegExp, text: string): Promise<void> {
  await tabTo(page, name)
  await page.keyboard.type(text)
}

/** Nothing that axe finds at WCAG 2.2 AA, and nothing that has to be scrolled sideways. Takes a picture. */
export async function accessible(page: Page, name: string, only?: 'colours'): Promise<void> {
  await page.waitForTimeout(300)
  await shot(page, name)
  assert.deepEqual([...(await axeFindings(page, only)), ...(await nothingSideways(page))], [], name)
}

/** A request for all records of a backup's one stream, up to the last step of its wizard. @param records as the page writes it */
export async function askForAll(
  page: Page,
  origin: string,
  { matter, folder, backup, records }: { matter: string; folder: string; backup: string; records: string },
): Promise<void> {
  const next = () => page.getByRole('button', { name: /^Next: / }).click()
  await page.goto(`${origin}/#/requests/new`)
  await page.getByLabel('Matter number').fill(matter)
  await next()
  await page.getByLabel('Folder or s3:// address').fill(folder)
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await page.getByRole('radio', { name: backup }).check()
  await page.getByText(/1 of 1 record streams chosen/).waitFor()
  await next()
  await page.getByRole('slider', { name: 'From' }).waitFor()
  for (let step = 0; step < 3; step++) await next()
  await page.getByText(`At most ${records} records`).waitFor()
}
