import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { isCofferError } from '../../src/contract/errors.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { makeArchive, plainRecords } from './archive-maker.ts'
import { dryRun, restore, restoreConfig, temporaryFolder } from './support.ts'

describe('consumer groups in a restore', () => {
  let java: JavaClient
  let bootstrap: string
  before(async () => {
    java = await useJava()
    bootstrap = (await useKafka()).bootstrap
  })
  after(() => java.stop())

  /** Partition 0: offsets 10, 11, 20 to 29; partition 1: 0 to 9. */
  const archiveOf = async (positions: Record<string, number> | null) => {
    const folder = await temporaryFolder()
    const [name, target, group] = [uniqueName('groups'), uniqueName('groups-target'), uniqueName('group')]
    const records = [...plainRecords(10, 2), ...plainRecords(20, 10)]
    await makeArchive(
      folder,
      'made',
      [
        {
          name,
          partitionCount: 3,
          partitions: { 0: [{ records, ours: true }], 1: [{ records: plainRecords(0, 10), ours: true }] },
        },
      ],
      positions === null ? undefined : [{ group_id: group, offsets: { [name]: positions } }],
    )
    const config = (more: Record<string, unknown> = {}) =>
      restoreConfig({
        bootstrap,
        path: folder,
        backupId: 'made',
        restore: { create_topics: true, topic_mapping: { [name]: target }, auto_consumer_groups: true, ...more },
      })
    const committed = async () =>
      Object.fromEntries(
        (await java.groupOffsets(group)).map((one) => [`${one.topic === target}${one.partition}`, one.offset]),
      )
    return { folder, name, target, group, config, committed }
  }

  it("failure 17: commits each position where its record is now, at the group's coordinator, and reads it back", async () => {
    const { config, committed, group } = await archiveOf({ 0: 21, 1: 4 })
    const { result } = await restore(config())
    assert.deepEqual(await committed(), { true0: 3, true1: 4 })
    assert.deepEqual(
      result.consumer_groups!.map((one) =>
        one.positions.map((at) => [at.partition, at.source_offset, at.target_offset, at.clamped]),
      ),
      [
        [
          [0, 21, 3, false],
          [1, 4, 4, false],
        ],
      ],
    )
    assert.equal(result.consumer_groups![0]!.group_id, group)
  })

  it('a position in a hole goes to the next restored record; one at the end to the end', async () => {
    const { config, committed } = await archiveOf({ 0: 15, 1: 10 })
    const { result } = await restore(config())
    assert.deepEqual(await committed(), { true0: 2, true1: 10 })
    assert.ok(result.consumer_groups![0]!.positions.every((position) => !position.clamped))
  })

  it('failure 18: clamps what lies outside of the window, and tells it', async () => {
    const { config, committed } = await archiveOf({ 0: 29, 1: 1 })
    const start = 1_700_000_000_000
    const { result } = await restore(config({ time_window_start: start + 4000, time_window_end: start + 22_000 }))
    // Partition 0 keeps 10, 11, 20, 21, 22; partition 1 keeps 4 to 9.
    assert.deepEqual(await committed(), { true0: 5, true1: 0 })
    assert.ok(
      result.consumer_groups![0]!.positions.every((position) => position.clamped && position.reason !== undefined),
    )
    assert.ok(result.warnings.some((warning) => warning.includes('clamped')))
  })

  it('failure 18: never commits past the end or below the beginning', async () => {
    const { config, committed } = await archiveOf({ 0: 1_000_000, 1: 1_000_000 })
    await restore(config())
    assert.deepEqual(await committed(), { true0: 12, true1: 10 })
  })

  it('failure 19: a missing snapshot is an error, and so is a group that it does not hold', async () => {
    const none = await archiveOf(null)
    await assert.rejects(restore(none.config()), (error) => isCofferError(error, 'GROUP_SNAPSHOT_MISSING'))
    assert.equal((await dryRun(none.config())).exitCode, 4)
    assert.ok(!(await java.listTopics()).includes(none.target))
    const some = await archiveOf({ 0: 10 })
    const unknown = some.config({
      auto_consumer_groups: false,
      reset_consumer_offsets: true,
      consumer_groups: ['stranger'],
    })
    await assert.rejects(
      restore(unknown),
      (error) => isCofferError(error, 'GROUP_SNAPSHOT_MISSING') && error.message.includes('stranger'),
    )
  })

  it('failure 19: groups that the backup could not read are told', async () => {
    const { folder, config, group, committed } = await archiveOf({ 0: 21 })
    const file = join(folder, 'made/consumer-groups-snapshot.json')
    const errors = [{ group_id: 'payroll', code: 'KAFKA_UNAVAILABLE', message: 'the coordinator does not answer' }]
    await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), errors }))
    const told = /the backup could not read 1 consumer group, which is not restored: "payroll"/
    const planned = await dryRun(config())
    assert.match(planned.result.warnings.join(), told)
    const { result } = await restore(config())
    assert.match(result.warnings.join(), told)
    assert.deepEqual(await committed(), { true0: 3 })
    // Who asks for others misses nothing.
    const named = { auto_consumer_groups: false, reset_consumer_offsets: true, consumer_groups: [group] }
    assert.doesNotMatch((await dryRun(config(named))).result.warnings.join(), told)
    const missing = config({ ...named, consumer_groups: ['payroll'] })
    await assert.rejects(
      restore(missing),
      (error) => isCofferError(error, 'GROUP_SNAPSHOT_MISSING') && /the coordinator does not answer/.test(error.hint!),
    )
  })

  it('refuses a group with members by name, before anything is written', async () => {
    const { config, group, target, name, committed } = await archiveOf({ 0: 21 })
    await java.createTopics([{ name, partitions: 3 }])
    await java.joinGroup(group, [name], 'member')
    try {
      await assert.rejects(
        restore(config()),
        (error) => isCofferError(error, 'GROUP_ACTIVE') && error.message.includes(group),
      )
      assert.ok(!(await java.listTopics()).includes(target))
      assert.equal((await dryRun(config())).exitCode, 5)
    } finally {
      await java.leaveGroup('member')
    }
    await restore(config())
    assert.deepEqual(await committed(), { true0: 3 })
  })

  it('only tells positions where groups are named without reset_consumer_offsets', async () => {
    const { config, group, committed } = await archiveOf({ 0: 21 })
    const named = { auto_consumer_groups: false, consumer_groups: [group] }
    const { result } = await restore(config(named))
    assert.deepEqual(await committed(), {})
    const [position] = result.consumer_groups![0]!.positions
    assert.equal(position!.target_offset, null)
    assert.match(position!.reason!, /it would be 3/)
    const later = await restore(config({ ...named, reset_consumer_offsets: true }))
    assert.equal(later.result.records, 0)
    assert.deepEqual(await committed(), { true0: 3 })
  })

  it('does not take a group back that has read on since the restore was completed', async () => {
    const { config, group, target, committed } = await archiveOf({ 0: 21 })
    await restore(config())
    await java.commitOffsets(group, [{ topic: target, partition: 0, offset: 7 }])
    await restore(config())
    assert.deepEqual(await committed(), { true0: 7 })
  })

  it('a repartitioned topic: goes on at the first record that the group has not read', async () => {
    const { name, target, config, committed } = await archiveOf({ 0: 100, 1: 10, 2: 0 })
    void name
    const { result } = await restore(
      config({ repartitioning: { [target]: { strategy: 'automatic', target_partitions: 2 } } }),
    )
    // Everything was read: both partitions at their ends.
    assert.deepEqual(await committed(), { true0: 11, true1: 11 })
    assert.ok(result.consumer_groups![0]!.positions.length >= 2)
  })

  it('tells of positions in topics that were not restored', async () => {
    const { config, group } = await archiveOf({ 0: 21, 1: 3 })
    const { result } = await restore(config({ source_partitions: [1] }))
    const positions = result.consumer_groups!.find((one) => one.group_id === group)!.positions
    assert.deepEqual(positions.map((position) => [position.partition, position.target_offset]).sort(), [
      [0, null],
      [1, 3],
    ])
  })
})
