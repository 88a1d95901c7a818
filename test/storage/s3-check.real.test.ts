import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { PutObjectLockConfigurationCommand } from '@aws-sdk/client-s3'
import type { S3Config } from '../../src/contract/config/endpoint.ts'
import type { CheckStep } from '../../src/contract/results.ts'
import { Secret } from '../../src/contract/secret.ts'
import { checkStorage } from '../../src/storage/check.ts'
import { openStorage } from '../../src/storage/open.ts'
import { type RequestSeen, startFaultProxy, type WireFault } from '../rig/s3-fault-proxy.ts'
import { useS3 as sharedS3, uniqueName } from '../rig/shared.ts'
import { collect } from './contract.ts'

const s3 = await sharedS3()
const proxy = await startFaultProxy(s3.endpoint)
after(() => proxy.stop())

async function freshConfig(options: { objectLock?: boolean } = {}): Promise<S3Config> {
  const bucket = uniqueName('check')
  await s3.makeBucket(bucket, options)
  return {
    backend: 's3',
    bucket,
    prefix: 'archives',
    endpoint: proxy.endpoint,
    access_key: new Secret(s3.accessKeyId),
    secret_key: new Secret(s3.secretAccessKey),
    path_style: true,
    allow_http: false,
  }
}

const short = (steps: CheckStep[]): unknown => steps.map(({ step, outcome, code }) => [step, outcome, code])

async function checkWith(
  config: S3Config,
  plan: (request: RequestSeen) => WireFault | undefined,
): Promise<CheckStep[]> {
  proxy.plan = plan
  try {
    return await checkStorage(config)
  } finally {
    proxy.plan = () => undefined
  }
}

const PASSED = [
  ['storage-read', 'passed', undefined],
  ['storage-write', 'passed', undefined],
]

test('a bucket that works passes, and nothing of the check stays there', async () => {
  const config = await freshConfig()
  const steps = await checkStorage(config)
  assert.deepEqual(short(steps), PASSED)
  assert.equal(steps[0]?.subject, `s3://${config.bucket}/archives`)
  const storage = await openStorage(config)
  assert.deepEqual(await collect(storage.list('')), [])
  await storage.close()
})

test('a bucket with versions and a compliance lock passes', async () => {
  const config = await freshConfig({ objectLock: true })
  await s3.client.send(
    new PutObjectLockConfigurationCommand({
      Bucket: config.bucket,
      ObjectLockConfiguration: {
        ObjectLockEnabled: 'Enabled',
        Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 1 } },
      },
    }),
  )
  assert.deepEqual(short(await checkStorage(config)), PASSED)
})

test('a refused delete is no failure, and is said', async () => {
  const denied: WireFault = { kind: 'status', status: 403, code: 'AccessDenied' }
  const steps = await checkWith(await freshConfig(), (request) => (request.method === 'DELETE' ? denied : undefined))
  assert.deepEqual(short(steps), PASSED)
  assert.match(steps[1]?.message ?? '', /it stays under "coffer-check-/)
})

test('rights to read alone fail at writing', async () => {
  const denied: WireFault = { kind: 'status', status: 403, code: 'AccessDenied' }
  const steps = await checkWith(await freshConfig(), (request) => (request.method === 'PUT' ? denied : undefined))
  assert.deepEqual(short(steps), [
    ['storage-read', 'passed', undefined],
    ['storage-write', 'failed', 'STORAGE_NOT_ALLOWED'],
  ])
  assert.match(steps[1]?.hint ?? '', /s3:PutObject/)
})

test('a server that knows no conditions fails at writing', async () => {
  // What a server that ignores If-None-Match looks like: the second write is as good as the first.
  let conditional = 0
  const steps = await checkWith(await freshConfig(), ({ method, headers }) => {
    return method === 'PUT' && headers['if-none-match'] === '*' && ++conditional === 2 ? { kind: 'pretend' } : undefined
  })
  assert.deepEqual(short(steps), [
    ['storage-read', 'passed', undefined],
    ['storage-write', 'failed', 'STORAGE_FAILED'],
  ])
  assert.match(steps[1]?.hint ?? '', /If-None-Match/)
})

test('what can not be reached fails at reading, soon', async () => {
  const config = await freshConfig()
  const began = Date.now()
  assert.deepEqual(short(await checkStorage({ ...config, bucket: 'no-such-bucket' })), [
    ['storage-read', 'failed', 'STORAGE_NOT_ALLOWED'],
  ])
  assert.deepEqual(short(await checkStorage({ ...config, endpoint: 'http://127.0.0.1:1' })), [
    ['storage-read', 'failed', 'STORAGE_UNREACHABLE'],
  ])
  assert.ok(Date.now() - began < 6_000)
})
