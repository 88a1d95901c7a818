import assert from 'node:assert/strict'
import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, test } from 'node:test'
import type { EvidenceReport } from '../../src/contract/evidence/report.ts'
import type { MonthlyReportResult, ValidateResult } from '../../src/contract/results.ts'
import { runValidate } from '../../src/jobs/validate/run.ts'
import { readCustody } from '../../src/journal/custody.ts'
import { Services } from '../../src/worker/services/services.ts'
import { coffer, ROOT } from '../cli/program.ts'
import { FaultyStorage } from '../rig/faulty-storage.ts'
import { runJob } from '../rig/run-job.ts'
import { context, storageAt, temporaryFolder, validate } from './support.ts'

/** A check that read all of an archive stands in its chain of custody, whoever asked for it and whatever it came to. */

const ID = 'sample-ledger'
let folder: string
before(async () => {
  folder = await temporaryFolder()
  await cp(join(ROOT, 'assets/sample/archive'), folder, { recursive: true })
})

async function custody() {
  const storage = await storageAt(folder)
  const { entries, problems } = await readCustody(storage, ID)
  await storage.close()
  assert.deepEqual(problems, [])
  return entries
}

test('from the command line and from the window: one line each, alike; a look at sizes leaves none', async () => {
  const lines = (await custody()).length
  const shallow = await coffer(['validate', '--path', folder, '--backup-id', ID, '--json'])
  assert.equal(shallow.code, 0)
  assert.equal((JSON.parse(shallow.out) as ValidateResult).custody_line, undefined)
  assert.equal((await custody()).length, lines)

  const run = await coffer(['validate', '--path', folder, '--backup-id', ID, '--deep', '--json'])
  assert.equal(run.code, 0, run.err)
  const result = JSON.parse(run.out) as ValidateResult
  assert.equal(result.custody_line, lines + 1)

  const profile = await temporaryFolder()
  const environment = { COFFER_KEY_STORE: 'file', PATH: process.env.PATH ?? '' }
  const services = new Services({
    runJob,
    profile,
    directory: profile,
    environment,
    host: 'browser',
    version: '0.0.0-test',
  })
  const ended = new Promise<void>((resolve) => services.subscribe((event) => event.type === 'finished' && resolve()))
  await services.handlers['archives.validate']({ location: { path: folder }, backupId: ID, deep: true })
  await ended
  await services.close(1_000)

  const entries = await custody()
  assert.equal(entries.length, lines + 2)
  const [byProgram, byWindow] = entries.slice(-2)
  assert.deepEqual([byProgram?.action, byProgram?.subject], ['verified', 'manifest generation 2'])
  assert.equal(byProgram?.sha256, result.manifest_sha256)
  assert.deepEqual(byProgram?.details, {
    deep_check: 'PASSED',
    segments: result.checked.segments,
    records: result.checked.records,
    bytes: result.checked.bytes,
    findings: 0,
    generation: 2,
  })
  const same = ({ action, subject, sha256, location, details }: (typeof entries)[number]) => ({
    action,
    subject,
    sha256,
    location,
    details,
  })
  assert.ok(byProgram !== undefined && byWindow !== undefined)
  assert.deepEqual(same(byWindow), same(byProgram))
})

test('the monthly report of the month counts them', async () => {
  const config = join(folder, 'report.yaml')
  const storage = { backend: 'filesystem', path: folder }
  await writeFile(config, JSON.stringify({ backup_id: ID, storage, evidence: { formats: ['json'] } }))
  const month = new Date().toISOString().slice(0, 7)
  const run = await coffer(['report', 'monthly', '--config', config, '--month', month, '--json'])
  const { evidence, report_id } = JSON.parse(run.out) as MonthlyReportResult
  const report = JSON.parse(
    await readFile(join(folder, evidence.folder, `${report_id}.json`), 'utf8'),
  ) as EvidenceReport
  assert.deepEqual(
    report.coffer.monthly?.deep_checks?.map(({ subject, outcome }) => [subject, outcome]),
    [
      ['manifest generation 2', 'PASSED'],
      ['manifest generation 2', 'PASSED'],
    ],
  )
})

test('an archive that may only be read is checked all the same, with a note', async () => {
  const before = (await readdir(folder, { recursive: true })).sort()
  const inner = await storageAt(folder)
  const readOnly = new FaultyStorage(inner, ({ call }) =>
    call === 'put' ? { kind: 'fail', code: 'STORAGE_NOT_ALLOWED' } : undefined,
  )
  const { exitCode, result } = await runValidate(readOnly, ID, { deep: true }, context())
  assert.deepEqual([exitCode, result.verdict, result.custody_line], [0, 'PASSED', undefined])
  assert.deepEqual(
    result.findings.map(({ severity, code }) => [severity, code]),
    [['note', 'CUSTODY_NOT_WRITTEN']],
  )
  assert.equal(result.findings_total, 1)
  await inner.close()
  assert.deepEqual((await readdir(folder, { recursive: true })).sort(), before)
})

test('a check that found damage is written down as well', async () => {
  const manifest = JSON.parse(await readFile(join(folder, ID, 'manifest.json'), 'utf8'))
  const segment = join(folder, manifest.topics[0].partitions[0].segments[0].key)
  const bytes = await readFile(segment)
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
  await writeFile(segment, bytes)
  const storage = await storageAt(folder)
  const { exitCode, result } = await validate(storage, ID)
  await storage.close()
  assert.deepEqual([exitCode, result.verdict], [4, 'FAILED'])
  const last = (await custody()).at(-1)
  assert.deepEqual([last?.seq, last?.action, last?.details.deep_check], [result.custody_line, 'verified', 'FAILED'])
})
