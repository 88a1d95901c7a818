import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { SECTIONS } from '../../src/contract/config/schema.ts'

/** The heading of docs/configuration.md under which each section's table stands. */
const HEADINGS: Record<keyof typeof SECTIONS, string> = {
  '': 'Top level',
  source: '`source` and `target`',
  target: '`source` and `target`',
  'source.topics': '`topics`',
  'target.topics': '`topics`',
  'restore.topics': '`topics`',
  'source.security': '`security`',
  'target.security': '`security`',
  'source.connection': '`connection`',
  'target.connection': '`connection`',
  'storage (filesystem)': '`backend: filesystem`',
  'storage (s3)': '`backend: s3`',
  backup: '`backup`',
  restore: '`restore`',
  'restore.repartitioning.*': '`restore.repartitioning.*`',
  evidence: '`evidence`',
  'evidence.signing': '`evidence.signing`',
  'evidence.storage': '`evidence.storage`',
  offset_storage: '`offset_storage`',
  metrics: '`metrics`',
}

async function tables(): Promise<Map<string, Map<string, string>>> {
  const text = await readFile(join(import.meta.dirname, '../../docs/configuration.md'), 'utf8')
  const found = new Map<string, Map<string, string>>()
  for (const part of text.split(/^##+ /m).slice(1)) {
    const rows = [...part.matchAll(/^\| `([a-z_0-9]+)` +\| (.*?) +\| .*\|$/gm)]
    found.set(part.split('\n')[0] ?? '', new Map(rows.map(([, key, value]) => [key ?? '', value ?? ''])))
  }
  return found
}

for (const [name, heading] of Object.entries(HEADINGS)) {
  test(`docs/configuration.md has exactly the keys and defaults of "${name}"`, async () => {
    const documented = (await tables()).get(heading)
    assert.ok(documented !== undefined, heading)
    const { shape } = SECTIONS[name as keyof typeof SECTIONS] as z.ZodObject
    assert.deepEqual([...documented.keys()], Object.keys(shape))
    for (const [key, schema] of Object.entries(shape)) {
      if (!(schema instanceof z.ZodDefault)) continue
      const value = schema.def.defaultValue
      const written = Array.isArray(value) ? JSON.stringify(value) : String(value)
      assert.equal(documented.get(key)?.replaceAll('`', ''), written, key)
    }
  })
}
