import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { PackageRecord } from '../../src/contract/evidence/package.ts'
import { run } from '../backup/support.ts'
import { asArchived, ID } from '../failures/support.ts'
import type { DumpedRecord, JavaClient } from '../rig/java-client.ts'
import { makeOddities, type Oddities } from '../rig/oddities.ts'
import type { S3Server } from '../rig/s3.ts'
import { type FaultProxy, startFaultProxy, type WireFault } from '../rig/s3-fault-proxy.ts'
import { uniqueName, useJava, useKafka, useS3 } from '../rig/shared.ts'
import { extract, temporaryFolder } from './support.ts'
import { unpacked } from './unpack.ts'
import { unpassed, verified } from './verified.ts'

/** Bytes as the Java client shows them: those beyond 4096 by length and hash. */
function shown(base64: string | null) {
  if (base64 === null) return null
  const bytes = Buffer.from(base64, 'base64')
  return bytes.length <= 4096
    ? base64
    : { length: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
}

/** Timestamps have all 64 bits: JSON.parse would round them. */
function recordsIn(files: ReadonlyMap<string, Buffer>) {
  const text = String(files.get('records/records.ndjson'))
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => {
      const record = JSON.parse(line) as PackageRecord
      const names = record.flags?.includes('header-names-base64') === true
      return {
        topic: record.topic,
        partition: record.partition,
        offset: record.offset,
        timestamp: /"timestamp":(-?\d+)/.exec(line)?.[1],
        key: shown(record.key),
        value: shown(record.value),
        headers: record.headers.map(([name, value]) => [
          names ? Buffer.from(name, 'base64').toString() : name,
          shown(value),
        ]),
      }
    })
}

describe('extraction from a backup of a real Kafka with every oddity', () => {
  let java: JavaClient
  let odd: Oddities
  let committed: DumpedRecord[]
  let bootstrap: string
  before(async () => {
    java = await useJava()
    bootstrap = (await useKafka()).bootstrap
    odd = await makeOddities(java, { seed: 21 })
    committed = await java.records(odd.names)
  })

  test('every record is what Kafka’s own consumer is given, and the verifier proves each', async () => {
    const path = await temporaryFolder()
    await run({ bootstrap, topics: [`${odd.prefix}*`], path, backup: { segment_max_bytes: 100_000 } })
    const { result } = await extract(path, { backupId: ID, output: join(path, 'case.zip') })
    assert.deepEqual(recordsIn(await unpacked(result.output)), committed.map(asArchived))
    const verdict = await verified(result.output)
    assert.equal(verdict.facts?.records_proved, committed.length)
    assert.ok(
      unpassed(verdict).every((line) => line.startsWith('indeterminate')),
      unpassed(verdict).join('\n'),
    )
  })

  describe('from S3', () => {
    let server: S3Server
    let proxy: FaultProxy | undefined
    let storage: Record<string, unknown>
    after(() => proxy?.stop())
    before(async () => {
      server = await useS3()
      const started = await startFaultProxy(server.endpoint)
      proxy = started
      started.plan = () => undefined
      const bucket = uniqueName('extract')
      await server.makeBucket(bucket)
      storage = {
        backend: 's3',
        bucket,
        region: server.region,
        endpoint: started.endpoint,
        access_key: server.accessKeyId,
        secret_key: server.secretAccessKey,
        allow_http: 'true',
      }
      await run({ bootstrap, topics: [`${odd.prefix}*`], path: '', storage, backup: { segment_max_bytes: 100_000 } })
    })

    test('answers that are cut change nothing; a storage that dies leaves no package, and later it goes on', async () => {
      assert.ok(proxy !== undefined)
      const place = await temporaryFolder()
      const asked = { backupId: ID, storage }
      const good = await extract(place, { ...asked, output: join(place, 'good.zip') })
      let cut = 0
      const faults: WireFault[] = [
        { kind: 'reset mid-body' },
        { kind: 'reset before' },
        { kind: 'short body' },
        { kind: 'status', status: 503, code: 'SlowDown' },
      ]
      proxy.plan = ({ method, url, nth }) =>
        method === 'GET' && url.includes('segment-') && nth % 3 === 0 ? faults[cut++ % faults.length] : undefined
      const shaken = await extract(place, { ...asked, output: join(place, 'shaken.zip') })
      assert.ok(cut > 0)
      assert.equal(shaken.result.content_sha256, good.result.content_sha256)

      let seen = 0
      proxy.plan = ({ method, url }) =>
        method === 'GET' && url.includes('segment-') && ++seen > 4
          ? { kind: 'status', status: 403, code: 'AccessDenied' }
          : undefined
      const output = join(place, 'dead.zip')
      await assert.rejects(extract(place, { ...asked, output }), (error: Error & { code: string }) =>
        error.code.startsWith('STORAGE_'),
      )
      await assert.rejects(stat(output), { code: 'ENOENT' })
      proxy.plan = () => undefined
      const later = await extract(place, { ...asked, output })
      assert.equal(later.result.content_sha256, good.result.content_sha256)
    })
  })
})
