import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

/** What the user guide and the README put in bold or italics as words of the window stands in the window, letter by letter. */

const ROOT = join(import.meta.dirname, '../..')
const LOCALES = join(ROOT, 'src/renderer/locales/en')
/** Words that are stressed, and none of the window. */
const STRESSED = /^(Start:|Language:|who|when|every)$/

function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : []
}

test('pages, buttons and fields that the guides name are called so', () => {
  const window = new Set(
    readdirSync(LOCALES)
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => texts(JSON.parse(readFileSync(join(LOCALES, name), 'utf8')))),
  )
  const unknown: string[] = []
  let named = 0
  for (const name of ['docs/user-guide.md', 'README.md']) {
    const text = readFileSync(join(ROOT, name), 'utf8')
    for (const [, bold, italic] of text.matchAll(/\*\*([^*]+)\*\*|(?<!\*)\*([^*\n]+)\*(?!\*)/g)) {
      for (const word of (bold ?? italic ?? '').replace(/\s+/g, ' ').replace(/\.$/, '').split(' → ')) {
        if (STRESSED.test(word)) continue
        named++
        if (!window.has(word)) unknown.push(`${name}: ${word}`)
      }
    }
  }
  assert.deepEqual(unknown, [])
  assert.ok(named > 30, `${named}`)
})
