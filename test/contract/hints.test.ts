import assert from 'node:assert/strict'
import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'

const SOURCE = join(import.meta.dirname, '../../src')
/** A hint that stands as text beside its name: `hint: '…'`, `const hint =\n '…'`, `ADDRESS_HINT = '…'`. */
const HINT =
  /(?:\bhint|[A-Z_]+HINT)(?::| =)\s*((?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`)(?:\s*\+\s*(?:'[^']*'|"[^"]*"|`[^`]*`))*)/g
/** What may be copied as it stands ends without a full stop. */
const COMMAND = /: (openssl|kafka-configs|kafka-acls|coffer) .*[^.]$/

test('a hint is a sentence of its own: it begins with a capital and ends with its stop, or with a command to copy', async () => {
  let seen = 0
  for await (const name of glob('**/*.{ts,tsx}', { cwd: SOURCE })) {
    const text = await readFile(join(SOURCE, name), 'utf8')
    for (const [, literals = ''] of text.matchAll(HINT)) {
      const hint = literals.replace(/['"`]\s*\+\s*['"`]/g, '').slice(1, -1)
      // nothing, or a template within a template, which this can't read
      if (hint === '' || hint.split('${').length !== hint.split('}').length) continue
      seen++
      assert.match(hint, /^([A-Z]|\$\{)/, `${name}: ${hint}`)
      assert.ok(/[.?]$|\}$/.test(hint) || COMMAND.test(hint), `${name}: ${hint}`)
      assert.doesNotMatch(hint, /\\?`coffer /, `${name}: commands stand in double quotes: ${hint}`)
    }
  }
  assert.ok(seen > 150, `${seen}`)
})
