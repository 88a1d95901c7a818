import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plainText } from '../../src/renderer/pages/requests/preview/plain-text.ts'

test('what hides in a record, or turns the order of its text, is shown by its number', () => {
  assert.equal(plainText('abc\u202egpj.exe'), 'abc⟨U+202E⟩gpj.exe')
  assert.equal(plainText('zero\u200bwidth, nul\u0000, \ufeffmark'), 'zero⟨U+200B⟩width, nul⟨U+0000⟩, ⟨U+FEFF⟩mark')
  assert.equal(plainText('tag\u{e0041}'), 'tag⟨U+E0041⟩')
})

test('scripts, emoji and lines stay as they are', () => {
  for (const text of ['شركة النور للتجارة', '株式会社山田商事', '👩‍👩‍👧‍👦 🏳️‍🌈', 'می‌خواهم', 'a\tb\r\nc', 'ЖÄß']) {
    assert.equal(plainText(text), text)
  }
})
