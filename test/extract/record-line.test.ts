import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordLine } from '../../src/jobs/extract/record-line.ts'
import { view, withCode } from '../archive/support.ts'

const PLACE = '"topic":"t","partition":0'

test('a line that would be too long with what its value reads as has it as bytes alone', () => {
  const record = view({ offset: 1, timestamp: 2, key: 'k', value: '\u0000'.repeat(1000), headers: [['h\u00e9', null]] })
  const whole = recordLine(PLACE, record, null).text
  assert.ok(whole.includes('"decoded"'))
  const size = Buffer.byteLength(whole)
  assert.equal(recordLine(PLACE, record, null, size).text, whole)
  const short = recordLine(PLACE, record, null, size - 1).text
  assert.equal(short, whole.replace(/,"decoded":.*}}/, '}'))
})

test('a record whose headers alone are too many for a line is refused by its offset', () => {
  const large = Buffer.alloc(40 * 1024 * 1024)
  const record = view({
    offset: 7,
    timestamp: 2,
    key: null,
    value: null,
    headers: [
      ['a', large],
      ['b', large],
    ],
  })
  assert.throws(
    () => recordLine(PLACE, record, null),
    withCode('RECORD_UNREPRESENTABLE', /offset 7 has 83886082 bytes/),
  )
})
