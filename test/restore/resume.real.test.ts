import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { isCofferError } from '../../src/contract/errors.ts'
import type { JobResult } from '../../src/contract/jobs.ts'
import type { RestoreResult } from '../../src/contract/results.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { type MadeRecord, makeArchive, plainRecords } from './archive-maker.ts'
import { recordingContext, restore, restoreConfig, temporaryFolder } from './support.ts'

const CHILD = join(import.meta.dirname, 'run-child.ts')
/** Of the kills' moments; a failure tells which. */
const SEED = 20_261_122

function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

describe('resuming a restore', () => {
  let java: JavaClient
  let bootstrap: string
  before(async () => {
    java = await useJava()
    bootstrap = (await useKafka()).bootstrap
  })
  after(() => java.stop())

  /** Two partitions in several segments each, large enough to be killed in the middle. */
  const largeArchive = async (perPartition: number) => {
    const folder = await temporaryFolder()
    const name = uniqueName('resumed')
    const all = (salt: string): MadeRecord[] =>
      plainRecords(0, perPartition).map((record) => ({
        ...record,
        value: `${salt} ${record.offset} ${'x'.repeat(2000)}`,
      }))
    const segments = (records: MadeRecord[]) =>
      Array.from({ length: 5 }, (_, i) => ({
        records: records.slice((i * perPartition) / 5, ((i + 1) * perPartition) / 5),
        ours: true,
      }))
    const partitions = [all('a'), all('b'), all('c')]
    await makeArchive(folder, 'made', [
      { name, partitions: Object.fromEntries(partitions.map((records, i) => [i, segments(records)])) },
    ])
    return { folder, name, partitions }
  }

  const settings = (folder: string, restoreSettings: Record<string, unknown>) => ({
    mode: 'restore',
    backup_id: 'made',
    target: { bootstrap_servers: [bootstrap] },
    storage: { backend: 'filesystem', path: folder },
    restore: { create_topics: true, ...restoreSettings },
  })

  /** Runs the child; kills it with SIGKILL `afterMs` after it began to write. @returns its result, or null where killed */
  const runChild = async (
    folder: string,
    restoreSettings: Record<string, unknown>,
    afterMs: number | null,
    flags: string[] = [],
  ): Promise<JobResult<RestoreResult> | null> => {
    const file = join(folder, 'restore.json')
    await writeFile(file, JSON.stringify(settings(folder, restoreSettings)))
    const child = spawn(process.execPath, [CHILD, file, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    child.stdout.on('data', (data: Buffer) => {
      const first = !output.includes('writing')
      output += data.toString()
      if (first && output.includes('writing') && afterMs !== null) setTimeout(() => child.kill('SIGKILL'), afterMs)
    })
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
      child.on('close', (...end) => resolve(end)),
    )
    if (signal === 'SIGKILL') return null
    assert.equal(code, 0, 'the child failed by itself')
    return JSON.parse(output.slice(output.indexOf('{')))
  }

  const assertWhole = async (name: string, partitions: MadeRecord[][], first = 0) => {
    const found = await java.records([name])
    for (const [partition, records] of partitions.entries()) {
      const there = found.filter((record) => record.partition === partition)
      assert.equal(there.length, records.length, `partition ${partition}`)
      for (const [i, record] of there.entries()) {
        assert.equal(record.offset, first + i)
        assert.equal(Buffer.from(record.value as string, 'base64').toString(), records[i]!.value)
      }
    }
  }

  it('failure 10: killed with SIGKILL again and again, each record is there exactly once', async (test) => {
    const { folder, name, partitions } = await largeArchive(4000)
    const next = random(SEED)
    let kills = 0
    let result: RestoreResult | null = null
    while (result === null && kills < 30) {
      const afterMs = Math.floor(next() * 400)
      const ended = await runChild(folder, { rate_limit_records_per_sec: 4000 }, kills < 8 ? afterMs : null)
      if (ended === null) kills++
      else result = ended.result
    }
    test.diagnostic(`${kills} kills, seed ${SEED}`)
    assert.ok(kills >= 5, `only ${kills} kills`)
    assert.ok(result!.records_already_there > 0)
    assert.equal(result!.state, 'complete')
    assert.equal(result!.resumed, true)
    assert.equal(result!.records + result!.records_already_there, 12_000)
    await assertWhole(name, partitions)
    const again = await runChild(folder, { rate_limit_records_per_sec: 4000 }, null)
    assert.equal(again!.result.records, 0)
    assert.equal(again!.result.records_already_there, 12_000)
    assert.ok(again!.result.warnings.some((warning) => warning.includes('completed before')))
    await assertWhole(name, partitions)
  })

  it('goes on without its kept state, by comparing everything that is there', async () => {
    const { folder, name, partitions } = await largeArchive(3000)
    assert.equal(await runChild(folder, { rate_limit_records_per_sec: 4000 }, 300), null)
    await rm(join(folder, 'made/restores'), { recursive: true })
    const { result } = await restore(restoreConfig({ bootstrap, path: folder, backupId: 'made' }))
    assert.ok(result.records_already_there > 0)
    assert.equal(result.records + result.records_already_there, 9000)
    await assertWhole(name, partitions)
  })

  it('goes on after a kill while repartitioning', async () => {
    const { folder, name } = await largeArchive(2000)
    const how = {
      rate_limit_records_per_sec: 3000,
      repartitioning: { [name]: { strategy: 'murmur2', target_partitions: 4 } },
    }
    assert.equal(await runChild(folder, how, 200), null)
    assert.equal(await runChild(folder, how, 150), null)
    const done = await runChild(folder, { ...how, rate_limit_records_per_sec: 1_000_000 }, null)
    assert.equal(done!.result.records + done!.result.records_already_there, 6000)
    const found = await java.records([name])
    assert.equal(found.length, 6000)
    assert.equal(new Set(found.map((record) => record.value)).size, 6000)
    const again = await runChild(folder, how, null)
    assert.equal(again!.result.records, 0)
  })

  it('goes on in a partition that was purged and begins in the middle', async () => {
    const { folder, name, partitions } = await largeArchive(2000)
    await java.createTopics([{ name, partitions: 3, configs: LASTING }])
    await java.produce(plainRecords(0, 50).map(({ key }) => ({ topic: name, partition: 1, key: key!, value: 'old' })))
    const how = { purge_topics: true, rate_limit_records_per_sec: 3000 }
    assert.equal(await runChild(folder, how, 200), null)
    const done = await runChild(folder, how, null)
    assert.equal(done!.result.resumed, true)
    const found = (await java.records([name])).filter((record) => record.partition === 1)
    assert.equal(found.length, 2000)
    assert.equal(found[0]!.offset, 50)
    assert.equal(Buffer.from(found[0]!.value as string, 'base64').toString(), partitions[1]![0]!.value)
  })

  it('failure 11: stopped, it says what was done and that it was interrupted, and the next run ends it', async () => {
    const { folder, name, partitions } = await largeArchive(3000)
    const stopped = await runChild(folder, { rate_limit_records_per_sec: 2000 }, null, ['--stop'])
    assert.equal(stopped!.exitCode, 130)
    assert.equal(stopped!.result.state, 'interrupted')
    assert.ok(stopped!.result.records > 0 && stopped!.result.records < 9000)
    const there = (await java.listOffsets([name])).reduce((sum, row) => sum + row.latest, 0)
    assert.equal(there, stopped!.result.records)
    const done = await runChild(folder, {}, null)
    assert.equal(done!.result.records_already_there, there)
    await assertWhole(name, partitions)
  })

  it('stops before it writes where somebody has written in between', async () => {
    const { folder, name } = await largeArchive(3000)
    assert.equal(await runChild(folder, { rate_limit_records_per_sec: 3000 }, 200), null)
    await java.produce([{ topic: name, partition: 1, key: 'a stranger', value: 'was here' }])
    await assert.rejects(
      restore(restoreConfig({ bootstrap, path: folder, backupId: 'made' })),
      (error) => isCofferError(error, 'TARGET_NOT_EMPTY') && error.details?.topic === name,
    )
  })

  it('refuses to run twice at once, and says who is at work', async () => {
    const { folder } = await largeArchive(3000)
    const first = runChild(folder, { rate_limit_records_per_sec: 2000 }, null)
    const config = restoreConfig({ bootstrap, path: folder, backupId: 'made', restore: { create_topics: true } })
    for (;;) {
      const states = await readdir(join(folder, 'made/restores')).catch(() => [])
      if (states.some((one) => one.endsWith('.json'))) break
      await delay(20)
    }
    await assert.rejects(
      restore(config),
      (error) => isCofferError(error, 'LOCKED') && error.exitCode === 7 && typeof error.details?.pid === 'number',
    )
    assert.equal((await first)!.result.records, 9000)
  })

  it('notices a second writer while it runs', async () => {
    const { folder, name } = await largeArchive(3000)
    const running = restore(
      restoreConfig({
        bootstrap,
        path: folder,
        backupId: 'made',
        restore: { create_topics: true, rate_limit_records_per_sec: 2000 },
      }),
    )
    running.catch(() => {})
    for (;;) {
      const rows = await java.listOffsets([name]).catch(() => [])
      if (rows.some((row) => row.partition === 0 && row.latest > 0)) break
      await delay(50)
    }
    await java.produce([{ topic: name, partition: 0, key: 'a stranger', value: 'was here' }])
    await assert.rejects(running, (error) => isCofferError(error, 'TARGET_DIFFERS'))
  })

  it('keeps its state in the file of checkpoint_state', async () => {
    const { folder, name, partitions } = await largeArchive(500)
    const file = join(folder, 'state/restore.json')
    const config = restoreConfig({
      bootstrap,
      path: folder,
      backupId: 'made',
      restore: { create_topics: true, checkpoint_state: file },
    })
    const { result } = await restore(config)
    const state = JSON.parse(await readFile(file, 'utf8'))
    assert.equal(state.restore_id, result.restore_id)
    assert.equal(state.state, 'complete')
    const kept = (await readdir(join(folder, 'made/restores'))).filter((one) => !one.startsWith('.'))
    assert.deepEqual(kept, [`${result.restore_id}-offsets.json.zst`])
    await assertWhole(name, partitions)
    const again = await restore(config)
    assert.equal(again.result.records, 0)
    await writeFile(file, 'nonsense')
    await assert.rejects(restore(config), (error) => isCofferError(error, 'MANIFEST_DAMAGED'))
    await chmod(file, 0o600)
  })

  it('writes a restored topic anew where others have added to it and a purge is asked for', async () => {
    const { folder, name, partitions } = await largeArchive(500)
    const config = restoreConfig({
      bootstrap,
      path: folder,
      backupId: 'made',
      restore: { create_topics: true, purge_topics: true },
    })
    await restore(config)
    assert.equal((await restore(config, recordingContext())).result.records, 0)
    await java.produce([{ topic: name, partition: 0, key: 'later', value: 'later' }])
    const again = await restore(config)
    assert.equal(again.result.records, 1500)
    const found = (await java.records([name])).filter((record) => record.partition === 0)
    assert.equal(found.length, partitions[0]!.length)
  })
})

/** Takes old records and keeps them. */
const LASTING = {
  'retention.ms': '-1',
  'message.timestamp.after.max.ms': '9223372036854775807',
}
