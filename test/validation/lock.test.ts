import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ReportLock } from '../../src/contract/evidence/report.ts'
import { english } from '../../src/contract/said/said.ts'
import { lockOfArchive, lockWarnings } from '../../src/jobs/validation/facts.ts'
import { type Scope, scopeGaps } from '../../src/jobs/validation/scope.ts'
import type { Storage, StoredRetention } from '../../src/storage/storage.ts'
import { NOW, sampleManifest, sampleTopic } from '../evidence/sample-parts.ts'

const DAY_MS = 86_400_000

/** A storage that answers for each object by its key. */
function storage(answer: (key: string) => Partial<StoredRetention>): { storage: Storage; asked: string[] } {
  const asked: string[] = []
  const retention = async (key: string): Promise<StoredRetention> => {
    asked.push(key)
    return { mode: 'none', retainUntil: null, legalHold: null, reason: 'as told', ...answer(key) }
  }
  return { storage: { retention } as unknown as Storage, asked }
}

test('the archive is as locked as the weakest object that was asked about', async () => {
  const manifest = sampleManifest([sampleTopic('a', 1, 3), sampleTopic('b', 1, 1)])
  const until = NOW + 100 * DAY_MS
  const locked = storage(() => ({ mode: 'COMPLIANCE', retainUntil: until }))
  const all = await lockOfArchive(locked.storage, manifest, ['a'])
  assert.equal(all.lock.mode, 'COMPLIANCE')
  assert.equal(locked.asked.length, 3, 'the manifest, the oldest and the newest segment')
  assert.ok(locked.asked.every((key) => !key.includes('/b/')))
  assert.equal(all.gap?.id, 'gap.locksOfSome')
  // a manifest under a lock says nothing of the segments
  const open = storage((key) => (key.endsWith('manifest.json') ? { mode: 'COMPLIANCE', retainUntil: until } : {}))
  const weak = await lockOfArchive(open.storage, manifest, ['a'])
  assert.deepEqual([weak.lock.mode, weak.gap], ['none', null])
  const early = storage((key) => ({ mode: 'COMPLIANCE', retainUntil: key.endsWith('manifest.json') ? until : NOW }))
  assert.equal((await lockOfArchive(early.storage, manifest, ['a'])).lock.retain_until, new Date(NOW).toISOString())
  const one = await lockOfArchive(locked.storage, manifest, ['b'])
  assert.equal(one.gap, null, 'all that there are')
})

test('GOVERNANCE, too short and none are warned of', () => {
  const told = (mode: ReportLock['mode'], days: number | null) =>
    lockWarnings(
      {
        mode,
        retain_until: days === null ? null : new Date(NOW + days * DAY_MS).toISOString(),
        legal_hold: null,
        reason: 'as told',
      },
      2_555,
      NOW,
    ).map(({ id }) => id)
  assert.deepEqual(told('COMPLIANCE', 2_555), [])
  assert.deepEqual(told('COMPLIANCE', 30), ['warn.lockShort'])
  assert.deepEqual(told('GOVERNANCE', 2_555), ['warn.lockGovernance'])
  assert.deepEqual(told('GOVERNANCE', 30), ['warn.lockGovernance', 'warn.lockShort'])
  assert.deepEqual(told('none', null), ['warn.lockNone'])
  assert.deepEqual(told('unknown', null), ['warn.lockUnknown'])
})

test('topics and partitions that no check looks at are told', () => {
  const scope = {
    prepared: {
      loaded: { manifest: sampleManifest(['a', 'b', 'c'].map((name) => sampleTopic(name, 1, 1))) },
      plan: { topics: [{ source: 'a', target: 'x', flows: [{ partitions: [0] }, { partitions: [2] }] }] },
    },
    existing: new Map([['x', { partitions: [0, 1, 2, 3].map((partition) => ({ partition })) }]]),
  } as unknown as Scope
  assert.deepEqual(
    scopeGaps(scope).map((one) => english(one)),
    [
      'what the archive holds of 2 further topics was not compared with anything: b, c',
      '2 partitions of the target topics into which nothing was restored: what is in them was not looked at',
    ],
  )
})
