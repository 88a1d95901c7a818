import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { parquetReadObjects } from 'hyparquet'
import { csvRow, neutral } from '../../src/verify/package/forms/csv.ts'
import type { FormRow } from '../../src/verify/package/forms/row.ts'
import type { PlainRecord } from '../archive/support.ts'
import { extract, makeArchive, START, temporaryFolder } from './support.ts'
import { verified } from './verified.ts'

const DAY = 86_400_000
/** `orders` with Hive's escapes. */
const ESCAPED = '%6F%72%64%65%72%73'
const ODD: PlainRecord[] = [
  { offset: 0, timestamp: START, key: '=cmd|calc', value: 'line one\r\nline two, "quoted"', headers: [['a', null]] },
  { offset: 1, timestamp: START + DAY, key: null, value: null },
  { offset: 2, timestamp: START, key: '', value: Buffer.of(0xff, 0x00) },
  { offset: 3, timestamp: -1, key: 'þorn ® \u0014', value: '日本 € é' },
  { offset: 4, timestamp: 2n ** 62n, key: '-5', value: '{"n": 12345678901234567890}' },
]

async function unzipped(zip: string): Promise<string> {
  const folder = await temporaryFolder()
  execFileSync('python3', [
    '-c',
    'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])',
    zip,
    folder,
  ])
  return folder
}

describe('formats beside NDJSON', () => {
  let files: string
  let output: string
  before(async () => {
    const folder = await temporaryFolder()
    await makeArchive(folder, { orders: [[ODD]], ORDERS: [[ODD.slice(1, 2)]] })
    const { result } = await extract(folder, {
      extract: { formats: ['csv', 'dat', 'parquet'] },
      output: join(folder, 'case.zip'),
    })
    assert.deepEqual(result.formats, ['ndjson', 'csv', 'dat', 'parquet'])
    output = result.output
    files = await unzipped(output)
  })

  test('the verifier makes each form anew, and says that they are the same', async () => {
    const { checks } = await verified(output, [])
    const forms = checks.filter(({ check }) => check === 'forms')
    assert.deepEqual(
      forms.map(({ verdict }) => verdict),
      ['passed'],
    )
    assert.match(String(forms[0]?.reason), /^The 8 other files under "records\/" show exactly the records of /)
  })

  test('CSV reads back as RFC 4180, formulas neutralised', async () => {
    const script =
      'import csv, sys, json; print(json.dumps(list(csv.DictReader(open(sys.argv[1], encoding="utf-8", newline="")))))'
    const rows = JSON.parse(
      execFileSync('python3', ['-c', script, join(files, 'records/records.csv')], { encoding: 'utf8' }),
    ) as Record<string, string>[]
    const orders = rows.filter(({ topic }) => topic === 'orders')
    assert.deepEqual(
      orders.map(({ key, key_encoding }) => [key, key_encoding]),
      [
        ["'=cmd|calc", 'text'],
        ['', 'null'],
        ['', 'text'],
        ['þorn ® \u0014', 'text'],
        ['-5', 'text'],
      ],
    )
    assert.equal(orders[0]?.value, 'line one\r\nline two, "quoted"')
    assert.equal(orders[2]?.value, '/wA=')
    assert.equal(orders[2]?.value_encoding, 'base64')
    assert.equal(orders[4]?.timestamp_ms, String(2n ** 62n))
    assert.equal(orders[0]?.headers, '[["a",null]]')
  })

  test('Parquet reads back typed, by topic and day', async () => {
    const read = async (path: string) => {
      const bytes = await readFile(join(files, 'records/parquet', path))
      const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
      return parquetReadObjects({ file, utf8: false })
    }
    const day = new Date(START).toISOString().slice(0, 10)
    const rows = await read(`topic=${ESCAPED}/date=${day}/part-00000.parquet`)
    assert.deepEqual(
      rows.map(({ offset }) => offset),
      [0n, 2n],
    )
    assert.deepEqual(rows[0]?.timestamp, new Date(START))
    assert.deepEqual(Buffer.from(rows[1]?.value), Buffer.of(0xff, 0x00))
    assert.equal(rows[1]?.value_text ?? null, null)
    assert.equal(rows[0]?.value_text, 'line one\r\nline two, "quoted"')
    const later = await read(
      `topic=${ESCAPED}/date=${new Date(START + DAY).toISOString().slice(0, 10)}/part-00000.parquet`,
    )
    assert.deepEqual([later[0]?.key ?? null, later[0]?.value ?? null], [null, null])
    assert.equal((await read(`topic=${ESCAPED}/date=1969-12-31/part-00000.parquet`)).length, 1)
    assert.equal((await read(`topic=${ESCAPED}/date=__HIVE_DEFAULT_PARTITION__/part-00000.parquet`)).length, 1)
  })

  test('topics that differ only in case have folders that differ in more', async () => {
    const day = new Date(START + DAY).toISOString().slice(0, 10)
    // ORDERS comes first in code units, and keeps its name
    await readFile(join(files, `records/parquet/topic=ORDERS/date=${day}/part-00000.parquet`))
    await readFile(join(files, `records/parquet/topic=${ESCAPED}/date=${day}/part-00000.parquet`))
  })

  test('Concordance load files in both encodings have the same fields', async () => {
    const utf8 = await readFile(join(files, 'records/records-utf8.dat'))
    assert.deepEqual([...utf8.subarray(0, 5)], [0xef, 0xbb, 0xbf, 0xc3, 0xbe])
    const narrow = await readFile(join(files, 'records/records-windows-1252.dat'))
    assert.equal(narrow[0], 0xfe)
    const fields = (text: string) =>
      text
        .split('\r\n')
        .filter((line) => line !== '')
        .map((line) => line.split('\u0014').map((field) => field.slice(1, -1)))
    const wide = fields(utf8.toString('utf8').slice(1))
    const latin = fields(narrow.toString('latin1'))
    assert.equal(wide.length, 7)
    assert.ok([...wide, ...latin].every((row) => row.length === 11))
    const at = (rows: string[][], id: string, column: number) => rows.find(([first]) => first === id)?.[column]
    assert.equal(at(wide, 'orders-0-0', 7), 'line one®line two, "quoted"')
    assert.equal(at(wide, 'orders-0-3', 5), 'thorn (R)  ')
    assert.equal(at(wide, 'orders-0-3', 7), '日本 € é')
    assert.equal(at(latin, 'orders-0-3', 7), '?? \u0080 é')
  })
})

test('cells that a spreadsheet would run get an apostrophe; numbers do not', () => {
  for (const cell of ['=1+1', '+1', '@SUM(A1)', '-2+3', '\tx', ' =1', '＝1', '\u0000=1', '\nx'])
    assert.equal(neutral(cell), `'${cell}`, cell)
  for (const cell of ['-5', 'a=1', '', '2026-01-01', 'C17']) assert.equal(neutral(cell), cell)
  // a spreadsheet that separates by semicolons or tabs heeds no quotes of ours
  for (const [cell, shown] of [
    ['x;=1+1', "x;'=1+1"],
    ['\r=1', "'\r'=1"],
    ['\n=1', "'\n'=1"],
    ['x; @SUM(A1);y', "x;' @SUM(A1);y"],
    ['x\t+1', "x\t'+1"],
    ['line\n=1+1\r\n-2+3', "line\n'=1+1\r\n'-2+3"],
    ['x;"=1+1"', 'x;\'"=1+1"'],
    ['=1;=2', "'=1;'=2"],
    ['{"a":"b;=HYPERLINK(1)"}', '{"a":"b;\'=HYPERLINK(1)"}'],
    ['1;-5;-6', '1;-5;-6'],
    ['a;b\nc', 'a;b\nc'],
    ['{\n  "a": -1\n}', '{\n  "a": -1\n}'],
  ] as const) {
    assert.equal(neutral(cell), shown)
  }
  const row = {
    topic: 't',
    partition: 0,
    offset: 1,
    timestamp: -1,
    key: { bytes: null, shown: '', encoding: 'null' },
    value: { bytes: null, shown: '', encoding: 'null' },
    headers: '[]',
    redacted: [],
    lineBytes: 0,
  } satisfies FormRow
  assert.equal(csvRow(row), '"t","0","1","1969-12-31T23:59:59.999Z","-1","","null","","null","[]",""\r\n')
})

test('a cell that is made to take long is neutralised at once', () => {
  const began = performance.now()
  for (const part of [' ', '\u00a0', '"', ';', '\n', '; ', ';-1', '\u0000']) {
    const cell = `;${part.repeat(3_000_000 / part.length)}x`
    neutral(cell)
    neutral(cell.slice(1))
  }
  assert.ok(performance.now() - began < 20_000)
})
