import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { runRestore } from '../../src/jobs/restore/run.ts'
import { openCluster } from '../../src/kafka/cluster.ts'
import { rows } from '../backup/support.ts'
import { backUp, ID, type Ledger, startBackup } from '../failures/support.ts'
import { temporaryFolder } from '../jobs-read/support.ts'
import { recordingContext, restoreConfig } from '../restore/support.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { freePort } from '../rig/ports.ts'
import { type FaultyProxy, startProxy } from '../rig/proxy.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { endpointOf } from './support.ts'

/** A job that runs at night should not end because a broker is being restarted in the minute it begins. */
describe('a broker that is away when a job begins', () => {
  let java: JavaClient
  let away: FaultyProxy
  let one: Ledger

  before(async () => {
    const { bootstrap } = await useKafka()
    java = await useJava()
    away = await startProxy(Number(bootstrap.split(':')[1]))
    const topic = uniqueName('ledger')
    await java.createTopics([{ name: topic }])
    await java.produce(rows(topic, 0, 100))
    one = { topics: [topic], bootstrap: away.address, path: await temporaryFolder() }
  })
  after(() => away.stop())

  test('is waited for by a backup and a restore, which say so', async () => {
    away.refuse(true)
    const healing = delay(1500).then(() => away.refuse(false))
    const { exitCode } = await backUp(one)
    await healing
    assert.equal(exitCode, 0)

    away.refuse(true)
    const context = recordingContext()
    const again = delay(1500).then(() => away.refuse(false))
    const mapping = { [one.topics[0] as string]: uniqueName('back') }
    const config = restoreConfig({
      ...one,
      backupId: ID,
      restore: { create_topics: true, topic_mapping: mapping },
    })
    const restored = await runRestore(config, { dryRun: false, directory: '.' }, context)
    await again
    assert.equal(restored.exitCode, 0)
    assert.equal(context.logs.filter(({ message }) => /trying again for 10 s/.test(message)).length, 1)
  })

  test('is not waited for by a dry run, nor where nobody asked for it', async () => {
    const nowhere = `localhost:${await freePort()}`
    const started = Date.now()
    await assert.rejects(openCluster(endpointOf(nowhere)), { code: 'KAFKA_UNREACHABLE' })
    const config = restoreConfig({ ...one, bootstrap: nowhere, backupId: ID })
    const { exitCode } = await runRestore(config, { dryRun: true, directory: '.' }, recordingContext())
    assert.equal(exitCode, 3)
    assert.ok(Date.now() - started < 5000)
  })

  test('is waited for no longer by somebody who wants to stop', async () => {
    const { child, ended } = await startBackup({ ...one, bootstrap: `localhost:${await freePort()}` })
    let told = ''
    let stopped = false
    child.stderr.on('data', (text: string) => {
      told += text
      // Twice would stop it at once.
      if (!stopped && /trying again/.test(told)) stopped = child.kill('SIGINT')
    })
    const started = Date.now()
    assert.equal((await ended).code, 130)
    assert.ok(Date.now() - started < 9000)
  })
})
