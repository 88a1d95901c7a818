import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { PutObjectLegalHoldCommand, PutObjectRetentionCommand } from '@aws-sdk/client-s3'
import { parseLocation } from '../../src/contract/config/location.ts'
import { english } from '../../src/contract/said/said.ts'
import { reportLock } from '../../src/evidence/store/save.ts'
import { lockWarnings } from '../../src/jobs/validation/facts.ts'
import { openStorage } from '../../src/storage/open.ts'
import type { Storage } from '../../src/storage/storage.ts'
import type { S3Server } from '../rig/s3.ts'
import { uniqueName, useS3 } from '../rig/shared.ts'

/** What is said of a lock is what the server says, of this object, now: never what was asked for. */
describe('object lock, read back from the server', () => {
  let s3: S3Server
  const DAY_MS = 86_400_000

  before(async () => {
    s3 = await useS3()
  })
  const bucketWith = async (objectLock: boolean): Promise<{ bucket: string; storage: Storage }> => {
    const bucket = uniqueName('locks')
    await s3.makeBucket(bucket, { objectLock })
    const { env } = s3
    return { bucket, storage: await openStorage(parseLocation(s3.url(bucket, 'below'), env)) }
  }

  it('tells mode, end and legal hold of a locked object', async () => {
    const { bucket, storage } = await bucketWith(true)
    await storage.put('report.json', Buffer.from('{}'))
    const none = await storage.retention('report.json')
    assert.deepEqual([none.mode, none.retainUntil], ['none', null])
    const until = new Date(Math.floor(Date.now() / 1000) * 1000 + 30 * DAY_MS)
    const target = { Bucket: bucket, Key: 'below/report.json' }
    await s3.client.send(
      new PutObjectRetentionCommand({ ...target, Retention: { Mode: 'COMPLIANCE', RetainUntilDate: until } }),
    )
    await s3.client.send(new PutObjectLegalHoldCommand({ ...target, LegalHold: { Status: 'ON' } }))
    const locked = await storage.retention('report.json')
    assert.deepEqual([locked.mode, locked.retainUntil, locked.legalHold], ['COMPLIANCE', until.getTime(), true])
    const lock = reportLock(locked)
    assert.deepEqual(lockWarnings(lock, 30, Date.now() - 60_000), [])
    const [short] = lockWarnings(lock, 2_555, Date.now())
    assert.ok(short)
    assert.match(english(short), /which is less than the 2,555 days/)
    await storage.close()
  })

  it('says that there is none in a bucket without Object Lock', async () => {
    const { storage } = await bucketWith(false)
    await storage.put('report.json', Buffer.from('{}'))
    const { mode, retainUntil, reason } = await storage.retention('report.json')
    assert.equal(retainUntil, null)
    assert.ok(mode === 'none' || mode === 'unknown', mode)
    assert.notEqual(reason, '')
    await storage.close()
  })
})
