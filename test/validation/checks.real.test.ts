import assert from 'node:assert/strict'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { run } from '../backup/support.ts'
import { ID } from '../failures/support.ts'
import { recordingContext, restore, restoreConfig, temporaryFolder } from '../restore/support.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { until } from '../rig/oddities.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { CONTENT_ALONE, ledger, validation } from './support.ts'

/** The other checks, on restores that Coffer made, and on what may happen to them afterwards. */
describe('the checks of a validation', () => {
  let java: JavaClient
  let bootstrap: string

  before(async () => {
    java = await useJava()
    bootstrap = (await useKafka()).bootstrap
  })
  after(() => java.stop())

  /** A topic that is backed up and restored under another name. */
  const restored = async (options: {
    count?: number
    partitions?: number
    configs?: Record<string, string>
    restore?: Record<string, unknown>
    prepare?: (source: string) => Promise<void>
  }) => {
    const source = uniqueName('ledger')
    const target = `${source}-restored`
    const path = await temporaryFolder()
    const partitions = options.partitions ?? 1
    await java.createTopics([{ name: source, partitions, configs: options.configs ?? {} }])
    for (let p = 0; p < partitions; p++) await java.produce(ledger(source, options.count ?? 400, p, p * 10_000))
    await options.prepare?.(source)
    await run({ path, bootstrap, topics: [source] })
    const settings = { create_topics: 'true', topic_mapping: { [source]: target }, ...options.restore }
    const done = await restore(restoreConfig({ bootstrap, path, backupId: ID, topics: [source], restore: settings }))
    assert.equal(done.exitCode, 0)
    return { source, target, path }
  }

  it('finds what was restored by the record that the restore left, without a word of the mapping', async () => {
    const { path, target } = await restored({ partitions: 3 })
    const { exitCode, result, report, check } = await validation({ bootstrap, path })
    assert.equal(exitCode, 0, JSON.stringify(result.results))
    assert.equal(result.overall_result, 'PASSED')
    assert.deepEqual(
      result.results.map(({ check_name, outcome }) => [check_name, outcome]),
      [
        ['ContentCheck', 'PASSED'],
        ['MessageCountCheck', 'PASSED'],
        ['OffsetRangeCheck', 'PASSED'],
        ['ConsumerGroupOffsetCheck', 'SKIPPED'],
        ['IntegrityCheck', 'PASSED'],
      ],
    )
    assert.match(check('OffsetRangeCheck').detail, /^3 partitions checked; 3 passed; 0 issues$/)
    assert.equal(report.integrity.checksums_valid, true)
    assert.equal(report.coffer.scope.topics[0]?.target, target)
    assert.ok((report.restore.duration_seconds ?? -1) >= 0, 'the restore is timed by its own record (field failure 29)')
  })

  it('checksums are valid only where a check of them ran (field failure 20)', async () => {
    const { path } = await restored({})
    const without = await validation({ bootstrap, path, checks: { integrity: { enabled: 'false' } } })
    assert.equal(without.report.integrity.checksums_valid, false)
    const topics = join(path, ID, 'topics')
    // what somebody should look at is a warning, and takes nothing from the checksums, which all held
    const strange = [join(path, ID, 'lock.json'), join(topics, 'stray')]
    for (const file of strange) await writeFile(file, '{}')
    const warned = await validation({ bootstrap, path })
    assert.equal(warned.check('IntegrityCheck').outcome, 'WARNING', warned.check('IntegrityCheck').detail)
    assert.equal(warned.result.overall_result, 'WARNING')
    assert.equal(warned.report.integrity.checksums_valid, true)
    for (const file of strange) await rm(file)
    const segment = (await readdir(topics, { recursive: true })).find((name) => name.includes('.bin')) as string
    const bytes = await readFile(join(topics, segment))
    bytes[bytes.length >> 1]! ^= 1
    await writeFile(join(topics, segment), bytes)
    const damaged = await validation({ bootstrap, path })
    assert.equal(damaged.exitCode, 5)
    assert.equal(damaged.check('IntegrityCheck').outcome, 'FAILED')
    assert.equal(damaged.check('ContentCheck').outcome, 'FAILED')
    assert.equal(damaged.report.integrity.checksums_valid, false)
    assert.ok(!JSON.stringify(damaged.report.compliance_mappings).includes('IntegrityCheck'), 'field failure 21')
  })

  it('nothing that ran is no pass (field failure 26)', async () => {
    const { path } = await restored({})
    const none = await validation({ bootstrap, path, checks: { ...CONTENT_ALONE, content: { enabled: 'false' } } })
    assert.equal(none.result.overall_result, 'INDETERMINATE')
    assert.equal(none.exitCode, 6)
    const skipped = await validation({
      bootstrap,
      path,
      checks: {
        content: { enabled: 'false' },
        message_count: { enabled: 'false' },
        offset_range: { enabled: 'false' },
        integrity: { enabled: 'false' },
      },
    })
    assert.equal(skipped.check('ConsumerGroupOffsetCheck').outcome, 'SKIPPED')
    assert.equal(skipped.result.overall_result, 'INDETERMINATE')
    assert.equal(skipped.exitCode, 6)
    const offset_range = { enabled: 'true', verify_high_watermark: 'false', verify_low_watermark: 'false' }
    const neither = await validation({
      bootstrap,
      path,
      checks: { ...CONTENT_ALONE, content: { enabled: 'false' }, offset_range },
    })
    assert.equal(neither.check('OffsetRangeCheck').outcome, 'SKIPPED', 'neither end was compared with anything')
    assert.equal(neither.exitCode, 6)
  })

  it('aborted transactions and markers are no messages, on either side (field failures 1 and 27)', async () => {
    const { path, target } = await restored({
      prepare: async (source) => {
        await java.produce(ledger(source, 20, 0, 5_000), { transactionalId: uniqueName('tx'), end: 'abort' })
        await java.produce(ledger(source, 20, 0, 6_000), { transactionalId: uniqueName('tx'), end: 'commit' })
      },
    })
    const { check, exitCode } = await validation({ bootstrap, path })
    assert.equal(exitCode, 0, check('ContentCheck').detail)
    assert.match(check('MessageCountCheck').detail, /420 messages expected, 420 restored; 0 discrepancies/)
    // what somebody aborts in the target is seen by nobody
    await java.produce(ledger(target, 7, 0, 7_000), { transactionalId: uniqueName('tx'), end: 'abort' })
    const later = await validation({ bootstrap, path, checks: { integrity: { enabled: 'false' } } })
    assert.equal(later.check('ContentCheck').outcome, 'PASSED', later.check('ContentCheck').detail)
    assert.equal(later.check('MessageCountCheck').outcome, 'PASSED')
    assert.equal(later.check('OffsetRangeCheck').outcome, 'WARNING', 'the log goes on behind the restored records')
  })

  it("says that the target's retention took records", async () => {
    const { path, target } = await restored({})
    await java.deleteRecords([{ topic: target, partition: 0, before: 25 }])
    const { check, exitCode } = await validation({ bootstrap, path, checks: { integrity: { enabled: 'false' } } })
    assert.equal(exitCode, 5)
    const content = check('ContentCheck')
    assert.deepEqual([content.data.missing, content.data.deleted, content.data.changed], [25, 25, 0], content.detail)
    assert.match(content.detail, /25 of the missing ones were deleted from the target's log/)
    assert.match(check('MessageCountCheck').detail, /400 messages expected, 375 restored; 1 discrepancy/)
    assert.match(check('OffsetRangeCheck').detail, /low_watermark_mismatch: expected 0, got 25/)
  })

  it('fail_threshold: so many differences are a warning, one more is a failure, of the contents and of the count', async () => {
    const { path, target } = await restored({})
    await java.deleteRecords([{ topic: target, partition: 0, before: 25 }])
    const outcomes = async (fail_threshold: number) => {
      const limit = { fail_threshold: `${fail_threshold}` }
      const off = { enabled: 'false' }
      const checks = { content: limit, message_count: limit, offset_range: off, integrity: off }
      const { check, exitCode } = await validation({ bootstrap, path, checks })
      return [check('ContentCheck').outcome, check('MessageCountCheck').outcome, exitCode]
    }
    assert.deepEqual(await outcomes(25), ['WARNING', 'WARNING', 0])
    assert.deepEqual(await outcomes(24), ['FAILED', 'FAILED', 5])
  })

  it("says what the target's compaction took, and that a later record of the key is there", async () => {
    const { path, target } = await restored({})
    await java.alterConfigs(target, {
      'cleanup.policy': 'compact',
      'min.cleanable.dirty.ratio': '0.01',
      'segment.ms': '20',
    })
    const checks = { content: { allow_appended: 'true' }, integrity: { enabled: 'false' } }
    const left = async () => (await java.digest([target])).reduce((sum, row) => sum + row.count, 0)
    for (let round = 0; round < 3; round++) {
      await delay(40)
      await java.produce([{ topic: target, partition: 0, key: 'closing', value: `round ${round}` }])
    }
    // seven keys, and what closed the segments
    await until(`"${target}" to be compacted`, async () => (await left()) <= 12)
    const { check, exitCode } = await validation({ bootstrap, path, checks })
    const { outcome, data, detail } = check('ContentCheck')
    assert.equal(outcome, 'WARNING', detail)
    assert.deepEqual([data.missing, data.changed, data.extra, data.compacted], [0, 0, 0, 393], detail)
    assert.match(detail, /393 older records removed by the target's compaction/)
    assert.equal(check('MessageCountCheck').outcome, 'WARNING', check('MessageCountCheck').detail)
    assert.match(check('MessageCountCheck').detail, /400 messages expected, 7 restored; 1 discrepancy; .*compacted/)
    assert.equal(exitCode, 0)
    // the count alone can't tell what compaction took from what was never there
    const alone = await validation({
      bootstrap,
      path,
      checks: { ...checks, content: { enabled: 'false', allow_appended: 'true' } },
    })
    assert.equal(alone.check('MessageCountCheck').outcome, 'INDETERMINATE')
    assert.equal(alone.exitCode, 6)
  })

  it('what was appended after the restore is extra, or allowed where the file says so', async () => {
    const { path, target } = await restored({})
    await java.produce(ledger(target, 9, 0, 9_000))
    const strict = await validation({ bootstrap, path, checks: CONTENT_ALONE })
    assert.equal(strict.check('ContentCheck').data.extra, 9)
    assert.equal(strict.exitCode, 5)
    const allowed = await validation({
      bootstrap,
      path,
      checks: { content: { allow_appended: 'true' }, integrity: { enabled: 'false' } },
    })
    assert.equal(allowed.check('ContentCheck').outcome, 'PASSED', allowed.check('ContentCheck').detail)
    assert.equal(allowed.check('ContentCheck').data.appended, 9)
    assert.equal(allowed.check('MessageCountCheck').outcome, 'PASSED')
    assert.equal(allowed.exitCode, 0)
  })

  it('compares with the generation that was restored, when the backup has gone on since', async () => {
    const { path, source } = await restored({})
    await java.produce(ledger(source, 60, 0, 20_000))
    await run({ path, bootstrap, topics: [source] })
    const { exitCode, result, report, check } = await validation({ bootstrap, path })
    assert.equal(exitCode, 0, check('ContentCheck').detail)
    assert.equal(check('ContentCheck').data.expected, 400)
    assert.ok(
      result.not_covered.some((one) => /later run/.test(one)),
      JSON.stringify(result.not_covered),
    )
    assert.equal(report.backup.total_records, 400)
  })

  it('knows repartitioning: which record went to which partition, and in which order', async () => {
    const source = uniqueName('ledger')
    const target = `${source}-restored`
    const path = await temporaryFolder()
    await java.createTopics([{ name: source, partitions: 2 }])
    for (const p of [0, 1]) await java.produce(ledger(source, 500, p, p * 10_000))
    await run({ path, bootstrap, topics: [source] })
    const options = {
      create_topics: 'true',
      topic_mapping: { [source]: target },
      repartitioning: { [target]: { strategy: 'murmur2', target_partitions: '5' } },
    }
    await restore(restoreConfig({ bootstrap, path, backupId: ID, topics: [source], restore: options }))
    const { check, exitCode } = await validation({ bootstrap, path, checks: { integrity: { enabled: 'false' } } })
    assert.equal(exitCode, 0, check('ContentCheck').detail)
    assert.deepEqual([check('ContentCheck').data.expected, check('ContentCheck').data.identical], [1_000, 1_000])
  })

  it('consumer groups: at their place, behind, ahead, missing (field failures 17 and 18)', async () => {
    const group = uniqueName('settlement')
    const { path, target } = await restored({
      restore: { consumer_groups: [group], reset_consumer_offsets: 'true' },
      prepare: (source) => java.commitOffsets(group, [{ topic: source, partition: 0, offset: 123 }]),
    })
    const checks = {
      ...CONTENT_ALONE,
      content: { enabled: 'false' },
      consumer_group_offsets: { enabled: 'true', verify_all_groups: 'false', groups: [group] },
    }
    const look = async () => (await validation({ bootstrap, path, checks })).check('ConsumerGroupOffsetCheck')
    const right = await look()
    assert.equal(right.outcome, 'PASSED', right.detail)
    assert.match(right.detail, /^1 consumer group verified; 1 offset checked; 0 issues/)
    await java.commitOffsets(group, [{ topic: target, partition: 0, offset: 100 }])
    assert.match((await look()).detail, /is behind: expected 123, got 100/)
    assert.equal((await look()).outcome, 'FAILED')
    await java.commitOffsets(group, [{ topic: target, partition: 0, offset: 200 }])
    assert.equal((await look()).outcome, 'WARNING')
    await java.deleteGroups([group])
    assert.match((await look()).detail, /is missing: expected 123, got none/)
  })

  it('consumer groups that are asked for and can not be looked at are open, not passed (field failure 19)', async () => {
    const group = uniqueName('settlement')
    const { path } = await restored({
      restore: { consumer_groups: [group], reset_consumer_offsets: 'true' },
      prepare: (source) => java.commitOffsets(group, [{ topic: source, partition: 0, offset: 123 }]),
    })
    const checks = { ...CONTENT_ALONE, consumer_group_offsets: { enabled: 'true' } }
    const look = async () => await validation({ bootstrap, path, checks })
    assert.equal((await look()).check('ConsumerGroupOffsetCheck').outcome, 'PASSED')
    const file = join(path, ID, 'consumer-groups-snapshot.json')
    const snapshot = JSON.parse(await readFile(file, 'utf8')) as object
    const errors = [{ group_id: 'billing', code: 'KAFKA_NOT_ALLOWED', message: 'not allowed' }]
    await writeFile(file, JSON.stringify({ ...snapshot, errors }))
    const unread = await look()
    assert.equal(unread.check('ConsumerGroupOffsetCheck').outcome, 'INDETERMINATE')
    assert.match(
      unread.check('ConsumerGroupOffsetCheck').detail,
      /1 group could not be read when the snapshot was taken/,
    )
    await rm(file)
    const missing = await look()
    assert.equal(missing.check('ConsumerGroupOffsetCheck').outcome, 'INDETERMINATE')
    assert.equal(missing.exitCode, 6)
    const byDefault = await validation({ bootstrap, path, checks: { integrity: { enabled: 'false' } } })
    assert.equal(byDefault.check('ConsumerGroupOffsetCheck').outcome, 'SKIPPED')
    assert.ok(byDefault.result.not_covered.some((one) => /ConsumerGroupOffsetCheck was skipped/.test(one)))
  })

  it('topic configuration: what a restore sets on purpose warns, everything else fails', async () => {
    const { path, target } = await restored({ configs: { 'retention.ms': '604800000', 'segment.bytes': '1048576' } })
    const checks = { ...CONTENT_ALONE, content: { enabled: 'false' }, topic_configuration: { enabled: 'true' } }
    const look = async () => (await validation({ bootstrap, path, checks })).check('TopicConfigurationCheck')
    const first = await look()
    assert.equal(first.outcome, 'WARNING', first.detail)
    await java.alterConfigs(target, { 'segment.bytes': '2097152' })
    const drifted = await look()
    assert.equal(drifted.outcome, 'FAILED')
    assert.match(drifted.detail, /segment\.bytes is "2097152", archived "1048576"/)
  })

  it('goes on where it was stopped, and tells what the first run compared', async () => {
    const { path } = await restored({ partitions: 2, count: 3_000 })
    const stop = new AbortController()
    const context = recordingContext(stop.signal)
    const profile = await temporaryFolder()
    const settings = { bootstrap, path, checks: CONTENT_ALONE, environment: { COFFER_PROFILE: profile } }
    stop.abort()
    await assert.rejects(validation({ ...settings, context }), { code: 'INTERRUPTED' })
    const { check } = await validation(settings)
    assert.equal(check('ContentCheck').outcome, 'PASSED', check('ContentCheck').detail)
    assert.equal(check('ContentCheck').data.identical, 6_000)
    assert.deepEqual(await readdir(join(profile, 'validations')), [], 'nothing is left of it')
  })
})
