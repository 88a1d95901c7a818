import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import type { JobDetail, JobState } from '../../src/contract/ipc/history.ts'
import { Client } from '../../src/contract/ipc/reply.ts'
import { coffer } from '../cli/program.ts'
import { backUp, ID, type Ledger, sameAsKafka, segmentsIn, until } from '../failures/support.ts'
import { temporaryFolder } from '../jobs-read/support.ts'
import { type Child, removeOnExit, startChild } from '../rig/child.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { askHost, openSession } from '../window/ask.ts'
import { ALL } from './support.ts'

/** A real host process that is killed under a real backup of a real broker, and what its successor makes of it. */

const RECORDS = 60_000

const hosts: Child[] = []
after(() => Promise.all(hosts.map((child) => child.end('SIGKILL'))))

interface Host {
  child: Child
  client: Client
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'coffer-crash-'))
  removeOnExit(folder)
  return folder
}

async function startHost(folder: string): Promise<Host> {
  const log = join(folder, 'host.log')
  const child = startChild(process.execPath, [join(import.meta.dirname, 'host-child.ts'), folder], { stderrFile: log })
  hosts.push(child)
  const output = child.process.stdout
  assert.ok(output !== null)
  const address = await new Promise<string>((resolve, reject) => {
    createInterface(output).once('line', resolve)
    void child.ended.then(() => reject(new Error(`the host did not start: ${readFileSync(log, 'utf8')}`)))
  })
  return { child, client: await clientOf(address) }
}

/** The window's own client, over the real host's HTTP. */
async function clientOf(address: string): Promise<Client> {
  const { origin } = new URL(address)
  const headers = { Cookie: await openSession(address), Origin: origin, 'Content-Type': 'application/json' }
  return new Client({
    invoke: async (method, params) => {
      const call = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
      const answer = JSON.parse((await askHost(origin, '/rpc', headers, 'POST', call)).body)
      return answer.error === undefined ? { ok: true, value: answer.result } : { ok: false, error: answer.error.data }
    },
    subscribe: () => () => {},
  })
}

async function reached(client: Client, jobId: string, ...states: JobState[]): Promise<JobDetail> {
  let job = await client.call('jobs.get', { jobId })
  await until(`${states.join(' or ')}`, async () => {
    job = await client.call('jobs.get', { jobId })
    return states.includes(job.state)
  })
  return job
}

describe('a backup of the window', () => {
  let java: JavaClient
  let bootstrap: string

  before(async () => {
    java = await useJava()
    bootstrap = (await useKafka()).bootstrap
  })

  /** A backup that goes on until it is told to stop, so that it certainly runs when it is killed. */
  async function ledger(): Promise<{ one: Ledger; text: (continuous: boolean) => string }> {
    const topic = uniqueName('host')
    await java.createTopics([{ name: topic, partitions: 2 }])
    await java.generate(topic, RECORDS, { size: 300, partitions: 2 })
    const one: Ledger = { topics: [topic], bootstrap, path: await temporaryFolder() }
    const text = (continuous: boolean) =>
      JSON.stringify({
        mode: 'backup',
        backup_id: ID,
        source: { bootstrap_servers: [bootstrap], topics: { include: [topic] } },
        storage: { backend: 'filesystem', path: one.path },
        backup: { segment_max_bytes: 200_000, sync_interval_secs: 1, continuous },
      })
    return { one, text }
  }

  test('killed with its host, it is crashed; resumed by the next host, nothing is lost or there twice', async () => {
    const { one, text } = await ledger()
    const folder = newFolder()
    const first = await startHost(folder)
    const source = { text: text(false) }
    const { jobId } = await first.client.call('jobs.startFromYaml', { source, dryRun: false })
    await until('segments', async () => (await segmentsIn(one.path)).length >= 3)
    first.child.process.kill('SIGKILL')
    assert.equal((await first.child.ended).signal, 'SIGKILL')

    const second = await startHost(folder)
    const page = await second.client.call('jobs.page', ALL)
    assert.deepEqual(
      page.rows.map((row) => [row.jobId, row.state, row.resume]),
      [[jobId, 'crashed', 'continue']],
    )
    const crashed = await second.client.call('jobs.get', { jobId })
    assert.ok(crashed.outcome?.state === 'failed')
    assert.equal(crashed.outcome.error.code, 'WORKER_DIED')
    assert.match(crashed.outcome.error.hint ?? '', /durable point/)

    const resumed = await second.client.call('jobs.resume', { jobId })
    await assert.rejects(second.client.call('jobs.resume', { jobId }), { code: 'USAGE' })
    const done = await reached(second.client, resumed.jobId, 'done', 'failed')
    assert.equal(done.state, 'done', JSON.stringify(done.outcome))
    assert.equal(done.continues, jobId)
    assert.ok(done.outcome?.state === 'done' && done.outcome.result.kind === 'backup')
    assert.ok(done.outcome.result.records <= RECORDS)
    await second.child.end('SIGTERM')

    const checked = await coffer(['validate', '--deep', '--path', one.path, '--backup-id', ID, '--json'])
    assert.equal(checked.code, 0, checked.err)
    assert.equal(JSON.parse(checked.out).checked.records, RECORDS)
    assert.equal(await sameAsKafka(one, java), RECORDS)
  })

  test('paused, it stops at a durable point and goes on from there; ending the host pauses it too', async () => {
    const { one, text } = await ledger()
    const folder = newFolder()
    const first = await startHost(folder)
    const source = { text: text(true) }
    const { jobId } = await first.client.call('jobs.startFromYaml', { source, dryRun: false })
    await until('segments', async () => (await segmentsIn(one.path)).length >= 3)
    await first.client.call('jobs.pause', { jobId })
    const paused = await reached(first.client, jobId, 'paused', 'done', 'failed')
    assert.deepEqual([paused.state, paused.resume], ['paused', 'continue'])
    const halfway = await coffer(['validate', '--deep', '--path', one.path, '--backup-id', ID, '--json'])
    assert.equal(halfway.code, 0, halfway.err)
    const before = JSON.parse(halfway.out).checked.records as number
    assert.ok(before > 0)

    const again = await first.client.call('jobs.resume', { jobId })
    await until('progress', async () => (await first.client.call('jobs.get', again)).progress !== null)
    await first.child.end('SIGTERM')
    const second = await startHost(folder)
    const left = await second.client.call('jobs.get', again)
    assert.deepEqual([left.state, left.resume, left.continues], ['paused', 'continue', jobId])

    const last = await second.client.call('jobs.resume', again)
    await until('progress', async () => (await second.client.call('jobs.get', last)).progress !== null)
    await second.client.call('jobs.cancel', { ...last, atOnce: false })
    // one that goes on for ever has ended well when it is told to
    assert.equal((await reached(second.client, last.jobId, 'cancelled', 'done', 'failed')).state, 'done')
    await second.child.end('SIGTERM')
    assert.equal((await backUp(one)).result.state, 'complete')
    assert.equal(await sameAsKafka(one, java), RECORDS)
  })
})
