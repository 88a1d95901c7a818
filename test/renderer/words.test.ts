import assert from 'node:assert/strict'
import { test } from 'node:test'
import { de } from '../../src/renderer/locales/de/index.ts'
import { en } from '../../src/renderer/locales/en/index.ts'
import { pseudo } from '../../src/renderer/pseudo.ts'

type Texts = { [key: string]: string | Texts }

/** Every text by its dotted name. */
function flat(texts: Texts, before = ''): Map<string, string> {
  const all = new Map<string, string>()
  for (const [key, value] of Object.entries(texts)) {
    if (typeof value === 'string') all.set(before + key, value)
    else for (const [name, text] of flat(value, `${before}${key}.`)) all.set(name, text)
  }
  return all
}

/** What a text is filled with: `{{names}}` without their formats, and `<tags>`. */
const holes = (text: string) => [...text.matchAll(/\{\{\s*(\w+)[^}]*\}\}|<\/?(\w+)>/g)].map(([, a, b]) => a ?? b).sort()

const english = flat(en)
const german = flat(de)

test('German has every text that English has, and no other', () => {
  assert.ok(english.size > 100)
  assert.deepEqual([...german.keys()].sort(), [...english.keys()].sort())
})

test('both are filled with the same values, and none is empty', () => {
  for (const [name, text] of english) {
    assert.notEqual(text.trim(), '', name)
    const other = german.get(name) ?? ''
    assert.notEqual(other.trim(), '', name)
    // A singular may leave its number out.
    const without = (all: (string | undefined)[]) => (/_one$/.test(name) ? all.filter((one) => one !== 'count') : all)
    assert.deepEqual(without(holes(other)), without(holes(text)), name)
  }
})

test('both languages have both plurals', () => {
  for (const all of [english, german]) {
    for (const name of all.keys()) {
      if (name.endsWith('_one')) assert.ok(all.has(name.replace(/_one$/, '_other')), name)
    }
  }
})

test('the pseudo-locale marks every text, and keeps what it is filled with', () => {
  for (const [name, text] of flat(pseudo(en) as Texts)) {
    assert.match(text, /^⟦[\s\S]*⟧$/, name)
    assert.deepEqual(holes(text), holes(english.get(name) ?? ''), name)
  }
})
