import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { before, describe, test } from 'node:test'
import { runValidate } from '../../src/jobs/validate/run.ts'
import { openStorage } from '../../src/storage/open.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { backUp as backUpConfig, backupConfig, s3Storage } from '../jobs-read/real-support.ts'
import { context, temporaryFolder } from '../jobs-read/support.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { startJavaClient } from '../rig/java-client.ts'
import { startKafka } from '../rig/kafka.ts'
import { seededRandom } from '../rig/random.ts'
import { startFaultProxy } from '../rig/s3-fault-proxy.ts'
import { uniqueName, useJava, useKafka, useS3 } from '../rig/shared.ts'
import { backUp, ID, type Ledger, sameAsKafka, segmentsIn, startBackup, until } from './support.ts'

/** Small segments and a manifest as often as can be: many moments to be killed at. */
const EAGER = { segment_max_bytes: 200_000, sync_interval_secs: 1 }
const RECORDS = 40_000

describe('a backup that dies', () => {
  let java: JavaClient
  let bootstrap: string

  before(async () => {
    java = await useJava()
    bootstrap = (await useKafka()).bootstrap
  })

  async function ledger(): Promise<Ledger> {
    const topic = uniqueName('ledger')
    await java.createTopics([{ name: topic, partitions: 2 }])
    await java.generate(topic, RECORDS, { size: 400, partitions: 2 })
    return { topics: [topic], bootstrap, path: await temporaryFolder(), backup: EAGER }
  }

  test('failure 3: killed at any moment, the next run goes on: nothing lost, nothing twice, no orphan unnamed', async () => {
    const one = await ledger()
    const random = seededRandom(20260405)
    let kills = 0
    for (let round = 0; round < 6; round++) {
      const already = (await segmentsIn(one.path)).length
      const more = 1 + Math.floor(random() * 12)
      const { child, ended } = await startBackup(one)
      let over = false
      void ended.then(() => {
        over = true
      })
      await until('segments', async () => over || (await segmentsIn(one.path)).length >= already + more)
      child.kill('SIGKILL')
      if ((await ended).signal === 'SIGKILL') kills++
    }
    assert.ok(kills >= 3, `${kills} of 6 were killed before they were done`)
    const { result } = await backUp(one)
    assert.equal(result.state, 'complete')
    assert.equal(result.archive.records, RECORDS)
    assert.equal(await sameAsKafka(one, java), RECORDS)
    // What a killed run left behind is named as such by the manifest, and nothing else lies about.
    const storage = await openStorage({ backend: 'filesystem', path: one.path })
    const { result: checked } = await runValidate(storage, ID, { deep: true }, context())
    assert.deepEqual(
      checked.findings.filter(({ code }) => code !== 'OBJECT_ABANDONED'),
      [],
    )
  })

  test('failure 3: an upload that fails stops the run before the manifest names it, on S3', async () => {
    const one = await ledger()
    const s3 = await useS3()
    const bucket = uniqueName('crash')
    await s3.makeBucket(bucket)
    const proxy = await startFaultProxy(s3.endpoint)
    try {
      const storage = s3Storage({ ...s3, endpoint: proxy.endpoint }, bucket, 'ledger')
      const config = backupConfig({ bootstrap, backupId: ID, topics: one.topics, storage, backup: EAGER })
      let uploads = 0
      proxy.plan = ({ method, url }) => {
        if (method !== 'PUT' || !url.includes('/segment-') || ++uploads < 15) return undefined
        return { kind: 'status', status: 403, code: 'AccessDenied' }
      }
      await assert.rejects(backUpConfig(config), { code: 'STORAGE_NOT_ALLOWED' })
      proxy.plan = () => undefined
      const open = await openStorage(config.storage)
      const halfway = await runValidate(open, ID, { deep: true }, context())
      assert.equal(halfway.exitCode, 0, JSON.stringify(halfway.result.findings))
      assert.ok(halfway.result.checked.records < RECORDS)
      const result = await backUpConfig(config)
      assert.equal(result.archive.records, RECORDS)
      const whole = await runValidate(open, ID, { deep: true }, context())
      assert.equal(whole.exitCode, 0)
      assert.equal(whole.result.checked.records, RECORDS)
      assert.deepEqual(whole.result.account, { offsets: RECORDS, archived: RECORDS, absent: {} })
      await open.close()
    } finally {
      await proxy.stop()
    }
  })

  test('failure 3: killed at any moment while it writes to S3, the next run goes on', async () => {
    const one = await ledger()
    const s3 = await useS3()
    const bucket = uniqueName('crash')
    await s3.makeBucket(bucket)
    const storage = s3Storage(s3, bucket, 'ledger')
    const config = backupConfig({ bootstrap, backupId: ID, topics: one.topics, storage, backup: EAGER })
    const open = await openStorage(config.storage)
    const segments = async () => (await keysOf(open)).filter((key) => key.includes('/segment-')).length
    const random = seededRandom(20260406)
    let kills = 0
    for (let round = 0; round < 4; round++) {
      const wanted = (await segments()) + 1 + Math.floor(random() * 10)
      const { child, ended } = await startBackup({ ...one, storage })
      let over = false
      void ended.then(() => {
        over = true
      })
      await until('segments', async () => over || (await segments()) >= wanted)
      child.kill('SIGKILL')
      if ((await ended).signal === 'SIGKILL') kills++
    }
    assert.ok(kills >= 2, `${kills} of 4 were killed before they were done`)
    assert.equal((await backUpConfig(config)).archive.records, RECORDS)
    // Copied to a folder as it is, it is compared with what Kafka's own consumer is given.
    for (const key of await keysOf(open)) {
      const file = join(one.path, key)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, (await open.get(key)).body)
    }
    assert.equal(await sameAsKafka(one, java), RECORDS)
    await open.close()
  })

  test('failure 5: a broker that dies under a backup does not make it short', async () => {
    const kafka = await startKafka()
    const own = await startJavaClient(kafka.bootstrap)
    try {
      const topic = 'ledger'
      await own.createTopics([{ name: topic, partitions: 2 }])
      await own.generate(topic, RECORDS, { size: 400, partitions: 2 })
      const one: Ledger = { topics: [topic], bootstrap: kafka.bootstrap, path: await temporaryFolder(), backup: EAGER }
      const { child, ended } = await startBackup(one)
      await until('the first segments', async () => (await segmentsIn(one.path)).length >= 4)
      // Held still while the broker goes, so that it is certainly in the middle of its work.
      child.kill('SIGSTOP')
      await kafka.kill9()
      child.kill('SIGCONT')
      await kafka.restart()
      const { code, out, err } = await ended
      assert.equal(code, 0, err)
      assert.equal(JSON.parse(out).records, RECORDS)
      assert.equal(await sameAsKafka(one, own), RECORDS)
    } finally {
      await own.stop()
      await kafka.stop()
    }
  })
})

async function keysOf(storage: Storage): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of storage.list(`${ID}/`)) keys.push(key)
  return keys
}
