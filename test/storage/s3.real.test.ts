import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ListObjectVersionsCommand, PutObjectLockConfigurationCommand } from '@aws-sdk/client-s3'
import { Secret } from '../../src/contract/secret.ts'
import { openStorage } from '../../src/storage/open.ts'
import { useS3 as sharedS3, uniqueName } from '../rig/shared.ts'
import { storageContract } from './contract.ts'

const s3 = await sharedS3()

function config(bucket: string, prefix?: string) {
  return {
    backend: 's3' as const,
    bucket,
    ...(prefix === undefined ? {} : { prefix }),
    endpoint: s3.endpoint,
    region: s3.region,
    access_key: new Secret(s3.accessKeyId),
    secret_key: new Secret(s3.secretAccessKey),
    path_style: true,
    allow_http: false,
  }
}

const plain = uniqueName('plain')
await s3.makeBucket(plain)
storageContract('S3', async () => openStorage(config(plain, `${uniqueName('prefix')}/deep er=`)))

const locked = uniqueName('locked')
await s3.makeBucket(locked, { objectLock: true })
await s3.client.send(
  new PutObjectLockConfigurationCommand({
    Bucket: locked,
    ObjectLockConfiguration: {
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 1 } },
    },
  }),
)
storageContract('S3 with versions and Object Lock', async () => openStorage(config(locked, uniqueName('prefix'))), {
  foldersOutliveObjects: true,
})

test('what is replaced or deleted in a locked bucket is still there as an earlier version', async () => {
  const prefix = uniqueName('versions')
  const storage = await openStorage(config(locked, prefix))
  await storage.put('ledger.json', Buffer.from('first'))
  await storage.put('ledger.json', Buffer.from('second'))
  await storage.delete('ledger.json')
  assert.equal(await storage.head('ledger.json'), null)
  const { Versions, DeleteMarkers } = await s3.client.send(
    new ListObjectVersionsCommand({ Bucket: locked, Prefix: `${prefix}/ledger.json` }),
  )
  assert.deepEqual(Versions?.map((version) => version.Size).sort(), [5, 6])
  assert.equal(DeleteMarkers?.length, 1)
  await storage.close()
})
