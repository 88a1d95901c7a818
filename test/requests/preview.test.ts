import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { ExtractionSpec } from '../../src/contract/requests/spec.ts'
import type { PreviewCursor } from '../../src/contract/results/preview.ts'
import { runPackageRecords } from '../../src/jobs/extract/package-records.ts'
import { runPreview } from '../../src/jobs/extract/preview.ts'
import { fieldsOf } from '../../src/jobs/extract/preview-fields.ts'
import { previewRows, readRecords, readRows } from '../../src/jobs/extract/preview-spool.ts'
import { withCode } from '../archive/support.ts'
import { dropIndexes, extract, ID, makeArchive, orders, START, temporaryFolder } from '../extract/support.ts'
import { context } from '../jobs-read/support.ts'
import { madeEntry, makeZip } from '../verify/package/zip-maker.ts'
import { filterTest, yamlOf } from './support.ts'

interface Look {
  spec?: Partial<ExtractionSpec>
  cursor?: PreviewCursor | null
  rows?: number
  bytes?: number
  folder?: string
}

async function look(archive: string, { spec = {}, cursor = null, rows = 1e6, bytes = 1e12, folder }: Look = {}) {
  const into = folder ?? (await mkdtemp(join(archive, 'spool-')))
  const config = { text: yamlOf({ backupId: ID, ...spec }, archive), name: 'preview.yaml', directory: '/' }
  const { result } = await runPreview(
    { kind: 'preview', config, folder: into, cursor, rows, bytes, environment: {} },
    context(),
  )
  return { result, folder: into }
}

const customer = (id: string) => ({
  filter: {
    type: 'group' as const,
    id: 'g',
    mode: 'all' as const,
    parts: [filterTest({ place: '$.customer_id', text: id })],
  },
})

describe('a preview', () => {
  test('finds what an extraction finds, in its order', async () => {
    const archive = await temporaryFolder()
    await makeArchive(archive, { orders: [[orders(0, 100), orders(100, 100)], [orders(0, 30)]] })
    const { result, folder } = await look(archive, { spec: customer('C7') })
    assert.equal(result.rows, 23)
    assert.equal(result.cursor, null)
    assert.equal(result.records_read, 230)
    const rows = await readRows(folder, 0, 500)
    assert.deepEqual(
      rows.map(({ partition, offset }) => [partition, offset]),
      [
        ...Array.from({ length: 20 }, (_, i) => [0, 7 + i * 10]),
        ...Array.from({ length: 3 }, (_, i) => [1, 7 + i * 10]),
      ],
    )
    assert.deepEqual(rows[0], {
      topic: 'orders',
      partition: 0,
      offset: 7,
      timestamp: String(START + 7000),
      key: 'order-7',
      value: '{"order":7,"customer_id":"C7","amount":"7.50","iban":"DE00000000000000000007"}',
      redacted: false,
    })
  })

  test('stops at its number of rows, goes on at its cursor, and leaves none out and none twice', async () => {
    const archive = await temporaryFolder()
    await makeArchive(archive, { orders: [[orders(0, 90), orders(90, 60)], [orders(0, 45)]] })
    const { result, folder } = await look(archive, { rows: 37 })
    assert.equal(result.rows, 37)
    assert.deepEqual(result.cursor, { segment: 0, record: 37 })
    let cursor: PreviewCursor | null = result.cursor
    let looks = 1
    while (cursor !== null) {
      const next = await look(archive, { rows: 37, cursor, folder })
      cursor = next.result.cursor
      looks++
    }
    assert.ok(looks >= 6)
    assert.equal(await previewRows(folder), 195)
    const rows = await readRows(folder, 0, 500)
    const whole = (await look(archive)).folder
    assert.deepEqual(rows, await readRows(whole, 0, 500))
    assert.deepEqual(await readRows(folder, 190, 100), rows.slice(190))
    assert.deepEqual(await readRows(folder, 195, 5), [])
  })

  test('of a window in the middle of a segment only what can hold it is read, and no row is left out or twice', async () => {
    const archive = await temporaryFolder()
    const storage = await makeArchive(archive, { orders: [[orders(0, 9000)], [orders(4_000, 300)]] })
    const spec = { start: START + 4_000_000, end: START + 4_200_000 }
    const one = await look(archive, { spec })
    assert.equal(one.result.rows, 402)
    assert.equal(one.result.cursor, null)
    assert.ok(one.result.records_read < 4_000, `${one.result.records_read} read`)
    const rows = await readRows(one.folder, 0, 500)
    const first = await look(archive, { spec, rows: 150 })
    let { cursor } = first.result
    let looks = 1
    for (; cursor !== null; looks++) {
      cursor = (await look(archive, { spec, rows: 150, cursor, folder: first.folder })).result.cursor
    }
    assert.ok(looks >= 3)
    assert.deepEqual(await readRows(first.folder, 0, 500), rows)
    await dropIndexes(archive, storage)
    const whole = await look(archive, { spec })
    assert.equal(whole.result.records_read, 9_300)
    assert.deepEqual(await readRows(whole.folder, 0, 500), rows)
  })

  test('stops at its number of bytes', async () => {
    const archive = await temporaryFolder()
    await makeArchive(archive, { orders: [[orders(0, 50), orders(50, 50)]] })
    const { result } = await look(archive, { spec: customer('nobody'), bytes: 1 })
    assert.equal(result.rows, 0)
    assert.deepEqual(result.cursor, { segment: 1, record: 0 })
  })

  test('shows records as the package will have them: masked', async () => {
    const archive = await temporaryFolder()
    await makeArchive(archive, { orders: [[orders(0, 3)]] })
    const rule = { id: 'r', on: 'json' as const, place: '$.iban', how: 'remove' as const, text: '', characters: 4 }
    const { folder } = await look(archive, { spec: { mask: [rule, { ...rule, on: 'header', place: 'trace' }] } })
    for (const name of await readdir(folder)) {
      const bytes = await readFile(join(folder, name))
      assert.ok(!bytes.includes('DE0000') && !bytes.includes('trace-1'), name)
      assert.ok(!bytes.includes(Buffer.from('DE000000000').toString('base64').slice(0, 10)), name)
    }
    const [record] = await readRecords(folder, 1, 1)
    assert.deepEqual(record?.redacted, ['mask-1', 'mask-2'])
    assert.equal(record?.value?.text, '{"order":1,"customer_id":"C1","amount":"1.50"}')
    assert.deepEqual(record?.headers, [])
  })

  test('names a segment that can’t be read, and looks into the others', async () => {
    const archive = await temporaryFolder()
    await makeArchive(archive, { orders: [[orders(0, 10), orders(10, 10)]] })
    const segments = join(archive, ID, 'topics/orders/partition=0')
    const [first] = (await readdir(segments)).filter((name) => name.includes('.bin')).sort()
    assert.ok(first !== undefined)
    const bytes = await readFile(join(segments, first))
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
    await writeFile(join(segments, first), bytes)
    const { result } = await look(archive)
    assert.equal(result.failures_total, 1)
    assert.equal(result.failures[0]?.code, 'SEGMENT_DAMAGED')
    assert.equal(result.rows, 10)
  })

  test('says what fields the records have, by paths that a filter takes', async () => {
    const archive = await temporaryFolder()
    const value = JSON.stringify({ a: { 'b c': [1, { d: true }] }, "it's": null, e: 'x' })
    const record = { offset: 0, timestamp: START, key: 'k', value, headers: [] }
    await makeArchive(archive, { orders: [[[record]]] })
    const { folder } = await look(archive)
    const fields = fieldsOf(await readRecords(folder, 0, 10))
    assert.deepEqual(
      fields.map(({ path, kind }) => [path, kind]),
      [
        ['$.a', 'object'],
        ["$.a['b c']", 'list'],
        ["$.a['b c'][*]", 'number'],
        ["$.a['b c'][*].d", 'truth'],
        ["$['it\\'s']", 'null'],
        ['$.e', 'text'],
      ],
    )
    for (const { path } of fields.filter(({ kind }) => kind === 'truth' || kind === 'text')) {
      const test = filterTest({ place: path, is: 'exists' })
      const found = await look(archive, { spec: { filter: { type: 'group', id: 'g', mode: 'all', parts: [test] } } })
      assert.equal(found.result.rows, 1, path)
    }
  })
})

test('a look into a package shows what is in it', async () => {
  const archive = await temporaryFolder()
  await makeArchive(archive, { orders: [[orders(0, 40)]] })
  const output = join(archive, 'case.zip')
  await extract(archive, { output, extract: { mask: [{ json: '$.iban', remove: true }] } })
  const folder = await mkdtemp(join(archive, 'opened-'))
  const ask = (cursor: PreviewCursor | null, rows: number) =>
    runPackageRecords(
      { kind: 'package-records', file: output, folder, cursor, rows, bytes: 1e12, environment: {} },
      context(),
    )
  const first = (await ask(null, 15)).result
  assert.deepEqual([first.rows, first.cursor], [15, { segment: 0, record: 15 }])
  const rest = (await ask(first.cursor, 100)).result
  assert.deepEqual([rest.rows, rest.cursor], [25, null])
  const rows = await readRows(folder, 0, 100)
  assert.deepEqual(
    rows.map(({ offset }) => offset),
    Array.from({ length: 40 }, (_, i) => i),
  )
  assert.equal(
    rows.every(({ redacted, value }) => redacted && value?.includes('iban') === false),
    true,
  )
})

test('a look into what is no whole package says so, and a line without an end is not gathered', async () => {
  const folder = await temporaryFolder()
  const look = async (name: string, records: Buffer | null) => {
    const file = join(folder, name)
    const entries = [madeEntry('README.txt', Buffer.from('x'))]
    if (records !== null) entries.push(madeEntry('records/records.ndjson', records))
    await writeFile(file, name === 'text' ? 'no zip' : makeZip(entries))
    const opened = await mkdtemp(join(folder, 'opened-'))
    const { result } = await runPackageRecords(
      { kind: 'package-records', file, folder: opened, cursor: null, rows: 10, bytes: 1e12, environment: {} },
      context(),
    )
    return [result.rows, result.records_total]
  }
  await assert.rejects(look('text', null), withCode('USAGE', /no package whose records can be shown/))
  await assert.rejects(look('none', null), withCode('USAGE', /got one without/))
  await assert.rejects(
    look('line', Buffer.from('{}\nx\n')),
    withCode('USAGE', /line 1 of the package's records is no record/),
  )
  assert.deepEqual(await look('empty', Buffer.alloc(0)), [0, 0])
  const line = '{"topic":"t","partition":0,"offset":1,"timestamp":1,"key":null,"value":null,"headers":[]}'
  const long = Buffer.concat([Buffer.alloc(40 * 1024 * 1024, 'x'), Buffer.from(`\n${line}\n${line}`)])
  assert.deepEqual(await look('long', long), [2, 3])
})
