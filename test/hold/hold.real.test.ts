import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import {
  DeleteObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectRetentionCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { parseLocation } from '../../src/contract/config/location.ts'
import { isCofferError } from '../../src/contract/errors.ts'
import type { HoldRequest, JobContext } from '../../src/contract/jobs.ts'
import type { HoldOverviewResult, HoldResult } from '../../src/contract/results.ts'
import { continueHold } from '../../src/jobs/hold/continue.ts'
import { runRetention } from '../../src/jobs/hold/extend.ts'
import { runHold } from '../../src/jobs/hold/run.ts'
import { readCustody } from '../../src/journal/custody.ts'
import { openStorage } from '../../src/storage/open.ts'
import type { Storage } from '../../src/storage/storage.ts'
import { coffer, ROOT } from '../cli/program.ts'
import type { S3Server } from '../rig/s3.ts'
import { uniqueName, useS3 } from '../rig/shared.ts'

const ID = 'oso-ledger-zstd'
const FIXTURE = join(ROOT, 'test/fixtures/oso', ID)
const DAY_MS = 86_400_000

/** What the server itself says is asked here by the SDK's own client, never by what is tested. */
describe('legal holds and retention on a real S3 server', () => {
  let s3: S3Server
  let files: string[]

  before(async () => {
    s3 = await useS3()
    const entries = await readdir(FIXTURE, { recursive: true, withFileTypes: true })
    files = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name))
  })

  async function archive(objectLock = true): Promise<{ bucket: string; storage: Storage }> {
    const bucket = uniqueName('holds')
    await s3.makeBucket(bucket, { objectLock })
    for (const file of files) {
      const Key = `below/${ID}/${file.slice(FIXTURE.length + 1)}`
      await s3.client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: await readFile(file) }))
    }
    return { bucket, storage: await openStorage(parseLocation(s3.url(bucket, 'below'), s3.env)) }
  }
  const context = (signal = new AbortController().signal, progress: () => void = () => {}): JobContext => ({
    signal,
    progress,
    log: () => {},
  })
  const run = async (
    storage: Storage,
    request: Omit<Extract<HoldRequest, { matter: string }>, 'archive'>,
    with_ = context(),
  ) => {
    const done = await runHold(storage, { ...request, archive: { path: '' } }, with_)
    return { ...done, result: done.result as HoldResult }
  }
  const list = async (storage: Storage) => {
    const done = await runHold(storage, { action: 'list', backupId: ID, archive: { path: '' } }, context())
    return { ...done, result: done.result as HoldResult }
  }
  const place = { action: 'place', backupId: ID, matter: '2026-17', reason: 'subpoena' } as const
  const lift = { action: 'lift', backupId: ID, matter: '2026-17', reason: 'settled' } as const

  /** Key and hold of every version, as the server says. */
  async function holds(bucket: string): Promise<Map<string, boolean>> {
    const { Versions = [] } = await s3.client.send(new ListObjectVersionsCommand({ Bucket: bucket }))
    const found = new Map<string, boolean>()
    for (const { Key = '', VersionId } of Versions) {
      const target = { Bucket: bucket, Key, ...(VersionId === undefined ? {} : { VersionId }) }
      const on = await s3.client
        .send(new GetObjectLegalHoldCommand(target))
        .then(({ LegalHold }) => LegalHold?.Status === 'ON')
        .catch(() => false)
      found.set(`${Key} ${VersionId}`, on)
    }
    return found
  }

  it('places, shows and lifts a hold on every object; another matter keeps it', async () => {
    const { bucket, storage } = await archive()
    const before_ = await list(storage)
    assert.deepEqual([before_.exitCode, before_.result.held, before_.result.matters.length], [0, 0, 0])
    const placed = await run(storage, place)
    assert.equal(placed.exitCode, 0)
    const { result } = placed
    assert.deepEqual([result.state, result.changed, result.not_held_total], ['complete', files.length, 0])
    assert.equal(result.objects, files.length + 1, 'the custody line too')
    const all = await holds(bucket)
    assert.equal(all.size, files.length + 1)
    assert.deepEqual(
      [...all].filter(([, on]) => !on),
      [],
    )
    // the server keeps them for real
    const [one = ''] = all.keys()
    const [Key, VersionId] = one.split(' ')
    await assert.rejects(s3.client.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId })))

    await run(storage, { ...place, matter: 'B-2', reason: 'a second one' })
    const first = await run(storage, lift)
    assert.deepEqual([first.exitCode, first.result.changed], [0, 0])
    assert.deepEqual(
      first.result.matters.map(({ matter }) => matter),
      ['B-2'],
    )
    assert.deepEqual(
      [...(await holds(bucket))].filter(([, on]) => !on),
      [],
    )

    const last = await run(storage, { ...lift, matter: 'B-2' })
    assert.deepEqual([last.exitCode, last.result.held, last.result.matters.length], [0, 0, 0])
    assert.deepEqual(
      [...(await holds(bucket))].filter(([, on]) => on),
      [],
    )
    await assert.rejects(run(storage, lift), (error) => isCofferError(error, 'NOTHING_MATCHED'))

    const { entries, problems } = await readCustody(storage, ID)
    assert.deepEqual(problems, [])
    assert.deepEqual(
      entries.map(({ action, details }) => [action, details.matter]),
      [
        ['held', '2026-17'],
        ['held', 'B-2'],
        ['released', '2026-17'],
        ['released', 'B-2'],
      ],
    )
    await storage.close()
  })

  it('what is new is told and held by the next run; an earlier manifest is let go too', async () => {
    const { bucket, storage } = await archive()
    const begun = Date.now()
    await run(storage, place)
    await storage.put(`${ID}/topics/new/segment.bin`, Buffer.from('new'))
    await storage.put(`${ID}/manifest.json`, await readFile(join(FIXTURE, 'manifest.json')))
    const open = await list(storage)
    assert.deepEqual([open.exitCode, open.result.not_held_total], [5, 2])
    assert.match(open.result.warnings.join(), /2 of \d+ objects are not under hold/)
    await continueHold(storage, ID, begun, context())
    const closed = await list(storage)
    assert.deepEqual([closed.exitCode, closed.result.not_held_total, closed.result.matters.length], [0, 0, 1])
    assert.deepEqual(
      [...(await holds(bucket))].filter(([, on]) => !on),
      [],
    )
    await run(storage, lift)
    assert.deepEqual(
      [...(await holds(bucket))].filter(([, on]) => on),
      [],
    )
    // without a hold nothing is done and nothing noted
    const lines = (await readCustody(storage, ID)).entries.length
    await continueHold(storage, ID, begun, context())
    assert.equal((await readCustody(storage, ID)).entries.length, lines)
    await storage.close()
  })

  it('interrupted, the same command goes on', async () => {
    const { bucket, storage } = await archive()
    for (let n = 0; n < 30; n++) await storage.put(`${ID}/topics/more/${n}.bin`, Buffer.from(`${n}`))
    const count = files.length + 30
    const stop = new AbortController()
    let asked = 0
    const locks = storage.locks
    assert.ok(locks !== undefined)
    const setHold = locks.setHold.bind(locks)
    locks.setHold = async (...args) => {
      if (++asked === 4) stop.abort()
      return setHold(...args)
    }
    const cut = await run(storage, place, context(stop.signal))
    assert.deepEqual([cut.exitCode, cut.result.state, cut.result.custody_line], [130, 'interrupted', null])
    const some = [...(await holds(bucket)).values()].filter((on) => on).length
    assert.ok(some >= 3 && some < count, `${some} of ${count}`)
    const whole = await run(storage, place)
    assert.deepEqual([whole.exitCode, whole.result.changed], [0, count - some])
    assert.deepEqual(
      [...(await holds(bucket))].filter(([, on]) => !on),
      [],
    )
    await storage.close()
  })

  it('a server that says yes and does nothing is found out', async () => {
    const { storage } = await archive()
    assert.ok(storage.locks !== undefined)
    storage.locks.setHold = async () => {}
    await assert.rejects(
      run(storage, place),
      (error) => isCofferError(error, 'STORAGE_FAILED') && /did not carry it out/.test(error.message),
    )
    assert.deepEqual((await readCustody(storage, ID)).entries, [])
    await storage.close()
  })

  it('extends retention, shortens nothing, and reads it back', async () => {
    const { bucket, storage } = await archive()
    const extend = (mode: 'COMPLIANCE' | 'GOVERNANCE', days: number) =>
      runRetention(
        storage,
        {
          action: 'extend',
          archive: { path: '' },
          backupId: ID,
          mode,
          until: Date.now() + days * DAY_MS,
          reason: 'SOX',
        },
        context(),
      )
    const month = await extend('COMPLIANCE', 30)
    assert.deepEqual([month.exitCode, month.result.extended, month.result.already], [0, files.length + 1, 0])
    const target = { Bucket: bucket, Key: `below/${ID}/manifest.json` }
    const { Retention } = await s3.client.send(new GetObjectRetentionCommand(target))
    assert.deepEqual([Retention?.Mode, Retention?.RetainUntilDate?.toISOString()], ['COMPLIANCE', month.result.until])
    const shorter = await extend('GOVERNANCE', 10)
    // only its own new custody line
    assert.deepEqual([shorter.result.extended, shorter.result.already], [1, files.length + 1])
    const longer = await extend('GOVERNANCE', 60)
    assert.equal(longer.exitCode, 0)
    const after_ = await s3.client.send(new GetObjectRetentionCommand(target))
    assert.deepEqual(
      [after_.Retention?.Mode, after_.Retention?.RetainUntilDate?.toISOString()],
      ['COMPLIANCE', longer.result.until],
    )
    await assert.rejects(extend('COMPLIANCE', -1), (error) => isCofferError(error, 'USAGE'))
    const overview = await runHold(storage, { action: 'overview', archive: { path: '' } }, context())
    const { backups } = overview.result as HoldOverviewResult
    assert.deepEqual(
      backups.map(({ backup_id: id, lock }) => [id, lock.mode, lock.retain_until, lock.legal_hold]),
      [[ID, 'COMPLIANCE', longer.result.until, false]],
    )
    await storage.close()
  })

  it('what can not be held is refused in words, by the command line too', async () => {
    const { bucket, storage } = await archive(false)
    await assert.rejects(
      run(storage, place),
      (error) => isCofferError(error, 'UNSUPPORTED') && /has no Object Lock/.test(error.message),
    )
    await storage.close()
    const words = ['--backup-id', ID, '--matter', 'm', '--reason', 'r']
    const s3Run = await coffer(['hold', 'place', '--path', s3.url(bucket, 'below'), ...words], { environment: s3.env })
    assert.equal(s3Run.code, 2)
    assert.match(s3Run.err, /no legal hold in "s3:\/\/.*": the bucket ".*" has no Object Lock \[UNSUPPORTED\]/)
    const folder = await mkdtemp(join(tmpdir(), 'coffer-hold-'))
    after(() => rm(folder, { recursive: true, force: true }))
    const disk = await coffer(['hold', 'place', '--path', join(ROOT, 'test/fixtures/oso'), ...words])
    assert.equal(disk.code, 2)
    assert.match(disk.err, /a folder on a disk has no object lock \[UNSUPPORTED\]/)
    const shown = await coffer(['hold', 'list', '--path', join(ROOT, 'test/fixtures/oso'), '--backup-id', ID])
    assert.equal(shown.code, 0, shown.err)
    assert.match(
      shown.out,
      /^No matter holds "oso-ledger-zstd"\.\n.*0 of \d+ under legal hold[\s\S]*nothing can be held here: a folder/,
    )
  })

  it('the command line places and shows, and the activity journal has it', async () => {
    const { bucket, storage } = await archive()
    await storage.close()
    const profile = await mkdtemp(join(tmpdir(), 'coffer-hold-'))
    after(() => rm(profile, { recursive: true, force: true }))
    const environment = { ...s3.env, COFFER_PROFILE: profile }
    const at = ['--path', s3.url(bucket, 'below'), '--backup-id', ID]
    const placed = await coffer(['hold', 'place', ...at, '--matter', 'M 7', '--reason', 'audit'], { environment })
    assert.equal(placed.code, 0, placed.err)
    assert.match(placed.out, /is under legal hold for "M 7"/)
    const activity = await coffer(['activity', 'list', '--action', 'hold', '--json'], { environment })
    const { entries } = JSON.parse(activity.out) as { entries: { action: string; subject: string; details: object }[] }
    assert.deepEqual(
      entries.map(({ action, subject }) => [action, subject]),
      [
        ['hold place', ID],
        ['hold place', ID],
      ],
    )
    assert.match(JSON.stringify(entries), /"matter":"M 7"/)
  })
})
