import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { findReport, findReports } from '../../src/evidence/store/find.ts'
import { saveEvidence } from '../../src/evidence/store/save.ts'
import { runEvidenceGet } from '../../src/jobs/evidence/get.ts'
import { runEvidenceList } from '../../src/jobs/evidence/list.ts'
import { context, storageAt, temporaryFolder } from '../jobs-read/support.ts'
import { FaultyStorage } from '../rig/faulty-storage.ts'

const TIME = new Date('2026-04-05T02:03:04.567Z')
const idOf = () => `validation-${randomUUID()}`

function filesOf(id: string, signed = true, overall = 'PASSED') {
  const report = {
    report_id: id,
    generated_at: TIME.toISOString(),
    backup: { id: 'weekly' },
    validation: { overall_result: overall },
    integrity: { signature_algorithm: signed ? 'ECDSA-P256-SHA256' : null },
  }
  const file = (ending: string, text: string) => ({ name: `${id}.${ending}`, bytes: Buffer.from(text) })
  const all = [
    file('sig', 's'),
    file('sig.der', 'd'),
    file('pub.pem', 'p'),
    file('pdf', '%PDF'),
    file('json', JSON.stringify(report)),
  ]
  return signed ? all : all.slice(3)
}
const listed = async (path: string, more: { prefix?: string; limit?: number } = {}) => {
  const storage = await storageAt(path)
  const request = {
    kind: 'evidence-list' as const,
    environment: {},
    archive: { path },
    limit: more.limit ?? 50,
    ...more,
  }
  return (await runEvidenceList(storage, request, context())).result
}

test('a report lies under its prefix, id, year and month, and its signature is stored last', async () => {
  const path = await temporaryFolder()
  const id = idOf()
  const faulty = new FaultyStorage(await storageAt(path), () => undefined)
  const { keys, folder, lock } = await saveEvidence(faulty, 'evidence-reports/sox/', id, TIME, filesOf(id))
  assert.equal(folder, `evidence-reports/sox/${id}/2026/04/`)
  assert.deepEqual(
    keys.map((key) => key.slice(folder.length + id.length + 1)),
    ['json', 'pdf', 'pub.pem', 'sig.der', 'sig'],
  )
  assert.equal(lock.mode, 'none')
  assert.equal((await listed(path)).reports[0]?.complete, true)
})

test('a storage that dies at any write leaves no report that looks whole', async () => {
  for (const signed of [true, false]) {
    const count = filesOf('validation-x', signed).length
    for (let nth = 1; nth <= count; nth++) {
      for (const kind of ['fail', 'crash before'] as const) {
        const path = await temporaryFolder()
        const id = idOf()
        const plan = (call: { call: string; nth: number }) =>
          call.call !== 'put' || call.nth !== nth
            ? undefined
            : kind === 'fail'
              ? ({ kind, code: 'STORAGE_FULL' } as const)
              : ({ kind } as const)
        const faulty = new FaultyStorage(await storageAt(path), plan)
        await assert.rejects(saveEvidence(faulty, 'e/', id, TIME, filesOf(id, signed)))
        const { reports } = await listed(path)
        assert.ok(
          reports.every((one) => !one.complete),
          `${signed} ${nth} ${kind}`,
        )
      }
    }
  }
})

test('what is stored is never written over, and an answer that was lost is no second report', async () => {
  const path = await temporaryFolder()
  const id = idOf()
  const storage = await storageAt(path)
  await saveEvidence(storage, 'e/', id, TIME, filesOf(id))
  await saveEvidence(storage, 'e/', id, TIME, filesOf(id))
  await assert.rejects(saveEvidence(storage, 'e/', id, TIME, filesOf(id, true, 'FAILED')), { code: 'OBJECT_EXISTS' })
  assert.equal((await listed(path)).reports[0]?.overall_result, 'PASSED')
})

test('reports are found under any prefix, the newest first, without looking into backups', async () => {
  const path = await temporaryFolder()
  const inner = await storageAt(path)
  const ids = [idOf(), idOf(), `monthly-${randomUUID()}`]
  const prefixes = ['evidence-reports/', 'production/weekly/evidence-reports/sox/', 'a/b/c/']
  for (const [i, prefix] of prefixes.entries()) {
    await saveEvidence(inner, prefix, ids[i] as string, TIME, filesOf(ids[i] as string))
  }
  await inner.put('weekly/topics/t/partition=0/segment', Buffer.from('x'))
  await inner.put(`weekly/topics/${idOf()}/x`, Buffer.from('x'))
  const seen = new FaultyStorage(inner, () => undefined)
  const found: string[] = []
  for await (const report of findReports(seen)) found.push(report.report_id)
  assert.deepEqual(found.toSorted(), ids.toSorted())
  assert.ok(
    seen.calls.every(({ key }) => !key.startsWith('weekly/topics/')),
    'no segment is listed',
  )
  assert.equal((await findReport(inner, ids[1] as string)).folder, `${prefixes[1]}${ids[1]}/2026/04/`)
  assert.equal((await listed(path, { limit: 2 })).reports.length, 2)
  assert.equal((await listed(path, { limit: 2 })).reports_total, 3)
  assert.deepEqual(
    (await listed(path, { prefix: 'a/b' })).reports.map((one) => one.report_id),
    [ids[2]],
  )
})

test('a report is fetched whole or by its parts; a name that is none is refused', async () => {
  const path = await temporaryFolder()
  const output = await temporaryFolder()
  const storage = await storageAt(path)
  const id = idOf()
  await saveEvidence(storage, 'deep/er/', id, TIME, filesOf(id))
  const get = (reportId: string, format: 'json' | 'pdf' | 'sig' | 'all', to: string) =>
    runEvidenceGet(
      storage,
      { kind: 'evidence-get', environment: {}, archive: { path }, reportId, format, output: join(output, to) },
      context(),
    )
  await get(id, 'sig', 'report.sig')
  assert.equal(await readFile(join(output, 'report.sig'), 'utf8'), 's')
  await get(id, 'all', 'all')
  assert.equal((await readdir(join(output, 'all'))).length, 5)
  await assert.rejects(get(idOf(), 'json', 'x'), { code: 'OBJECT_MISSING' })
  await assert.rejects(get('../../etc', 'json', 'x'), { code: 'PATH_ESCAPES' })
  const plain = idOf()
  await saveEvidence(storage, 'e/', plain, TIME, filesOf(plain, false))
  await assert.rejects(get(plain, 'sig', 'x'), { code: 'OBJECT_MISSING' })
})
