import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3ServiceException } from '@aws-sdk/client-s3'
import { startS3 } from './s3.ts'
import { uniqueName, useS3 } from './shared.ts'

function refused(name: string) {
  return (error: unknown) => {
    assert.ok(error instanceof S3ServiceException)
    assert.equal(error.name, name)
    return true
  }
}

test('the S3 server holds conditional writes and locks', async () => {
  const s3 = await useS3()
  const Bucket = uniqueName('bucket')
  await s3.makeBucket(Bucket, { objectLock: true })
  const put = { Bucket, Key: 'a/b', Body: 'one', IfNoneMatch: '*' }
  const stored = await s3.client.send(new PutObjectCommand(put))
  await assert.rejects(s3.client.send(new PutObjectCommand({ ...put, Body: 'two' })), refused('PreconditionFailed'))
  const locked = await s3.client.send(
    new PutObjectCommand({
      Bucket,
      Key: 'locked',
      Body: 'kept',
      ObjectLockMode: 'COMPLIANCE',
      ObjectLockRetainUntilDate: new Date(Date.now() + 3_600_000),
    }),
  )
  assert.notEqual(stored.VersionId, undefined)
  const erase = new DeleteObjectCommand({ Bucket, Key: 'locked', VersionId: locked.VersionId })
  await assert.rejects(s3.client.send(erase), refused('AccessDenied'))
})

test('what was stored survives kill -9 and a restart on the same port', async () => {
  const s3 = await startS3()
  try {
    await s3.makeBucket('survives')
    await s3.client.send(new PutObjectCommand({ Bucket: 'survives', Key: 'k', Body: 'v' }))
    await s3.kill9()
    await s3.restart()
    const got = await s3.client.send(new GetObjectCommand({ Bucket: 'survives', Key: 'k' }))
    assert.equal(await got.Body?.transformToString(), 'v')
  } finally {
    await s3.stop()
  }
})
