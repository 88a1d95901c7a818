import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { ListResult, ScheduleResult } from '../../src/contract/results.ts'
import { ScheduleStore } from '../../src/jobs/schedule/store.ts'
import { coffer } from '../cli/program.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { until } from '../rig/oddities.ts'
import { COMPILED, PROGRAM } from '../rig/program.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'

/** The service as it is used: processes of its own, a real Kafka, a real archive, and a webhook that listens. */

const topic = uniqueName('scheduled')
const posted: string[] = []
let java: JavaClient
let folder: string
let hook: Server
let environment: Record<string, string>

before(async () => {
  java = await useJava()
  folder = await mkdtemp(join(tmpdir(), 'coffer-service-'))
  await java.createTopics([{ name: topic, partitions: 2 }])
  await java.generate(topic, 300, { partitions: 2 })
  hook = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    posted.push((JSON.parse(body) as { text: string }).text)
    response.end('ok')
  }).listen(0, '127.0.0.1')
  await once(hook, 'listening')
  environment = {
    KAFKA: (await useKafka()).bootstrap,
    COFFER_PROFILE: join(folder, 'profile'),
    COFFER_NOTIFY_WEBHOOK: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/hook`,
  }
  await writeFile(
    join(folder, 'backup.yaml'),
    `mode: backup\nbackup_id: nightly\nsource:\n  bootstrap_servers: ["\${KAFKA}"]\n  topics:\n    include: ["${topic}"]\nstorage:\n  backend: filesystem\n  path: ${folder}/archive\n`,
  )
  await writeFile(join(folder, 'broken.yaml'), 'mode: backup\nbackup_id: [\n')
})
after(async () => {
  await java.stop()
  hook.close()
  await rm(folder, { recursive: true, force: true })
})

function service(): ChildProcess {
  return spawn(process.execPath, [PROGRAM, 'schedule', 'run', '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', ...COMPILED, HOME: process.env.HOME ?? '', ...environment },
  })
}

/** Schedules that were made an hour ago: what they missed is caught up at once. */
function addInThePast(name: string, config: string): string {
  const store = new ScheduleStore(environment.COFFER_PROFILE as string)
  const definition = {
    ...{ name, config: join(folder, config), kind: 'backup' as const, cron: '*/30 * * * *', timezone: 'UTC' },
    ...{ jitter_seconds: 0, retries: 2, retry_delay_seconds: 1, quiet_hours: null, alert_after_hours: 24 },
  }
  const { id } = store.add(definition, new Date(Date.now() - 3_600_000))
  store.close()
  return id
}

test('two services run what was missed once, tell what failed, and stop when asked', async () => {
  const good = addInThePast('nightly', 'backup.yaml')
  const bad = addInThePast('broken', 'broken.yaml')
  const services = [service(), service()]
  const ended = services.map((one) => once(one, 'close'))
  const store = new ScheduleStore(environment.COFFER_PROFILE as string)
  await until('both schedules to have run', async () =>
    [good, bad].every((id) => (store.runs(id, 1)[0]?.ended_at ?? null) !== null),
  )
  await until('the failure to be told', async () => posted.length > 0)
  for (const one of services) one.kill('SIGINT')
  for (const [code] of await Promise.all(ended)) assert.equal(code, 0)

  const runs = store.runs(good, 10)
  assert.equal(runs.length, 1)
  assert.equal(runs[0]?.state, 'done')
  assert.equal(runs[0]?.trigger, 'catch-up')
  assert.ok((runs[0]?.missed ?? 0) >= 1)
  const failed = store.runs(bad, 10)
  assert.deepEqual(
    failed.map((run) => [run.state, run.exit_code]),
    [['failed', 2]],
  )
  store.close()
  assert.equal(posted.length, 1)
  assert.match(posted[0] as string, /"broken" \(backup\) failed/)

  const listed = await coffer(['list', '--path', join(folder, 'archive'), '--json'])
  assert.equal((JSON.parse(listed.out) as ListResult).backups[0]?.statistics.records, 300)
  const shown = await coffer(['schedule', 'history', '--name', 'nightly', '--json'], { environment })
  assert.equal((JSON.parse(shown.out) as ScheduleResult).runs.length, 1)
})

test('a service that is killed leaves a run that the next one takes up again', async () => {
  const config = join(folder, 'endless.yaml')
  await writeFile(
    config,
    `mode: backup\nbackup_id: endless\nsource:\n  bootstrap_servers: ["\${KAFKA}"]\n  topics:\n    include: ["${topic}"]\nstorage:\n  backend: filesystem\n  path: ${folder}/archive\nbackup:\n  continuous: true\n`,
  )
  const id = addInThePast('endless', 'endless.yaml')
  const store = new ScheduleStore(environment.COFFER_PROFILE as string)
  const first = service()
  const gone = once(first, 'close')
  await until('the run to be under way', async () => store.runs(id, 1)[0]?.state === 'running')
  first.kill('SIGKILL')
  await gone
  const second = service()
  const ended = once(second, 'close')
  await until('the run to be taken up again', async () => (store.runs(id, 1)[0]?.attempt ?? 0) === 2)
  assert.equal(store.runs(id, 2)[1]?.state, 'interrupted')
  second.kill('SIGINT')
  const [code] = await ended
  assert.equal(code, 0)
  assert.notEqual(store.runs(id, 1)[0]?.state, 'running')
  store.close()
})
