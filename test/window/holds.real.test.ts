import assert from 'node:assert/strict'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  GetObjectLegalHoldCommand,
  GetObjectRetentionCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import type { Browser, Page } from 'playwright-core'
import type { CustodyResult } from '../../src/contract/results.ts'
import { addressOf } from '../../src/renderer/pages/backups/archives/place.ts'
import { coffer } from '../cli/program.ts'
import { runJob } from '../rig/run-job.ts'
import type { S3Server } from '../rig/s3.ts'
import { uniqueName, useS3 } from '../rig/shared.ts'
import { launchChromium } from './chromium.ts'
import { ROOT, type TestHost, testHost } from './host.ts'
import { accessible } from './requests-support.ts'
import { type FourEyes, fourEyesFor } from './restore-support.ts'

/** A legal hold placed and lifted in a real browser, on a real S3 server, which is asked itself. */

const ID = 'oso-ledger-zstd'
const FIXTURE = join(ROOT, 'test/fixtures/oso', ID)
const bucket = uniqueName('window-holds')
const problems: string[] = []
let s3: S3Server
let host: TestHost
let browser: Browser
let page: Page
let fourEyes: FourEyes

before(async () => {
  s3 = await useS3()
  await s3.makeBucket(bucket, { objectLock: true })
  for (const entry of await readdir(FIXTURE, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    const Key = `${ID}/${file.slice(FIXTURE.length + 1)}`
    await s3.client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: await readFile(file) }))
  }
  // nothing needs a second person until the last test says so
  fourEyes = fourEyesFor()
  host = await testHost(runJob, { PATH: process.env.PATH ?? '', COFFER_APPROVAL_POLICY: fourEyes.policy, ...s3.env })
  browser = await launchChromium()
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
  page.setDefaultTimeout(60_000)
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  page.on('pageerror', (error) => problems.push(error.message))
  await page.goto(host.address)
})
after(async () => {
  await browser?.close()
  await host?.end()
  fourEyes?.remove()
})

async function held(): Promise<boolean> {
  const answer = await s3.client
    .send(new GetObjectLegalHoldCommand({ Bucket: bucket, Key: `${ID}/manifest.json` }))
    .catch(() => null)
  return answer?.LegalHold?.Status === 'ON'
}

async function shot(name: string): Promise<void> {
  const folder = process.env.COFFER_SHOTS
  if (folder !== undefined) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
}

test('a hold is placed, shown and lifted, as the server says itself', async () => {
  await page.goto(`${host.origin}/#${addressOf({ path: s3.url(bucket) }, ID)}`)
  await page.getByRole('tab', { name: 'Legal hold' }).click()
  await page.getByRole('button', { name: 'Ask the storage' }).click()
  await page.getByText(/0 of \d+ objects are under legal hold/).waitFor()
  assert.equal(await held(), false)

  await page.getByRole('button', { name: 'Place a hold' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Matter').fill('2026-17')
  await dialog.getByLabel('Why').fill('subpoena of 3 May')
  await dialog.getByRole('button', { name: 'Place a hold' }).click()
  await page.getByText('Done. Ask the storage').waitFor()
  assert.equal(await held(), true)
  await page.getByRole('button', { name: 'Ask the storage' }).click()
  await page.getByText('2026-17').waitFor()
  await page.getByText(/(\d+) of \1 objects are under legal hold/).waitFor()
  await shot('holds-placed')

  await page.getByRole('button', { name: 'Lift the hold for 2026-17' }).click()
  await dialog.getByLabel('Why').fill('settled')
  await dialog.getByLabel(/Type 2026-17/).fill('2026-17')
  await shot('holds-lift')
  await dialog.getByRole('button', { name: 'Lift the hold' }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.getByText('Done. Ask the storage').waitFor()
  assert.equal(await held(), false)
  assert.deepEqual(problems, [])
})

test('it is kept longer after its name was typed, as the server says of every object', async () => {
  await page.getByRole('button', { name: 'Keep longer' }).click()
  const dialog = page.getByRole('dialog')
  const go = dialog.getByRole('button', { name: 'Keep longer' })
  await dialog.getByLabel('Keep until the end of').fill('2001-01-01')
  await dialog.getByText('This day is over. Choose one to come.').waitFor()
  const year = new Date().getUTCFullYear() + 1
  await dialog.getByLabel('Keep until the end of').fill(`${year}-12-31`)
  await dialog.getByText(`That is until ${year + 1}-01-01 00:00:00 UTC.`).waitFor()
  await dialog.getByLabel('Why').fill('SOX')
  assert.equal(await go.isDisabled(), true)
  // the bucket outlives the test where the server is shared: a lock that can be bypassed is enough here
  await dialog.getByRole('radio', { name: /GOVERNANCE/ }).check()
  await dialog.getByText('This is no promise to a regulator', { exact: false }).waitFor()
  await dialog.getByLabel(`Type ${ID}`, { exact: false }).fill(ID)
  await accessible(page, 'retention')
  await page.emulateMedia({ colorScheme: 'dark' })
  await accessible(page, 'retention-dark')
  await page.emulateMedia({ colorScheme: 'light' })
  await go.click()
  await dialog.waitFor({ state: 'detached' })
  await page.getByText(new RegExp(`objects looked at: \\d+ now kept until ${year + 1}-01-01`)).waitFor()
  await accessible(page, 'retention-done')
  const { Contents = [] } = await s3.client.send(new ListObjectsV2Command({ Bucket: bucket }))
  assert.ok(Contents.length > 3)
  for (const { Key } of Contents) {
    const { Retention } = await s3.client.send(new GetObjectRetentionCommand({ Bucket: bucket, Key }))
    assert.deepEqual(
      [Retention?.Mode, Retention?.RetainUntilDate?.toISOString()],
      ['GOVERNANCE', `${year + 1}-01-01T00:00:00.000Z`],
      Key,
    )
  }
  const args = ['custody', '--path', s3.url(bucket), '--backup-id', ID, '--json']
  const told = await coffer(args, { environment: { ...s3.env, AWS_ENDPOINT_URL: s3.endpoint } })
  assert.equal(told.code, 0, told.err)
  const { log } = (JSON.parse(told.out) as CustodyResult).record
  assert.deepEqual([log.at(-1)?.action, log.at(-1)?.details.reason], ['retained', 'SOX'])
  assert.deepEqual(problems, [])
})

test('where the policy asks for four eyes a hold is not lifted, and exactly its lifting is asked for', async () => {
  await page.getByRole('button', { name: 'Ask the storage' }).click()
  await page.getByRole('button', { name: 'Place a hold' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Matter').fill('2026-18')
  await dialog.getByLabel('Why').fill('subpoena of 4 June')
  await dialog.getByRole('button', { name: 'Place a hold' }).click()
  await page.getByText('Done. Ask the storage').waitFor()
  await page.getByRole('button', { name: 'Ask the storage' }).click()
  const policy = JSON.parse(await readFile(fourEyes.policy, 'utf8')) as object
  await writeFile(fourEyes.policy, JSON.stringify({ ...policy, require: ['hold-lift'] }))

  await page.getByRole('button', { name: 'Lift the hold for 2026-18' }).click()
  await dialog.getByLabel('Why').fill('settled')
  await dialog.getByLabel(/Type 2026-18/).fill('2026-18')
  await dialog.getByRole('button', { name: 'Lift the hold' }).click()
  await page.getByText('APPROVAL_NEEDED').waitFor()
  assert.equal(await held(), true)
  const ask = page.getByRole('button', { name: 'Ask for an approval' })
  assert.equal(await ask.isDisabled(), true)
  await page.getByLabel('Why it is needed').fill('the matter is settled')
  await accessible(page, 'hold-approval')
  await ask.click()
  await page.getByText(/The request lies in/).waitFor()
  const [file, ...others] = await readdir(fourEyes.exchange)
  assert.ok(file)
  assert.deepEqual(others, [])
  const { document } = JSON.parse(await readFile(join(fourEyes.exchange, file), 'utf8'))
  assert.equal(document.reason, 'the matter is settled')
  const { kind, facts } = document.action
  assert.deepEqual([kind, facts.backup_id, facts.matter], ['hold-lift', ID, '2026-18'])
  assert.ok(facts.place.startsWith(`s3://${bucket}/`), facts.place)
  assert.deepEqual(problems, [])
})
