import assert from 'node:assert/strict'
import { test } from 'node:test'
import { english, type Said, say } from '../../src/contract/said/said.ts'

/**
 * The type checker holds this file: where it lets one of these pass, its `@ts-expect-error` is without use, which is an
 * error of `npm run check`. What they give when they run is what nobody may ever read.
 */
const NOBODY_READS = '[object Object]'
const said: Said = say('lock.bucketNone')
const maybe = (said as Said | undefined) ?? 'a text'
const mixed: readonly (string | Said)[] = [said]

test('a sentence in a template is an error of types', () => {
  // @ts-expect-error a sentence
  assert.equal(`${said}`, NOBODY_READS)
  // @ts-expect-error a text, or a sentence where there is one
  assert.equal(`${maybe}`, NOBODY_READS)
  assert.equal(`${english(said)}`, 'the bucket has no Object Lock')
})

test('a sentence behind a plus is an error of types', () => {
  let text = ''
  // @ts-expect-error a sentence
  assert.equal(text + said, NOBODY_READS)
  // @ts-expect-error a sentence
  text += said
  assert.equal(text, NOBODY_READS)
})

test('sentences joined are no text', () => {
  // @ts-expect-error sentences
  const all: string = [said].join('; ')
  // @ts-expect-error texts and sentences
  const some: string = mixed.join('; ')
  // @ts-expect-error in a template the result is none either
  assert.equal(`${mixed.join('; ')}`, NOBODY_READS)
  assert.deepEqual([all, some], [NOBODY_READS, NOBODY_READS])
})

test('what is no sentence is joined as ever', () => {
  const texts: string = ['a', 'b'].join()
  const numbers: string = ([1, 2] as readonly number[]).map(String).join()
  assert.deepEqual([texts, numbers], ['a,b', '1,2'])
})
