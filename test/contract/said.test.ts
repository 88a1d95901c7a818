import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CofferError, deserializeError, serializeError } from '../../src/contract/errors.ts'
import { said as saidSchema } from '../../src/contract/ipc/said.ts'
import { ENGLISH } from '../../src/contract/said/english.ts'
import { because, english, isKnown, readSaid, type Said, saidOf, say } from '../../src/contract/said/said.ts'

test('a sentence is made of its words and its values: plurals, figures, times, lists, and sentences within', () => {
  assert.equal(english(say('control.lockNone')), 'the storage says that there is no retention lock')
  assert.equal(english(say('many.records', { count: 1 })), '1 record')
  assert.equal(english(say('many.records', { count: 1234567 })), '1,234,567 records')
  assert.equal(
    english(say('control.lockCompliance', { until: '2033-04-05T02:14:05.000Z' })),
    'the storage says that the objects of the archive which it was asked about are locked in COMPLIANCE mode until 5 April 2033, 02:14:05 UTC',
  )
  assert.equal(
    english(say('control.notPart', { count: 3, checks: ['A', 'B', 'C'] })),
    'A, B and C were not part of this report',
  )
  assert.equal(
    english(say('segment.damaged', { segment: 's', why: say('segment.size', { expected: 12345, got: 7 }) })),
    'the segment "s" is damaged: expected 12345 bytes, got 7',
  )
})

test('a name that is not known gives itself and no words', () => {
  for (const id of ['', 'control', 'control.', 'control.toString', '__proto__.x', 'constructor.name', 'lock.nope']) {
    assert.equal(isKnown({ id }), false, id)
    assert.equal(english({ id }), id)
  }
  // a sentence that counts is none without its number
  assert.equal(isKnown({ id: 'many.records' }), false)
})

test('what a file says of its own sentence counts only where it makes exactly that sentence', () => {
  const { reason, said } = because('control.noRun', { month: '2026-11' })
  assert.deepEqual(readSaid(JSON.parse(JSON.stringify(said)), reason), said)
  for (const twisted of [
    { id: 'control.runsComplete', values: { count: 4, month: '2026-11' } },
    { id: 'control.noRun', values: { month: '2026-10' } },
    { id: 'control.noRun' },
    { id: 'no.such' },
    { id: 7 },
    { id: 'control.noRun', values: { month: { id: 'control.noRun', values: { month: [7] } } } },
    { id: 'control.noRun', values: { month: 'x'.repeat(5_000) } },
    null,
    'there was no run in 2026-11',
  ]) {
    assert.equal(readSaid(twisted, reason), undefined, JSON.stringify(twisted)?.slice(0, 80))
  }
})

test('sentences within sentences have an end', () => {
  let deep: Said = say('control.noReport')
  for (let i = 0; i < 1_000; i++) deep = say('custody.at', { object: 'o', why: deep })
  assert.ok(english(deep).length < 200)
  assert.equal(readSaid(deep, english(deep)), undefined)
})

test('of a list of sentences the one is found that makes the English one', () => {
  const all = [say('lock.bucketNone'), say('hold.heldWithoutMatter', { held: 3 })]
  assert.equal(saidOf(english(all[1] as Said), all), all[1])
  assert.equal(saidOf('something else', all), undefined)
  assert.equal(saidOf('something else', undefined), undefined)
})

test('an error keeps what its message is made of on its way between threads and to the window', () => {
  const error = new CofferError('SEGMENT_DAMAGED', say('segment.noEnd'))
  assert.equal(error.message, 'expected "BKAE" at its end, got other bytes')
  const back = deserializeError(structuredClone(serializeError(error)))
  assert.deepEqual(back.said, { id: 'segment.noEnd' })
  assert.deepEqual(saidSchema.parse(back.said), { id: 'segment.noEnd' })
  assert.equal(serializeError(new CofferError('USAGE', 'said by hand')).said, undefined)
})

test('English sentences are parts of sentences: no full stop, no capital that is not a name', () => {
  for (const [group, texts] of Object.entries(ENGLISH)) {
    for (const [name, text] of Object.entries(texts)) {
      assert.doesNotMatch(text, /[.!?]$/, `${group}.${name}`)
      assert.match(text, /^[\p{Ll}\d"({]|^(TLS|LogAppendTime)\b/u, `${group}.${name}`)
    }
  }
})
