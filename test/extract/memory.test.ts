import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileText, makeArchive, orders, temporaryFolder } from './support.ts'

const MIB = 1024 * 1024
const CHILD = join(import.meta.dirname, 'run-child.ts')

/** Everything matches: the most that a process holds while it extracts `segments` segments of 8 MB (Linux). */
async function peakOf(segments: number): Promise<number> {
  const folder = await temporaryFolder()
  // a tenth is noise: what is packed grows as well, and packing does not take all the time
  const made = Array.from({ length: segments }, (_, i) =>
    orders(i * 400, 400).map((record) => ({ ...record, value: Buffer.alloc(20_000, randomBytes(2_000)) })),
  )
  await makeArchive(folder, { orders: [made] })
  const file = join(folder, 'case.yaml')
  await writeFile(file, fileText(folder, { extract: { formats: ['csv'] }, output: join(folder, 'case.zip') }))
  const child = spawn(process.execPath, [CHILD, file], { stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  let peak = 0
  child.stdout.on('data', (data: Buffer) => {
    out += data
  })
  const closed = once(child, 'close')
  while (child.exitCode === null && child.signalCode === null) {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '')
    peak = Math.max(peak, Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024)
    await delay(20)
  }
  await closed
  const { result } = JSON.parse(out.slice(out.indexOf('{')))
  assert.equal(result?.records, segments * 400, out)
  await rm(folder, { recursive: true })
  return peak
}

/** Held, the 224 MB more would be 300 MB of lines. */
test('memory does not grow with what is extracted', async (t) => {
  const small = await peakOf(8)
  const large = await peakOf(36)
  const words = `${Math.round(small / MIB)} MiB for 64 MB, ${Math.round(large / MIB)} MiB for 288 MB`
  t.diagnostic(words)
  if (process.platform !== 'linux') return
  assert.ok(small > 50 * MIB && large < 600 * MIB, words)
  assert.ok(large < small + 270 * MIB, words)
})
