import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ABSENT_KINDS } from '../../src/archive/account.ts'
import { FINDING_CODES } from '../../src/archive/check/findings.ts'
import { earlierGroupsKey, earlierManifestKey, groupsKey, lockKey, manifestKey } from '../../src/archive/paths.ts'

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'archive-format.md'), 'utf8')

test('the page on the format names every finding, every kind of absence and every key that the code has', () => {
  for (const code of Object.keys(FINDING_CODES)) assert.match(page, new RegExp(`\\| \`${code}\` +\\|`))
  for (const kind of ABSENT_KINDS) assert.match(page, new RegExp(`\\| \`${kind}\` +\\|`))
  for (const key of [manifestKey('x'), groupsKey('x'), lockKey('x')]) {
    assert.ok(page.includes(`\`{id}${key.slice(1)}\``), key)
  }
  assert.equal(earlierManifestKey('x', 1, 'a'.repeat(64)), `x/manifests/manifest-000001-${'a'.repeat(12)}.json`)
  assert.equal(earlierGroupsKey('x', 1, 2), 'x/consumer-groups/snapshot-000001-002.json')
})
