import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { integrityCheck } from '../../src/archive/check/integrity.ts'
import { openSegment } from '../../src/archive/segment/reader.ts'
import type { PackageCoverage } from '../../src/contract/evidence/package.ts'
import type { EvidenceReport } from '../../src/contract/evidence/report.ts'
import { makeScanner, type ScanSummary, scanSegment } from '../../src/jobs/extract/scan.ts'
import { indexAt, resealed, withoutIndex } from '../archive/segment-index.ts'
import { type PlainRecord, sealed } from '../archive/support.ts'
import { seededRandom } from '../rig/random.ts'
import { dropIndexes, extract, ID, makeArchive, manifestIn, orders, START, temporaryFolder } from './support.ts'
import { unpacked } from './unpack.ts'
import { verified } from './verified.ts'

/** Extraction by a segment's index gives the same bytes as without it, and a false index is found or makes no difference. */

const random = seededRandom(5)
const RECORDS: PlainRecord[] = Array.from({ length: 6000 }, (_, i) => ({
  offset: 2 * i,
  timestamp: START + i * 10 + Math.floor(random() * 900) - (i === 4100 ? 30_000 : 0),
  key: `k${i % 40}`,
  value: JSON.stringify({ number: i, noise: random() }),
}))
const made = await sealed(RECORDS, { chunkBytes: 16 * 1024 })
const entry = { key: `${ID}/topics/t/partition=0/s.bin.zst`, ...made.entry, generation: 1 }

interface Scanned {
  records: string
  proofs: string
  summary: ScanSummary | null
  again: number
}

async function scan(object: Buffer, of: typeof entry, start: number, end: number): Promise<Scanned> {
  const scanner = makeScanner({ window: { start, end }, filter: null, mask: [], secret: null })
  let got: Scanned = { records: '', proofs: '', summary: null, again: 0 }
  for await (const piece of scanSegment(Buffer.from(object), { topic: 't', partition: 0, entry: of }, scanner)) {
    if (piece.kind === 'again') got = { records: '', proofs: '', summary: null, again: got.again + 1 }
    else if (piece.kind === 'done') got.summary = piece.summary
    else got[piece.kind] += Buffer.from(piece.bytes).toString()
  }
  return got
}

test('for any window, the lines and proofs are those of reading everything', async () => {
  const old = withoutIndex(made.object, entry)
  let ruledOut = 0
  for (let i = 0; i < 60; i++) {
    const start = START - 40_000 + Math.floor(random() * 105_000)
    const end = start + Math.floor(random() * (i % 3 === 0 ? 40_000 : 700))
    const [narrow, whole] = [await scan(made.object, entry, start, end), await scan(old.object, old.entry, start, end)]
    assert.deepEqual([narrow.records, narrow.proofs], [whole.records, whole.proofs], `${start} to ${end}`)
    const { merkleRoot, records, matched, matchedBytes, bytes } = whole.summary as ScanSummary
    assert.deepEqual(narrow.summary, {
      ...whole.summary,
      sha256: entry.sha256,
      ruledOut: narrow.summary?.ruledOut,
      ...{ merkleRoot, records, matched, matchedBytes, bytes },
    })
    assert.equal(whole.summary?.ruledOut, 0)
    assert.ok((narrow.summary?.ruledOut ?? 0) + matched <= records)
    ruledOut += narrow.summary?.ruledOut ?? 0
  }
  assert.ok(ruledOut > 60 * 3000, `${ruledOut} ruled out`)
})

test('a false index with right checksums makes no difference to what comes out', async () => {
  const at = indexAt(made.object) - 32
  const index = openSegment(Buffer.from(made.object), entry).index()
  assert.ok(index !== null && !('broken' in index))
  const row = (i: number) => at + 16 + 32 * i
  const heads = row(index.frames.length)
  // a window within the tenth frame
  const frame = index.frames[10]
  assert.ok(frame)
  const middle = Math.floor((Number(frame.min) + Number(frame.max)) / 2)
  const [start, end] = [middle - 20, middle + 20]
  const expected = await scan(made.object, entry, start, end)
  assert.ok((expected.summary?.matched ?? 0) > 0 && (expected.summary?.ruledOut ?? 0) > 4000)
  const lies: [what: string, again: number, lie: (body: Buffer) => void][] = [
    ['a head', 0, (body) => body.writeUInt8((body[heads + 40] as number) ^ 1, heads + 40)],
    ['a count', 0, (body) => body.writeUInt32LE(body.readUInt32LE(row(2)) + 1, row(2))],
    [
      'a frame’s limits',
      1,
      (body) => {
        body.writeUInt32LE(body.readUInt32LE(row(10)) + 1, row(10))
        body.writeUInt32LE(body.readUInt32LE(row(11)) - 1, row(11))
      },
    ],
    ['a first offset', 1, (body) => body.writeBigInt64LE(body.readBigInt64LE(row(10) + 8) + 1n, row(10) + 8)],
    ['a time of a frame that is read', 1, (body) => body.writeBigInt64LE(BigInt(middle + 1), row(10) + 24)],
  ]
  for (const [what, again, lie] of lies) {
    const forged = resealed(made.object, entry, (body) => {
      lie(body)
      return body
    })
    const got = await scan(forged.object, forged.entry, start, end)
    assert.deepEqual([got.records, got.proofs, got.again], [expected.records, expected.proofs, again], what)
    assert.equal(got.summary?.ruledOut, 0, what)
  }
})

test('a package that was made by the index has the records and proofs of one made without, and says what was ruled out', async () => {
  const folder = await temporaryFolder()
  const storage = await makeArchive(folder, { orders: [[orders(0, 9000)], [orders(0, 50)]] })
  const window = { time_window_start: START + 4_000_000, time_window_end: START + 4_200_000 }
  const fast = await extract(folder, { extract: window, output: join(folder, 'fast.zip') })
  await dropIndexes(folder, storage)
  const slow = await extract(folder, { extract: window, output: join(folder, 'slow.zip') })

  assert.equal(fast.result.records, 201)
  assert.equal(fast.result.content_sha256, slow.result.content_sha256)
  const [quick, whole] = [await unpacked(fast.result.output), await unpacked(slow.result.output)]
  for (const path of ['records/records.ndjson', 'proofs/proofs.ndjson']) {
    assert.ok(quick.get(path)?.equals(whole.get(path) as Buffer), path)
  }
  const coverage = (files: Map<string, Buffer>) =>
    JSON.parse(String(files.get('proofs/coverage.json'))) as PackageCoverage
  const told = coverage(quick)
  const ruledOut = told.totals.records_ruled_out ?? 0
  assert.ok(ruledOut > 5000 && ruledOut <= 9000 - 201, `${ruledOut}`)
  assert.deepEqual(
    told.partitions.map(({ segments }) => segments.map((one) => [one.state, one.ruled_out])),
    [[['read', ruledOut]], [['skipped', undefined]]],
  )
  assert.equal(coverage(whole).totals.records_ruled_out, undefined)
  const report = JSON.parse(String(quick.get('report.json'))) as EvidenceReport
  assert.match(report.coffer.not_covered.join('\n'), /records of segments that were read were not looked at one by one/)
  for (const { result } of [fast, slow]) assert.equal((await verified(result.output)).verdict, 'indeterminate')
})

test('times that hide a record are what only the deep check can find, and it does', async () => {
  const folder = await temporaryFolder()
  const storage = await makeArchive(folder, { orders: [[orders(0, 9000)]] })
  const manifest = await manifestIn(storage)
  const segment = manifest.topics[0]?.partitions[0]?.segments[0]
  assert.ok(segment)
  const path = join(folder, segment.key)
  const object = await readFile(path)
  const at = indexAt(object) - 32
  const forged = resealed(object, segment, (body) => {
    // the second frame's times become the first one's
    body.copy(body, at + 16 + 32 + 16, at + 16 + 16, at + 16 + 32)
    return body
  })
  await writeFile(path, forged.object)
  Object.assign(segment, forged.entry)
  await writeFile(join(folder, ID, 'manifest.json'), JSON.stringify(manifest))
  const report = await integrityCheck(storage, ID, { deep: true })
  assert.equal(report.valid, false)
  assert.deepEqual(
    report.findings.map(({ severity, code, segment: key }) => [severity, code, key]),
    [['damaged', 'INDEX_DIFFERS', segment.key]],
  )
  assert.equal((await integrityCheck(storage, ID, { deep: false })).valid, true)
})
