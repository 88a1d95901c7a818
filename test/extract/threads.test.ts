import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { test } from 'node:test'
import { requireManifest } from '../../src/archive/manifest/store.ts'
import { loadExtract } from '../../src/contract/config/extract.ts'
import { say } from '../../src/contract/said/said.ts'
import { planExtract } from '../../src/jobs/extract/plan.ts'
import { readAll } from '../../src/jobs/extract/read-all.ts'
import { Work } from '../../src/jobs/extract/work.ts'
import { ProgressMeter } from '../../src/jobs/progress.ts'
import { context } from '../jobs-read/support.ts'
import { FaultyStorage } from '../rig/faulty-storage.ts'
import { extract, fileText, ID, makeArchive, orders, temporaryFolder } from './support.ts'
import { unpassed, verified } from './verified.ts'

/** Enough for threads, and for more pieces than a thread may be ahead. */
test('many threads, segments that arrive in another order than they are asked for: the pieces come out in order', async () => {
  const folder = await temporaryFolder()
  let next = 0
  const segments = [9, 9, 9, 1, 1, 1].map((megabytes) => {
    const records = orders(next, megabytes * 50).map((record) => ({ ...record, value: randomBytes(20_000) }))
    next += records.length
    return records
  })
  const storage = await makeArchive(folder, { orders: [segments] })
  const output = join(folder, 'case.zip')
  const { result } = await extract(folder, { output })
  assert.equal(result.records, next)
  const verdict = await verified(result.output)
  assert.equal(verdict.facts?.records_proved, next)
  assert.ok(
    unpassed(verdict).every((line) => line.startsWith('indeterminate')),
    unpassed(verdict).join('\n'),
  )

  const slow = new FaultyStorage(storage, ({ call, nth }) =>
    call === 'get' && nth % 3 === 2 ? { kind: 'slow', ms: 300 } : undefined,
  )
  const { manifest } = await requireManifest(slow, ID)
  const plan = planExtract(manifest, loadExtract({ text: fileText(folder, { output }), name: 'case.yaml' }, {}).extract)
  const work = await Work.open(join(folder, 'slow.zip'), 'the request')
  const job = context()
  const meter = new ProgressMeter(job, { phase: say('phase.reading'), recordsTotal: null, bytesTotal: null })
  const settings = { window: { start: null, end: null }, filter: null, mask: [], secret: null }
  await readAll({ storage: slow, backupId: ID, plan, settings, work, meter, context: job })
  meter.stop()
  assert.equal(work.records.digest(), result.content_sha256)
  await work.release()
})
