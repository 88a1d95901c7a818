import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import type { ExtractResult } from '../../src/contract/results.ts'
import { type PlainRecord, withCode } from '../archive/support.ts'
import { context } from '../jobs-read/support.ts'
import { extract, fileText, makeArchive, orders, temporaryFolder } from './support.ts'
import { unpacked } from './unpack.ts'

const CHILD = join(import.meta.dirname, 'run-child.ts')

/** Values that don't compress, so that files are as large as they seem. */
function noise(first: number, count: number): PlainRecord[] {
  return orders(first, count).map((record) => ({ ...record, value: randomBytes(500) }))
}

interface Ended {
  killed: boolean
  result: ExtractResult | null
  error: string | null
}

/** Runs the child; kills it with SIGKILL `afterMs` after it began to read. @param wrap a shell's way to start it */
async function runChild(text: string, afterMs: number | null, wrap: string[] = []): Promise<Ended> {
  const file = join(await temporaryFolder(), 'case.yaml')
  await writeFile(file, text)
  const [command = '', ...args] = [...wrap, process.execPath, CHILD, file]
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.on('data', (data: Buffer) => {
    const first = !out.includes('reading')
    out += data
    if (first && out.includes('reading') && afterMs !== null) setTimeout(() => child.kill('SIGKILL'), afterMs)
  })
  const signal = await new Promise<string | null>((resolve) => child.on('close', (_code, by) => resolve(by)))
  if (signal === 'SIGKILL') return { killed: true, result: null, error: null }
  const last = JSON.parse(out.slice(out.indexOf('{')))
  return { killed: false, result: last.result ?? null, error: last.error ?? null }
}

/** SHA-256 of each file that the records alone decide. */
async function contentOf(path: string): Promise<Record<string, string>> {
  const files = [...(await unpacked(path))].filter(([name]) => /^(records|proofs)\//.test(name))
  return Object.fromEntries(files.map(([name, bytes]) => [name, createHash('sha256').update(bytes).digest('hex')]))
}

describe('an extraction that is cut off', () => {
  let folder: string
  let whole: Record<string, string>
  before(async () => {
    folder = await temporaryFolder()
    const segments = (from: number) => Array.from({ length: 12 }, (_, i) => noise(from + i * 200, 200))
    await makeArchive(folder, { orders: [segments(0), segments(0)], ledger: [segments(0)] })
    const { result } = await extract(folder, {
      extract: { formats: ['csv'] },
      output: join(await temporaryFolder(), 'whole.zip'),
    })
    assert.equal(result.records, 7_200)
    whole = await contentOf(result.output)
  })

  test('stopped at a durable point, it goes on there and gives the same bytes', async () => {
    const output = join(await temporaryFolder(), 'case.zip')
    const asked = { extract: { formats: ['csv'] }, output }
    for (const groups of [3, 1, 20]) {
      let looks = 0
      const signal = {
        get aborted() {
          return ++looks > groups
        },
      } as AbortSignal
      await assert.rejects(extract(folder, asked, {}, context(signal)), withCode('INTERRUPTED'))
    }
    const { result } = await extract(folder, asked)
    assert.equal(result.resumed, true)
    assert.deepEqual(await contentOf(output), whole)
  })

  test('killed again and again, it gives the same bytes, and leaves nothing but the package', async (t) => {
    const place = await temporaryFolder()
    const output = join(place, 'case.zip')
    const text = fileText(folder, { extract: { formats: ['csv'] }, output })
    let kills = 0
    for (const afterMs of [0, 60, 150, 300, 500, 800, 1200]) {
      const { killed } = await runChild(text, afterMs)
      if (killed) kills++
      const names = await readdir(place)
      if (!killed) break
      assert.ok(!names.includes('case.zip'), 'half a package')
    }
    t.diagnostic(`${kills} kills`)
    assert.ok(kills > 0)
    if (!(await readdir(place)).includes('case.zip')) {
      const { error } = await runChild(text, null)
      assert.equal(error, null)
    }
    assert.deepEqual(await readdir(place), ['case.zip'])
    assert.deepEqual(await contentOf(output), whole)
  })

  test('another request at the same place begins anew', async () => {
    const output = join(await temporaryFolder(), 'case.zip')
    let looks = 0
    const signal = {
      get aborted() {
        return ++looks > 5
      },
    } as AbortSignal
    await assert.rejects(extract(folder, { output }, {}, context(signal)), withCode('INTERRUPTED'))
    const { result } = await extract(folder, { extract: { topics: ['ledger'] }, output })
    assert.deepEqual([result.resumed, result.records], [false, 2400])
  })

  test('what lies there and is not what was written is read again', async () => {
    const place = await temporaryFolder()
    const output = join(place, 'case.zip')
    let looks = 0
    const signal = {
      get aborted() {
        return ++looks > 5
      },
    } as AbortSignal
    await assert.rejects(
      extract(folder, { extract: { formats: ['csv'] }, output }, {}, context(signal)),
      withCode('INTERRUPTED'),
    )
    await writeFile(join(place, '.case.zip.work', 'records.deflate'), randomBytes(1000))
    const { result } = await extract(folder, { extract: { formats: ['csv'] }, output })
    assert.equal(result.resumed, false)
    assert.deepEqual(await contentOf(output), whole)
  })

  test('two at once: the second is told', async () => {
    const place = await temporaryFolder()
    const output = join(place, 'case.zip')
    let looks = 0
    const signal = {
      get aborted() {
        return ++looks > 1
      },
    } as AbortSignal
    await assert.rejects(extract(folder, { output }, {}, context(signal)), withCode('INTERRUPTED'))
    await writeFile(join(place, '.case.zip.work', 'lock'), JSON.stringify({ host: hostname(), pid: process.ppid }))
    await assert.rejects(extract(folder, { output }), withCode('LOCKED'))
    await writeFile(join(place, '.case.zip.work', 'lock'), '{"host":')
    assert.equal((await extract(folder, { output })).result.records, 7_200)
  })

  test('a full disk leaves no package, and when there is room again it is finished', async () => {
    const place = await temporaryFolder()
    const output = join(place, 'case.zip')
    const text = fileText(folder, { extract: { formats: ['csv'] }, output })
    const full = await runChild(text, null, ['sh', '-c', 'ulimit -f 4000; exec "$@"', 'sh'])
    assert.equal(full.error, 'STORAGE_FULL')
    assert.deepEqual(await readdir(place), ['.case.zip.work'])
    const { error } = await runChild(text, null)
    assert.equal(error, null)
    assert.deepEqual(await readdir(place), ['case.zip'])
    assert.deepEqual(await contentOf(output), whole)
  })

  test('a folder that may not be written is said to be', async () => {
    await assert.rejects(extract(folder, { output: '/proc/case.zip' }), (error: Error & { code: string }) => {
      assert.ok(['STORAGE_NOT_ALLOWED', 'STORAGE_FAILED'].includes(error.code), error.code)
      return true
    })
    const file = join(await temporaryFolder(), 'file')
    await writeFile(file, '')
    await assert.rejects(extract(folder, { output: join(file, 'case.zip') }), withCode('STORAGE_FAILED'))
    assert.equal((await readFile(file)).length, 0)
  })
})
