import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { test } from 'node:test'
import { extract, makeArchive, orders, temporaryFolder } from './support.ts'
import { unpassed, verified } from './verified.ts'

/** Enough for threads, and for more pieces than a thread may be ahead; fetched in another order than they are taken. */
test('many threads, large and small segments in turn: the pieces come out in order', async () => {
  const folder = await temporaryFolder()
  let next = 0
  const segments = [9, 1, 9, 1, 1, 9].map((megabytes) => {
    const records = orders(next, megabytes * 50).map((record) => ({ ...record, value: randomBytes(20_000) }))
    next += records.length
    return records
  })
  await makeArchive(folder, { orders: [segments] })
  for (const formats of [['ndjson'], ['csv']]) {
    const { result } = await extract(folder, { extract: { formats }, output: join(folder, `${formats}.zip`) })
    assert.equal(result.records, next)
    const verdict = await verified(result.output)
    assert.equal(verdict.facts?.records_proved, next)
    assert.ok(
      unpassed(verdict).every((line) => line.startsWith('indeterminate')),
      unpassed(verdict).join('\n'),
    )
  }
})
