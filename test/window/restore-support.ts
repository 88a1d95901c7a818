import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { JavaClient } from '../rig/java-client.ts'
import { runJob } from '../rig/run-job.ts'
import type { TestHost } from './host.ts'

export interface FourEyes {
  /** The policy's file. */
  policy: string
  /** Where requests for approvals are left. */
  exchange: string
  remove(): void
}

/** A policy by which some actions need a second person: a restore into the one broker, too. */
export function fourEyesFor(...actions: string[]): FourEyes {
  const folder = mkdtempSync(join(tmpdir(), 'coffer-policy-'))
  const [policy, exchange] = [join(folder, 'policy.json'), join(folder, 'exchange')]
  const text = JSON.stringify({
    format: 'coffer-approval-policy/1',
    require: actions,
    // the one broker under another of its names
    production: ['127.0.0.1'],
    people: [],
    folder: exchange,
    valid_hours: 24,
  })
  writeFileSync(policy, text)
  return { policy, exchange, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/**
 * A backup into `archive` in a folder, made by the same engine that the backup's page uses.
 * @param more lines for its file
 */
export async function backUpOf(
  folder: string,
  bootstrap: string,
  id: string,
  topics: readonly string[],
  more = '',
): Promise<void> {
  const text = `mode: backup
backup_id: ${id}
source:
  bootstrap_servers: ["${bootstrap}"]
  topics: { include: ${JSON.stringify(topics)} }
storage:
  backend: filesystem
  path: ${join(folder, 'archive')}
${more}`
  const config = { name: 'backup.yaml', directory: folder, text }
  const outcome = await runJob({ kind: 'backup', dryRun: false, environment: {}, config })
  assert.equal(outcome.state, 'done', JSON.stringify(outcome))
}

export type ConnectArguments = [
  name: string,
  kind: 'target' | 'storage',
  yaml: string,
  purpose: 'production' | 'validation' | null,
]

/**
 * As the connections' page saves it; that has a test of its own.
 * @param known secrets by name; those that the text names are kept with it
 */
export async function connectTo(
  { services }: TestHost,
  known: Record<string, string>,
  ...[name, kind, yaml, purpose]: ConnectArguments
): Promise<void> {
  const secrets = Object.fromEntries(Object.entries(known).filter(([variable]) => yaml.includes(variable)))
  await services.handlers['connections.save']({ id: null, name, kind, yaml, purpose, secrets })
}

/** Records of a topic, and its partitions, by Kafka's own client. */
export async function heldBy(java: JavaClient, topic: string): Promise<{ records: number; partitions: number }> {
  const offsets = await java.listOffsets([topic])
  return { records: offsets.reduce((sum, row) => sum + row.latest - row.earliest, 0), partitions: offsets.length }
}

/** From a restore that is over: another one, of a backup of the archive in a folder, up to the names. */
export async function goToNames(page: Page, archive: string, backup: string, cluster: string): Promise<void> {
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true })
  await button(/^(Restore something else|Start over)$/).click()
  await page.getByRole('heading', { name: 'What is to be restored?' }).waitFor()
  await page.getByRole('radio', { name: 'Another folder or address' }).check()
  await page.getByLabel('Folder or s3:// address').fill(archive)
  await button('Look there').click()
  await page.getByRole('radio', { name: new RegExp(`^${backup}`) }).check()
  await button('Next: Target').click()
  await page.getByRole('radio', { name: new RegExp(cluster) }).check()
  await button('Next: Names').click()
}

/** On the wizard's first step in German, with the keyboard alone: the arrow keys choose, Tab goes on, Enter takes it. */
export async function windowByKeyboard(page: Page): Promise<void> {
  await page.getByRole('radio', { name: 'Alles' }).focus()
  await page.keyboard.press('ArrowDown')
  await page.getByText('Beide Enden gehören dazu').waitFor()
  assert.ok(await page.getByRole('radio', { name: 'Bis zu einem Zeitpunkt' }).isChecked())
  const go = page.getByRole('button', { name: 'Weiter: Ziel' })
  for (let step = 0; step < 20 && !(await go.evaluate((one) => one === document.activeElement)); step += 1)
    await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Wohin soll es gehen?' }).waitFor()
}
