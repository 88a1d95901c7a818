import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { redoAccounts, redoChain } from '../backup/support.ts'
import { ID } from '../failures/support.ts'
import { s3Storage } from '../jobs-read/real-support.ts'
import { storageAt, validate } from '../jobs-read/support.ts'
import { assertSameContent } from '../restore/same-content.ts'
import type { JavaClient } from '../rig/java-client.ts'
import type { DumpedRecord } from '../rig/java-types.ts'
import type { KafkaRig } from '../rig/kafka.ts'
import { readArchive } from '../rig/kbak.ts'
import { COMPILED, PROGRAM } from '../rig/program.ts'
import type { FaultyProxy } from '../rig/proxy.ts'
import type { S3Rig } from '../rig/s3.ts'
import { backupConfig, restoreConfig } from './configs.ts'
import { badNight } from './faults.ts'
import { compare, compareCompacted, compareGroups } from './oracle.ts'
import { type Dice, World } from './world.ts'

export interface Rigs {
  kafka: KafkaRig
  proxy: FaultyProxy
  java: JavaClient
  s3: S3Rig
}

/** How a run of the program may end on a bad night: done, out of reach, still locked by one that was killed, or stopped. */
const FAIR_ENDS = [0, 3, 7, 130]
/** By then a run must have come through. */
const ATTEMPTS = 25

/** One round: topics that live, backups of them through a bad night, the archive held against Kafka, and a restore. */
export async function round(rigs: Rigs, seed: number, dice: Dice): Promise<string> {
  const { kafka, proxy, java, s3 } = rigs
  const { between, chance, pick } = dice
  const folder = await mkdtemp(join(tmpdir(), 'coffer-endurance-'))
  const world = new World(java, dice)
  const story: string[] = []
  const prefix = `night-${seed}`
  const onS3 = chance(0.3)
  const bucket = `night-${seed}`
  if (onS3) await s3.makeBucket(bucket)
  const storage = onS3 ? s3Storage(s3, bucket, 'archive') : { backend: 'filesystem', path: join(folder, 'archive') }
  const path = onS3 ? join(s3.dataDir, bucket, 'archive') : join(folder, 'archive')

  const through = async (name: string, config: object, lively: boolean, continuous = false) => {
    const file = join(folder, `${name}.json`)
    await writeFile(file, JSON.stringify(config))
    for (let attempt = 1; ; attempt++) {
      assert.ok(attempt <= ATTEMPTS, `${name} did not come through`)
      const stop = new AbortController()
      const last = attempt > ATTEMPTS - 5
      const night = last
        ? Promise.resolve(['calm'])
        : badNight({ kafka, proxy, world, lively, s3: onS3 ? s3 : null }, dice, stop.signal)
      const verb = name.startsWith('restore') ? 'restore' : 'backup'
      const child = spawn(process.execPath, [PROGRAM, verb, '--config', file, '--json'], {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { PATH: process.env.PATH ?? '', ...COMPILED, HOME: folder, COFFER_PROFILE: join(folder, 'profile') },
      })
      let err = ''
      child.stdout.resume()
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        err += text
      })
      const closed = once(child, 'close')
      let over = false
      void closed.then(() => {
        over = true
      })
      if (!last && chance(0.4)) {
        await Promise.race([closed, delay(between(200, 6000))])
        child.kill(pick(['SIGKILL', 'SIGKILL', 'SIGINT'] as const))
      } else if (continuous) {
        await Promise.race([closed, delay(between(2000, 10_000))])
        child.kill('SIGINT')
      }
      await Promise.race([closed, delay(180_000)])
      if (!over) child.kill('SIGKILL')
      await closed
      stop.abort()
      const faults = await night
      story.push(`${name} ${attempt}: ${child.signalCode ?? child.exitCode} [${faults.join(' ')}]`)
      assert.ok(over || child.signalCode !== null, `${name} hung\n${err.slice(-3000)}`)
      if (child.exitCode === 0) return
      if (child.signalCode === null)
        assert.ok(FAIR_ENDS.includes(child.exitCode ?? -1), `${name}: exit ${child.exitCode}\n${err.slice(-3000)}`)
      // the dead one's lease
      if (child.exitCode === 7) await delay(3000)
    }
  }

  try {
    await world.make(prefix)
    for (let i = 0, count = between(1, 5); i < count; i++) {
      const continuous = chance(0.3)
      const lively = chance(0.8)
      if (lively) world.live()
      await through(`backup-${i}`, backupConfig(kafka.bootstrap, prefix, storage, dice, continuous), lively, continuous)
      await world.rest()
      if (!lively) for (let n = 0; n < 3; n++) await world.once()
    }
    await world.endTransactions()
    await world.commitGroups()
    await through('backup-last', backupConfig(kafka.bootstrap, prefix, storage, dice, false), false)
    proxy.heal()

    const archived = join(folder, 'looked-at')
    await cp(path, archived, { recursive: true })
    const ours = await readArchive(archived, ID)
    const theirs = await java.records(world.names)
    compare(ours, theirs, world)
    const { exitCode, result } = await validate(await storageAt(archived), ID)
    assert.equal(exitCode, 0, JSON.stringify(result.findings))
    await redoAccounts(archived)
    const generations = await redoChain(archived)

    const mapped = new Map(world.names.map((name) => [name, `back-${name}`]))
    const window = chance(0.3) ? windowOf(ours, dice) : null
    await through('restore', restoreConfig(kafka.bootstrap, mapped, storage, dice, window), false)
    const within = ({ timestamp }: { timestamp: string }) =>
      window === null || (Number(timestamp) >= window.start && Number(timestamp) <= window.end)
    const wanted = ours.filter(within)
    const targets = [...mapped].filter(([name]) => wanted.some(({ topic }) => topic === name))
    const plain = wanted.filter(({ topic }) => !world.compacts(topic))
    const shown = await java.records(targets.map(([, target]) => target))
    const isPlain = ({ topic }: { topic: string }) =>
      !targets.some(([name, to]) => to === topic && world.compacts(name))
    if (plain.length > 0) {
      const asRecords = plain.map((record): DumpedRecord => ({ ...record, timestampType: 'CreateTime' }))
      assertSameContent(asRecords, shown.filter(isPlain), mapped)
    }
    for (const [name, target] of targets.filter(([name]) => world.compacts(name))) {
      compareCompacted(
        wanted.filter(({ topic }) => topic === name),
        shown.filter(({ topic }) => topic === target),
      )
    }
    if (window === null) await compareGroups(java, world.groups, ours, mapped)
    await java.deleteGroups([...world.groups.keys()])
    await java.deleteTopics([
      ...world.names,
      ...(await java.listTopics()).filter((name) => name.startsWith(`back-${prefix}`)),
    ])
    return `${ours.length} records, ${generations} generations, ${world.deleted.size} deleted; ${story.join('; ')}`
  } catch (error) {
    await world.rest().catch(() => {})
    throw new Error(`seed ${seed}: ${(error as Error).message}\n${story.join('\n')}\nleft in ${folder}`, {
      cause: error,
    })
  } finally {
    proxy.heal()
    if (!process.exitCode) await rm(folder, { recursive: true, force: true }).catch(() => {})
  }
}

/** From one archived record's time to another's. */
function windowOf(records: readonly { timestamp: string }[], { pick }: Dice): { start: number; end: number } | null {
  if (records.length === 0) return null
  const [a, b] = [Number(pick(records).timestamp), Number(pick(records).timestamp)]
  return { start: Math.min(a, b), end: Math.max(a, b) }
}
