import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Difference } from '../../src/jobs/validation/content/difference.ts'
import { run } from '../backup/support.ts'
import { temporaryFolder } from '../restore/support.ts'
import type { JavaClient, ProduceRecord } from '../rig/java-client.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { CONTENT_ALONE, ledger, validation } from './support.ts'

/** Differences planted into a target that another program wrote: each is found, counted and named (field failure 27). */
describe('the content check', () => {
  let java: JavaClient
  let bootstrap: string
  let path: string
  const source = uniqueName('ledger')
  const COUNT = 3_000

  before(async () => {
    java = await useJava()
    bootstrap = (await useKafka()).bootstrap
    path = await temporaryFolder()
    await java.createTopics([{ name: source, partitions: 1 }])
    await java.produce(ledger(source, COUNT))
    await run({ path, bootstrap, topics: [source] })
  })
  after(() => java.stop())

  /** A target with the archive's records, but for what `change` does to them. */
  const planted = async (change: (records: ProduceRecord[]) => ProduceRecord[], partitions = 1) => {
    const target = uniqueName('planted')
    await java.createTopics([{ name: target, partitions, configs: { 'retention.ms': '-1' } }])
    await java.produce(change(ledger(target, COUNT)))
    return target
  }
  const compared = async (target: string, options: Record<string, unknown> = {}) =>
    validation({
      bootstrap,
      path,
      restore: { topic_mapping: { [source]: target } },
      checks: { ...CONTENT_ALONE, content: options },
    })
  const at = (records: ProduceRecord[], index: number): ProduceRecord => records[index] as ProduceRecord
  const named = (data: Record<string, unknown>) => data.differences as Difference[]

  it('passes a target that holds the same records', async () => {
    const { exitCode, check } = await compared(await planted((all) => all))
    const { outcome, data, detail } = check('ContentCheck')
    assert.equal(outcome, 'PASSED', detail)
    assert.equal(exitCode, 0)
    assert.deepEqual([data.expected, data.found, data.identical, data.differences_total], [COUNT, COUNT, COUNT, 0])
  })

  const cases: {
    what: string
    change: (all: ProduceRecord[]) => ProduceRecord[]
    counts: Partial<Record<'missing' | 'extra' | 'changed' | 'misplaced' | 'duplicates', number>>
    first: Partial<Difference>
    words: RegExp
  }[] = [
    {
      what: 'one byte of a value',
      change: (all) => all.with(1234, { ...at(all, 1234), value: String(at(all, 1234).value).replace('EUR', 'EUS') }),
      counts: { changed: 1 },
      first: { kind: 'changed', source_offset: 1234, target_offset: 1234, fields: ['value'] },
      words: /its value differs from byte \d+ of \d+/,
    },
    {
      what: 'the order of headers',
      change: (all) => all.with(77, { ...at(all, 77), headers: (at(all, 77).headers ?? []).toReversed() }),
      counts: { changed: 1 },
      first: { kind: 'changed', source_offset: 77, target_offset: 77, fields: ['headers'] },
      words: /its headers are in another order/,
    },
    {
      what: 'a null header that became empty (field failure 8)',
      change: (all) =>
        all.with(78, { ...at(all, 78), headers: (at(all, 78).headers ?? []).map(([k, v]) => [k, v ?? '']) }),
      counts: { changed: 1 },
      first: { kind: 'changed', source_offset: 78, fields: ['headers'] },
      words: /its headers differ/,
    },
    {
      what: 'a timestamp',
      change: (all) => all.with(5, { ...at(all, 5), timestamp: 1_751_000_000_777 }),
      counts: { changed: 1 },
      first: { kind: 'changed', source_offset: 5, fields: ['timestamp'] },
      words: /its timestamp is 1751000000777, not 1751000000005/,
    },
    {
      what: 'a key that became null',
      change: (all) => all.with(0, { ...at(all, 0), key: null }),
      counts: { changed: 1 },
      first: { kind: 'changed', source_offset: 0, fields: ['key'] },
      words: /its key differs/,
    },
    {
      what: 'a record that is missing',
      change: (all) => all.toSpliced(1500, 1),
      counts: { missing: 1 },
      first: { kind: 'missing', source_offset: 1500, target_offset: null },
      words: /not in the target/,
    },
    {
      what: 'the last records missing',
      change: (all) => all.slice(0, COUNT - 3),
      counts: { missing: 3 },
      first: { kind: 'missing', source_offset: COUNT - 3 },
      words: /not in the target/,
    },
    {
      what: 'a record too many',
      change: (all) => all.toSpliced(900, 0, { ...at(all, 900), value: 'not from the archive' }),
      counts: { extra: 1 },
      first: { kind: 'extra', source_offset: null, target_offset: 900 },
      words: /not in the archive/,
    },
    {
      what: 'two records swapped',
      change: (all) => all.with(10, at(all, 11)).with(11, at(all, 10)),
      counts: { misplaced: 1 },
      first: { kind: 'misplaced' },
      words: /the same record, at another place/,
    },
    {
      what: 'two records far apart swapped',
      change: (all) => all.with(10, at(all, 2_500)).with(2_500, at(all, 10)),
      counts: { misplaced: 2 },
      first: { kind: 'misplaced' },
      words: /at another place/,
    },
    {
      what: 'a restore that ran twice (field failure 10)',
      change: (all) => [...all, ...all.slice(0, 40)],
      counts: { extra: 40, duplicates: 40 },
      first: { kind: 'duplicate', target_offset: COUNT },
      words: /in the target more than once/,
    },
    {
      what: 'several at once',
      change: (all) =>
        all
          .with(100, { ...at(all, 100), value: 'changed' })
          .with(101, { ...at(all, 101), value: 'changed too' })
          .toSpliced(2000, 2)
          .toSpliced(300, 0, { ...at(all, 1), value: 'extra' }),
      counts: { changed: 2, missing: 2, extra: 1 },
      first: { kind: 'changed', source_offset: 100 },
      words: /its value differs/,
    },
  ]
  for (const { what, change, counts, first, words } of cases) {
    it(`finds ${what}`, async () => {
      const { exitCode, check, result } = await compared(await planted(change))
      const { outcome, data, detail } = check('ContentCheck')
      assert.equal(outcome, 'FAILED', detail)
      assert.equal(exitCode, 5)
      assert.equal(result.overall_result, 'FAILED')
      for (const kind of ['missing', 'extra', 'changed', 'misplaced', 'duplicates'] as const) {
        assert.equal(data[kind], counts[kind] ?? 0, `${kind}: ${detail}`)
      }
      const [one] = named(data)
      for (const [key, value] of Object.entries(first)) assert.deepEqual(one?.[key as keyof Difference], value, key)
      assert.match(one?.what ?? '', words)
      assert.equal(one?.topic, source)
    })
  }

  it('finds a record that went to another partition', async () => {
    const target = await planted((all) => all.with(50, { ...at(all, 50), partition: 1 }), 2)
    const { check, result } = await compared(target)
    const { outcome, data, detail } = check('ContentCheck')
    assert.ok(result.not_covered.some((one) => /^1 partition of the target topics into which nothing/.test(one)))
    // the archive knows of one partition, so that the other one is not the restore's to fill
    assert.equal(outcome, 'FAILED', detail)
    assert.deepEqual([data.missing, data.misplaced], [1, 0])
  })

  it('calls records in another order misplaced', async () => {
    const shuffled = await planted((all) => all.map((_, i) => at(all, (i * 1_321 + 7) % COUNT)))
    const { outcome, data, detail } = (await compared(shuffled)).check('ContentCheck')
    assert.equal(outcome, 'FAILED', detail)
    assert.deepEqual([data.missing, data.extra, data.changed], [0, 0, 0])
    assert.ok((data.misplaced as number) > COUNT / 2, detail)
  })

  it('counts the records where the order is lost altogether, and says so', async () => {
    const many = uniqueName('many')
    const turned = uniqueName('turned')
    const folder = await temporaryFolder()
    await java.createTopics([
      { name: many, partitions: 1 },
      { name: turned, partitions: 1 },
    ])
    await java.produce(ledger(many, 9_000))
    await run({ path: folder, bootstrap, topics: [many] })
    const all = ledger(turned, 9_000)
    await java.produce([...all.slice(4_500), ...all.slice(1, 4_500), at(all, 8_000), { ...at(all, 3), value: 'other' }])
    const { check } = await validation({
      bootstrap,
      path: folder,
      restore: { topic_mapping: { [many]: turned } },
      checks: CONTENT_ALONE,
    })
    const { outcome, data, detail } = check('ContentCheck')
    assert.equal(outcome, 'FAILED', detail)
    assert.equal(data.unordered, 1, detail)
    assert.deepEqual([data.expected, data.found, data.missing, data.extra, data.duplicates], [9_000, 9_001, 1, 2, 1])
    assert.deepEqual(
      named(data)
        .map(({ kind, source_offset }) => [kind, source_offset])
        .toSorted(),
      [
        ['duplicate', null],
        ['extra', null],
        ['missing', 0],
      ],
    )
  })

  it('takes nothing for something: a missing topic fails, and so does an empty one', async () => {
    const missing = await compared(uniqueName('nowhere'))
    assert.equal(missing.check('ContentCheck').outcome, 'FAILED')
    assert.equal(missing.check('ContentCheck').data.missing, COUNT)
    const empty = await compared(await planted(() => []))
    assert.equal(empty.check('ContentCheck').outcome, 'FAILED')
    assert.equal(empty.check('ContentCheck').data.missing, COUNT)
  })

  it('knows the window: what was left out is not missing, what is outside is extra', async () => {
    const [start, end] = [1_751_000_000_500, 1_751_000_000_999]
    const target = await planted((all) => all.slice(500, 1000))
    const restore = { topic_mapping: { [source]: target }, time_window_start: `${start}`, time_window_end: `${end}` }
    const checks = { ...CONTENT_ALONE, message_count: { enabled: 'true' } }
    const within = await validation({ bootstrap, path, restore, checks })
    assert.equal(within.check('ContentCheck').outcome, 'PASSED', within.check('ContentCheck').detail)
    assert.equal(within.check('ContentCheck').data.filtered, COUNT - 500)
    assert.equal(within.check('MessageCountCheck').outcome, 'PASSED')
    assert.match(
      within.check('MessageCountCheck').detail,
      /^1 topic; 500 messages expected, 500 restored; 0 discrepancies$/,
    )
    const whole = await compared(target)
    assert.equal(whole.check('ContentCheck').data.missing, COUNT - 500)
  })

  it('a sample says that it is one, and never that it is exact', async () => {
    const target = await planted((all) => all)
    const { check } = await compared(target, { sample_percentage: '10' })
    const { outcome, data, detail } = check('ContentCheck')
    assert.equal(outcome, 'PASSED', detail)
    assert.equal(data.sampled, true)
    assert.match(detail, /a sample, not exact: .* with 95 % confidence at most/)
  })

  it('a sample of many segments: what may differ outside of it; with a difference found nothing is promised', async () => {
    const folder = await temporaryFolder()
    await run({ path: folder, bootstrap, topics: [source], backup: { segment_max_records: '300' } })
    const checks = { ...CONTENT_ALONE, content: { sample_percentage: '20' } }
    const sampled = async (target: string) => {
      const restore = { topic_mapping: { [source]: target } }
      return (await validation({ bootstrap, path: folder, restore, checks })).check('ContentCheck')
    }
    const same = await sampled(await planted((all) => all))
    assert.equal(same.outcome, 'PASSED', same.detail)
    assert.equal(same.data.expected, 600, 'two of ten segments')
    // 7 bad ones of 10 are missed by 2 in 6.7 % of all draws, 8 in 2.2 %
    assert.deepEqual(same.data.sample, {
      segments: 10,
      compared: 2,
      confidence: 0.95,
      may_differ: 7,
      compared_whole: [],
    })
    const other = await sampled(await planted((all) => all.map((one) => ({ ...one, value: 'other' }))))
    assert.equal(other.outcome, 'FAILED', other.detail)
    assert.match(other.detail, /a sample, not exact: 2 of 10 segments/)
    assert.doesNotMatch(other.detail, /95 %/)
    assert.equal((other.data.sample as Record<string, unknown>).may_differ, null)
  })
})
