import assert from 'node:assert/strict'
import { readdir, readFile, readlink, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { runBackup } from '../../src/jobs/backup/run.ts'
import { startWebHost } from '../../src/web-host/server.ts'
import { RendererFiles } from '../../src/worker/services/renderer-files.ts'
import { Services } from '../../src/worker/services/services.ts'
import { coffer } from '../cli/program.ts'
import { context, temporaryFolder } from '../jobs-read/support.ts'
import { runTool } from '../rig/cache.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { freePort } from '../rig/ports.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { configOf, type Ledger, segmentsIn, startBackup, until } from './support.ts'

describe('how the program behaves while it works', () => {
  let java: JavaClient
  let bootstrap: string

  before(async () => {
    java = await useJava()
    bootstrap = (await useKafka()).bootstrap
  })

  async function ledger(records: number): Promise<Ledger> {
    const topic = uniqueName('ledger')
    await java.createTopics([{ name: topic }])
    await java.generate(topic, records, { size: 300 })
    return { topics: [topic], bootstrap, path: await temporaryFolder() }
  }

  test('failure 31: a running backup listens on no port', async () => {
    const one = await ledger(500)
    const backup = { continuous: true, poll_interval_ms: 50, sync_interval_secs: 1, segment_max_interval_ms: 200 }
    const { child, ended } = await startBackup({ ...one, backup })
    await until('the first segment', async () => (await segmentsIn(one.path)).length > 0)
    assert.deepEqual(await listeningSockets(child.pid as number), [])
    child.kill('SIGINT')
    assert.equal((await ended).code, 0, (await ended).err)
  })

  test('failure 31: the window is served on loopback alone, and to nobody without its token', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'index.html'), '<!doctype html><title>Coffer</title>')
    const runJob = () => Promise.reject(new Error('no job is to run here'))
    const services = new Services({
      runJob,
      profile: join(folder, 'profile'),
      directory: folder,
      assets: folder,
      environment: {},
      host: 'browser',
      version: '0.0.0-test',
    })
    const host = await startWebHost(services, await RendererFiles.in(folder))
    try {
      const { hostname, port } = new URL(host.origin)
      assert.equal(hostname, '127.0.0.1')
      assert.equal(await accepts('127.0.0.1', Number(port)), true)
      for (const address of otherAddresses()) assert.equal(await accepts(address, Number(port)), false, address)
      for (const path of ['/', '/rpc', '/events']) assert.equal((await fetch(`${host.origin}${path}`)).status, 403)
    } finally {
      await services.close(1000)
      await host.close()
    }
  })

  test('failure 35: standard output holds the result alone; an error is one sentence, without a stack', async () => {
    const one = await ledger(2000)
    const { ended } = await startBackup(one)
    const { code, out, err } = await ended
    assert.equal(code, 0, err)
    assert.equal(JSON.parse(out).records, 2000)

    const file = join(await temporaryFolder(), 'backup.yaml')
    const port = await freePort()
    const nowhere = { bootstrap_servers: [`localhost:${port}`], topics: { include: ['*'] } }
    const storage = { backend: 'filesystem', path: one.path }
    await writeFile(file, JSON.stringify({ mode: 'backup', backup_id: 'b', source: nowhere, storage }))
    const down = await coffer(['backup', '--config', file])
    assert.deepEqual([down.code, down.out], [3, ''])
    assert.match(down.err, new RegExp(`cannot connect to broker "localhost:${port}".*\\[KAFKA_UNREACHABLE\\]`))
    assert.match(down.err, /trying again for 10 s/)
    assert.ok(!/\n\s+at /.test(down.err), down.err)
    const json = await coffer(['validate', '--path', one.path, '--backup-id', 'none', '--json'])
    assert.deepEqual([json.code, JSON.parse(json.out).error.code], [4, 'ARCHIVE_MISSING'])
  })

  test('failure 36: a backup tells records, bytes, rate, time left and the partitions at work', async () => {
    const one = await ledger(150_000)
    const told = context()
    const backup = { segment_max_bytes: 2_000_000, max_concurrent_partitions: 1 }
    await runBackup(configOf({ ...one, backup }), { dryRun: false }, told)
    const midway = told.told.filter(({ recordsDone }) => recordsDone > 0 && recordsDone < 150_000)
    assert.ok(midway.length > 0)
    assert.ok(midway.some(({ secondsLeft }) => secondsLeft !== null && secondsLeft > 0))
    assert.ok(midway.some(({ recordsPerSecond, bytesPerSecond }) => recordsPerSecond > 0 && bytesPerSecond > 0))
    assert.ok(midway.some(({ partitions }) => partitions[0]?.topic === one.topics[0]))
    const last = told.told.at(-1)
    assert.deepEqual([last?.recordsDone, last?.partitions], [150_000, []])
  })
})

/** Addresses and ports that a process listens on. */
async function listeningSockets(pid: number): Promise<string[]> {
  if (process.platform !== 'linux') {
    const install = 'install lsof'
    const { stdout } = await runTool('lsof', ['-a', '-p', String(pid), '-iTCP', '-sTCP:LISTEN', '-Fn'], { install })
    return stdout.split('\n').filter((line) => line.startsWith('n'))
  }
  const inodes = new Set<string>()
  for (const name of await readdir(`/proc/${pid}/fd`)) {
    const target = await readlink(`/proc/${pid}/fd/${name}`).catch(() => '')
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1]
    if (inode !== undefined) inodes.add(inode)
  }
  // It talks to a broker: a process without sockets would be the wrong one.
  assert.ok(inodes.size > 0)
  const found: string[] = []
  for (const table of ['tcp', 'tcp6']) {
    const rows = (await readFile(`/proc/${pid}/net/${table}`, 'utf8')).split('\n').slice(1)
    for (const row of rows) {
      const [, local, , state, , , , , , inode] = row.trim().split(/\s+/)
      const listens = '0A'
      if (state === listens && inode !== undefined && inodes.has(inode)) found.push(local ?? '')
    }
  }
  return found
}

function otherAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return all.filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => address)
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2000 })
    const end = (open: boolean) => {
      socket.destroy()
      resolve(open)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
    socket.once('timeout', () => end(false))
  })
}
