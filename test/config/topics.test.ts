import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileRegex } from '../../src/contract/config/regex.ts'
import { checkTopicPattern, literalTopics, matchGlob, selectTopics } from '../../src/contract/config/topics.ts'
import { isCofferError } from '../../src/contract/errors.ts'

const NAMES = ['orders', 'orders-eu', 'orders-us-v2', 'payments', 'ledger-transfers-tx', '__consumer_offsets']

test('globs cover the whole name, regular expressions any part, exclude wins', () => {
  const select = (include: string[], exclude: string[] = []) => selectTopics(NAMES, { include, exclude })
  assert.deepEqual(select([]), NAMES)
  assert.deepEqual(select(['orders']), ['orders'])
  assert.deepEqual(select(['orders-*', 'pay?ents']), ['orders-eu', 'orders-us-v2', 'payments'])
  assert.deepEqual(select(['*'], ['__*', '~-v\\d+$']), ['orders', 'orders-eu', 'payments', 'ledger-transfers-tx'])
  assert.deepEqual(select(['~^(orders|payments)$']), ['orders', 'payments'])
  assert.deepEqual(select(['~transfers']), ['ledger-transfers-tx'])
  assert.deepEqual(select(['nothing']), [])
  assert.throws(
    () => select(['~(']),
    (error) => isCofferError(error, 'CONFIG_INVALID_VALUE'),
  )
})

test('plain names are told from patterns', () => {
  assert.deepEqual(literalTopics({ include: ['a', 'b*', '~c', 'd?', 'e.f'] }), ['a', 'e.f'])
})

test('globs agree with their definition', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 })
  const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 })
  fc.assert(
    fc.property(letters, text, (pattern, name) => {
      const regex = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`)
      assert.equal(matchGlob(pattern, name), regex.test(name))
    }),
    { seed: 3, numRuns: 5_000 },
  )
})

test('regular expressions agree with the engine of the language', () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    '.',
    'a*',
    'b+',
    '(a|b)',
    '(ab)*',
    '[ab]',
    '[^a]',
    '[a-c]?',
    'a{2}',
    'b{1,2}',
    '(a|)',
    '^',
    '$',
    '\\d',
    '\\w',
    '(?:b*)*',
    'a??',
  )
  const pattern = fc.array(piece, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''))
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1'), maxLength: 8 })
  fc.assert(
    fc.property(pattern, text, (source, name) => {
      assert.equal(compileRegex(source).test(name), new RegExp(source).test(name), `${source} on ${name}`)
    }),
    { seed: 3, numRuns: 5_000 },
  )
})

test('a pattern that would take for ever elsewhere takes no time here', () => {
  const name = `${'a'.repeat(248)}!`
  const before = Date.now()
  for (const pattern of ['^(a+)+$', '^(a|a)*$', '(a*)*b', '^(a|aa)+$', '^([a-z]+)*$', '^(a*a*a*a*a*a*)*$']) {
    assert.equal(compileRegex(pattern).test(name), false, pattern)
  }
  assert.equal(matchGlob('*a*a*a*a*a*a*a*a*a*b', name), false)
  assert.ok(Date.now() - before < 2_000)
})

test('patterns too large or not understood are refused', () => {
  for (const pattern of [
    '~(',
    '~)',
    '~[a',
    '~*',
    '~a{2,1}',
    '~(?=a)',
    '~\\1',
    '~a\\',
    '~[b-a]',
    '~(a{999}){999}',
    `~${'('.repeat(60)}${')'.repeat(60)}`,
    '~((){999}){999}',
  ]) {
    assert.notEqual(checkTopicPattern(pattern), null, pattern)
  }
  assert.equal(checkTopicPattern('~payments-v[0-9]+'), null)
  assert.equal(checkTopicPattern('('), null)
})
