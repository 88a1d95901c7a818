import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { before, describe, test } from 'node:test'
import fc from 'fast-check'
import { nodePackageTools } from '../../../src/jobs/verify/package-tools.ts'
import { AuditPaths } from '../../../src/verify/package/audit-path.ts'
import { readCoverage, rootsOf, treesOf } from '../../../src/verify/package/coverage.ts'
import { readManifest } from '../../../src/verify/package/manifest.ts'
import { readProofs, readRecords } from '../../../src/verify/package/read-rows.ts'
import { Refusal } from '../../../src/verify/package/refusal.ts'
import type { Ending, ProofRows, RecordRows, RowStream, Rows, Trees } from '../../../src/verify/package/rows.ts'
import type { Unpacked } from '../../../src/verify/package/tools.ts'
import { walkRecords } from '../../../src/verify/package/walk.ts'
import { browserTools } from '../../../src/verify/page/browser-tools.ts'
import { makePackage } from './maker.ts'

/** Records and proofs are read each on its own, in pieces as they come, and put side by side. */

const DIGESTS = { size: 0, crc32: 0, sha256: '', packedSha256: '' }

/** @param error thrown in place of the end */
function inPieces(bytes: Buffer, sizes: () => number, error: Error | null = null): Unpacked {
  async function* chunks() {
    for (let at = 0; at < bytes.length; ) {
      const size = Math.max(1, sizes())
      // a copy, as what comes from outside is, that lies anywhere in its memory
      const piece = Buffer.concat([Buffer.alloc(at % 7), bytes.subarray(at, at + size)]).subarray(at % 7)
      yield piece
      at += size
    }
    if (error !== null) throw error
  }
  return { chunks: chunks(), digests: () => DIGESTS }
}

async function all<T extends Rows>(stream: RowStream<T>) {
  const found: { row: unknown[]; ending: Ending | null }[] = []
  let ending: Ending | null = null
  for await (const rows of stream.rows) {
    const columns = Object.entries(rows).filter(
      ([name]) => !['count', 'partitions', 'segments', 'ending'].includes(name),
    )
    for (let i = 0; i < rows.count; i++) {
      const run = rows.partitions.findLast(({ from }) => from <= i)
      const segment = (rows as unknown as ProofRows).segments?.findLast(({ from }) => from <= i)?.segment
      const row = columns.map(([name, column]) =>
        name === 'leaves'
          ? Buffer.from((column as Uint8Array).subarray(i * 32, i * 32 + 32)).toString('hex')
          : column instanceof Map
            ? column.get(i)
            : (column as Uint8Array)[i],
      )
      found.push({ row: [run?.topic, run?.partition, segment, ...row], ending: null })
    }
    assert.equal(ending, null, 'rows after the ending')
    ending = rows.ending
  }
  assert.ok(ending !== null)
  return { rows: found.map(({ row }) => row), ending }
}

describe('rows', () => {
  let records: Buffer
  let proofs: Buffer
  let trees: Trees
  before(async () => {
    const made = await makePackage({ records: 40, valueBytes: 90, redact: ({ offset }) => offset % 5 === 3 })
    records = made.files.get('records/records.ndjson') as Buffer
    proofs = made.files.get('proofs/proofs.ndjson') as Buffer
    const file = (path: string) => made.files.get(path) as Buffer
    const manifest = readManifest(file('manifest/manifest.json'), 'manifest')
    trees = treesOf(rootsOf(readCoverage(file('proofs/coverage.json')), manifest))
  })
  const ofRecords = (bytes: Buffer, sizes = () => bytes.length, error: Error | null = null, tools = nodePackageTools) =>
    all(readRecords('records', inPieces(bytes, sizes, error), tools))
  const ofProofs = (bytes: Buffer, sizes = () => bytes.length, tools = nodePackageTools) =>
    all(readProofs('proofs', inPieces(bytes, sizes), trees, tools))

  test('are the same, however the file comes in pieces, in the program and in the page', async () => {
    const [record, proof] = [await ofRecords(records), await ofProofs(proofs)]
    assert.deepEqual(record.ending, { what: 'end' })
    assert.deepEqual(proof.ending, { what: 'end' })
    assert.ok(record.rows.length >= 40)
    assert.equal(record.rows.length, proof.rows.length)
    assert.ok(
      proof.rows.every((row) => row.at(-1) === 1),
      'every path leads to its root',
    )
    for (const tools of [nodePackageTools, browserTools]) {
      for (const size of [1, 7, 64, 1000, 4096]) {
        assert.deepEqual(await ofRecords(records, () => size, null, tools), record, `pieces of ${size}`)
        assert.deepEqual(await ofProofs(proofs, () => size, tools), proof, `pieces of ${size}`)
      }
    }
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1 }), async (sizes) => {
        let n = 0
        assert.deepEqual(await ofRecords(records, () => sizes[n++ % sizes.length] as number), record)
      }),
      { numRuns: 50, seed: 3 },
    )
  })

  test('stop at the first line that is not canonical, and say where it stands', async () => {
    const lines = records.toString('latin1').split('\n')
    lines[9] = (lines[9] as string).replace('"offset":', '"offset": ')
    const bytes = Buffer.from(lines.join('\n'), 'latin1')
    const byte = (lines[9] as string).indexOf('"offset": ') + 10
    for (const size of [bytes.length, 50, 1]) {
      const { rows, ending } = await ofRecords(bytes, () => size)
      assert.equal(rows.length, 9)
      const reason = `Line 10 of records is not canonical at its byte ${byte}.`
      assert.deepEqual(ending, { what: 'line', sub: 'FORMAT_FAILURE', reason })
    }
  })

  test('stop where the file can not be read on', async () => {
    const whole = await ofRecords(records)
    const cut = await ofRecords(records.subarray(0, -1), () => 100)
    assert.equal(cut.rows.length, whole.rows.length - 1)
    assert.deepEqual(cut.ending, {
      what: 'file',
      sub: 'FORMAT_FAILURE',
      reason: 'The last line of "records" has no end.',
    })
    const damaged = await ofRecords(records, () => 100, new Refusal('CONTAINER_REFUSED', 'Damaged.'))
    assert.deepEqual(damaged, {
      rows: whole.rows,
      ending: { what: 'file', sub: 'CONTAINER_REFUSED', reason: 'Damaged.' },
    })
    // a file that can't be read is no verdict on it
    await assert.rejects(
      ofRecords(records, () => 100, new Error('unplugged')),
      /unplugged/,
    )
  })

  test('a line that goes through many pieces grows no more memory than it needs', async () => {
    let largest = 0
    const tools = {
      ...nodePackageTools,
      buffer: (size: number) => {
        largest = Math.max(largest, size)
        return nodePackageTools.buffer(size)
      },
    }
    const line = Buffer.from(`${'x'.repeat(3_000_000)}\n`)
    const { ending } = await ofRecords(Buffer.concat([records, line]), () => 10_000, null, tools)
    assert.equal(ending?.what, 'line')
    assert.ok(largest >= 3_000_000 && largest <= 6_000_002, `${largest} bytes`)
  })
})

describe('walk', () => {
  const row = (offset: number) => ({ from: 0, topic: 't', partition: 0, offset })
  /** Of `count` rows, and how they end. */
  const rowsOf = (count: number, ending: Ending) => {
    const common = {
      count,
      partitions: count > 0 ? [row(0)] : [],
      offsets: Float64Array.from({ length: count }, (_, i) => i),
      leaves: new Uint8Array(count * 32),
      ending,
    }
    const records: RecordRows = {
      ...common,
      timesHigh: new Int32Array(count),
      timesLow: new Uint32Array(count),
      flags: new Uint8Array(count),
      rules: new Map(),
    }
    const proofs: ProofRows = {
      ...common,
      segments: count > 0 ? [{ from: 0, segment: 'none' }] : [],
      leafIndexes: new Float64Array(count),
      treeSizes: new Float64Array(count),
      proves: new Uint8Array(count).fill(1),
    }
    return { records, proofs }
  }
  function streamOf<T extends Rows>(...list: T[]): RowStream<T> {
    async function* rows() {
      yield* list
    }
    return { rows: rows(), drain: async () => {}, digests: () => DIGESTS }
  }
  const end: Ending = { what: 'end' }
  const bad = (what: 'line' | 'file', reason: string): Ending => ({ what, sub: 'FORMAT_FAILURE', reason })
  const walk = (records: RecordRows, proofs: ProofRows) =>
    walkRecords(streamOf(records), streamOf(proofs), new Map(), { start: null, end: null, time: 'record' } as never)

  test('says first what comes first, and of one place that which hinders most', async () => {
    const cases: [Ending, Ending, RegExp | null][] = [
      [end, end, null],
      [bad('file', 'R file'), bad('file', 'P file'), /R file/],
      [bad('file', 'R file'), bad('line', 'P line'), /R file/],
      [bad('line', 'R line'), bad('file', 'P file'), /P file/],
      [end, bad('file', 'P file'), /P file/],
      [bad('file', 'R file'), end, /R file/],
      [bad('line', 'R line'), end, /more records than proofs/],
      [end, bad('line', 'P line'), /more proofs than records/],
      [bad('line', 'R line'), bad('line', 'P line'), /R line/],
    ]
    for (const [ofRecords, ofProofs, expected] of cases) {
      const walking = walk(rowsOf(0, ofRecords).records, rowsOf(0, ofProofs).proofs)
      if (expected === null) assert.equal((await walking).records, 0)
      else await assert.rejects(walking, expected)
    }
    // a row that is there comes before what follows it
    await assert.rejects(
      walk(rowsOf(1, bad('file', 'R file')).records, rowsOf(1, end).proofs),
      /names the segment "none", which is none that was read/,
    )
    await assert.rejects(walk(rowsOf(1, end).records, rowsOf(0, bad('line', 'P line')).proofs), /P line/)
    await assert.rejects(walk(rowsOf(2, end).records, rowsOf(0, end).proofs), /more records than proofs/)
  })
})

describe('audit paths', () => {
  const sha256 = (...parts: Buffer[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest()
  /** RFC 6962 section 2.1, level by level; a node without a sibling stands for itself one level up. */
  function levelsOf(size: number): Buffer[][] {
    const levels: Buffer[][] = [Array.from({ length: size }, (_, i) => sha256(Buffer.from([0, i])))]
    for (let nodes: Buffer[] = levels[0] ?? []; nodes.length > 1; levels.push(nodes)) {
      nodes = Array.from({ length: Math.ceil(nodes.length / 2) }, (_, i) => {
        const [left, right] = [nodes[2 * i] as Buffer, nodes[2 * i + 1]]
        return right === undefined ? left : sha256(Buffer.from([1]), left, right)
      })
    }
    return levels
  }
  const pathOf = (levels: Buffer[][], index: number) =>
    levels.slice(0, -1).flatMap((nodes, level) => nodes[(index >> level) ^ 1]?.toString('hex') ?? [])
  const prove = (paths: AuditPaths, index: number, leaf: Buffer, path: readonly string[]) =>
    paths.proves(index, leaf, 0, Buffer.from(JSON.stringify(path)), 2, path.length)

  test('get the answer that climbing to the root gives, in whatever order they come, for trees of every shape', () => {
    let [held, refused] = [0, 0]
    for (let size = 1; size <= 40; size++) {
      const levels = levelsOf(size)
      const root = levels.at(-1)?.[0]?.toString('hex') as string
      const kept = new AuditPaths(nodePackageTools)
      kept.begin(root, size)
      const step = [1, 3, 7, size - 1][size % 4] as number
      for (let n = 0; n < 3 * size; n++) {
        const index = n < size ? n : (n * step) % size
        const leaf = Buffer.from(levels[0]?.[index] as Buffer)
        const path = pathOf(levels, index)
        // every third one is spoilt: a digit, a capital, one step less, more, another leaf's
        const spoil = n % 3 === 2 ? n % 5 : -1
        const at = n % Math.max(1, path.length)
        if (spoil === 0) leaf[n % 32] = (leaf[n % 32] as number) ^ 1
        else if (spoil === 1) path.splice(at, 1)
        else if (spoil === 2) path.splice(at, 0, root)
        else if (spoil === 3 && path.length > 0) path[at] = (path[at] as string).toUpperCase()
        else if (spoil === 4 && path.length > 0)
          path[at] = (path[at] as string).replace(/.$/, (digit) => (digit === '0' ? '1' : '0'))
        const fresh = new AuditPaths(nodePackageTools)
        fresh.begin(root, size)
        const expected = prove(fresh, index, leaf, path)
        assert.equal(prove(kept, index, leaf, path), expected, `leaf ${index} of ${size}, spoilt ${spoil}`)
        if (spoil < 0) assert.equal(expected, true, `leaf ${index} of ${size}`)
        if (expected) held++
        else refused++
      }
      assert.equal(prove(kept, size, levels[0]?.[0] as Buffer, []), false, 'no leaf of it')
    }
    assert.ok(held > 1500 && refused > 500, `${held} held, ${refused} refused`)
  })

  test('lead to no root that is none', () => {
    const paths = new AuditPaths(nodePackageTools)
    const leaf = sha256(Buffer.from([0]))
    for (const root of [
      '',
      leaf.toString('hex').toUpperCase(),
      leaf.toString('hex').slice(2),
      `${leaf.toString('hex')}00`,
    ]) {
      paths.begin(root, 1)
      assert.equal(prove(paths, 0, leaf, []), false, root)
    }
    paths.begin(leaf.toString('hex'), 1)
    assert.equal(prove(paths, 0, leaf, []), true)
  })
})
