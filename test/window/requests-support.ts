import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { runJob } from '../../src/worker/client.ts'
import { payments } from '../demo/ledger.ts'
import type { JavaClient, ProduceRecord } from '../rig/java-client.ts'

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
