import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { inspect } from 'node:util'
import type { S3Config } from '../../src/contract/config/endpoint.ts'
import type { CofferError } from '../../src/contract/errors.ts'
import { Secret } from '../../src/contract/secret.ts'
import { openStorage, storageFromPath } from '../../src/storage/open.ts'
import { withCode } from './contract.ts'

test('a path without a scheme is a folder', () => {
  assert.deepEqual(storageFromPath('/backups', {}), { backend: 'filesystem', path: '/backups' })
  assert.deepEqual(storageFromPath('./x y', {}), { backend: 'filesystem', path: path.resolve('x y') })
  assert.deepEqual(storageFromPath('file:///back%20ups/a', {}), { backend: 'filesystem', path: '/back ups/a' })
  assert.deepEqual(storageFromPath('odd:name', {}), { backend: 'filesystem', path: path.resolve('odd:name') })
})

test('an s3 URL gives bucket, prefix and options', () => {
  assert.deepEqual(storageFromPath('s3://bucket', {}), {
    backend: 's3',
    bucket: 'bucket',
    path_style: false,
    allow_http: false,
  })
  const url = 's3://my-bucket/back%20ups/kafka/?endpoint=https%3A%2F%2Fs3.example.com%3A9000&region=eu-west-1'
  assert.deepEqual(storageFromPath(url, {}), {
    backend: 's3',
    bucket: 'my-bucket',
    prefix: 'back ups/kafka',
    endpoint: 'https://s3.example.com:9000',
    region: 'eu-west-1',
    path_style: true,
    allow_http: false,
  })
  assert.deepEqual(storageFromPath('s3a://bucket/p?endpoint=http://minio:9000&allow_http=true&path_style=false', {}), {
    backend: 's3',
    bucket: 'bucket',
    prefix: 'p',
    endpoint: 'http://minio:9000',
    path_style: false,
    allow_http: true,
  })
})

test('keys, region and endpoint come from the environment, the URL comes first', () => {
  const environment = {
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'geheim',
    AWS_SESSION_TOKEN: 'wertvoll',
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL: 'https://one.example.com',
    AWS_ENDPOINT_URL_S3: 'https://two.example.com',
  }
  const config = storageFromPath('s3://bucket/p', environment) as S3Config
  assert.equal(config.access_key?.reveal(), 'id')
  assert.equal(config.secret_key?.reveal(), 'geheim')
  assert.equal(config.session_token?.reveal(), 'wertvoll')
  assert.equal(config.region, 'eu-central-1')
  assert.equal(config.endpoint, 'https://two.example.com')
  assert.doesNotMatch(inspect(config) + JSON.stringify(config), /geheim|wertvoll/)
  const other = storageFromPath(
    's3://bucket/p?region=us-east-1&endpoint=http://127.0.0.1:7070',
    environment,
  ) as S3Config
  assert.equal(other.region, 'us-east-1')
  assert.equal(other.endpoint, 'http://127.0.0.1:7070')
})

const USAGE: [path: string, says: RegExp][] = [
  ['', /nothing usable/],
  ['s3://', /name of a bucket/],
  ['s3:///prefix', /name of a bucket/],
  ['s3://ab', /name of a bucket, got "ab"/],
  ['s3://bucket:9000/x', /credentials or a port/],
  ['s3://bucket/a/../b', /key prefix/],
  ['s3://bucket/a//b', /key prefix/],
  ['s3://bucket/%zz', /URL encoding/],
  ['s3://bucket/p?regoin=x', /got "regoin"/],
  ['s3://bucket/p?region=a&region=b', /"region" once/],
  ['s3://bucket/p?region=', /a value for "region"/],
  ['s3://bucket/p?path_style=yes', /true or false for "path_style".*"yes"/],
  ['s3://bucket/p#x', /expected a URL like/],
  ['s3://bucket/p?region=x?y', /expected a URL like/],
  ['s3://bucket/p?endpoint=minio:9000', /S3 endpoint like/],
  ['s3://bucket/p?endpoint=ftp://x', /S3 endpoint like/],
  ['s3://bucket/p?endpoint=http://minio:9000', /https endpoint/],
  ['s3://bucket/p?endpoint=http://127.0.0.1.example.com', /https endpoint/],
  ['file://host/x', /file:/],
  ['file:///x?y=1', /without "\?"/],
]

test('a path that can not be meant is a usage error', () => {
  for (const [location, says] of USAGE) {
    assert.throws(
      () => storageFromPath(location, {}),
      (error) => withCode('USAGE')(error) && says.test((error as CofferError).message),
      location,
    )
  }
  for (const location of ['azure://container/x', 'gs://b', 'memory://', 'http://x']) {
    assert.throws(() => storageFromPath(location, {}), withCode('UNSUPPORTED'), location)
  }
  assert.throws(() => storageFromPath('s3://bucket', { AWS_ACCESS_KEY_ID: 'x' }), withCode('USAGE'))
})

test('credentials in a URL are refused and not printed', () => {
  const urls = [
    's3://AKIAGEHEIM:geheim@bucket/prefix',
    's3://AKIAGEHEIM:geheim/x@bucket/prefix',
    's3://bucket/p?secret_key=geheim',
    's3://bucket/p?endpoint=https://GEHEIM:geheim@host',
    's3://bucket/p?endpoint=http://GEHEIM:geheim@host',
    's3://bucket/p?endpoint=https://host/?token=geheim',
  ]
  for (const url of urls) {
    assert.throws(
      () => storageFromPath(url, {}),
      (error) => withCode('USAGE')(error) && !/geheim/i.test(inspect(error, { depth: 5 }).replaceAll(url, '')),
      url,
    )
  }
})

test('an address in a configuration file is checked when it is opened', async () => {
  const config: S3Config = { backend: 's3', bucket: 'bucket', path_style: true, allow_http: false }
  const refused = withCode('CONFIG_INVALID_VALUE')
  await assert.rejects(openStorage({ ...config, endpoint: 'http://minio:9000' }), refused)
  await assert.rejects(openStorage({ ...config, bucket: '../x' }), refused)
  await assert.rejects(openStorage({ ...config, prefix: '../x' }), refused)
  await assert.rejects(openStorage({ ...config, access_key: new Secret('x') }), refused)
  for (const endpoint of ['http://localhost:1', 'http://127.0.0.1', 'http://[::1]:9000']) {
    const storage = await openStorage({ ...config, endpoint, prefix: 'a/b' })
    assert.equal(storage.location, 's3://bucket/a/b')
    await storage.close()
  }
})
