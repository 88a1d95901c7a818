import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { EXTRACT_SECTIONS } from '../../src/contract/config/extract.ts'
import { SECTIONS } from '../../src/contract/config/schema.ts'
import { VALIDATION_SECTIONS } from '../../src/contract/config/validation.ts'

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

/** Those that only a file for a validation has. */
const OF_A_VALIDATION: Partial<Record<keyof typeof VALIDATION_SECTIONS, string>> = {
  '': 'Files for a validation',
  checks: '`checks`',
  'checks.content': '`checks.content`',
  'checks.message_count': '`checks.message_count`',
  'checks.offset_range': '`checks.offset_range`',
  'checks.consumer_group_offsets': '`checks.consumer_group_offsets`',
  'checks.integrity': '`checks.integrity`',
  'checks.topic_configuration': '`checks.topic_configuration`',
  'checks.custom_webhooks.*': '`checks.custom_webhooks.*`',
  notifications: '`notifications`',
  'notifications.slack': '`notifications.slack`',
  'notifications.pagerduty': '`notifications.pagerduty`',
}

/** Those that only a file for an extraction has. */
const OF_AN_EXTRACTION: Record<keyof typeof EXTRACT_SECTIONS, string> = {
  '': 'Files for an extraction',
  case: '`case`',
  extract: '`extract`',
  'extract.mask.*': '`extract.mask.*`',
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

const ALL: [name: string, heading: string, section: z.ZodObject][] = [
  ...Object.entries(HEADINGS).map(([name, heading]): (typeof ALL)[number] => [
    name,
    heading,
    SECTIONS[name as keyof typeof SECTIONS],
  ]),
  ...Object.entries(OF_A_VALIDATION).map(([name, heading]): (typeof ALL)[number] => [
    `validation: ${name}`,
    heading,
    VALIDATION_SECTIONS[name as keyof typeof VALIDATION_SECTIONS],
  ]),
  ...Object.entries(OF_AN_EXTRACTION).map(([name, heading]): (typeof ALL)[number] => [
    `extraction: ${name}`,
    heading,
    EXTRACT_SECTIONS[name as keyof typeof EXTRACT_SECTIONS],
  ]),
]

test('every section of a file for a validation is documented, here or with the other files', () => {
  const names = Object.keys(VALIDATION_SECTIONS).filter((name) => !Object.hasOwn(OF_A_VALIDATION, name))
  for (const name of names) assert.ok(Object.hasOwn(HEADINGS, name), name)
})

for (const [name, heading, section] of ALL) {
  test(`docs/configuration.md has exactly the keys and defaults of "${name}"`, async () => {
    const documented = (await tables()).get(heading)
    assert.ok(documented !== undefined, heading)
    const { shape } = section
    assert.deepEqual([...documented.keys()], Object.keys(shape))
    for (const [key, schema] of Object.entries(shape)) {
      if (!(schema instanceof z.ZodDefault)) continue
      const value = schema.def.defaultValue
      const written = Array.isArray(value) ? JSON.stringify(value) : String(value)
      assert.equal(documented.get(key)?.replaceAll('`', ''), written, key)
    }
  })
}
