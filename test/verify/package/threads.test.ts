import assert from 'node:assert/strict'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { VerifiedFile } from '../../../src/contract/evidence/verdict.ts'
import { openFileSource } from '../../../src/jobs/verify/file-source.ts'
import { threadedTools } from '../../../src/jobs/verify/unpack-threads.ts'
import { nodeCrypto } from '../../../src/signing/node-crypto.ts'
import type { PackageTools } from '../../../src/verify/package/tools.ts'
import { verifyPackage } from '../../../src/verify/package/verify.ts'
import type { ZipEntry } from '../../../src/verify/package/zip.ts'
import { type Made, makePackage, makeSigning, type Signing, seal, verifyBytes, zipOf } from './maker.ts'
import { makeZip } from './zip-maker.ts'

/** Entries of a package that are unpacked on threads of their own: the verdict is the one that they get in place. */

/** Of packed bytes: the records and their proofs are larger, hardly anything else is. */
const LARGE = 20_000
let folder: string
let signing: Signing
let made: Made
let zip: Buffer

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coffer-verify-threads-'))
  signing = await makeSigning(false)
  // more than the rows that are taken at once
  made = await makePackage({ records: 4400, valueBytes: 300, redact: ({ offset }) => offset % 1000 === 7 }, signing)
  zip = await zipOf(made, signing)
})
after(() => rm(folder, { recursive: true, force: true }))

async function byThreads(bytes: Buffer, progress?: (read: number) => void, spoil?: (path: string) => Promise<void>) {
  const path = join(folder, 'package.zip')
  await writeFile(path, bytes)
  const source = await openFileSource(path, progress)
  const { tools, close } = threadedTools(source, LARGE)
  let threads = 0
  const counted = ({ packedSize }: ZipEntry) => {
    if (packedSize >= LARGE) threads++
  }
  const counting: PackageTools = {
    ...tools,
    unpack: (from, entry) => {
      counted(entry)
      return tools.unpack(from, entry)
    },
    records: (from, entry) => {
      counted(entry)
      return tools.records(from, entry)
    },
    proofs: (from, entry, trees) => {
      counted(entry)
      return tools.proofs(from, entry, trees)
    },
  }
  try {
    await spoil?.(path)
    const options = { trust: signing.trust, at: null, crypto: nodeCrypto, tools: counting }
    return { file: await verifyPackage('package.zip', source, options), threads }
  } finally {
    await close()
    await source.close()
  }
}

test('a package gets the same verdict, and every byte of it is told', async () => {
  let read = 0
  const { file, threads } = await byThreads(zip, (bytes) => {
    read = bytes
  })
  assert.deepEqual(file, await verifyBytes(zip, signing.trust))
  assert.equal(file.verdict, 'passed')
  assert.equal(threads, 2)
  assert.equal(read, zip.length)
})

test('so does one whose records were changed, damaged, cut, or are more than stated', async () => {
  const entries = await seal(made, signing)
  const records = entries.find(({ path }) => path === 'records/records.ndjson')!
  const changes: Record<string, Partial<typeof records>> = {
    changed: { packed: flipped(records.packed, records.packed.length >> 1) },
    'cut off': { packed: records.packed.subarray(0, -1000) },
    'followed by more': { packed: Buffer.concat([records.packed, Buffer.from('more')]) },
    'longer than stated': { data: records.data.subarray(1) },
    'shorter than stated': { data: Buffer.concat([records.data, records.data.subarray(0, 1)]) },
  }
  for (const [what, change] of Object.entries(changes)) {
    const bytes = makeZip(entries.map((entry) => (entry === records ? { ...entry, ...change } : entry)))
    const { file } = await byThreads(bytes)
    assert.equal(file.verdict, 'failed', what)
    // of a damaged stream more or less is read before the damage is met, so that what else fails is not always the same
    const inPlace = await verifyBytes(bytes, signing.trust)
    assert.equal(inPlace.verdict, 'failed', what)
    // a damaged stream that still unpacks fails by its SHA-256 and by its CRC-32
    assert.ok(ofRecords(file).length >= 1, what)
    assert.deepEqual(ofRecords(file), ofRecords(inPlace), what)
  }
})

test('so does one that somebody with the key changed, far into it', async () => {
  const [records, proofs] = ['records/records.ndjson', 'proofs/proofs.ndjson']
  const reasons = new Set<string>()
  const spoilt = async (what: string, path: string, change: (lines: string[]) => void) => {
    const lines = String(made.files.get(path)).split('\n')
    change(lines)
    const files = new Map(made.files).set(path, Buffer.from(lines.join('\n')))
    const bytes = makeZip(await seal({ ...made, files }, signing))
    const { file, threads } = await byThreads(bytes)
    assert.equal(threads, 2, what)
    assert.equal(file.verdict, 'failed', what)
    assert.deepEqual(file, await verifyBytes(bytes, signing.trust), what)
    reasons.add((file.checks.find(({ check }) => check === 'proofs')?.reason ?? '').replaceAll(/\d+/g, '#'))
  }
  // beyond the rows that are taken at once
  const at = 4100
  await spoilt(`records ${at} spaced`, records, (lines) => {
    lines[at] = (lines[at] as string).replace(',"value"', ', "value"')
  })
  await spoilt(`records ${at} later`, records, (lines) => {
    lines[at] = (lines[at] as string).replace(/"timestamp":(\d+)/, (_, time) => `"timestamp":${Number(time) + 1}`)
  })
  await spoilt(`proofs ${at} of another leaf`, proofs, (lines) => {
    lines[at] = (lines[at] as string).replace(/"leaf_index":(\d+)/, (_, index) => `"leaf_index":${Number(index) + 1}`)
  })
  await spoilt(`proofs ${at} with a path of capitals`, proofs, (lines) => {
    lines[at] = (lines[at] as string).replace(/(?<="audit_path":.*)[a-f]/, (digit) => digit.toUpperCase())
  })
  await spoilt(`proofs ${at} taken out`, proofs, (lines) => lines.splice(at, 1))
  await spoilt(`records ${at} twice`, records, (lines) => lines.splice(at, 0, lines[at] as string))
  await spoilt('records cut off', records, (lines) => lines.pop())
  assert.ok(reasons.size >= 6, [...reasons].join('\n'))
})

test('what is as large and no package has threads that get no task, and they end', async () => {
  const { file, threads } = await byThreads(Buffer.alloc(LARGE * 2, 'no package '))
  assert.equal(threads, 0)
  assert.equal(file.verdict, 'failed')
  assert.equal(file.subIndication, 'CONTAINER_REFUSED')
})

test('what progress throws ends the work, and leaves no thread', async () => {
  await assert.rejects(
    byThreads(zip, (read) => {
      if (read > zip.length / 2) throw new Error('enough')
    }),
    /^Error: enough$/,
  )
})

test('a file that becomes shorter while it is read is no verdict', async () => {
  await assert.rejects(
    byThreads(zip, undefined, (path) => truncate(path, zip.length >> 1)),
    { code: 'STORAGE_FAILED' },
  )
})

/** What the file's own digests came to. */
function ofRecords({ checks }: VerifiedFile) {
  return checks.filter(({ check, subject }) => check === 'digest' && subject === 'records/records.ndjson')
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] as number) ^ 1
  return copy
}
