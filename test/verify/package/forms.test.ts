import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodePackageTools } from '../../../src/jobs/verify/package-tools.ts'
import { csvRow } from '../../../src/verify/package/forms/csv.ts'
import { ParquetParts } from '../../../src/verify/package/forms/parquet.ts'
import { formRow } from '../../../src/verify/package/forms/row.ts'
import { sha256 } from './zip-maker.ts'

const LINES = [
  '{"topic":"ledger","partition":0,"offset":7,"timestamp":9223372036854775807,"key":"QzE=","value":"eyJhbW91bnQiOjEuNTB9","headers":[["trace","AAE="]],"decoded":{"key":"C1","value":{"amount":1.50}}}',
  '{"topic":"ledger","partition":0,"offset":9,"timestamp":1775000000000,"key":null,"value":"/wA=","headers":[]}',
  '{"topic":"ledger","partition":1,"offset":9007199254740991,"timestamp":-1,"key":"","value":"77u/IHgi","headers":[["n",null]],"redacted":["hide"]}',
]
const rows = () => LINES.map((line) => formRow(Buffer.from(line), nodePackageTools))

test('a row has all 64 bits of its timestamp, a byte order mark, and bytes that are no text in base64', () => {
  assert.deepEqual(rows().map(csvRow), [
    '"ledger","0","7","9223372036854775807","9223372036854775807","C1","text","{""amount"":1.50}","text","[[""trace"",""AAE=""]]",""\r\n',
    '"ledger","0","9","2026-03-31T23:33:20.000Z","1775000000000","","null","/wA=","base64","[]",""\r\n',
    '"ledger","1","9007199254740991","1969-12-31T23:59:59.999Z","-1","","text","\ufeff x""","text","[[""n"",null]]","hide"\r\n',
  ])
})

/**
 * The verifier makes Parquet files anew: ones that are in packages already must stay the same. Where another version of the
 * library packs otherwise, it can't take the place of this one just so.
 */
test('Parquet of the same rows is the same bytes, from version to version', async () => {
  const made: [string, string][] = []
  const parts = new ParquetParts(
    'coffer 0.1.0',
    async (path, bytes) => void made.push([path, sha256(Buffer.from(bytes))]),
  )
  for (const row of rows()) await parts.add(row)
  await parts.finish()
  assert.deepEqual(made, [
    [
      'topic=ledger/date=__HIVE_DEFAULT_PARTITION__/part-00000.parquet',
      '353fa3a609bb8999424a6e7365caa42e5fb2afe66df7d15a0548992a201a4904',
    ],
    [
      'topic=ledger/date=2026-03-31/part-00000.parquet',
      '820bf3efb5b3bd227f21d7aba5511ddd268fe8547f0c04b0ababac51bb367eb3',
    ],
    [
      'topic=ledger/date=1969-12-31/part-00000.parquet',
      '3f020108e50022de92d8b6bbd6cbddd2e9df3b1eba249f98a2b1288bb41e7757',
    ],
  ])
})
