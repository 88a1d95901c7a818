import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { unpacked } from '../extract/unpack.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { launchChromium, openWindow } from './chromium.ts'
import { connectBefore, fill, type Program, startProgram } from './program.ts'
import { accessible, askForAll, shot } from './requests-support.ts'
import { heldBy } from './restore-support.ts'
import { stepsOn } from './steps.ts'

/**
 * A disk of 96 MB that holds the archives and the packages, and that somebody else fills: a backup, a request and a
 * restore each end in words, leave nothing that looks whole, and go on once there is room.
 */

const RECORDS = 6_000
const topic = uniqueName('fd-payments')
const restored = `${uniqueName('fd')}.`
const problems: string[] = []
let directory: string
let java: JavaClient
let program: Program
let browser: Browser
let page: Page

before(async () => {
  const { bootstrap } = await useKafka()
  java = await useJava()
  await java.createTopics([{ name: topic, partitions: 1 }])
  // what can't be packed: its size on the disk is known
  await java.produce(
    Array.from({ length: RECORDS }, (_, n) => ({
      topic,
      partition: 0,
      key: Buffer.from(`payment-${n}`),
      value: randomBytes(1_000),
      timestamp: 1_760_000_000_000 + n * 1_000,
    })),
  )
  directory = mkdtempSync(join(tmpdir(), 'coffer-full-'))
  const cluster = `bootstrap_servers: ["${bootstrap}"]\n`
  await connectBefore(directory, [
    { name: 'trading cluster', kind: 'source', yaml: cluster },
    { name: 'validation cluster', kind: 'target', yaml: cluster, purpose: 'validation' },
    { name: 'small disk', kind: 'storage', yaml: `backend: filesystem\npath: ${join(directory, 'disk/archive')}\n` },
  ])
  symlinkSync(join(directory, 'disk/requests'), join(directory, 'profile/requests'))
  program = await startProgram({ directory, diskMegabytes: 96 })
  for (const folder of ['disk/archive', 'disk/requests']) mkdirSync(program.seen(folder))
  browser = await launchChromium()
  page = await openWindow(browser, program.address, { locale: 'en-GB', limitMs: 90_000, problems })
})
after(async () => {
  await browser?.close()
  await program?.child.end('SIGKILL')
  rmSync(directory, { recursive: true, force: true })
})

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' })
const heading = (name: string | RegExp) => page.getByRole('heading', { name })
const next = () => page.getByRole('button', { name: /^Next/ }).click()
const inOrder = stepsOn(() => page)
const step = (name: string, work: () => Promise<void> | void) => test(name, inOrder(work))
const disk = (path: string) => join(directory, 'disk', path)
const checked = () =>
  program.coffer('validate', '--path', disk('archive'), '--backup-id', 'payments', '--deep', '--json')

step('a backup on a full disk fails in words, nothing looks whole, and it goes on once there is room', async () => {
  await page.goto(`${program.origin}/#/backups/new`)
  await page.getByLabel('trading cluster').check()
  await page.getByLabel('Name of the plan').fill('Payments')
  await page.getByText('✓ reached').waitFor()
  await next()
  await page.getByLabel('Names and patterns').fill(topic)
  await button('Add').first().click()
  await next()
  await page.getByLabel('small disk').check()
  await page.getByLabel(/^PCI DSS/).check()
  await next()
  await page.getByRole('radio', { name: 'When I say so' }).check()
  await next()
  await page.getByLabel('No signature').check()
  await next()
  await heading('This is what will happen').waitFor()
  const free = fill(program.seen('disk'), 2_000_000)
  await button('Save and run now').click()
  await heading('The last run of “Payments” failed').waitFor()
  await page.getByText('STORAGE_FULL').first().waitFor()
  await page
    .getByText(/no space is left/i)
    .first()
    .waitFor()
  await accessible(page, 'full-backup')
  const half = checked()
  // no manifest names anything yet, or one names nothing: neither passes for a backup
  assert.ok(half.code === 4 || half.code === 6, half.out)

  await free()
  await button('Run now').click()
  await heading(/^“Payments” is protected/).waitFor()
  const whole = checked()
  assert.equal(whole.code, 0, whole.out)
  assert.equal((JSON.parse(whole.out) as { checked: { records: number } }).checked.records, RECORDS)
})

step('a package on a full disk is not made, and is made once there is room', async () => {
  await askForAll(page, program.origin, {
    matter: 'FULL',
    folder: 'disk/archive',
    backup: 'payments',
    records: '6,000',
  })
  const free = fill(program.seen('disk'), 2_000_000)
  await button('Make the package without a signature').click()
  await page.getByText('not made', { exact: false }).first().waitFor()
  await page.getByText('STORAGE_FULL').first().waitFor()
  await accessible(page, 'full-package')
  const packages = program.seen('disk/requests/FULL/packages')
  assert.ok(!existsSync(join(packages, 'FULL.zip')), readdirSync(packages).join(', '))

  await free()
  await button('Try again').click()
  await page.getByText('6,000 records, each with its proof').waitFor()
  const lines = String((await unpacked(join(packages, 'FULL.zip'))).get('records/records.ndjson'))
  const offsets = lines
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { offset: number }).offset)
  assert.deepEqual(
    offsets,
    Array.from({ length: RECORDS }, (_, offset) => offset),
  )
  const verdict = program.coffer('verify', disk('requests/FULL/packages/FULL.zip'), '--json')
  const { files } = JSON.parse(verdict.out) as { files: { subIndication: string }[] }
  assert.deepEqual([verdict.code, files[0]?.subIndication], [6, 'NOT_SIGNED'])
})

step(
  'a restore that can not write down how far it is fails in words, and writes no record twice afterwards',
  async () => {
    await page.goto(`${program.origin}/#/restore`)
    await page.getByRole('radio', { name: 'small disk' }).check()
    await page.getByRole('radio', { name: /^payments/ }).check()
    await button('Next: Target').click()
    await page.getByRole('radio', { name: /validation cluster/ }).check()
    await button('Next: Names').click()
    await page.getByLabel('Prefix for all names').fill(restored)
    await button('Next: Preview').click()
    await page.getByText('nothing is in the way').first().waitFor()
    await button('Next: Restore').click()
    await page.getByText('The same as YAML').click()
    const yaml = (await page.getByRole('region', { name: 'validation.yaml' }).textContent()) ?? ''
    const free = fill(program.seen('disk'))
    await button('Restore now').click()
    await heading('The restore into “validation cluster” failed').waitFor()
    await page.getByText('STORAGE_FULL').first().waitFor()
    await accessible(page, 'full-restore')

    await free()
    await button('Try again').click()
    await heading('“payments” is restored, and not proved yet').waitFor()
    assert.equal((await heldBy(java, `${restored}${topic}`)).records, RECORDS)
    await button('Compare every record').click()
    await heading(/^A proved restore: /).waitFor()
    await page.getByRole('link', { name: 'Look at the report' }).click()
    await page.waitForURL(/#\/reports\/[0-9a-f-]{36}\/validation-/)
    await heading('Nobody has signed this report').waitFor()
    await shot(page, 'full-report')
    const file = join(directory, 'validation.yaml')
    writeFileSync(file, yaml)
    const proved = program.coffer('validation', 'run', '--config', file)
    assert.equal(proved.code, 0, proved.out + proved.err)
  },
)

test('the page met no error of its own', () => assert.deepEqual(problems, []))
