import assert from 'node:assert/strict'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import type { EvidenceReport } from '../../src/contract/evidence/report.ts'
import type { MonthlyReportResult } from '../../src/contract/results.ts'
import { appendCustody } from '../../src/journal/custody.ts'
import { coffer, ROOT } from '../cli/program.ts'
import { ReadPdf } from '../evidence/pdf/read-pdf.ts'
import { storageAt, temporaryFolder } from './support.ts'

const ID = 'sample-ledger'

/** A month's report never claims more than the month and the check behind it can carry. */
describe('what a monthly report may say', () => {
  let folder: string
  let config: string
  let month: string

  before(async () => {
    folder = await temporaryFolder()
    await cp(join(ROOT, 'assets/sample/archive'), folder, { recursive: true })
    config = join(folder, 'report.yaml')
    const storage = { backend: 'filesystem', path: folder }
    await writeFile(config, JSON.stringify({ backup_id: ID, storage, evidence: { formats: ['json', 'pdf'] } }))
    const manifest = JSON.parse(await readFile(join(folder, ID, 'manifest.json'), 'utf8'))
    month = new Date(manifest.coffer.run.started_at).toISOString().slice(0, 7)
  })

  async function report(...args: string[]) {
    const run = await coffer(['report', 'monthly', '--config', config, '--json', ...args])
    const result = JSON.parse(run.out) as MonthlyReportResult
    const stem = join(folder, result.evidence.folder, result.report_id)
    const json = JSON.parse(await readFile(`${stem}.json`, 'utf8')) as EvidenceReport
    return { code: run.code, result, json, pdf: new ReadPdf(await readFile(`${stem}.pdf`)).text() }
  }

  const checkOf = (json: EvidenceReport, name: string) =>
    json.validation.results.find((check) => check.check_name === name)

  test('a month without a run is indeterminate, with its reason, wherever it is read', async () => {
    const { code, result, json, pdf } = await report('--month', '2001-01')
    assert.equal(code, 6)
    assert.equal(result.overall_result, 'INDETERMINATE')
    assert.match(result.reason, /^no backup run began in 2001-01: /)
    assert.equal(json.validation.overall_result, 'INDETERMINATE')
    assert.deepEqual(checkOf(json, 'BackupRunsCheck')?.outcome, 'INDETERMINATE')
    assert.ok(json.coffer.not_covered.some((line) => /BackupRunsCheck could not come to a result/.test(line)))
    assert.match(pdf, /No backup ran in January 2001/)
    assert.match(pdf, /INDETERMINATE/)
    assert.doesNotMatch(pdf, /PASSED\s*\d of \d checks/)
    const text = await coffer(['report', 'monthly', '--config', config, '--month', '2001-01'])
    assert.equal(text.code, 6)
    assert.match(text.out, /Result: INDETERMINATE \(no backup run began in 2001-01/)
  })

  test('by default the archive is said not to be deeply checked', async () => {
    const { code, result, json, pdf } = await report('--month', month)
    assert.equal(code, 0)
    assert.deepEqual([result.overall_result, result.deep], ['PASSED', false])
    assert.equal(checkOf(json, 'BackupRunsCheck')?.outcome, 'PASSED')
    assert.match(json.coffer.not_covered[0] ?? '', /^Not deeply checked: /)
    assert.equal(json.integrity.checksums_valid, false)
    assert.deepEqual(json.coffer.monthly?.deep_checks, [])
    assert.match(pdf, /Not deeply checked: no such check was recorded/)
  })

  test('with --deep every record is read, and a later report tells of it', async () => {
    const deep = await report('--month', month, '--deep')
    assert.equal(deep.code, 0)
    assert.equal(deep.json.integrity.checksums_valid, true)
    assert.equal(checkOf(deep.json, 'IntegrityCheck')?.data?.records_checked, deep.json.backup.total_records)
    assert.ok(!deep.json.coffer.not_covered.some((line) => /deeply/.test(line)))
    // the report of the month in which that check ran
    const later = await report('--month', new Date().toISOString().slice(0, 7))
    assert.deepEqual(
      later.json.coffer.monthly?.deep_checks?.map(({ subject, outcome }) => [subject, outcome]),
      [[deep.result.report_id, 'PASSED']],
    )
    assert.match(later.json.coffer.not_covered[0] ?? '', /^Not deeply checked by this report: the last check/)
    assert.match(later.pdf, new RegExp(deep.result.report_id.slice(0, 20)))
  })

  test('a deep check that found damage fails the report', async () => {
    const manifest = JSON.parse(await readFile(join(folder, ID, 'manifest.json'), 'utf8'))
    const segment = join(folder, manifest.topics[0].partitions[0].segments[0].key)
    const bytes = await readFile(segment)
    const at = bytes.length >> 1
    bytes[at] = (bytes[at] ?? 0) ^ 1
    await writeFile(segment, bytes)
    const shallow = await report('--month', month)
    assert.equal(shallow.result.overall_result, 'PASSED')
    const deep = await report('--month', month, '--deep')
    assert.deepEqual([deep.code, deep.result.overall_result], [5, 'FAILED'])
    assert.match(deep.result.reason, /1 damaged|[2-9]\d* damaged/)
    const later = await report('--month', new Date().toISOString().slice(0, 7))
    assert.equal(later.json.coffer.monthly?.deep_checks?.at(-1)?.outcome, 'FAILED')
  })

  test('a line of custody that speaks of no deep check counts for none', async () => {
    const storage = await storageAt(folder)
    const facts = { subject: 'validation-x', sha256: null, location: null, details: { overall_result: 'PASSED' } }
    await appendCustody(storage, ID, { action: 'validated', ...facts, actor: { name: null, role: null } })
    await storage.close()
    const { json } = await report('--month', new Date().toISOString().slice(0, 7))
    assert.ok(!json.coffer.monthly?.deep_checks?.some(({ subject }) => subject === 'validation-x'))
  })
})
