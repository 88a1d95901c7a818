import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import type { GroupSnapshot } from '../../src/archive/groups.ts'
import { acquireLock } from '../../src/archive/lock.ts'
import { CofferError } from '../../src/contract/errors.ts'
import { captureGroups } from '../../src/jobs/groups/capture.ts'
import { runSnapshotGroups } from '../../src/jobs/snapshot-groups/run.ts'
import { type Cluster, openCluster } from '../../src/kafka/cluster.ts'
import { withCode } from '../archive/support.ts'
import { endpointOf } from '../kafka/support.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { backUp, backupConfig } from './real-support.ts'
import { context, storageAt, temporaryFolder, validate } from './support.ts'

describe('a snapshot of consumer groups', () => {
  let java: JavaClient
  let bootstrap: string

  before(async () => {
    java = await useJava()
    bootstrap = (await useKafka()).bootstrap
  })

  async function ledger(): Promise<{ topic: string; other: string; groups: string[] }> {
    const [topic, other] = [uniqueName('ledger'), uniqueName('other')]
    await java.createTopics([{ name: topic, partitions: 2 }, { name: other }])
    await java.generate(topic, 100, { size: 50 })
    const groups = [uniqueName('billing'), uniqueName("auditor's; group $HOME")]
    await java.commitOffsets(groups[0] as string, [
      { topic, partition: 0, offset: 7, metadata: 'batch 3' },
      { topic, partition: 1, offset: 50 },
      { topic: other, partition: 0, offset: 0 },
    ])
    await java.commitOffsets(groups[1] as string, [{ topic, partition: 1, offset: 0 }])
    await java.commitOffsets(uniqueName('elsewhere'), [{ topic: other, partition: 0, offset: 0 }])
    return { topic, other, groups: groups.sort() }
  }

  test('failure 17: positions come from each group’s coordinator, on backed-up topics only', async () => {
    const { topic, groups } = await ledger()
    const path = await temporaryFolder()
    const config = backupConfig({
      bootstrap,
      backupId: 'b',
      topics: [topic],
      storage: { backend: 'filesystem', path },
      backup: { consumer_group_snapshot: true },
    })
    await backUp(config)
    await java.commitOffsets(groups[0] as string, [{ topic, partition: 0, offset: 33 }])
    const { exitCode, result } = await runSnapshotGroups(config, context())
    assert.equal(exitCode, 0)
    assert.deepEqual([result.groups, result.offsets, result.failed], [2, 4, []])
    assert.deepEqual(
      result.captured.map(({ group_id }) => group_id),
      groups,
    )
    assert.equal(result.key, 'b/consumer-groups-snapshot.json')
    const snapshot = JSON.parse(await readFile(join(path, result.key), 'utf8')) as GroupSnapshot
    for (const group of groups) {
      const all = await java.groupOffsets(group)
      const theirs = all.filter((one) => one.topic === topic).sort((a, b) => a.partition - b.partition)
      const ours = snapshot.groups.find(({ group_id }) => group_id === group)
      const offsets = Object.entries(ours?.offsets[topic] ?? {}).map(([partition, offset]) => [+partition, offset])
      assert.deepEqual(
        offsets,
        theirs.map(({ partition, offset }) => [partition, offset]),
      )
      assert.deepEqual(Object.keys(ours?.offsets ?? {}), [topic])
    }
    const billing = snapshot.groups.find(({ group_id }) => group_id.startsWith('billing'))
    assert.equal(billing?.metadata?.[topic]?.['0'], 'batch 3')
    assert.equal(billing?.state, 'Empty')
    // The snapshot that the backup took is kept beside it, and the archive is whole.
    const { result: checked } = await validate(await storageAt(path), 'b')
    assert.deepEqual([checked.verdict, checked.findings], ['PASSED', []])
  })

  test('failure 19: without an archive, or while somebody writes to it, there is no snapshot', async () => {
    const { topic } = await ledger()
    const path = await temporaryFolder()
    const storage = { backend: 'filesystem', path }
    const config = backupConfig({ bootstrap, backupId: 'b', topics: [topic], storage })
    await assert.rejects(runSnapshotGroups(config, context()), withCode('ARCHIVE_MISSING'))
    await backUp(config)
    const operator = { os_user: 'somebody', host: 'elsewhere' }
    const lease = await acquireLock(await storageAt(path), 'b', { runId: 'other', operator })
    await assert.rejects(runSnapshotGroups(config, context()), withCode('LOCKED', /"somebody" on "elsewhere"/))
    await lease.release()
    assert.equal((await runSnapshotGroups(config, context())).exitCode, 0)
  })

  test('failure 17: a group that can not be read is told, and never missing in silence', async () => {
    const { topic, groups } = await ledger()
    const real = await openCluster(endpointOf(bootstrap))
    try {
      const failing = groups[0] as string
      const refusing: Cluster = Object.create(real, {
        groups: { value: () => real.groups() },
        authorized: { value: (resource: Parameters<Cluster['authorized']>[0]) => real.authorized(resource) },
        describeGroup: { value: (id: string) => real.describeGroup(id) },
        committedOffsets: {
          value: async (id: string) => {
            if (id === failing) throw new CofferError('KAFKA_UNAVAILABLE', 'the coordinator does not answer')
            return real.committedOffsets(id)
          },
        },
      })
      const told = context()
      const { snapshot, capture } = await captureGroups(refusing, [topic], told)
      assert.deepEqual(capture.failed, [
        { group_id: failing, code: 'KAFKA_UNAVAILABLE', message: 'the coordinator does not answer' },
      ])
      assert.deepEqual(snapshot.errors, capture.failed)
      assert.deepEqual(
        snapshot.groups.map(({ group_id }) => group_id),
        [groups[1]],
      )
      assert.ok(told.logs.some(({ level, message }) => level === 'error' && message.includes(failing)))
      await assert.rejects(captureGroups(real, [topic], context(AbortSignal.abort())), withCode('INTERRUPTED'))
    } finally {
      await real.close()
    }
  })
})
