import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AccountBuilder, INLINE_RANGES, settleRanges } from '../../src/archive/account.ts'
import { checkAccount, checkEntryRanges, readRanges } from '../../src/archive/account-check.ts'
import type { AccountEntry, PartitionEntry } from '../../src/archive/types.ts'
import { freshStorage, sealed, withCode } from './support.ts'

test('every offset has one reason, neighbours are merged, and what nobody mentions is a hole', () => {
  const account = new AccountBuilder(10)
  account.absent('deleted_before', 0, 12) // what lies before the account is none of its business
  account.archived(12)
  account.archivedRun(13, 20)
  account.absent('aborted', 22, 23)
  account.absent('aborted', 23, 24)
  account.absent('control', 24, 25)
  account.archived(30)
  assert.equal(account.position, 31)
  assert.deepEqual(account.cut(33, 2, 'b/s', 'compacted'), {
    from: 10,
    to: 33,
    generation: 2,
    archived: 9,
    absent: { deleted_before: 2, compacted: 9, aborted: 2, control: 1 },
    segment: 'b/s',
    ranges: [
      ['deleted_before', 10, 12],
      ['compacted', 20, 22],
      ['aborted', 22, 24],
      ['control', 24, 25],
      ['compacted', 25, 30],
      ['compacted', 31, 33],
    ],
  } satisfies AccountEntry)
  assert.deepEqual(account.cut(40, 2, null, 'unexplained'), {
    from: 33,
    to: 40,
    generation: 2,
    archived: 0,
    absent: { unexplained: 7 },
    ranges: [['unexplained', 33, 40]],
  } satisfies AccountEntry)
  account.archived(40)
  assert.deepEqual(account.cut(41, 2, 'b/t', 'compacted'), {
    from: 40,
    to: 41,
    generation: 2,
    archived: 1,
    absent: {},
    segment: 'b/t',
  })
})

test('holes beside ranges of the same kind become one range', () => {
  const account = new AccountBuilder(0)
  account.absent('compacted', 2, 4)
  account.archived(6)
  assert.deepEqual(account.cut(7, 1, 'b/s', 'compacted').ranges, [['compacted', 0, 6]])
})

test('what was told already is not told again by a later reason', () => {
  const account = new AccountBuilder(0)
  account.archivedRun(0, 5)
  account.absent('deleted_during', 0, 3)
  account.absent('deleted_during', 5, 5)
  assert.equal(account.position, 5)
  const entry = account.cut(6, 1, null, 'compacted')
  assert.deepEqual([entry.archived, entry.absent, entry.ranges], [5, { compacted: 1 }, [['compacted', 5, 6]]])
})

test('an entry without an archived record names no segment', () => {
  const account = new AccountBuilder(0)
  account.absent('aborted', 0, 2)
  assert.equal('segment' in account.cut(2, 1, 'b/s', 'compacted'), false)
})

test('an offset told twice is a mistake of the caller', () => {
  const account = new AccountBuilder(0)
  account.archived(5)
  assert.throws(() => account.archived(5), withCode('UNEXPECTED'))
  assert.throws(() => account.archivedRun(4, 9), withCode('UNEXPECTED'))
  assert.throws(() => account.cut(5, 1, null, 'compacted'), withCode('UNEXPECTED'))
})

test('many ranges go into an object of their own, whose bytes are checked when it is read', async () => {
  const { storage } = await freshStorage()
  const account = new AccountBuilder(0)
  const count = INLINE_RANGES + 1
  for (let i = 0; i < count; i++) account.archived(i * 2 + 1)
  const entry = account.cut(count * 2, 1, 'b/s', 'compacted')
  const few = { ...entry, ranges: entry.ranges?.slice(1) ?? [] }
  assert.equal(settleRanges(few, 'b/r').blob, null)
  const settled = settleRanges(entry, 'b/r')
  assert.ok(settled.blob !== null)
  assert.equal(settled.entry.ranges, undefined)
  await storage.put('b/r', settled.blob)
  assert.deepEqual(await readRanges(settled.entry, storage), entry.ranges)
  assert.deepEqual(await readRanges(entry, storage), entry.ranges)
  const object = settled.entry.ranges_object
  assert.ok(object !== undefined)
  const lies: [object: Partial<typeof object>, message: RegExp][] = [
    [{ sha256: '0'.repeat(64) }, /SHA-256/],
    [{ size: object.size + 1 }, /bytes/],
    [{ size: object.size - 1 }, /bytes/],
    [{ count: count + 1 }, /ranges/],
    [{ count: 1 }, /decompressed|hold/],
    [{ count: 2 ** 52 }, /hold/],
  ]
  for (const [lie, message] of lies) {
    const entry = { ...settled.entry, ranges_object: { ...object, ...lie } }
    await assert.rejects(readRanges(entry, storage), withCode('MANIFEST_DAMAGED', message), JSON.stringify(lie))
  }
  const missing = { ...settled.entry, ranges_object: { ...object, key: 'b/none' } }
  await assert.rejects(readRanges(missing, storage), withCode('OBJECT_MISSING'))
})

test('an account that does not add up is told where', async () => {
  const { entry } = await sealed([{ offset: 2 }, { offset: 4 }])
  const partition: PartitionEntry = {
    partition_id: 0,
    segments: [{ key: 'b/s', ...entry, generation: 1 }],
    account: [
      { from: 0, to: 2, generation: 1, archived: 0, absent: { deleted_before: 2 }, ranges: [['deleted_before', 0, 2]] },
      {
        from: 2,
        to: 5,
        generation: 1,
        archived: 2,
        absent: { compacted: 1 },
        segment: 'b/s',
        ranges: [['compacted', 3, 4]],
      },
    ],
  }
  assert.deepEqual(checkAccount(partition), [])
  const spoiled = (change: (copy: Required<PartitionEntry>) => void): string[] => {
    const copy = structuredClone(partition) as Required<PartitionEntry>
    change(copy)
    return checkAccount(copy).map(({ offset, reason }) => `${offset}: ${reason}`)
  }
  const first = (copy: Required<PartitionEntry>) => copy.account[0] as AccountEntry
  const second = (copy: Required<PartitionEntry>) => copy.account[1] as AccountEntry
  const cases: [change: (copy: Required<PartitionEntry>) => void, message: RegExp][] = [
    [(copy) => copy.account.shift(), /^$/],
    [(copy) => copy.account.pop(), /^2: expected an entry of the account for this segment/],
    [(copy) => (second(copy).from = 3), /go on at offset 2, got 3/],
    [(copy) => (first(copy).absent = { deleted_before: 1 }), /2 offsets in the account, got 0 archived and 1 absent/],
    [(copy) => (second(copy).archived = 3), /expected 3 records as the account says, got 2/],
    [(copy) => (second(copy).ranges = [['aborted', 3, 4]]), /"compacted", got 0/],
    [(copy) => (second(copy).ranges = [['compacted', 1, 2]]), /in order between 2 and 5, got 1 to 2/],
    [(copy) => delete second(copy).segment, /expected a segment for 2 archived records/],
    [(copy) => (second(copy).segment = 'b/other'), /among those of the partition/],
    [(copy) => (second(copy).to = 4), /offsets from 2 to 3, got 2 to 4/],
    [(copy) => copy.account.push({ ...second(copy), from: 5, to: 8, ranges: [['compacted', 6, 7]] }), /a second/],
  ]
  for (const [change, message] of cases) assert.match(spoiled(change).join('\n'), message)
  const entry2 = partition.account?.[1] as AccountEntry
  assert.equal(checkEntryRanges(entry2, [['compacted', 3, 3]]).length, 1)
})
