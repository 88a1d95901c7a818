import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3'
import type { S3Config } from '../../src/contract/config/endpoint.ts'
import { CofferError } from '../../src/contract/errors.ts'
import { Secret } from '../../src/contract/secret.ts'
import { S3Storage } from '../../src/storage/s3.ts'
import type { S3Tuning } from '../../src/storage/s3-connection.ts'
import { type S3Access, startS3 } from '../rig/s3.ts'
import { type RequestSeen, startFaultProxy, type WireFault } from '../rig/s3-fault-proxy.ts'
import { useS3 as sharedS3, uniqueName } from '../rig/shared.ts'
import { collect, withCode } from './contract.ts'

const MIB = 1024 * 1024
const s3 = await sharedS3()
const bucket = uniqueName('faults')
await s3.makeBucket(bucket)
const proxy = await startFaultProxy(s3.endpoint)
after(() => proxy.stop())

function configOf(access: S3Access, more: Partial<S3Config> = {}): S3Config {
  return {
    backend: 's3',
    bucket,
    prefix: uniqueName('prefix'),
    endpoint: access.endpoint,
    region: access.region,
    access_key: new Secret(access.accessKeyId),
    secret_key: new Secret(access.secretAccessKey),
    path_style: true,
    allow_http: false,
    ...more,
  }
}

const QUICK: Partial<S3Tuning> = { pauseMs: 5, maxPauseMs: 20, patienceMs: 3_000, silenceMs: 400 }

/** A storage behind the proxy, which then spoils requests by `plan`; requests are counted from here. */
function spoiled(plan: (request: RequestSeen) => WireFault | undefined, tuning: Partial<S3Tuning> = {}): S3Storage {
  proxy.requests.length = 0
  proxy.plan = plan
  return new S3Storage(configOf({ ...s3, endpoint: proxy.endpoint }), { ...QUICK, ...tuning })
}

/** Spoils the first `times` requests of a method. */
function first(method: string, times: number, fault: WireFault): (request: RequestSeen) => WireFault | undefined {
  let left = times
  return (request) => (request.method === method && left-- > 0 ? fault : undefined)
}

/** Only a write can conflict. */
const CONFLICT = 'ConditionalRequestConflict'

const RECOVERED: [what: string, fault: WireFault][] = [
  ['500', { kind: 'status', status: 500, code: 'InternalError' }],
  ['503', { kind: 'status', status: 503, code: 'SlowDown' }],
  ['a gateway that times out', { kind: 'status', status: 504, code: 'GatewayTimeout' }],
  ['a conflict of conditional writes', { kind: 'status', status: 409, code: CONFLICT }],
  ['a reset before the request', { kind: 'reset before' }],
  ['a reset instead of the answer', { kind: 'reset after' }],
  ['an error after it was done', { kind: 'status after', status: 500, code: 'InternalError' }],
  ['a slow server', { kind: 'slow', ms: 200 }],
]

for (const [what, fault] of RECOVERED) {
  test(`every kind of write survives ${what}`, async () => {
    for (const options of [{}, { ifAbsent: true }]) {
      const storage = spoiled(first('PUT', 2, fault))
      const stored = await storage.put('k', Buffer.from('content'), options)
      assert.deepEqual(await storage.get('k'), { body: Buffer.from('content'), ...stored })
      proxy.plan = first('PUT', 2, fault)
      const next = await storage.put('k', Buffer.from('another'), { ifMatch: stored.etag })
      assert.deepEqual(await storage.get('k'), { body: Buffer.from('another'), ...next })
      await storage.close()
    }
  })

  if ('code' in fault && fault.code === CONFLICT) continue
  test(`reads, lists and deletes survive ${what}`, async () => {
    const storage = spoiled(() => undefined)
    await storage.put('a/k', Buffer.from('content'))
    proxy.plan = first('GET', 2, fault)
    assert.equal((await storage.get('a/k')).body.toString(), 'content')
    proxy.plan = first('GET', 2, fault)
    assert.equal((await storage.getRange('a/k', 3, 7)).toString(), 'tent')
    proxy.plan = first('GET', 2, fault)
    assert.deepEqual(
      (await collect(storage.list(''))).map((o) => o.key),
      ['a/k'],
    )
    proxy.plan = first('HEAD', 2, fault)
    assert.equal((await storage.head('a/k'))?.size, 7)
    proxy.plan = first('DELETE', 2, fault)
    await storage.delete('a/k')
    assert.equal(await storage.head('a/k'), null)
    await storage.close()
  })
}

const BROKEN: [what: string, fault: WireFault, ranges: boolean][] = [
  ['a reset in the middle', { kind: 'reset mid-body' }, true],
  ['a body that stops', { kind: 'stall mid-body' }, true],
  ['a short body', { kind: 'short body' }, true],
  ['a changed byte', { kind: 'flip byte' }, false],
]

for (const [what, fault, ranges] of BROKEN) {
  test(`a read survives ${what}, and fails with a code when it stays`, async () => {
    const storage = spoiled(() => undefined)
    const body = Buffer.alloc(200_000, 'abcdefg')
    await storage.put('k', body)
    proxy.plan = first('GET', 1, fault)
    assert.ok((await storage.get('k')).body.equals(body))
    proxy.plan = () => fault
    await assert.rejects(storage.get('k'), withCode('STORAGE_FAILED'))
    if (ranges) {
      proxy.plan = first('GET', 1, fault)
      assert.ok((await storage.getRange('k', 1000, 150_000)).equals(body.subarray(1000, 150_000)))
      proxy.plan = () => fault
      await assert.rejects(storage.getRange('k', 1000, 150_000), withCode('STORAGE_FAILED'))
    }
    await storage.close()
  })
}

test('a write whose answer is lost, and which another one then replaced, is not called a success', async () => {
  const other = new S3Storage(configOf(s3, { prefix: 'shared' }), QUICK)
  const storage = new S3Storage(configOf({ ...s3, endpoint: proxy.endpoint }, { prefix: 'shared' }), QUICK)
  for (const size of [10, 1_000_000]) {
    const { etag } = await other.put('lease', Buffer.alloc(size, 'a'))
    let lost = false
    proxy.plan = (request) => {
      if (request.method === 'PUT' && !lost) {
        lost = true
        return { kind: 'reset before' }
      }
      return undefined
    }
    const replaced = await other.put('lease', Buffer.alloc(size, 'b'), { ifMatch: etag })
    await assert.rejects(storage.put('lease', Buffer.alloc(size, 'c'), { ifMatch: etag }), withCode('OBJECT_CHANGED'))
    await assert.rejects(storage.put('lease', Buffer.alloc(size, 'b'), { ifAbsent: true }), withCode('OBJECT_EXISTS'))
    assert.equal((await other.head('lease'))?.etag, replaced.etag)
  }
  await Promise.all([other.close(), storage.close()])
})

test('of two writers whose answers get lost at random one wins', async () => {
  const prefix = uniqueName('race')
  proxy.plan = (request) => {
    if (request.method !== 'PUT') return undefined
    const fate = Math.random()
    if (fate < 0.3) return { kind: 'reset after' }
    if (fate < 0.5) return { kind: 'status after', status: 503, code: 'SlowDown' }
    return fate < 0.6 ? { kind: 'reset before' } : undefined
  }
  const access = { ...s3, endpoint: proxy.endpoint }
  const writers = [0, 1].map(() => new S3Storage(configOf(access, { prefix }), QUICK))
  for (let round = 0; round < 60; round++) {
    const outcomes = await Promise.allSettled(
      writers.map((writer, i) => writer.put(`${round}`, Buffer.from(`writer ${i}`), { ifAbsent: true })),
    )
    const winner = outcomes.findIndex((outcome) => outcome.status === 'fulfilled')
    assert.equal(outcomes.filter((outcome) => outcome.status === 'fulfilled').length, 1, `round ${round}`)
    assert.equal((await writers[0]!.get(`${round}`)).body.toString(), `writer ${winner}`)
  }
  await Promise.all(writers.map((writer) => writer.close()))
})

test('an object in parts survives faults in each of its requests', async () => {
  const body = Buffer.alloc(17 * MIB, 'parts of this')
  const parts: Partial<S3Tuning> = { multipartFrom: 6 * MIB, partBytes: 5 * MIB, silenceMs: 5_000 }
  const faults: WireFault[] = [
    { kind: 'status', status: 503, code: 'SlowDown' },
    { kind: 'reset before' },
    { kind: 'reset after' },
    { kind: 'status after', status: 500, code: 'InternalError' },
  ]
  for (const fault of faults) {
    // Each distinct request once: create, every part, complete.
    const met = new Set<string>()
    const storage = spoiled((request) => {
      const kind = `${request.method} ${/partNumber=\d+|uploadId|uploads/.exec(request.url)?.[0] ?? ''}`
      if (request.method === 'GET' || request.method === 'HEAD' || met.has(kind)) return undefined
      met.add(kind)
      return fault
    }, parts)
    const stored = await storage.put('big', body, { ifAbsent: true })
    assert.deepEqual([...met].toSorted(), [
      'POST uploadId',
      'POST uploads',
      ...[1, 2, 3, 4].map((n) => `PUT partNumber=${n}`),
    ])
    const got = await storage.get('big')
    assert.equal(got.etag, stored.etag)
    assert.ok(got.body.equals(body))
    await storage.close()
  }
})

test('an object in parts that fails leaves no parts behind', async () => {
  const storage = spoiled(
    (request) =>
      request.url.includes('partNumber=3') ? { kind: 'status', status: 403, code: 'AccessDenied' } : undefined,
    { multipartFrom: 6 * MIB, partBytes: 5 * MIB, silenceMs: 5_000 },
  )
  await assert.rejects(storage.put('refused', Buffer.alloc(23 * MIB)), withCode('STORAGE_NOT_ALLOWED'))
  assert.equal(await storage.head('refused'), null)
  const prefix = storage.location.slice(`s3://${bucket}/`.length)
  const { Uploads } = await s3.client.send(new ListMultipartUploadsCommand({ Bucket: bucket }))
  assert.deepEqual(Uploads?.filter((upload) => upload.Key?.startsWith(prefix)) ?? [], [])
  await storage.close()
})

const REFUSED: [what: string, fault: WireFault, code: Parameters<typeof withCode>[0]][] = [
  ['no rights', { kind: 'status', status: 403, code: 'AccessDenied' }, 'STORAGE_NOT_ALLOWED'],
  ['a clock that is off', { kind: 'status', status: 403, code: 'RequestTimeTooSkewed' }, 'STORAGE_NOT_ALLOWED'],
  ['another region', { kind: 'status', status: 301, code: 'PermanentRedirect' }, 'STORAGE_NOT_ALLOWED'],
  ['a full server', { kind: 'status', status: 507, code: 'InsufficientStorage' }, 'STORAGE_FULL'],
  ['a used-up quota', { kind: 'status', status: 403, code: 'QuotaExceeded' }, 'STORAGE_FULL'],
  ['errors without end', { kind: 'status', status: 500, code: 'InternalError' }, 'STORAGE_UNREACHABLE'],
  ['resets without end', { kind: 'reset before' }, 'STORAGE_UNREACHABLE'],
  ['a condition it does not know', { kind: 'status', status: 501, code: 'NotImplemented' }, 'STORAGE_FAILED'],
]

for (const [what, fault, code] of REFUSED) {
  test(`${what} gives ${code} for every call`, async () => {
    const storage = spoiled(() => fault, { patienceMs: 100 })
    await assert.rejects(storage.put('k', Buffer.from('x')), withCode(code))
    await assert.rejects(storage.put('k', Buffer.from('x'), { ifAbsent: true }), withCode(code))
    await assert.rejects(storage.get('k'), withCode(code))
    await assert.rejects(storage.getRange('k', 0, 1), withCode(code))
    await assert.rejects(collect(storage.list('')), withCode(code))
    await assert.rejects(storage.listFolders(''), withCode(code))
    await storage.close()
  })
}

test('a list that goes on, and does not say where, is an error, not a short list', async () => {
  const storage = spoiled(({ method }) =>
    method === 'GET' ? { kind: 'reword', from: '<IsTruncated>false<', to: '<IsTruncated>true<' } : undefined,
  )
  await storage.put('k', Buffer.from('x'))
  await assert.rejects(collect(storage.list('')), withCode('STORAGE_FAILED'))
  await assert.rejects(storage.listFolders(''), withCode('STORAGE_FAILED'))
  await assert.rejects(async () => {
    for await (const _ of storage.locks.versions(''));
  }, withCode('STORAGE_FAILED'))
  await storage.close()
})

test('a lock that forbids deleting is not allowed', async () => {
  const storage = spoiled(first('DELETE', 1, { kind: 'status', status: 403, code: 'AccessDenied' }))
  await storage.put('k', Buffer.from('x'))
  await assert.rejects(storage.delete('k'), withCode('STORAGE_NOT_ALLOWED'))
  await storage.close()
})

test('wrong addresses and keys are told soon, with a hint, and without a secret', async () => {
  const cases: [Partial<S3Config>, Parameters<typeof withCode>[0], RegExp][] = [
    [{ bucket: 'no-such-bucket' }, 'STORAGE_NOT_ALLOWED', /no such bucket/],
    [{ secret_key: new Secret('wrong-geheim') }, 'STORAGE_NOT_ALLOWED', /key pair was refused/],
    [{ access_key: new Secret('unknown-geheim') }, 'STORAGE_NOT_ALLOWED', /key pair was refused/],
    [{ region: 'eu-west-3' }, 'STORAGE_NOT_ALLOWED', /region "us-east-1"/],
    [{ endpoint: 'http://127.0.0.1:1' }, 'STORAGE_UNREACHABLE', /nobody listens at "127.0.0.1:1"/],
    [{ endpoint: 'http://no-such-host.invalid', allow_http: true }, 'STORAGE_UNREACHABLE', /does not resolve/],
    [{ endpoint: s3.endpoint.replace('http:', 'https:') }, 'STORAGE_UNREACHABLE', /TLS|connection/],
  ]
  for (const [change, code, says] of cases) {
    const storage = new S3Storage(configOf(s3, change), { patienceMs: 2_000 })
    const began = Date.now()
    // Never "there is none", from which a backup would conclude that it is the first.
    await assert.rejects(storage.head('manifest.json'), withCode('STORAGE_NOT_ALLOWED', 'STORAGE_UNREACHABLE'))
    await assert.rejects(storage.get('manifest.json'), withCode('STORAGE_NOT_ALLOWED', 'STORAGE_UNREACHABLE'))
    await assert.rejects(collect(storage.list('')), (error) => {
      withCode(code)(error)
      assert.match((error as CofferError).message, says)
      assert.doesNotMatch(String((error as CofferError).message) + (error as CofferError).hint, /geheim/)
      return true
    })
    assert.ok(Date.now() - began < 20_000)
    await storage.close()
  }
})

test('a server that is stopped and started again in the middle is waited for', async () => {
  const rig = await startS3()
  try {
    await rig.makeBucket('outage')
    const storage = new S3Storage(configOf(rig, { bucket: 'outage' }))
    const written: string[] = []
    let going = true
    const write = async (name: string): Promise<void> => {
      for (let i = 0; going || i === 0; i++) {
        await storage.put(`${name}/${i}`, Buffer.alloc(100_000, name), { ifAbsent: true })
        written.push(`${name}/${i}`)
      }
    }
    const writers = ['a', 'b', 'c'].map(write)
    for (const end of [() => rig.kill9(), () => rig.shutdown()]) {
      const before = written.length
      while (written.length < before + 10) await sleep(5)
      await end()
      await sleep(1_000)
      await rig.restart()
    }
    const before = written.length
    while (written.length < before + 10) await sleep(5)
    going = false
    await Promise.all(writers)
    assert.deepEqual(
      (await collect(storage.list(''))).map((o) => o.key),
      written.toSorted(),
    )
    for (const key of written) assert.ok((await storage.get(key)).body.equals(Buffer.alloc(100_000, key[0])))
    await storage.close()
  } finally {
    await rig.stop()
  }
})

test('closing ends what is under way', async () => {
  const storage = spoiled(() => ({ kind: 'status', status: 503, code: 'SlowDown' }), { patienceMs: 60_000 })
  const reading = assert.rejects(storage.get('k'), (error) => error instanceof CofferError)
  while (proxy.requests.length < 2) await sleep(2)
  await storage.close()
  await reading
})
