import assert from 'node:assert/strict'
import { readFile, rm } from 'node:fs/promises'
import { before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type Ledger, startBackup } from '../failures/support.ts'
import { temporaryFolder } from '../jobs-read/support.ts'
import { runTool } from '../rig/cache.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'

const MIB = 1024 * 1024
const MOST = 450 * MIB

/** What the whole process takes at most, with hashing and compression on. */
describe('the memory of a backup', () => {
  let java: JavaClient
  let bootstrap: string

  before(async () => {
    java = await useJava()
    bootstrap = (await useKafka()).bootstrap
  })

  async function measure(topic: string): Promise<{ peak: number; records: number }> {
    const one: Ledger = { topics: [topic], bootstrap, path: await temporaryFolder() }
    const { child, ended } = await startBackup(one)
    let peak = 0
    let over = false
    void ended.then(() => {
      over = true
    })
    while (!over) {
      peak = Math.max(peak, await residentBytes(child.pid as number))
      await delay(50)
    }
    const { code, out, err } = await ended
    assert.equal(code, 0, err)
    await rm(one.path, { recursive: true })
    return { peak, records: JSON.parse(out).records }
  }

  test('100 partitions with a trickle each', async () => {
    const topic = uniqueName('trickle')
    await java.createTopics([{ name: topic, partitions: 100 }])
    await java.generate(topic, 20_000, { size: 500, partitions: 100 })
    const { peak, records } = await measure(topic)
    assert.equal(records, 20_000)
    assert.ok(peak > 50 * MIB && peak < MOST, `${Math.round(peak / MIB)} MiB`)
  })

  test('one partition of 300 MB, and of 600 MB', async () => {
    const topic = uniqueName('large')
    await java.createTopics([{ name: topic }])
    try {
      const fill = { size: 3000, producer: { 'batch.size': '500000', 'linger.ms': '20' } }
      await java.generate(topic, 100_000, fill)
      // the same run peaks up to a tenth higher or lower: what it takes at most is told by two
      const halves = [await measure(topic), await measure(topic)]
      await java.generate(topic, 100_000, fill)
      const whole = await measure(topic)
      assert.deepEqual(
        [...halves, whole].map((run) => run.records),
        [100_000, 100_000, 200_000],
      )
      const half = Math.max(...halves.map((run) => run.peak))
      const words = `${Math.round(half / MIB)} MiB, then ${Math.round(whole.peak / MIB)} MiB`
      assert.ok(half > 50 * MIB && whole.peak < MOST, words)
      assert.ok(whole.peak <= half * 1.15, words)
    } finally {
      await java.deleteTopics([topic])
    }
  })
})

/** The most that a process has had resident so far (Linux), or has now; 0 once it has gone. */
async function residentBytes(pid: number): Promise<number> {
  if (process.platform === 'linux') {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024
  }
  const { stdout } = await runTool('ps', ['-o', 'rss=', '-p', String(pid)], { install: 'install ps' })
  return Number(stdout.trim()) * 1024
}
