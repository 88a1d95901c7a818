import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { coffer } from '../cli/program.ts'
import { unpacked } from '../extract/unpack.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { launchChromium, openWindow } from './chromium.ts'
import { connectBefore, type Program, startProgram } from './program.ts'
import { askForAll, shot } from './requests-support.ts'
import { heldBy } from './restore-support.ts'

/** kill -9 of the whole application in the middle of a request and of a restore; it is opened again and gone on with. */

const RECORDS = 40_000
const topic = uniqueName('kh-payments')
const restored = `${uniqueName('kh')}.`
let directory: string
let java: JavaClient
let program: Program
let browser: Browser
let page: Page

before(async () => {
  const { bootstrap } = await useKafka()
  java = await useJava()
  await java.createTopics([{ name: topic, partitions: 2 }])
  await java.generate(topic, RECORDS, { partitions: 2 })
  directory = mkdtempSync(join(tmpdir(), 'coffer-killed-'))
  mkdirSync(join(directory, 'archive'))
  const config = join(directory, 'backup.yaml')
  writeFileSync(
    config,
    JSON.stringify({
      mode: 'backup',
      backup_id: 'ledger',
      source: { bootstrap_servers: [bootstrap], topics: { include: [topic] } },
      storage: { backend: 'filesystem', path: join(directory, 'archive') },
      backup: { segment_max_records: 1_000 },
    }),
  )
  const made = await coffer(['backup', '--config', config])
  assert.equal(made.code, 0, made.err)
  const yaml = `bootstrap_servers: ["${bootstrap}"]\n`
  await connectBefore(directory, [{ name: 'validation cluster', kind: 'target', yaml, purpose: 'validation' }])
  browser = await launchChromium()
  await open()
})
after(async () => {
  await browser?.close()
  await program?.child.end('SIGKILL')
  rmSync(directory, { recursive: true, force: true })
})

/** The application, started, and a window on it. */
async function open(): Promise<void> {
  program = await startProgram({ directory })
  page = await openWindow(browser, program.address, { locale: 'en-GB', limitMs: 90_000 })
}

/** Power off: no signal that could be handled, and a window that has lost its host. */
async function killAndOpen(): Promise<void> {
  const { ended } = program.child
  process.kill(program.child.pid, 'SIGKILL')
  assert.equal((await ended).signal, 'SIGKILL')
  await page.close()
  await open()
}

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' })
const heading = (name: string | RegExp) => page.getByRole('heading', { name })

test('killed during an extraction: nothing that looks whole, and the same package in the end', async () => {
  await askForAll(page, program.origin, { matter: 'KILLED', folder: 'archive', backup: 'ledger', records: '40,000' })
  await button('Make the package without a signature').click()
  await page.getByText(/^[1-9][\d,]* of 40,000 records/).waitFor()
  await killAndOpen()
  const packages = join(directory, 'profile/requests/KILLED/packages')
  assert.ok(!existsSync(join(packages, 'KILLED.zip')), 'there is no package that looks whole')

  await page.goto(`${program.origin}/#/requests`)
  await page.getByRole('link', { name: 'KILLED' }).click()
  await page.getByText('it can be gone on with', { exact: false }).waitFor()
  await shot(page, 'killed-extraction')
  await button('Go on').click()
  await page.getByText('40,000 records, each with its proof').waitFor({ timeout: 180_000 })
  const files = await unpacked(join(packages, 'KILLED.zip'))
  const lines = String(files.get('records/records.ndjson')).trimEnd().split('\n')
  const ids = lines.map((line) => {
    const { partition, offset } = JSON.parse(line) as { partition: number; offset: number }
    return `${partition}/${offset}`
  })
  const all = [0, 1].flatMap((partition) =>
    Array.from({ length: RECORDS / 2 }, (_, offset) => `${partition}/${offset}`),
  )
  assert.equal(ids.length, RECORDS)
  assert.deepEqual(new Set(ids), new Set(all), 'each record once, and none missing')
  const verdict = await coffer(['verify', join(packages, 'KILLED.zip'), '--json'])
  // nobody signed it; everything else holds
  const { files: verified } = JSON.parse(verdict.out) as {
    files: { subIndication: string; checks: { verdict: string }[] }[]
  }
  assert.equal(verdict.code, 6)
  assert.equal(verified[0]?.subIndication, 'NOT_SIGNED')
  assert.ok(verified[0]?.checks.every((check) => check.verdict !== 'failed'))
})

test('killed during a restore: said to have stopped, gone on with, each record there once, and proved', async () => {
  await page.goto(`${program.origin}/#/restore`)
  await page.getByLabel('Folder or s3:// address').fill('archive')
  await button('Look there').click()
  await page.getByRole('radio', { name: /^ledger/ }).check()
  await button('Next: Target').click()
  await page.getByRole('radio', { name: /validation cluster/ }).check()
  await button('Next: Names').click()
  await page.getByLabel('Prefix for all names').fill(restored)
  await button('Next: Preview').click()
  await page.getByText('nothing is in the way').first().waitFor()
  await button('Next: Restore').click()
  await page.getByText('The same as YAML').click()
  const yaml = (await page.getByRole('region', { name: 'validation.yaml' }).textContent()) ?? ''
  await button('Restore now').click()
  await page.getByText(/[1-9][\d,]* of 40,000 records/).waitFor()
  await killAndOpen()

  await page.goto(`${program.origin}/#/restore`)
  await heading('The restore into “validation cluster” has stopped').waitFor()
  await shot(page, 'killed-restore')
  assert.ok((await held()) < RECORDS, 'it was half way')
  await button('Go on with it').click()
  await heading('“ledger” is restored, and not proved yet').waitFor({ timeout: 180_000 })
  assert.equal(await held(), RECORDS, 'each record is there once')
  await button('Compare every record').click()
  await heading(/^A proved restore: /).waitFor({ timeout: 180_000 })

  const file = join(directory, 'validation.yaml')
  writeFileSync(file, yaml)
  const proved = await coffer(['validation', 'run', '--config', file])
  assert.equal(proved.code, 0, proved.out + proved.err)
  assert.match(proved.out, /PASSED/)
})

async function held(): Promise<number> {
  return (await heldBy(java, `${restored}${topic}`)).records
}
