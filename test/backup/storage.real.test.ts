import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { hostname, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { openStorage } from '../../src/storage/open.ts'
import { ID, sameAsKafka, segmentsIn, startBackup, until } from '../failures/support.ts'
import { s3Storage } from '../jobs-read/real-support.ts'
import { storageAt, temporaryFolder, validate } from '../jobs-read/support.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { COMPILED, PROGRAM } from '../rig/program.ts'
import { startS3 } from '../rig/s3.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { configFor, manifestOf, redoAccounts, redoChain, rows, run } from './support.ts'

/** An archive's place that goes away, fills up, or is somebody else's for now. */
describe('a backup and its storage', () => {
  let java: JavaClient
  let bootstrap: string

  before(async () => {
    java = await useJava()
    bootstrap = (await useKafka()).bootstrap
  })

  test('an S3 server that is killed and comes back: complete and equal', async () => {
    const s3 = await startS3()
    try {
      const topic = uniqueName('ledger')
      await java.createTopics([{ name: topic, partitions: 2 }])
      await java.generate(topic, 30_000, { size: 500, partitions: 2 })
      await s3.makeBucket('outage')
      const one = { topics: [topic], bootstrap, path: await temporaryFolder() }
      const storage = s3Storage(s3, 'outage', 'ledger')
      const backup = { segment_max_bytes: 200_000, sync_interval_secs: 1 }
      const open = await openStorage(configFor({ ...one, storage }).storage)
      const keys = async () => {
        const found: string[] = []
        for await (const { key } of open.list(`${ID}/`)) found.push(key)
        return found
      }
      let ended = false
      const running = run({ ...one, storage, backup }).finally(() => {
        ended = true
      })
      running.catch(() => {})
      await until('segments', async () => (await keys()).filter((key) => key.includes('/segment-')).length >= 5)
      await s3.kill9()
      assert.equal(ended, false)
      // Long enough for every request in flight to have failed at least once.
      await delay(2000)
      assert.equal(ended, false)
      await s3.restart()
      const result = await running
      assert.deepEqual(result.account, { offsets: 30_000, archived: 30_000, absent: {} })
      for (const key of await keys()) {
        const file = join(one.path, key)
        await mkdir(dirname(file), { recursive: true })
        await writeFile(file, (await open.get(key)).body)
      }
      await open.close()
      assert.equal(await sameAsKafka(one, java), 30_000)
      await redoAccounts(one.path)
    } finally {
      await s3.stop()
    }
  })

  test('a full disk: its code, an archive that stays valid, and a run that goes on once there is room', async () => {
    const topic = uniqueName('ledger')
    await java.createTopics([{ name: topic, partitions: 2 }])
    await java.produce([...rows(topic, 0, 100), ...rows(topic, 0, 100, 1)])
    const one = { topics: [topic], bootstrap, path: await temporaryFolder() }
    await run(one)
    await java.generate(topic, 20_000, { size: 1000, partitions: 2 })
    const config = join(await temporaryFolder(), 'backup.yaml')
    const disk = await temporaryFolder()
    await writeFile(
      config,
      JSON.stringify({
        mode: 'backup',
        backup_id: ID,
        source: { bootstrap_servers: [bootstrap], topics: { include: [topic] } },
        storage: { backend: 'filesystem', path: disk },
        backup: { segment_max_bytes: 1_000_000, sync_interval_secs: 1 },
      }),
    )
    const coffer = `"${process.execPath}" "${PROGRAM}"`
    const stages = (full: string, free: string) => `
      cp -a '${one.path}/.' '${disk}/'
      ${full} ${coffer} backup -c '${config}' --json > '${one.path}/full.json'; echo "full $?"
      cat '${one.path}/full.json'
      ${coffer} validate --path '${disk}' --backup-id ${ID} --deep > /dev/null; echo "validate $?"
      ${free}
      ${coffer} backup -c '${config}' --json > /dev/null; echo "again $?"
      cp -a '${disk}/${ID}' '${one.path}/'`
    // A disk of 4 MB in a mount namespace of its own; where the kernel forbids it, a limit on the size of files.
    const allowed = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', disk]).status === 0
    const limited = `sh -c 'ulimit -f 300; exec "$@"' sh`
    const script = allowed
      ? `mount -t tmpfs -o size=4m tmpfs '${disk}' || exit 9\n${stages('', `mount -o remount,size=200m '${disk}'`)}`
      : stages(limited, '')
    const [command, ...args] = allowed ? ['unshare', '-rm', 'sh', '-c', script] : ['sh', '-c', script]
    const child = spawn(command as string, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH ?? '', ...COMPILED, HOME: process.env.HOME ?? '' },
    })
    let out = ''
    let err = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text
    })
    await once(child, 'close')
    const lines = out.split('\n').filter((line) => /^(full|validate|again) \d+$/.test(line))
    assert.deepEqual(lines, ['full 3', 'validate 0', 'again 0'], out + err)
    assert.match(out, /"code": ?"STORAGE_FULL"/)
    assert.equal(await sameAsKafka(one, java), 20_200)
    await redoAccounts(one.path)
    assert.ok((await redoChain(one.path)) >= 2)
  })

  test('a second run names who holds the lock; one that was killed is taken over at once', async () => {
    const topic = uniqueName('ledger')
    await java.createTopics([{ name: topic }])
    await java.produce(rows(topic, 0, 50))
    const one = { topics: [topic], bootstrap, path: await temporaryFolder() }
    const backup = { continuous: true, poll_interval_ms: 50, sync_interval_secs: 1, segment_max_interval_ms: 100 }
    const holder = await startBackup({ ...one, backup })
    try {
      await until('the first segment', async () => (await segmentsIn(one.path)).length > 0)
      const manifest = await readFile(join(one.path, ID, 'manifest.json'))
      const second = await (await startBackup(one)).ended
      assert.equal(second.code, 7, second.err)
      const { run: holding } = JSON.parse(manifest.toString()).coffer
      const who = `"${userInfo().username}" on "${hostname()}" (process ${holder.child.pid}, run ${holding.run_id})`
      assert.ok(second.err.includes(who), second.err)
      assert.match(second.err, /\[LOCKED\]/)
    } finally {
      holder.child.kill('SIGKILL')
    }
    await holder.ended
    const started = Date.now()
    const result = await run(one)
    // Its lease would hold for another minute.
    assert.ok(Date.now() - started < 20_000)
    assert.deepEqual([result.generation, result.archive.records], [2, 50])
    assert.equal((await manifestOf(one.path)).coffer?.generation, 2)
    assert.equal(await sameAsKafka(one, java), 50)
    assert.equal((await validate(await storageAt(one.path), ID)).exitCode, 0)
  })
})
