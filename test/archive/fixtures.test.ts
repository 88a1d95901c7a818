import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readGroupSnapshot } from '../../src/archive/groups.ts'
import { parseManifest, serializeManifest } from '../../src/archive/manifest/parse.ts'
import { openSegment } from '../../src/archive/segment/reader.ts'
import { injectedHeaders, looksLikeControlMarker } from '../../src/archive/suspects.ts'
import { openStorage } from '../../src/storage/open.ts'
import { deepCheck, plain } from './support.ts'

const ROOT = join(import.meta.dirname, '..', 'fixtures', 'oso')
const ARCHIVES = ['oso-ledger-zstd', 'oso-ledger-lz4', 'oso-ledger-none']

interface Expected {
  topic: string
  partition: number
  offset: number
  timestamp: number
  key: { length: number; sha256: string } | null
  value: { length: number; sha256: string } | null
  headers: [string, string][]
  header_count: number
}

const expected = readFileSync(join(ROOT, 'expected-records.ndjson'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Expected)

async function readAll(id: string): Promise<{ found: Expected[]; suspects: number; injected: number }> {
  const manifest = parseManifest(readFileSync(join(ROOT, id, 'manifest.json')), id)
  const found: Expected[] = []
  let suspects = 0
  let injected = 0
  for (const topic of manifest.topics) {
    for (const partition of topic.partitions) {
      for (const entry of partition.segments) {
        for await (const view of openSegment(readFileSync(join(ROOT, entry.key)), entry).records()) {
          const record = plain(view)
          if (looksLikeControlMarker(view)) suspects++
          if (injectedHeaders(view) > 0) injected++
          found.push({
            topic: topic.name,
            partition: partition.partition_id,
            offset: record.offset,
            timestamp: Number(record.timestamp),
            key: digest(record.key),
            value: digest(record.value),
            headers: record.headers.map(([name, value]) => [String(name), Buffer.from(value ?? '').toString('hex')]),
            header_count: view.headerCount,
          })
        }
      }
    }
  }
  const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
  found.sort((a, b) => order(a.topic, b.topic) || a.partition - b.partition || a.offset - b.offset)
  return { found, suspects, injected }
}

function digest(bytes: unknown): { length: number; sha256: string } | null {
  if (bytes === null) return null
  assert.ok(Buffer.isBuffer(bytes))
  return { length: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}

for (const id of ARCHIVES) {
  test(`${id} reads to exactly the expected records`, async () => {
    const { found, suspects, injected } = await readAll(id)
    assert.ok(expected.length > 0)
    assert.equal(found.length, expected.length)
    for (const [i, record] of found.entries()) {
      const { headers, ...rest } = record
      const { headers: wanted, ...wantedRest } = expected[i] as Expected
      assert.deepEqual(rest, wantedRest)
      // a record of 300 headers is listed in part only; its header_count was compared above
      assert.deepEqual(headers.slice(0, wanted.length), wanted)
    }
    assert.equal(suspects, 8, 'failure 1: the eight control markers among the transfers are seen')
    assert.equal(injected, expected.length, 'failure 8: the tool’s headers are told from the users’')
  })

  test(`${id}: its manifest is written back to the same bytes, and a deep check finds oddities but no damage`, async () => {
    const bytes = readFileSync(join(ROOT, id, 'manifest.json'))
    assert.deepEqual(serializeManifest(parseManifest(bytes, id)), bytes)
    const storage = await openStorage({ backend: 'filesystem', path: ROOT })
    const report = await deepCheck(storage, id)
    assert.equal(report.valid, true)
    assert.equal(report.foreign, true)
    assert.equal(report.records_checked, expected.length)
    assert.equal(report.account, null)
    const warnings = report.findings.filter((finding) => finding.severity === 'warning')
    assert.deepEqual(
      warnings.map(({ code, topic, offset }) => ({ code, topic, offset })),
      [{ code: 'SUSPECT_CONTROL_RECORDS', topic: 'ledger-transfers-tx', offset: 10 }],
    )
    const { groups } = await readGroupSnapshot(storage, id)
    assert.deepEqual(groups[0]?.group_id, 'ledger-settlement')
    assert.deepEqual(groups[0]?.offsets['ledger-payments'], { '0': 74, '1': 109, '2': 157 })
  })
}
