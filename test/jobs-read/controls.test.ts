import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { runControls } from '../../src/jobs/controls/run.ts'

const context = { signal: new AbortController().signal, progress: () => {}, log: () => {} }
const DAY = 24 * 3_600_000
let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coffer-controls-'))
})
after(() => rm(folder, { recursive: true, force: true }))

interface Made {
  id: string
  backup?: string
  at?: number
  says?: Record<string, string>
  algorithm?: string | null
  /** What the file says its id is. */
  named?: string
}

/** An unsigned report as a storage has it; only what controls are read from. */
async function put(
  place: string,
  { id, backup = 'ledger', at = Date.now() - DAY, says = {}, algorithm = null, named = id }: Made,
) {
  const at2 = join(folder, place, 'evidence-reports', id, '2026', '11')
  await mkdir(at2, { recursive: true })
  const controls = Object.entries(says).map(([key, state]) => {
    const [framework, control] = key.split('/')
    return { framework, control, state, reason: `${id} says ${state}.` }
  })
  const report = {
    schema_version: '1.0',
    report_id: named,
    generated_at: new Date(at).toISOString(),
    backup: { id: backup },
    validation: { overall_result: 'PASSED' },
    integrity: { signature_algorithm: algorithm },
    coffer: { controls },
  }
  await writeFile(join(at2, `${id}.json`), JSON.stringify(report))
}

async function controls(...places: string[]) {
  const asked = places.map((name) => ({ name, archive: { path: join(folder, name) } }))
  return (await runControls({ kind: 'controls', places: asked, limit: 500, trust: [], environment: {} }, context))
    .result
}

type Result = Awaited<ReturnType<typeof controls>>
const one = ({ frameworks }: Result, framework: string, control: string) => {
  const found = frameworks.find(({ id }) => id === framework)?.controls.find((each) => each.control === control)
  assert.ok(found, `${framework} ${control}`)
  return found
}

test('the newest report that came to a result counts, for each backup', async () => {
  const now = Date.now()
  await put('newest', { id: 'validation-old', at: now - 5 * DAY, says: { 'hipaa/164.312(c)(1)': 'not supported' } })
  await put('newest', { id: 'validation-new', at: now - 2 * DAY, says: { 'hipaa/164.312(c)(1)': 'supported' } })
  await put('newest', { id: 'monthly-last', at: now - DAY, says: { 'hipaa/164.312(c)(1)': 'not covered' } })
  const integrity = one(await controls('newest'), 'hipaa', '164.312(c)(1)')
  assert.equal(integrity.state, 'supported')
  assert.equal(integrity.evidence?.report_id, 'validation-new')
  assert.equal(integrity.evidence?.signature, 'unsigned')
  assert.equal(integrity.backups_total, 1)
})

test('a report that speaks against a control outweighs what supports it for another backup', async () => {
  await put('two', {
    id: 'monthly-a',
    backup: 'a',
    at: Date.now() - 9 * DAY,
    says: { 'gdpr/Art. 32(1)(b)': 'not supported' },
  })
  await put('two', { id: 'monthly-b', backup: 'b', says: { 'gdpr/Art. 32(1)(b)': 'supported' } })
  const result = await controls('two')
  const judged = one(result, 'gdpr', 'Art. 32(1)(b)')
  assert.equal(judged.state, 'not supported')
  assert.equal(judged.evidence?.backup_id, 'a')
  assert.deepEqual(
    judged.backups.map(({ backup_id, state }) => [backup_id, state]),
    [
      ['a', 'not supported'],
      ['b', 'supported'],
    ],
  )
})

test('a control that no report speaks of is not covered, whatever else there is', async () => {
  await mkdir(join(folder, 'empty'), { recursive: true })
  const all = (await controls('empty')).frameworks.flatMap((framework) => framework.controls)
  assert.ok(all.length > 50)
  assert.ok(all.every(({ state, evidence, reason }) => state === 'not covered' && evidence === null && reason !== ''))
})

test('reports that can not be what they say count for nothing, each with its reason', async () => {
  const says = { 'hipaa/164.312(c)(1)': 'supported' }
  await put('forged', { id: 'monthly-ahead', at: Date.now() + 30 * DAY, says })
  await put('forged', { id: 'monthly-copied', named: 'monthly-other', says })
  await put('forged', { id: 'monthly-stripped', algorithm: 'ECDSA-P256-SHA256', says })
  await put('forged', { id: 'monthly-undated', at: 0, says })
  await writeFile(
    join(folder, 'forged/evidence-reports/monthly-undated/2026/11/monthly-undated.json'),
    '{"schema_version":"1.0","report_id":"monthly-undated"}',
  )
  await put('forged', { id: 'monthly-cut', says })
  await writeFile(join(folder, 'forged/evidence-reports/monthly-cut/2026/11/monthly-cut.json'), '{"schema_version":')
  const result = await controls('forged')
  assert.equal(one(result, 'hipaa', '164.312(c)(1)').state, 'not covered')
  assert.equal(result.refused_total, 5)
  const why = new Map(result.refused.map((each) => [each.report_id, each.reason]))
  assert.match(why.get('monthly-ahead') ?? '', /still to come/)
  assert.match(why.get('monthly-copied') ?? '', /"monthly-other", which is another report/)
  assert.match(why.get('monthly-stripped') ?? '', /says that it is signed/)
  assert.match(why.get('monthly-undated') ?? '', /names no backup, no time/)
  assert.match(why.get('monthly-cut') ?? '', /can't be read/)
})

test('a place out of reach says so and hides no other', async () => {
  await put('there', { id: 'monthly-1', says: { 'hipaa/164.312(c)(1)': 'supported' } })
  const result = await controls('gone', 'there')
  assert.equal(result.places[0]?.error?.code, 'ARCHIVE_MISSING')
  assert.equal(one(result, 'hipaa', '164.312(c)(1)').state, 'supported')
})
