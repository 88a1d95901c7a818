import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import type { OffsetResetResult, OffsetRollbackResult } from '../../src/contract/results.ts'
import { coffer } from '../cli/program.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { temporaryFolder } from './support.ts'

let java: JavaClient
let bootstrap: string

before(async () => {
  java = await useJava()
  bootstrap = (await useKafka()).bootstrap
})

/** Positions of a group as Kafka's own client sees them, by `topic/partition`. */
async function stand(group: string): Promise<Record<string, number>> {
  const rows = await java.groupOffsets(group)
  return Object.fromEntries(rows.map(({ topic, partition, offset }) => [`${topic}/${partition}`, offset]).sort())
}

async function json<T>(args: string[], code = 0): Promise<T> {
  const run = await coffer([...args, '--json'])
  assert.equal(run.code, code, `${args.join(' ')}\n${run.out}\n${run.err}`)
  return JSON.parse(run.out) as T
}

async function world() {
  const topic = uniqueName('positions')
  const group = uniqueName('readers')
  await java.createTopics([{ name: topic, partitions: 2 }])
  await java.generate(topic, 200, { partitions: 2, size: 20 })
  await java.commitOffsets(group, [
    { topic, partition: 0, offset: 40, metadata: 'from here' },
    { topic, partition: 1, offset: 60 },
  ])
  return { topic, group, path: await temporaryFolder() }
}

const rollback = (verb: string, path: string, ...more: string[]) => [
  ...['offset-rollback', verb, '-p', path],
  ...(['snapshot', 'rollback', 'verify'].includes(verb) ? ['--bootstrap-servers', bootstrap] : []),
  ...more,
]

describe('positions of consumer groups, noted and put back', () => {
  it('puts a group back where it stood, says so before it does, and can take that back too', async () => {
    const { topic, group, path } = await world()
    const taken = await json<OffsetRollbackResult>(rollback('snapshot', path, '-g', group, '-d', 'before the move'))
    const id = taken.snapshot_id as string
    const there = { [`${topic}/0`]: 40, [`${topic}/1`]: 60 }
    assert.deepEqual(
      taken.positions.map((one) => [one.group_id, one.topic, one.partition, one.offset]),
      [
        [group, topic, 0, 40],
        [group, topic, 1, 60],
      ],
    )
    assert.equal((await json<OffsetRollbackResult>(rollback('verify', path, '-s', id))).verdict, 'PASSED')

    await java.commitOffsets(group, [{ topic, partition: 0, offset: 99 }])
    const moved = { ...there, [`${topic}/0`]: 99 }
    assert.equal((await json<OffsetRollbackResult>(rollback('verify', path, '-s', id), 5)).verdict, 'FAILED')
    const dry = await json<OffsetRollbackResult>(rollback('rollback', path, '-s', id, '--dry-run'))
    assert.deepEqual(
      dry.changes.map(({ current, wanted, state }) => [current, wanted, state]),
      [
        [99, 40, 'changed'],
        [60, 60, 'same'],
      ],
    )
    assert.equal(dry.undo_snapshot_id, null)
    assert.deepEqual(await stand(group), moved)

    const done = await json<OffsetRollbackResult>(rollback('rollback', path, '-s', id, '--verify'))
    assert.deepEqual(await stand(group), there)
    assert.equal((await java.groupOffsets(group)).find(({ partition }) => partition === 0)?.metadata, 'from here')
    const listed = await json<OffsetRollbackResult>(rollback('list', path))
    assert.deepEqual(new Set(listed.snapshots.map((one) => one.snapshot_id)), new Set([id, done.undo_snapshot_id]))

    await json(rollback('rollback', path, '-s', done.undo_snapshot_id as string))
    assert.deepEqual(await stand(group), moved)
    await json(rollback('delete', path, '-s', id))
    const gone = await coffer(rollback('show', path, '-s', id))
    assert.equal(gone.code, 4)
    assert.match(gone.err, /no offset snapshot .*\[OBJECT_MISSING\]/)
  })

  it('refuses a group that somebody is a member of, and a name that the cluster does not know', async () => {
    const { topic, group, path } = await world()
    const { snapshot_id: id } = await json<OffsetRollbackResult>(rollback('snapshot', path, '-g', group))
    await java.commitOffsets(group, [{ topic, partition: 1, offset: 1 }])
    await java.joinGroup(group, [topic], 'm1')
    try {
      const run = await coffer(rollback('rollback', path, '-s', id as string))
      assert.equal(run.code, 5)
      assert.match(run.err, new RegExp(`"${group}" .*\\[GROUP_ACTIVE\\]`))
    } finally {
      await java.leaveGroup('m1')
    }
    const unknown = await coffer(rollback('snapshot', path, '-g', `${group},nobody-there`))
    assert.equal(unknown.code, 2)
    assert.match(unknown.err, /no consumer group "nobody-there" \[NOTHING_MATCHED\]/)
    assert.equal((await json<OffsetRollbackResult>(rollback('list', path))).snapshots.length, 1)
  })

  it("reads OSO's snapshots; leaves out what lies past a log's end; refuses another cluster's, and an id with a path", async () => {
    const { topic, group, path } = await world()
    const write = async (id: string, more: object = {}) => {
      await mkdir(join(path, 'offset-snapshots', id), { recursive: true })
      // as OSO Kafka Backup 0.17.4 writes it
      const snapshot = {
        snapshot_id: id,
        created_at: '2026-11-28T07:44:34.672136Z',
        group_offsets: {
          [group]: {
            group_id: group,
            offsets: {
              [topic]: {
                '0': { offset: 10, metadata: '', timestamp: null },
                '1': { offset: 5000, metadata: null, timestamp: null },
              },
            },
            partition_count: 2,
          },
        },
        restore_id: null,
        cluster_id: null,
        bootstrap_servers: [bootstrap],
        description: null,
        ...more,
      }
      await writeFile(join(path, 'offset-snapshots', id, 'snapshot.json'), JSON.stringify(snapshot))
    }
    await write('snap-1')
    const done = await json<OffsetRollbackResult>(rollback('rollback', path, '-s', 'snap-1'), 6)
    assert.deepEqual(await stand(group), { [`${topic}/0`]: 10, [`${topic}/1`]: 60 })
    assert.match(done.changes[1]?.reason ?? '', /5,000 lies past the end of the log \(100\)/)
    await write('snap-2', { cluster_id: 'another' })
    const other = await coffer(rollback('rollback', path, '-s', 'snap-2'))
    assert.equal(other.code, 2)
    assert.match(other.err, /of cluster "another".*\[CONFIG_CONFLICT\]/)
    await write('snap-3', { group_offsets: { a: { group_id: 'a', offsets: { t: { '0': { offset: -1 } } } } } })
    assert.match((await coffer(rollback('show', path, '-s', 'snap-3'))).err, /\[MANIFEST_DAMAGED\]/)
    assert.equal((await json<OffsetRollbackResult>(rollback('list', path))).warnings.length, 1)
    assert.match((await coffer(rollback('show', path, '-s', '../x'))).err, /\[PATH_ESCAPES\]/)
  })
})

describe('consumer groups put to where a restore has their records', () => {
  it('plans, puts them there by the map of offsets, and writes a script whose names are quoted', async () => {
    const topic = uniqueName('positions')
    const target = uniqueName('restored')
    // the test's own name for a group: what a shell would take apart
    const group = `${uniqueName('o')}'s $(touch pwned); readers`
    const path = await temporaryFolder()
    await java.createTopics([{ name: topic, partitions: 3 }])
    await java.generate(topic, 200, { partitions: 2, size: 20 })
    await java.deleteRecords([{ topic, partition: 1, before: 30 }])
    await java.commitOffsets(group, [
      { topic, partition: 0, offset: 40 },
      { topic, partition: 1, offset: 60 },
      { topic, partition: 2, offset: 0 },
    ])
    const file = async (name: string, config: object) => {
      await writeFile(join(path, name), JSON.stringify(config))
      return join(path, name)
    }
    const storage = { backend: 'filesystem', path }
    const source = { bootstrap_servers: [bootstrap], topics: { include: [topic] } }
    const backup = await file('backup.yaml', { mode: 'backup', backup_id: 'one', source, storage })
    await json(['backup', '-c', backup])
    const at = ['-p', path, '-b', 'one', '-g', group, '--bootstrap-servers', bootstrap]
    const early = await coffer(['offset-reset', 'plan', ...at])
    assert.equal(early.code, 4)
    assert.match(early.err, /no map of offsets of a restore in "one" \[OBJECT_MISSING\]/)

    const restore = { create_topics: true, topic_mapping: { [topic]: target } }
    const restoring = {
      mode: 'restore',
      backup_id: 'one',
      target: { bootstrap_servers: [bootstrap] },
      storage,
      restore,
    }
    await json(['restore', '-c', await file('restore.yaml', restoring)])
    const plan = await json<OffsetResetResult>(['offset-reset', 'plan', ...at])
    assert.deepEqual(
      plan.changes.map(({ topic, partition, current, wanted, state }) => [topic, partition, current, wanted, state]),
      [
        [target, 0, null, 40, 'changed'],
        // 30 records were deleted before the backup: the 61st is the 31st of the restored ones
        [target, 1, null, 30, 'changed'],
        [target, 2, null, 0, 'changed'],
      ],
    )
    const csv = await coffer(['offset-reset', 'plan', ...at, '--format', 'csv'])
    assert.match(
      csv.out,
      new RegExp(`^group_id,topic,partition,current,wanted,state,reason\r\n.*,${target},0,,40,changed,`),
    )
    const before = await stand(group)

    const script = join(path, 'reset.sh')
    await json(['offset-reset', 'script', ...at, '-o', script])
    assert.deepEqual(await stand(group), before)
    // The shell itself says what the tool would be given.
    await mkdir(join(path, 'bin'))
    await writeFile(join(path, 'bin/kafka-consumer-groups.sh'), '#!/bin/sh\nprintf "[%s]" "$@"\necho\n')
    await chmod(join(path, 'bin/kafka-consumer-groups.sh'), 0o755)
    const env = { PATH: `${join(path, 'bin')}${delimiter}${process.env.PATH ?? ''}` }
    const { stdout } = await promisify(execFile)('sh', [script], { env, cwd: path })
    const lines = stdout.trim().split('\n')
    assert.equal(lines.length, 3)
    assert.equal(
      lines[1],
      `[--bootstrap-server][${bootstrap}][--reset-offsets][--execute][--group][${group}][--topic][${target}:1][--to-offset][30]`,
    )

    const done = await json<OffsetResetResult>(['offset-reset', 'execute', ...at])
    const put = { [`${target}/0`]: 40, [`${target}/1`]: 30, [`${target}/2`]: 0 }
    assert.deepEqual(await stand(group), { ...before, ...put })
    const again = await json<OffsetResetResult>(['offset-reset-bulk', ...at, '--max-concurrent', '50'])
    assert.deepEqual(new Set(again.changes.map(({ state }) => state)), new Set(['same']))
    assert.equal(again.undo_snapshot_id, null)
    // the group has moved on, and is put there once more: a restore that was completed does nothing twice
    await java.commitOffsets(group, [{ topic: target, partition: 0, offset: 77 }])
    await json(['offset-reset', 'execute', ...at])
    assert.deepEqual(await stand(group), { ...before, ...put })
    const undo = JSON.parse(
      await readFile(join(path, 'offset-snapshots', done.undo_snapshot_id as string, 'snapshot.json'), 'utf8'),
    )
    assert.deepEqual(Object.keys(undo.group_offsets[group].offsets), [topic])
    const unknown = await coffer(['offset-reset', 'plan', '-p', path, '-b', 'one', '-g', 'x', ...at.slice(6)])
    assert.equal(unknown.code, 4)
    assert.match(unknown.err, /does not hold "x" \[GROUP_SNAPSHOT_MISSING\]/)
  })

  it('says which positions it can not translate, and takes a misspelt protocol for what it is', async () => {
    const topic = uniqueName('positions')
    const group = uniqueName('readers')
    const path = await temporaryFolder()
    await java.createTopics([{ name: topic, partitions: 2 }])
    await java.generate(topic, 100, { partitions: 2, size: 20 })
    await java.commitOffsets(group, [
      { topic, partition: 0, offset: 10 },
      { topic, partition: 1, offset: 10 },
    ])
    const storage = { backend: 'filesystem', path }
    const cluster = { bootstrap_servers: [bootstrap], topics: { include: [topic] } }
    const config = async (name: string, text: object) => {
      await writeFile(join(path, name), JSON.stringify({ backup_id: 'one', storage, ...text }))
      return ['-c', join(path, name)]
    }
    await json(['backup', ...(await config('b.yaml', { mode: 'backup', source: cluster }))])
    const target = uniqueName('restored')
    const restore = { create_topics: true, topic_mapping: { [topic]: target }, source_partitions: [1] }
    await json(['restore', ...(await config('r.yaml', { mode: 'restore', target: cluster, restore }))])
    const at = ['-p', path, '-b', 'one', '-g', group, '--bootstrap-servers', bootstrap]
    const done = await json<OffsetResetResult>(['offset-reset', 'execute', ...at], 6)
    const states = Object.fromEntries(done.changes.map((one) => [one.partition, [one.state, one.wanted]]))
    assert.deepEqual(states, { 0: ['left', null], 1: ['changed', 10] })
    assert.equal((await stand(group))[`${target}/1`], 10)

    const misspelt = await coffer(['offset-reset', 'plan', ...at, '--security-protocol', 'PLAINTEX'])
    assert.equal(misspelt.code, 2)
    assert.match(misspelt.err, /"target.security.security_protocol": expected one of .*\[CONFIG_INVALID_VALUE\]/)
    const unset = await coffer(['offset-reset', 'plan', ...at, '--security-protocol', 'SASL_SSL'])
    assert.match(unset.err, /KAFKA_USERNAME.*\[CONFIG_UNSET_VARIABLE\]/)
  })
})
