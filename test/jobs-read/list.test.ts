import assert from 'node:assert/strict'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ArchiveLocation } from '../../src/contract/jobs.ts'
import type { ListResult } from '../../src/contract/results.ts'
import { runList } from '../../src/jobs/list/run.ts'
import { openArchiveLocation } from '../../src/jobs/open-archive.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { addGeneration, records, withCode } from '../archive/support.ts'
import { type CallSeen, FaultyStorage, onNth } from '../rig/faulty-storage.ts'
import { context, FIXTURES, storageAt, temporaryFolder } from './support.ts'

async function list(storage: Storage, id: string | null = null): Promise<{ exitCode: number; result: ListResult }> {
  return runList(storage, id, context())
}

test('archives of another program are listed with what their manifests say, oldest first', async () => {
  const { exitCode, result } = await list(await storageAt(FIXTURES))
  assert.equal(exitCode, 0)
  assert.deepEqual(
    result.backups.map(({ backup_id, state, tool, compression }) => [backup_id, state, tool, compression]),
    [
      ['oso-ledger-zstd', 'unknown', null, 'zstd'],
      ['oso-ledger-lz4', 'unknown', null, 'lz4'],
      ['oso-ledger-none', 'unknown', null, 'none'],
    ],
  )
  assert.deepEqual(result.unreadable, [])
  const [first] = result.backups
  assert.equal(first?.created_at, '2026-11-22T21:19:51.389Z')
  assert.deepEqual(first?.statistics, {
    topics: 7,
    partitions: 9,
    segments: 9,
    records: 866,
    bytes: 1_120_204,
    stored_bytes: 933_796,
    first_timestamp: '1970-01-01T00:00:00.001Z',
    last_timestamp: '2026-11-22T21:19:22.256Z',
  })
})

test('a backup of ours says who made it, when, and how it ended', async () => {
  const storage = await storageAt(await temporaryFolder())
  await addGeneration(storage, 'b', [{ from: 0, to: 12, records: records(0, 12) }])
  const [backup] = (await list(storage)).result.backups
  assert.ok(backup !== undefined)
  const { statistics, created_at, updated_at, ...rest } = backup
  assert.deepEqual(rest, {
    backup_id: 'b',
    state: 'complete',
    generation: 1,
    compression: 'zstd',
    source_cluster_id: 'cluster-1',
    tool: 'coffer 0.0.0',
  })
  assert.equal(statistics.records, 12)
  assert.equal(created_at, '2025-11-24T16:00:00.000Z')
  assert.equal(updated_at, null)
})

test('failure 4: a manifest that can not be read is listed as such, and nothing is left out', async () => {
  const folder = await temporaryFolder()
  await cp(FIXTURES, folder, { recursive: true })
  await mkdir(join(folder, 'broken'))
  await writeFile(join(folder, 'broken', 'manifest.json'), '{"backup_id":"broken"')
  await cp(join(folder, 'oso-ledger-lz4'), join(folder, 'renamed'), { recursive: true })
  await mkdir(join(folder, 'name with spaces'))
  await writeFile(join(folder, 'name with spaces', 'manifest.json'), '{}')
  await mkdir(join(folder, 'no backup at all', 'deeper'), { recursive: true })
  await mkdir(join(folder, 'lost+found'))
  const { exitCode, result } = await list(await storageAt(folder))
  assert.equal(exitCode, 4)
  assert.equal(result.backups.length, 3)
  assert.deepEqual(
    result.unreadable.map(({ backup_id, code }) => [backup_id, code]),
    [
      ['broken', 'MANIFEST_DAMAGED'],
      ['name with spaces', 'CONFIG_INVALID_VALUE'],
      ['renamed', 'MANIFEST_DAMAGED'],
    ],
  )
  for (const { message } of result.unreadable) assert.match(message, /^[a-z].*[^.]$/)
})

test('a backup that can not be read is damage of the archive, whatever is wrong with it', async () => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'name with spaces'))
  await writeFile(join(folder, 'name with spaces', 'manifest.json'), '{}')
  const { exitCode, result } = await list(await storageAt(folder))
  assert.deepEqual([exitCode, result.unreadable.map(({ code }) => code)], [4, ['CONFIG_INVALID_VALUE']])
})

test('one backup alone is listed; one that is not there, or can not be a name, is an error', async () => {
  const storage = await storageAt(FIXTURES)
  const { result } = await list(storage, 'oso-ledger-lz4')
  assert.deepEqual(
    result.backups.map(({ backup_id }) => backup_id),
    ['oso-ledger-lz4'],
  )
  await assert.rejects(list(storage, 'none-such'), withCode('ARCHIVE_MISSING'))
  await assert.rejects(list(storage, '../oso'), withCode('PATH_ESCAPES'))
  await assert.rejects(runList(storage, null, context(AbortSignal.abort())), withCode('INTERRUPTED'))
})

test('an empty place has no backups; one out of reach is an error, not an empty place', async () => {
  const storage = await storageAt(join(await temporaryFolder(), 'not', 'there'))
  assert.deepEqual((await list(storage)).result.backups, [])
  const fixtures = await storageAt(FIXTURES)
  for (const call of ['listFolders', 'get'] as const) {
    const down = new FaultyStorage(fixtures, onNth(call, 1, { kind: 'fail', code: 'STORAGE_UNREACHABLE' }))
    await assert.rejects(list(down), withCode('STORAGE_UNREACHABLE'))
  }
  const refused = new FaultyStorage(fixtures, onNth('get', 2, { kind: 'fail', code: 'STORAGE_NOT_ALLOWED' }))
  const { exitCode, result } = await list(refused)
  assert.deepEqual([exitCode, result.backups.length, result.unreadable.length], [3, 2, 1])
})

test('many backups are read a few at a time', async () => {
  const folder = await temporaryFolder()
  const storage = await storageAt(folder)
  await addGeneration(storage, 'backup-000', [{ from: 0, to: 3, records: records(0, 3) }])
  const manifest = String((await storage.get('backup-000/manifest.json')).body)
  for (let i = 1; i < 150; i++) {
    const id = `backup-${String(i).padStart(3, '0')}`
    const text = manifest.replaceAll('backup-000', id).replace(/"created_at": \d+/, `"created_at": ${2000 - i}`)
    await storage.put(`${id}/manifest.json`, Buffer.from(text))
  }
  let now = 0
  let most = 0
  const slow = new FaultyStorage(storage, ({ call }: CallSeen) => {
    if (call !== 'get') return undefined
    most = Math.max(most, ++now)
    setTimeout(() => now--, 2)
    return { kind: 'slow', ms: 2 }
  })
  const { result } = await list(slow)
  assert.equal(result.backups.length, 150)
  assert.equal(result.backups[0]?.backup_id, 'backup-149')
  assert.equal(result.backups.at(-1)?.backup_id, 'backup-000')
  assert.ok(most > 1 && most <= 8, `${most} at a time`)
})

test('an archive is opened by a path, a file URL, or the storage of a configuration file', async () => {
  const text = [
    'mode: backup',
    'backup_id: b',
    'source: { bootstrap_servers: ["broker:9092"], topics: { include: ["*"] } }',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the configuration's own variable
    'storage: { backend: filesystem, path: "${WHERE}" }',
  ].join('\n')
  const locations: ArchiveLocation[] = [
    { path: FIXTURES },
    { path: `file://${FIXTURES}` },
    { config: { text, name: 'backup.yaml', directory: '/' } },
  ]
  for (const location of locations) {
    const storage = await openArchiveLocation(location, { WHERE: FIXTURES })
    assert.equal((await list(storage)).result.backups.length, 3)
    await storage.close()
  }
  await assert.rejects(openArchiveLocation({ path: 'gs://bucket/prefix' }, {}), withCode('UNSUPPORTED'))
  await assert.rejects(
    openArchiveLocation({ config: { text, name: 'backup.yaml', directory: '/' } }, {}),
    withCode('CONFIG_UNSET_VARIABLE'),
  )
})

test('a folder that is not there, or is a file, is an error and no empty list', async () => {
  const folder = await temporaryFolder()
  const file = join(folder, 'file')
  await writeFile(file, 'x')
  const name = 'storage.yaml'
  for (const path of [join(folder, 'backpus'), file, join(file, 'below')]) {
    await assert.rejects(openArchiveLocation({ path }, {}), withCode('ARCHIVE_MISSING'), path)
    const text = `storage: { backend: filesystem, path: ${JSON.stringify(path)} }`
    await assert.rejects(
      openArchiveLocation({ config: { text, name, directory: '/' } }, {}),
      withCode('ARCHIVE_MISSING'),
      path,
    )
  }
  const storage = await openArchiveLocation({ path: folder }, {})
  assert.deepEqual((await list(storage)).result.backups, [])
  await storage.close()
})
