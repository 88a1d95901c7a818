import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { VerifyResult } from '../../src/contract/evidence/verdict.ts'
import { runJob } from '../rig/run-job.ts'
import { launchChromium, openWindow } from './chromium.ts'
import { cofferBeside, ROOT, type TestHost, testHost } from './host.ts'
import { accessible, keys, tabTo, type } from './requests-support.ts'

/**
 * Evidence by the keyboard alone, no pointer from the first page to the result: a file is verified, also for another
 * time, and its verdict is kept as PDF; a monthly report is made and signed. The command line then says the same.
 */

const PASSPHRASE = 'a passphrase of the keyboard test'
const PDF = 'valid-lt.pdf'
const ROOTS = ['root-a.der', 'tsa-root.der']
let host: TestHost
let browser: Browser
let page: Page
const problems: string[] = []
const file = (name: string) => join(host.folder, name)
const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name })

before(async () => {
  host = await testHost(runJob, { PATH: process.env.PATH ?? '', COFFER_KEY_PASSPHRASE: PASSPHRASE })
  for (const name of [PDF, ...ROOTS]) cpSync(join(ROOT, 'test/fixtures/pdf', name), file(name))
  browser = await launchChromium()
  page = await openWindow(browser, host.address, { locale: 'en-GB', limitMs: 60_000, problems })
})
after(async () => {
  await browser?.close()
  await host?.end()
})

const coffer = (...args: string[]) => cofferBeside(host, args, { COFFER_KEY_PASSPHRASE: PASSPHRASE })

/** What a result says, without when it was made and where the files lay. */
function said({ files, verdict, judged_for }: VerifyResult) {
  return { verdict, judged_for, files: files.map((one) => ({ ...one, file: basename(one.file) })) }
}

async function saved(button: RegExp): Promise<{ name: string; path: string }> {
  const download = page.waitForEvent('download')
  await keys(page, button, 'Enter')
  const got = await download
  return { name: got.suggestedFilename(), path: (await got.path()) ?? '' }
}

async function saidByPage(): Promise<unknown> {
  return said(JSON.parse(readFileSync((await saved(/^Save as JSON$/)).path, 'utf8')))
}

function saidByProgram(...args: string[]): unknown {
  const run = coffer('verify', PDF, ...ROOTS.flatMap((root) => ['--trust', root]), '--json', ...args)
  return said(JSON.parse(run.out))
}

test('to the Verify page, whom to trust, and a file by its path', async () => {
  await keys(page, /^Verify$/, 'Enter')
  await heading('Is it genuine? Find out here').waitFor()
  await accessible(page, 'verify-start')
  const chooser = page.waitForEvent('filechooser')
  await keys(page, /^Add a certificate or key$/, 'Enter')
  await (await chooser).setFiles(ROOTS.map(file))
  await page.locator('.trusted li').nth(1).waitFor()
  await type(page, /^Or its path on this computer/, PDF)
  await page.keyboard.press('Enter')
  await heading('This PDF is genuine and unchanged').waitFor()
  await page.getByRole('row', { name: 'What next?' }).getByText('Keep the file together').waitFor()
  assert.doesNotMatch((await page.getByRole('row', { name: 'What next?' }).textContent()) ?? '', /clock/)
  assert.deepEqual(await saidByPage(), saidByProgram())
})

test('judged for another time, as the command line does by --at, and said so', async () => {
  await tabTo(page, /^Time to judge for/)
  await page.keyboard.type('2060-12-12 10:10:60')
  await page.keyboard.press('Tab')
  await page.getByText('There is no “2060-12-12 10:10:60”.').waitFor()
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('End')
  for (const key of ['Backspace', 'Backspace', ...'10']) await page.keyboard.press(key)
  await page.getByText('Certificates are judged for 2060-12-12 10:10:10 UTC').waitFor()
  await keys(page, /^Judge for this time$/, 'Enter')
  await heading('This PDF could not be fully confirmed').waitFor()
  await page.getByText('the time that was entered here; no timestamp of the evidence says so').waitFor()
  await page.getByText('enter it under “Time to judge for”', { exact: false }).waitFor()
  await accessible(page, 'verify-judged')
  assert.deepEqual(await saidByPage(), saidByProgram('--at', '2060-12-12T10:10:10Z'))
  assert.match(coffer('verify', PDF, '--at', '2060-12-12T10:10:10Z').out, /Certificates were judged for 2060-12-12/)
})

test('its verdict is kept as a PDF that says what the page says, and is whole', async () => {
  const { name, path } = await saved(/^Save as PDF$/)
  assert.equal(name, 'valid-lt-verdict.pdf')
  const shots = process.env.COFFER_SHOTS
  if (shots !== undefined) cpSync(path, join(shots, name))
  assert.equal(spawnSync('qpdf', ['--check', path]).status, 0)
  const text = spawnSync('pdftotext', ['-layout', path, '-'], { encoding: 'utf8' }).stdout
  assert.match(text, /This PDF could not be fully confirmed/)
  assert.match(text, /Certificates were judged for 2060-12-12 10:10:10 UTC/)
  assert.match(text, /It is not signed and proves nothing by itself/)
  assert.doesNotMatch(text, /--at|--trust|%1|\{\{/)
  assert.match(text, /Page 1 of \d/)
  const attached = spawnSync('qpdf', ['--show-attachment=verdict.json', path], { encoding: 'utf8' }).stdout
  assert.deepEqual(said(JSON.parse(attached)), await saidByPage())
})

test('and judged again without that time', async () => {
  await keys(page, /^Judge without it$/, 'Enter')
  await heading('This PDF is genuine and unchanged').waitFor()
  await page.getByText('Empty: each signature is judged for its proved time, or for now where it has none.').waitFor()
  assert.deepEqual(await saidByPage(), saidByProgram())
})

test('in the dark, at 200 % zoom and in German, nothing is lost', async () => {
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.setViewportSize({ width: 640, height: 450 })
  await accessible(page, 'verify-dark-640')
  await page.goto(`${host.origin}/#/verify?language=de`)
  await page.reload()
  await heading('Ist es echt? Hier erfahren Sie es').waitFor()
  await accessible(page, 'verify-german-640')
  await page.goto(`${host.origin}/#/?language=en`)
  await page.reload()
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 1280, height: 900 })
})

test('a monthly report is made and signed, and the command line verifies it', async () => {
  const place = file('archive')
  mkdirSync(place)
  cpSync(join(ROOT, 'assets/sample/archive'), place, { recursive: true })
  writeFileSync(file('storage.yaml'), `backend: filesystem\npath: ${JSON.stringify(place)}\n`)
  await host.services.handlers['connections.save']({
    id: null,
    name: 'Compliance archive',
    kind: 'storage',
    yaml: readFileSync(file('storage.yaml'), 'utf8'),
    secrets: {},
    purpose: null,
  } as never)
  assert.equal(coffer('keys', 'create', '--name', 'compliance', '--owner', 'Jane Doe').code, 0)
  await page.reload()
  await keys(page, /^Reports$/, 'Enter')
  await heading('There is no report yet').waitFor()
  await keys(page, /^New monthly report$/, 'Enter')
  await heading('A month’s report').waitFor()
  // the month before the one that is offered
  await keys(page, /^Month$/, 'ArrowDown', 'ArrowDown', 'Enter')
  const month = await page.getByRole('combobox', { name: 'Month' }).inputValue()
  await keys(page, /^Read every record for it/, 'Space')
  await keys(page, /^A4$/, 'ArrowRight')
  await type(page, /^Printed name/, 'Jane Doe')
  await type(page, /^Role/, 'Compliance Officer')
  await type(page, /^What the signature means/, 'reviewed')
  await page.keyboard.press('Escape')
  await accessible(page, 'monthly-form')
  await keys(page, /^Make and sign$/, 'Enter')
  await heading('The report is made, and signed by Jane Doe').waitFor()
  await accessible(page, 'monthly-made')
  await keys(page, /^Open the report$/, 'Enter')
  await heading('Unchanged since Jane Doe signed it').waitFor()
  const reports = join(place, 'evidence-reports')
  const [json] = readdirSync(reports, { recursive: true, encoding: 'utf8' }).filter((one) => one.endsWith('.json'))
  assert.ok(json)
  const path = join(reports, json)
  const report = JSON.parse(readFileSync(path, 'utf8'))
  const inWords = new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric', timeZone: 'UTC' })
  assert.equal(inWords.format(new Date(`${report.coffer.monthly.month}-01`)), month)
  assert.equal(report.integrity.checksums_valid, true)
  assert.equal(report.coffer.operator.meaning, 'reviewed')
  assert.equal(coffer('keys', 'export-public', '--name', 'compliance', '--output', file('public')).code, 0)
  const root = join(file('public'), 'compliance-root.pem')
  assert.equal(coffer('verify', path, path.replace(/json$/, 'pdf'), '--trust', root).code, 0)
  const pages = spawnSync('pdfinfo', [path.replace(/json$/, 'pdf')], { encoding: 'utf8' }).stdout
  assert.match(pages, /Page size: +612 x 792/)
})

test('the page met no error', () => {
  assert.deepEqual(problems, [])
})
