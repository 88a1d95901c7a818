import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import type { Browser, Page } from 'playwright-core'
import type { CustodyResult } from '../../src/contract/results.ts'
import { coffer } from '../cli/program.ts'
import { unpacked } from '../extract/unpack.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { runJob } from '../rig/run-job.ts'
import type { S3Server } from '../rig/s3.ts'
import { uniqueName, useJava, useKafka, useS3 } from '../rig/shared.ts'
import { launchChromium, openWindow } from './chromium.ts'
import { type TestHost, testHost } from './host.ts'
import { accessible, shot } from './requests-support.ts'
import { stepsOn } from './steps.ts'

/**
 * An archive in a bucket: a request is answered from it with a signed package, and it is restored with where its readers
 * stood, proved, and its signed report put into the same bucket. The command line then says the same of all of it.
 */

const RECORDS = 3_000
const PASSPHRASE = 'a passphrase of the bucket test'
const topic = uniqueName('sa-payments')
const group = uniqueName('sa-settlement')
const bucket = uniqueName('sa-archive')
const restored = `${uniqueName('sa')}.`
const problems: string[] = []
const traffic: string[] = []
let s3: S3Server
let java: JavaClient
let host: TestHost
let browser: Browser
let page: Page
let root: string

before(async () => {
  const { bootstrap } = await useKafka()
  ;[s3, java] = await Promise.all([useS3(), useJava()])
  await s3.makeBucket(bucket)
  await java.createTopics([{ name: topic, partitions: 2 }])
  await java.generate(topic, RECORDS, { partitions: 2 })
  await java.commitOffsets(group, [
    { topic, partition: 0, offset: 700 },
    { topic, partition: 1, offset: 1_500 },
  ])
  const environment = { PATH: process.env.PATH ?? '', COFFER_KEY_STORE: 'file', COFFER_KEY_PASSPHRASE: PASSPHRASE }
  host = await testHost(runJob, environment)
  const storage = [
    'backend: s3',
    `bucket: ${bucket}`,
    'prefix: compliance',
    `endpoint: ${s3.endpoint}`,
    `region: ${s3.region}`,
    'path_style: true',
    'allow_http: true',
    `access_key: ${variable('SA_ACCESS')}`,
    `secret_key: ${variable('SA_SECRET')}`,
  ]
  const config = file('backup.yaml')
  writeFileSync(
    config,
    [
      'mode: backup',
      'backup_id: ledger',
      `source: { bootstrap_servers: ["${bootstrap}"], topics: { include: [${topic}] } }`,
      'storage:',
      ...storage.map((line) => `  ${line}`),
      'backup: { segment_max_records: 500, consumer_group_snapshot: true }',
    ].join('\n'),
  )
  const made = await cli('backup', '--config', config)
  assert.equal(made.code, 0, made.err)
  assert.equal((await cli('keys', 'create', '--name', 'records', '--owner', 'Jane Doe')).code, 0)
  assert.equal((await cli('keys', 'export-public', '--name', 'records', '--output', file('public'))).code, 0)
  root = join(file('public'), 'records-root.pem')
  const connect = host.services.handlers['connections.save']
  await connect({
    id: null,
    name: 'archive in Frankfurt',
    kind: 'storage',
    yaml: storage.join('\n'),
    secrets: credentials(),
    purpose: null,
  })
  await connect({
    id: null,
    name: 'validation cluster',
    kind: 'target',
    yaml: `bootstrap_servers: ["${bootstrap}"]\n`,
    secrets: {},
    purpose: 'validation',
  })
  browser = await launchChromium()
  page = await openWindow(browser, host.address, { locale: 'en-GB', limitMs: 90_000, problems, traffic })
})
after(async () => {
  await browser?.close()
  await host?.end()
})

/** As files name a value of the environment. */
const variable = (name: string) => `\${${name}}`
const file = (name: string) => join(host.folder, name)
const credentials = () => ({ SA_ACCESS: s3.accessKeyId, SA_SECRET: s3.secretAccessKey })
const cli = (...args: string[]) =>
  coffer(args, {
    environment: {
      ...credentials(),
      ...s3.env,
      COFFER_PROFILE: file('profile'),
      COFFER_KEY_STORE: 'file',
      COFFER_KEY_PASSPHRASE: PASSPHRASE,
    },
  })
const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' })
const heading = (name: string | RegExp) => page.getByRole('heading', { name })
const next = () => page.getByRole('button', { name: /^Next: / }).click()

const inOrder = stepsOn(() => page)
const step = (name: string, work: () => Promise<void> | void) => test(name, inOrder(work))

/** The objects of the bucket below a prefix. */
async function keysBelow(prefix: string): Promise<string[]> {
  const { Contents = [] } = await s3.client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }))
  return Contents.map(({ Key }) => Key ?? '')
}

step('a request is answered from the bucket, with a signed package', async () => {
  await page.goto(`${host.origin}/#/requests/new`)
  await page.getByLabel('Matter number').fill('REG-2026-021')
  await next()
  // the one storage that is connected is looked into at once
  await page.getByRole('radio', { name: 'ledger' }).check()
  await page.getByText(/1 of 1 record streams chosen/).waitFor()
  await next()
  await page.getByRole('slider', { name: 'From' }).waitFor()
  for (let step = 0; step < 3; step++) await next()
  await page.getByText(/At most 3,000 records/).waitFor()
  await page.getByRole('combobox', { name: 'Key that signs' }).click()
  await page.getByRole('option', { name: /records/ }).click()
  await page.getByLabel('Role of the signer').fill('records officer')
  await page.getByLabel('What the signature means').fill('approved for release')
  await button('Make the signed package').click()
  await page.getByText('3,000 records, each with its proof').waitFor()
  await button('Verify now').click()
  await page.getByText('genuine and unchanged').first().waitFor()
  await shot(page, 's3-package')
  const path = join(file('profile'), 'requests/REG-2026-021/packages/REG-2026-021.zip')
  const verdict = await cli('verify', path, '--trust', root)
  assert.equal(verdict.code, 0, verdict.out)
  const lines = String((await unpacked(path)).get('records/records.ndjson'))
    .trimEnd()
    .split('\n')
  assert.equal(lines.length, RECORDS)
  // that it was extracted stands in the chain of custody in the bucket
  const args = ['custody', '--path', s3.url(bucket, 'compliance'), '--backup-id', 'ledger', '--json']
  const { record } = JSON.parse((await cli(...args)).out) as CustodyResult
  assert.ok(record.log.some((entry) => entry.action === 'extracted' || entry.action === 'packaged'))
})

step('it is restored from the bucket with where its readers stood', async () => {
  await page.goto(`${host.origin}/#/restore`)
  await page.getByRole('radio', { name: 'archive in Frankfurt' }).check()
  await page.getByRole('radio', { name: /^ledger/ }).check()
  await button('Next: Target').click()
  await page.getByRole('radio', { name: /validation cluster/ }).check()
  await button('Next: Names').click()
  await page.getByLabel('Prefix for all names').fill(restored)
  await page.getByRole('radio', { name: 'Restore these' }).check()
  await page.getByText('Name the consumer groups, or restore none.').waitFor()
  await page.getByRole('combobox', { name: 'Consumer groups' }).fill(group)
  await page.keyboard.press('Enter')
  await accessible(page, 's3-groups')
  await button('Next: Preview').click()
  await page.getByText('nothing is in the way').first().waitFor()
  await button('Next: Restore').click()
  await page.getByText(`The positions of these consumer groups are set: ${group}.`).waitFor()
  await page.getByText('The same as YAML').click()
  for (const name of ['restore.yaml', 'validation.yaml']) {
    const yaml = (await page.getByRole('region', { name }).textContent()) ?? ''
    assert.ok(!yaml.includes(s3.secretAccessKey))
    writeFileSync(file(name), yaml)
  }
  await button('Restore now').click()
  await heading('“ledger” is restored, and not proved yet').waitFor()
  const positions = (await java.groupOffsets(group)).filter((one) => one.topic === `${restored}${topic}`)
  assert.deepEqual(
    positions.map(({ partition, offset }) => [partition, offset]).sort(([a = 0], [b = 0]) => a - b),
    [
      [0, 700],
      [1, 1_500],
    ],
  )
})

step('the proof is signed, looks at the readers too, and its report lies in the bucket and opens at once', async () => {
  await page.getByRole('combobox', { name: 'Sign the report with' }).click()
  await page.getByRole('option', { name: 'records' }).click()
  await button('Compare every record').click()
  await heading(/^A proved restore: /).waitFor()
  const checks = page.getByRole('list', { name: 'Checks' })
  const groups = checks.getByRole('listitem').filter({ hasText: 'Readers’ positions' })
  await groups.getByText('passed').waitFor()
  await page.getByText('It is signed by Jane Doe.').waitFor()
  await accessible(page, 's3-proved')
  await page.getByRole('link', { name: 'Look at the report' }).click()
  await heading('Unchanged since Jane Doe signed it').waitFor()
  await accessible(page, 's3-report')
  const stored = await keysBelow('compliance/evidence-reports/')
  for (const [name, ending] of [
    ['Download data (JSON)', 'json'],
    ['Download PDF', 'pdf'],
  ] as const) {
    const [download] = await Promise.all([page.waitForEvent('download'), button(name).click()])
    const bytes = readFileSync(await download.path())
    const key = stored.find((one) => one.endsWith(download.suggestedFilename()))
    const { Body } = await s3.client.send(new GetObjectCommand({ Bucket: bucket, Key: key ?? '' }))
    assert.deepEqual(bytes, Buffer.from((await Body?.transformToByteArray()) ?? []), 'what is shown is what is stored')
    writeFileSync(file(`report.${ending}`), bytes)
  }
  const signature = stored.find((one) => one.endsWith('.sig'))
  const { Body } = await s3.client.send(new GetObjectCommand({ Bucket: bucket, Key: signature ?? '' }))
  writeFileSync(file('report.sig'), (await Body?.transformToByteArray()) ?? '')
  const verdict = await cli('verify', file('report.pdf'), '--trust', root)
  assert.equal(verdict.code, 0, verdict.out)
  const one = [
    '--report',
    file('report.json'),
    '--signature',
    file('report.sig'),
    '--public-key',
    join(file('public'), 'records-public-key.pem'),
  ]
  const checked = await cli('validation', 'evidence-verify', ...one)
  assert.equal(checked.code, 0, checked.out)
  const report = JSON.parse(readFileSync(file('report.json'), 'utf8'))
  const outcome = (name: string) =>
    report.validation.results.find((check: { check_name: string }) => check.check_name === name)?.outcome
  assert.deepEqual([outcome('ContentCheck'), outcome('ConsumerGroupOffsetCheck')], ['PASSED', 'PASSED'])
})

step('the command line says the same of the same files', async () => {
  const proved = await cli('validation', 'run', '--config', file('validation.yaml'))
  assert.equal(proved.code, 0, proved.out + proved.err)
  assert.match(proved.out, /\[PASSED\] ConsumerGroupOffsetCheck/)
  const again = await cli('restore', '--config', file('restore.yaml'))
  assert.equal(again.code, 0, again.out + again.err)
  assert.match(again.out + again.err, /completed before/)
})

test('the page met no error, and no secret reached it', () => {
  assert.deepEqual(problems, [])
  assert.ok(traffic.length > 10)
  for (const secret of [PASSPHRASE, s3.secretAccessKey]) assert.ok(!traffic.some((one) => one.includes(secret)))
})
