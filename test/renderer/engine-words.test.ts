import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ERROR_EXIT } from '../../src/contract/errors.ts'
import { ADVICE, SUB_INDICATIONS, VERIFY_CHECKS } from '../../src/contract/evidence/verdict.ts'
import { de } from '../../src/renderer/locales/de/index.ts'
import { en } from '../../src/renderer/locales/en/index.ts'
import { adviceText } from '../../src/verify/advice.ts'

/** What the engine and the verifier say by a code or a name, the window says in its own languages. */

const both = { en, de }

test('each error code has a title and a hint in both languages, and no other has one', () => {
  for (const [language, { errors }] of Object.entries(both)) {
    assert.deepEqual(Object.keys(errors).sort(), Object.keys(ERROR_EXIT).sort(), language)
    for (const [code, { title, hint }] of Object.entries(errors)) {
      assert.doesNotMatch(title, /\.$/, `${language} ${code}`)
      assert.match(hint, /\.$/, `${language} ${code}`)
    }
  }
})

test('each sub-indication, check and advice of the verifier has words in both languages, and nothing else has', () => {
  for (const [language, { verdicts }] of Object.entries(both)) {
    assert.deepEqual(Object.keys(verdicts.sub).sort(), [...SUB_INDICATIONS].sort(), language)
    assert.deepEqual(Object.keys(verdicts.check).sort(), [...VERIFY_CHECKS].sort(), language)
    assert.deepEqual(Object.keys(verdicts.advice).sort(), [...ADVICE].sort(), language)
  }
})

test('what is German differs from what is English', () => {
  for (const [code, { title, hint }] of Object.entries(en.errors)) {
    const german = de.errors[code as keyof typeof de.errors]
    assert.notEqual(german.title, title, code)
    assert.notEqual(german.hint, hint, code)
  }
  for (const part of ['sub', 'advice'] as const) {
    const german: Readonly<Record<string, string>> = de.verdicts[part]
    for (const [name, text] of Object.entries(en.verdicts[part])) assert.notEqual(german[name], text, name)
  }
})

test('advice that leads to a card of the page calls it as the page does, and is else the verifier’s own sentence', () => {
  for (const [language, { verdicts, verify }] of Object.entries(both)) {
    for (const id of ADVICE) {
      const text = verdicts.advice[id]
      const [option] = /--(trust|at)\b/.exec(adviceText([id])) ?? []
      if (option === '--trust') assert.ok(text.includes(verify.trust.title), `${language} ${id}`)
      else if (option === '--at') assert.ok(text.includes(verify.at.title), `${language} ${id}`)
      else if (language === 'en') assert.equal(text.replaceAll('’', "'"), adviceText([id]), id)
    }
  }
})
