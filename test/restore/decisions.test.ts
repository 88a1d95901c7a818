import assert from 'node:assert/strict'
import { hostname } from 'node:os'
import { describe, it } from 'node:test'
import type { Manifest } from '../../src/archive/types.ts'
import { isCofferError } from '../../src/contract/errors.ts'
import { english } from '../../src/contract/said/said.ts'
import { planRestore } from '../../src/jobs/restore/plan.ts'
import { decideStanding } from '../../src/jobs/restore/standing.ts'
import { type RestoreState, refuseRunning, STATE_FORMAT } from '../../src/jobs/restore/state.ts'
import { adaptConfiguration, configurationProblems } from '../../src/jobs/restore/topic-config.ts'

const PLAN = planRestore(
  {
    backup_id: 'b',
    created_at: 0,
    source_cluster_id: null,
    source_brokers: [],
    compression: 'zstd',
    topics: [{ name: 't', original_partition_count: 2, partitions: [] }],
  } satisfies Manifest,
  ['t'],
  {
    time_window_start: null,
    time_window_end: null,
    source_partitions: null,
    partition_mapping: new Map(),
    topic_mapping: new Map(),
    repartitioning: new Map(),
  },
)

function ends(zero: [number, number], one: [number, number]) {
  return {
    start: new Map([
      ['t/0', zero[0]],
      ['t/1', one[0]],
    ]),
    end: new Map([
      ['t/0', zero[1]],
      ['t/1', one[1]],
    ]),
  }
}

function stateOf(more: Partial<RestoreState> = {}): RestoreState {
  return {
    format: STATE_FORMAT,
    restore_id: '0'.repeat(16),
    backup_id: 'b',
    manifest_sha256: '',
    state: 'interrupted',
    phase: 'writing',
    target_cluster_id: null,
    topics: [],
    partitions: { 't/0': { base: 10, records: 0 }, 't/1': { base: 0, records: 0 } },
    groups: [],
    holder: { host: hostname(), pid: process.pid },
    started_at: 0,
    updated_at: 0,
    ended_at: null,
    tool: { name: 'coffer', version: '0' },
    ...more,
  }
}

const PLAIN = { purge: false, allowNonEmpty: false }

describe('where a restore begins', () => {
  it('in an empty partition at its end, also after records were deleted', () => {
    const { starts, resumed, toProve } = decideStanding(PLAN, ends([0, 0], [7, 7]), null, PLAIN)
    assert.deepEqual(
      [...starts.values()].map(({ base, present }) => [base, present]),
      [
        [0, 0],
        [7, 0],
      ],
    )
    assert.equal(resumed, false)
    assert.equal(toProve.length, 0)
  })

  it('has everything proved that no kept state vouches for', () => {
    const { starts, resumed, toProve } = decideStanding(PLAN, ends([0, 0], [7, 20]), null, PLAIN)
    assert.deepEqual(starts.get('t/1'), { topic: 't', partition: 1, base: 7, present: 13, compareFrom: 0 })
    assert.equal(resumed, true)
    assert.deepEqual(
      toProve.map((flow) => flow.partitions),
      [[1]],
    )
  })

  it('with a kept state goes on at the end, and compares the last records', () => {
    const { starts, toProve } = decideStanding(PLAN, ends([0, 1010], [0, 5]), stateOf(), PLAIN)
    assert.deepEqual(starts.get('t/0'), { topic: 't', partition: 0, base: 10, present: 1000, compareFrom: 800 })
    assert.deepEqual(starts.get('t/1'), { topic: 't', partition: 1, base: 0, present: 5, compareFrom: 0 })
    assert.equal(toProve.length, 0)
  })

  it('refuses a partition that has become shorter than where it began', () => {
    assert.throws(
      () => decideStanding(PLAN, ends([0, 9], [0, 0]), stateOf(), PLAIN),
      (error) => isCofferError(error, 'TARGET_DIFFERS'),
    )
  })

  it('purges what is there, and once more after a kill in the middle of it', () => {
    const first = decideStanding(PLAN, ends([0, 10], [0, 0]), null, { purge: true, allowNonEmpty: false })
    assert.deepEqual(first.purge, [{ topic: 't', partition: 0, offset: 10 }])
    assert.equal(first.starts.get('t/0')!.base, 10)
    const again = decideStanding(PLAN, ends([4, 10], [0, 0]), stateOf({ phase: 'purging' }), {
      purge: true,
      allowNonEmpty: false,
    })
    assert.deepEqual(again.purge, [{ topic: 't', partition: 0, offset: 10 }])
    const written = decideStanding(PLAN, ends([10, 12], [0, 0]), stateOf(), { purge: true, allowNonEmpty: false })
    assert.deepEqual(written.purge, [])
    assert.equal(written.starts.get('t/0')!.present, 2)
  })

  it('is over where all was written, whatever others have added; not where something is gone', () => {
    const complete = stateOf({
      state: 'complete',
      phase: 'done',
      partitions: { 't/0': { base: 0, records: 5 }, 't/1': { base: 0, records: 3 } },
    })
    const grown = decideStanding(PLAN, ends([0, 9], [0, 3]), complete, PLAIN)
    assert.equal(grown.complete, true)
    assert.equal(grown.starts.get('t/0')!.present, 5)
    assert.equal(decideStanding(PLAN, ends([0, 4], [0, 3]), complete, PLAIN).complete, false)
    const anew = decideStanding(PLAN, ends([0, 9], [0, 3]), complete, { purge: true, allowNonEmpty: false })
    assert.equal(anew.complete, false)
    assert.equal(anew.purge.length, 2)
  })
})

describe('two restores at once', () => {
  it('the second is refused while the first is heard of', () => {
    const now = 1_000_000
    const elsewhere = { host: 'elsewhere', pid: 1 }
    const refused = (more: Partial<RestoreState>) => {
      try {
        refuseRunning(stateOf({ state: 'running', updated_at: now - 1000, ...more }), now)
        return false
      } catch (error) {
        assert.ok(isCofferError(error, 'LOCKED'))
        return true
      }
    }
    assert.equal(refused({ holder: elsewhere }), true)
    assert.equal(refused({ holder: elsewhere, updated_at: now - 60_000 }), false)
    assert.equal(refused({ holder: elsewhere, state: 'interrupted' }), false)
    assert.equal(refused({ holder: { host: hostname(), pid: process.ppid } }), true)
    assert.equal(refused({ holder: { host: hostname(), pid: process.pid } }), false)
    assert.equal(refused({ holder: { host: hostname(), pid: 0x7ffffffe } }), false)
  })
})

/** What is not as archived says so by a name that makes its English sentence: the window says it in its own language. */
function adapted(input: Parameters<typeof adaptConfiguration>[0]): ReturnType<typeof adaptConfiguration> {
  const answer = adaptConfiguration(input)
  for (const { name, reason, said } of answer.differences) assert.equal(said && english(said), reason, name)
  return answer
}

describe('the configuration of a created topic', () => {
  const adapt = (archived: Record<string, string> | null, more = {}) =>
    adapted({
      target: 't',
      archived:
        archived === null ? null : Object.entries(archived).map(([name, value]) => ({ name, value, overridden: true })),
      largestRecord: null,
      replicas: 3,
      timestampKeys: 'before-after',
      ...more,
    })

  it('failure 12: keeps what was archived where nothing stands against it', () => {
    const { configs, differences } = adapt({
      'retention.ms': '-1',
      'retention.bytes': '-1',
      'segment.bytes': '1048576',
      'message.timestamp.after.max.ms': '9223372036854775807',
      'min.insync.replicas': '3',
    })
    assert.equal(configs.get('segment.bytes'), '1048576')
    assert.equal(configs.get('min.insync.replicas'), '3')
    assert.deepEqual(differences, [])
  })

  it('uses the older key of timestamps on older brokers', () => {
    const { configs } = adapt(null, { timestampKeys: 'difference' })
    assert.deepEqual([...configs.keys()].sort(), [
      'message.timestamp.difference.max.ms',
      'retention.bytes',
      'retention.ms',
    ])
  })

  it('gives a list in the command the brackets that it needs', () => {
    const { differences } = adapt({ 'cleanup.policy': 'compact,delete' })
    const reason = differences.find((one) => one.name === 'cleanup.policy')!.reason
    assert.match(reason, /--add-config cleanup\.policy='\[compact,delete\]'/)
  })

  it('failure 34: quotes for a shell what an archive says of itself', () => {
    const { differences } = adapt({ 'retention.ms': "$(reboot)'; x" }, { target: 'a b' })
    const reason = differences.find((one) => one.name === 'retention.ms')!.reason
    assert.ok(reason.endsWith(`--topic 'a b' --add-config retention.ms='$(reboot)'\\''; x'`), reason)
  })

  it('failure 13: makes room for the largest record', () => {
    const { configs, differences } = adapt({ 'max.message.bytes': '1000' }, { largestRecord: 5000 })
    assert.equal(configs.get('max.message.bytes'), '5000')
    assert.ok(differences.some((one) => one.name === 'max.message.bytes' && one.archived === '1000'))
    assert.equal(configs.get('segment.bytes'), undefined)
    // A log takes no batch that is larger than one of its segments.
    const small = adapt({ 'max.message.bytes': '9000', 'segment.bytes': '4000' }, { largestRecord: 5000 })
    assert.deepEqual([small.configs.get('max.message.bytes'), small.configs.get('segment.bytes')], ['9000', '5000'])
    const current = new Map([
      ['segment.bytes', '4000'],
      ['max.message.bytes', '9000'],
    ])
    const facts = { span: null, largestRecord: 5000, bytes: 1, replicas: 1, now: 0 }
    assert.deepEqual(
      configurationProblems(current, facts).map(({ name, wanted }) => [name, wanted]),
      [['segment.bytes', '5000']],
    )
  })
})
