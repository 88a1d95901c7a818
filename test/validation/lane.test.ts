import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyView, type RecordView } from '../../src/contract/record.ts'
import { outcomeOf } from '../../src/jobs/validation/content/check.ts'
import type { FlowTask } from '../../src/jobs/validation/content/flow.ts'
import { Lane, type Room, roomForTopic } from '../../src/jobs/validation/content/lane.ts'
import { undetected } from '../../src/jobs/validation/content/sample.ts'
import { settleTopic, tellExtra } from '../../src/jobs/validation/content/settle.ts'
import { emptyTally, type Tally } from '../../src/jobs/validation/content/tally.ts'
import { TargetStream } from '../../src/jobs/validation/content/target-stream.ts'
import type { Cluster } from '../../src/kafka/cluster.ts'
import type { ReadStep } from '../../src/kafka/types.ts'
import { seededRandom } from '../rig/random.ts'

/** A record as a short text; two with the same text are the same. */
interface Written {
  offset: number
  text: string
}

function viewOf({ offset, text }: Written): RecordView {
  const view = emptyView(Buffer.from(text))
  view.offset = offset
  view.tsLo = 1_000
  view.keyLen = 1
  view.valStart = 1
  view.valLen = text.length - 1
  return view
}

/** The one thing that a lane asks of a cluster: batches of a partition, in order, of a size that varies. */
function clusterOf(records: readonly Written[], batch: number): Cluster {
  async function* steps(): AsyncGenerator<ReadStep> {
    for (let i = 0; i < records.length; i += batch) {
      const some = records.slice(i, i + batch)
      let at = -1
      const view = emptyView(Buffer.alloc(0))
      const cursor = {
        view,
        next: () => {
          const one = some[++at]
          if (one !== undefined) Object.assign(view, viewOf(one))
          return one !== undefined
        },
      }
      const first = some[0]?.offset ?? 0
      yield { type: 'batch', batch: { kind: 'data', baseOffset: first, lastOffset: first, records: cursor } as never }
    }
  }
  return { reader: () => steps() } as unknown as Cluster
}

async function compare(
  archived: readonly string[],
  there: readonly Written[],
  options: { compacted?: boolean; deleted?: number; batch?: number; room?: Room } = {},
): Promise<{ tally: Tally; lost: boolean }> {
  const tally = emptyTally()
  const end = (there.at(-1)?.offset ?? -1) + 1
  const stream = new TargetStream(
    clusterOf(there, options.batch ?? 7),
    'target',
    0,
    there[0]?.offset ?? 0,
    end,
    new AbortController().signal,
  )
  const lane = new Lane(stream, tally, {
    compacted: options.compacted ?? false,
    deleted: options.deleted ?? 0,
    room: options.room ?? roomForTopic(),
  })
  for (const [offset, text] of archived.entries()) {
    tally.expected++
    await lane.offer(viewOf({ offset, text }), 0)
  }
  await lane.finish()
  const task = {
    flow: { target: 'target' },
    source: 'source',
    places: [{ partition: 0, deleted: 0 }],
  } as unknown as FlowTask
  const { extra } = settleTopic([{ task, lanes: [lane] }], tally)
  for (const one of extra) tellExtra(tally, one, null)
  return { tally, lost: lane.lost }
}

const back = (texts: readonly string[], first = 0): Written[] => texts.map((text, i) => ({ offset: first + i, text }))

test('whatever is changed, every record of both sides is counted once', async () => {
  const random = seededRandom(20_261_124)
  const below = (most: number) => Math.floor(random() * most)
  for (let round = 0; round < 400; round++) {
    const length = 1 + below(400)
    // few different texts make many records that are the same
    const archived = Array.from({ length }, (_, i) => (random() < 0.3 ? `a${below(5)}` : `${below(9)}-${i}`))
    const there = [...archived]
    const edits = below(12)
    for (let edit = 0; edit < edits && there.length > 1; edit++) {
      const [at, to] = [below(there.length), below(there.length)]
      const kind = below(5)
      if (kind === 0) there.splice(at, 1 + below(5))
      else if (kind === 1) there.splice(at, 0, `x${edit}`)
      else if (kind === 2) there[at] = `${there[at]?.[0]}changed${edit}`
      else if (kind === 3) [there[at], there[to]] = [there[to] as string, there[at] as string]
      else there.splice(at, 0, ...there.slice(to, to + below(20)))
    }
    const { tally, lost } = await compare(archived, back(there), { batch: 1 + below(30) })
    assert.equal(lost, false)
    const { expected, found, identical, missing, extra, changed, misplaced } = tally
    const words = `round ${round}: ${JSON.stringify({ expected, found, identical, missing, extra, changed, misplaced })}`
    assert.equal(found, there.length, words)
    assert.equal(identical + missing + changed + misplaced, expected, words)
    assert.equal(identical + extra + changed + misplaced, found, words)
    const same = archived.length === there.length && archived.every((text, i) => text === there[i])
    assert.equal(missing + extra + changed + misplaced === 0, same, words)
    // no more is called missing or extra than a count without order finds
    const counts = new Map<string, number>()
    for (const text of archived) counts.set(text, (counts.get(text) ?? 0) + 1)
    for (const text of there) counts.set(text, (counts.get(text) ?? 0) - 1)
    const without = [...counts.values()].reduce((sum, count) => sum + Math.max(0, count), 0)
    assert.ok(missing + changed >= without, words)
  }
})

test('a start that was deleted, and holes of compaction, cost no order', async () => {
  const archived = Array.from({ length: 5_000 }, (_, i) => `${i % 7}-${i}`)
  const trimmed = await compare(archived, back(archived.slice(4_000), 4_000), { deleted: 4_000 })
  assert.deepEqual(
    [trimmed.tally.identical, trimmed.tally.missing, trimmed.tally.deleted, trimmed.lost],
    [1_000, 4_000, 4_000, false],
  )
  const last = back(archived).slice(-7)
  const compacted = await compare(archived, [{ offset: 0, text: archived[0] as string }, ...last], { compacted: true })
  assert.deepEqual([compacted.tally.identical, compacted.tally.missing, compacted.tally.compacted], [8, 0, 4_992])
  // the last record of a key is no older version of anything
  const gone = await compare(archived, [{ offset: 0, text: archived[0] as string }, ...last.slice(1)], {
    compacted: true,
  })
  assert.ok(gone.tally.missing >= 1, JSON.stringify(gone.tally))
})

test('with no room left all are still counted, and what compaction took is not called missing', async () => {
  const archived = Array.from({ length: 400 }, (_, i) => `${i % 200 === 0 ? 'a' : i % 9}-${i}`)
  const there = archived.filter((_, i) => i % 3 !== 0).concat('x1', 'x2')
  const { tally } = await compare(archived, back(there), { room: { records: 5, keys: 0 } })
  assert.deepEqual([tally.missing, tally.extra, tally.identical], [134, 2, 266])
  const holes = back(archived).filter(({ offset }) => offset > 390)
  const compacted = await compare(archived, [{ offset: 0, text: archived[0] as string }, ...holes], {
    compacted: true,
    room: { records: 5, keys: 2 },
  })
  assert.ok(compacted.tally.unfollowed > 0)
  assert.equal(
    compacted.tally.expected,
    compacted.tally.identical + compacted.tally.compacted + compacted.tally.unfollowed + compacted.tally.missing,
  )
})

test('what has nothing in common is called lost, not compared into nonsense', async () => {
  const archived = Array.from({ length: 6_000 }, (_, i) => `${i % 7}-${i}`)
  const turned = [...archived.slice(3_000), ...archived.slice(0, 3_000)]
  assert.equal((await compare(archived, back(turned))).lost, true)
})

test('what a sample may have missed, by counting', () => {
  const of = (segments: number, taken: number) => undetected([{ segments, taken }])
  assert.equal(of(10, 10), 0)
  assert.equal(of(100, 0), 100)
  // of 100, 30 taken: 8 bad ones are all missed in 5.1 % of all draws, 9 in 3.4 %
  assert.equal(of(100, 30), 8)
  assert.ok(of(1_000, 299) < of(1_000, 100))
})

test('a sample says no more of a large flow than what was taken of it', () => {
  const small = Array.from({ length: 99 }, () => ({ segments: 1, taken: 1 }))
  // one of a hundred segments was looked at: 95 bad ones among them are all missed in 5 % of all draws
  assert.equal(undetected([...small, { segments: 100, taken: 1 }]), 95)
  // the bound is the worst over every way in which bad segments may lie, here tried one by one
  const drawn = [
    { segments: 6, taken: 1 },
    { segments: 5, taken: 2 },
    { segments: 4, taken: 4 },
  ]
  const missed = (segments: number, taken: number, bad: number) => {
    let chance = 1
    for (let i = 0; i < bad; i++) chance *= (segments - taken - i) / (segments - i)
    return chance
  }
  let worst = 0
  for (let a = 0; a <= 5; a++) {
    for (let b = 0; b <= 3; b++) if (missed(6, 1, a) * missed(5, 2, b) >= 0.05 - 1e-9) worst = Math.max(worst, a + b)
  }
  assert.equal(undetected(drawn), worst)
})

test('an order that was lost fails, unless only topics that were to be spread anew lost theirs', () => {
  const tally = { ...emptyTally(), expected: 10, found: 10, identical: 10 }
  assert.equal(outcomeOf(tally, 0, 0), 'PASSED')
  assert.equal(outcomeOf({ ...tally, unordered: 1 }, 0, 0), 'FAILED')
  assert.equal(outcomeOf({ ...tally, unordered: 3 }, 0, 3), 'WARNING')
  assert.equal(outcomeOf({ ...tally, unordered: 4 }, 0, 3), 'FAILED')
  assert.equal(outcomeOf({ ...tally, unordered: 3, unfollowed: 1 }, 0, 3), 'INDETERMINATE')
})
