import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { custodyKey } from '../../src/archive/paths.ts'
import {
  appendCustody,
  type CustodyFacts,
  chainEntry,
  custodyHash,
  custodyLine,
  readCustody,
} from '../../src/journal/custody.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { freshStorage } from '../archive/support.ts'

const ID = 'ledger'

function facts(subject: string): CustodyFacts {
  return { action: 'viewed', subject, sha256: null, location: null, details: { ünï: 'ö', n: 1, yes: true, none: null } }
}

async function chainOf(lines: number): Promise<{ storage: Storage; folder: string }> {
  const fresh = await freshStorage()
  for (let i = 1; i <= lines; i++) await appendCustody(fresh.storage, ID, facts(`thing ${i}`))
  return fresh
}

describe('the chain of custody', () => {
  it('is a hash chain of canonical lines, one object each', async () => {
    const { storage, folder } = await chainOf(3)
    const { entries, problems } = await readCustody(storage, ID)
    assert.deepEqual(problems, [])
    assert.deepEqual(
      entries.map((entry) => [entry.seq, entry.subject]),
      [
        [1, 'thing 1'],
        [2, 'thing 2'],
        [3, 'thing 3'],
      ],
    )
    const stored = await readFile(join(folder, ID, 'custody', '000002.json'))
    assert.equal(stored.toString(), custodyLine(entries[1] as never))
    assert.equal(entries[2]?.previous, createHash('sha256').update(stored).digest('hex'))
    assert.equal(entries[0]?.previous, null)
  })

  it('continues a chain without a storage in the same way', () => {
    const first = chainEntry(null, facts('a'), 0)
    const second = chainEntry(first, facts('b'), 1)
    assert.deepEqual([first.seq, first.previous, first.at], [1, null, '1970-01-01T00:00:00.000Z'])
    assert.deepEqual([second.seq, second.previous], [2, custodyHash(first)])
  })

  it('gives each of many writers at once a place of its own', async () => {
    const { storage } = await freshStorage()
    const appended = await Promise.all(Array.from({ length: 12 }, (_, i) => appendCustody(storage, ID, facts(`w${i}`))))
    assert.deepEqual(
      appended.map((entry) => entry.seq).sort((a, b) => a - b),
      Array.from({ length: 12 }, (_, i) => i + 1),
    )
    const { entries, problems } = await readCustody(storage, ID)
    assert.deepEqual(problems, [])
    assert.equal(new Set(entries.map((entry) => entry.subject)).size, 12)
  })

  it('names every single byte that was changed', async () => {
    const { storage, folder } = await chainOf(3)
    const path = join(folder, custodyKey(ID, 2))
    const bytes = await readFile(path)
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 0x01
      await writeFile(path, changed)
      const { problems } = await readCustody(storage, ID)
      assert.ok(
        problems.some(({ key }) => key === custodyKey(ID, 2) || key === custodyKey(ID, 3)),
        `byte ${at}`,
      )
    }
  })

  it('names what is missing, superfluous or not in its place', async () => {
    const { storage, folder } = await chainOf(4)
    await rm(join(folder, custodyKey(ID, 2)))
    assert.deepEqual((await readCustody(storage, ID)).problems, [
      {
        key: custodyKey(ID, 2),
        reason: 'line 2 is missing',
        said: { id: 'custody.lineMissing', values: { from: 2 } },
      },
    ])
    await rm(join(folder, custodyKey(ID, 1)))
    assert.deepEqual((await readCustody(storage, ID)).problems, [
      {
        key: custodyKey(ID, 1),
        reason: 'lines 1 to 2 are missing',
        said: { id: 'custody.linesMissing', values: { from: 1, to: 2 } },
      },
    ])
    await writeFile(join(folder, ID, 'custody', '3.json'), '{}')
    assert.match((await readCustody(storage, ID)).problems[0]?.reason ?? '', /somebody else put it here/)
  })

  it('goes on behind a damaged head, and the damage stays visible', async () => {
    const { storage, folder } = await chainOf(2)
    await writeFile(join(folder, custodyKey(ID, 2)), 'no line')
    const entry = await appendCustody(storage, ID, facts('after'))
    assert.equal(entry.seq, 3)
    const { entries, problems } = await readCustody(storage, ID)
    assert.deepEqual(
      problems.map(({ key }) => key),
      [custodyKey(ID, 2)],
    )
    assert.deepEqual(
      entries.map(({ seq }) => seq),
      [1, 3],
    )
  })

  it('tells a line that somebody put in from one that belongs there', async () => {
    const { storage } = await chainOf(2)
    const foreign = chainEntry(null, facts('forged'), 1)
    await storage.put(custodyKey(ID, 3), Buffer.from(custodyLine({ ...foreign, seq: 3 })), { ifAbsent: true })
    const { problems } = await readCustody(storage, ID)
    assert.deepEqual(
      problems.map(({ key }) => key),
      [custodyKey(ID, 3)],
    )
    assert.match(problems[0]?.reason ?? '', /expected "previous" [0-9a-f]{64}, got null/)
  })

  it('of no backup is empty', async () => {
    const { storage } = await freshStorage()
    assert.deepEqual(await readCustody(storage, ID), { entries: [], problems: [] })
  })
})
