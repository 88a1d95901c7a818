import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { PutObjectRetentionCommand } from '@aws-sdk/client-s3'
import { loadConfig } from '../../src/contract/config/load.ts'
import type { BackupResult, CustodyResult, MonthlyReportResult } from '../../src/contract/results.ts'
import { runBackup } from '../../src/jobs/backup/run.ts'
import { runDescribe } from '../../src/jobs/describe/run.ts'
import { appendCustody, readCustody } from '../../src/journal/custody.ts'
import { openStorage } from '../../src/storage/open.ts'
import { withCode } from '../archive/support.ts'
import { coffer } from '../cli/program.ts'
import { s3Storage } from '../jobs-read/real-support.ts'
import { context, temporaryFolder, validate } from '../jobs-read/support.ts'
import { runTool } from '../rig/cache.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { PROGRAM } from '../rig/program.ts'
import { uniqueName, useJava, useKafka, useS3 } from '../rig/shared.ts'
import { startTsa } from '../rig/tsa.ts'

const ID = 'ledger'

/** Every generation of a backup is signed when its run ends; what happens to that signature afterwards is found. */
describe('signed manifests and the chain of custody', () => {
  let java: JavaClient
  let bootstrap: string
  let topic: string
  let keys: string
  let keyPath: string

  before(async () => {
    java = await useJava()
    bootstrap = (await useKafka()).bootstrap
    topic = uniqueName('ledger')
    await java.createTopics([{ name: topic, partitions: 2 }])
    await java.generate(topic, 400, { size: 100, partitions: 2 })
    keys = await temporaryFolder()
    keyPath = join(keys, 'signing.pem')
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    await writeFile(keyPath, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  })

  function configText(storage: Record<string, unknown>, signing: Record<string, unknown> | null): string {
    return JSON.stringify({
      mode: 'backup',
      backup_id: ID,
      source: { bootstrap_servers: [bootstrap], topics: { include: [topic] } },
      storage,
      ...(signing === null ? {} : { evidence: { formats: ['json', 'pdf'], signing } }),
    })
  }

  const signed = (more: Record<string, unknown> = {}) => ({
    enabled: true,
    private_key_path: keyPath,
    signer_name: 'Ada Doe',
    signer_role: 'records manager',
    ...more,
  })

  async function backUp(
    storage: Record<string, unknown>,
    signing: Record<string, unknown> | null,
    told = context(),
  ): Promise<BackupResult> {
    const config = loadConfig({ text: configText(storage, signing), name: 'test.yaml', directory: '/' }, {}, 'backup')
    assert.equal(config.mode, 'backup')
    const { result } = await runBackup(config as never, { dryRun: false, environment: {} }, told)
    assert.ok(!result.dry_run)
    return result
  }

  const folderStorage = (path: string) => ({ backend: 'filesystem', path })

  /** A signed archive of one run, and what lies in its signatures folder. */
  async function signedArchive(): Promise<{ path: string; result: BackupResult }> {
    const path = await temporaryFolder()
    return { path, result: await backUp(folderStorage(path), signed()) }
  }

  test('a run signs its manifest, with a timestamp; openssl agrees; describe and the deep check say so', async () => {
    const tsa = await startTsa(join(keys, 'tsa'))
    try {
      const path = await temporaryFolder()
      const result = await backUp(folderStorage(path), signed({ timestamp_url: tsa.url }))
      assert.equal(result.signature?.state, 'signed', JSON.stringify(result.signature))
      assert.equal(result.signature.timestamped, true)
      const stem = join(path, ID, 'signatures', `manifest-000001-${result.manifest_sha256.slice(0, 12)}`)
      const dgst = ['dgst', '-sha256', '-verify', `${stem}.pub.pem`, '-signature', `${stem}.sig.der`]
      const { code, stdout, stderr } = await runTool('openssl', [...dgst, join(path, ID, 'manifest.json')])
      assert.equal(code, 0, stderr)
      assert.match(stdout, /Verified OK/)
      const storage = await openStorage({ backend: 'filesystem', path })
      const { result: deep } = await validate(storage, ID)
      assert.deepEqual([deep.verdict, deep.findings], ['PASSED', []])
      assert.equal(deep.manifest_signature?.key_id, result.signature.key_id)
      const { result: described } = await runDescribe(storage, ID, context())
      assert.equal(described.manifest_signature?.state, 'signed')
      const { entries, problems } = await readCustody(storage, ID)
      assert.deepEqual(problems, [])
      assert.deepEqual(
        entries.map(({ action, sha256, actor }) => [action, sha256, actor.name]),
        [
          ['backed-up', result.manifest_sha256, 'Ada Doe'],
          ['verified', result.manifest_sha256, null],
        ],
      )
    } finally {
      await tsa.stop()
    }
  })

  test('an authority that fails is said and fails nothing', async () => {
    const path = await temporaryFolder()
    const told = context()
    const result = await backUp(folderStorage(path), signed({ timestamp_url: 'http://127.0.0.1:9/tsa' }), told)
    assert.deepEqual(
      [result.state, result.signature?.state, result.signature?.timestamped],
      ['complete', 'signed', false],
    )
    assert.match(result.signature?.reason ?? '', /no timestamp/)
    assert.ok(told.logs.some(({ message }) => /has no timestamp/.test(message)))
  })

  test('a key that can not be opened is an error before anything is written', async () => {
    const path = await temporaryFolder()
    await assert.rejects(
      backUp(folderStorage(path), signed({ private_key_path: join(keys, 'none.pem') })),
      withCode('KEY_MISSING'),
    )
    assert.deepEqual(await readdir(path), [])
  })

  test('kill -9 while the authority is asked: the manifest is whole and unsigned, and the next run signs it', async () => {
    const tsa = await startTsa(join(keys, 'slow-tsa'))
    try {
      tsa.mode = 'silence'
      const path = await temporaryFolder()
      const config = join(path, 'backup.yaml')
      const archive = join(path, 'archive')
      await writeFile(config, configText(folderStorage(archive), signed({ timestamp_url: tsa.url })))
      const child = spawn(process.execPath, [PROGRAM, 'backup', '--config', config], {
        stdio: 'ignore',
      })
      const exited = once(child, 'exit')
      while (tsa.requests === 0 && child.exitCode === null) await delay(20)
      assert.equal(child.exitCode, null, 'it waits for the authority')
      child.kill('SIGKILL')
      await exited
      const storage = await openStorage({ backend: 'filesystem', path: archive })
      const killed = await runDescribe(storage, ID, context())
      assert.equal(killed.result.overview.state, 'complete')
      assert.equal(killed.result.manifest_signature?.state, 'unsigned')
      tsa.mode = 'right'
      const told = context()
      const next = await backUp(folderStorage(archive), signed({ timestamp_url: tsa.url }), told)
      assert.deepEqual([next.generation, next.signature?.state, next.signature?.timestamped], [2, 'signed', true])
      assert.ok(
        told.logs.some(({ message }) => /generation 1 was not signed .*signed now, as it was found/.test(message)),
      )
      assert.deepEqual((await validate(storage, ID)).result.findings, [])
    } finally {
      await tsa.stop()
    }
  })

  test('killed between manifest and signature: the next run says so, and signs what it finds', async () => {
    const { path } = await signedArchive()
    // what such a kill leaves
    await rm(join(path, ID, 'signatures'), { recursive: true })
    const told = context()
    const second = await backUp(folderStorage(path), signed(), told)
    assert.ok(
      told.logs.some(({ message }) => /generation 1 was not signed .*signed now, as it was found/.test(message)),
    )
    assert.equal(second.signature?.state, 'signed')
    const storage = await openStorage({ backend: 'filesystem', path })
    assert.deepEqual((await validate(storage, ID)).result.findings, [])
    const { entries, problems } = await readCustody(storage, ID)
    assert.deepEqual(problems, [])
    assert.deepEqual(
      entries.map(({ action, details }) => [action, details.late ?? false]),
      [
        ['backed-up', false],
        ['signed', true],
        ['backed-up', false],
        ['verified', false],
      ],
    )
  })

  test('a manifest that was changed after the kill is not signed by the next run', async () => {
    const { path } = await signedArchive()
    await rm(join(path, ID, 'signatures'), { recursive: true })
    const file = join(path, ID, 'manifest.json')
    await writeFile(file, `${await readFile(file, 'utf8')} `)
    const told = context()
    const second = await backUp(folderStorage(path), signed(), told)
    assert.match(second.warnings[0] ?? '', /generation 1 .* is not signed now/)
    assert.ok(
      told.logs.some(({ message }) => /generation 1 .* is not signed now: its custody line states/.test(message)),
    )
    const names = await readdir(join(path, ID, 'signatures'))
    assert.ok(
      names.every((name) => !name.startsWith('manifest-000001-')),
      names.join(' '),
    )
  })

  test('a signature that was changed, and a manifest without one behind one that has, are found', async () => {
    const { path, result } = await signedArchive()
    const stem = `manifest-000001-${result.manifest_sha256.slice(0, 12)}`
    const text = join(path, ID, 'signatures', `${stem}.sig`)
    const whole = await readFile(text, 'utf8')
    const other = whole.replace(
      /^(Signature: .{20})(.)/m,
      (_, head: string, one: string) => head + (one === 'A' ? 'B' : 'A'),
    )
    await writeFile(text, other)
    const storage = await openStorage({ backend: 'filesystem', path })
    const broken = await validate(storage, ID)
    assert.deepEqual([broken.exitCode, broken.result.verdict], [4, 'FAILED'])
    assert.deepEqual(
      broken.result.findings.map(({ code }) => code),
      ['SIGNATURE_BROKEN'],
    )
    await writeFile(text, whole)
    await backUp(folderStorage(path), null)
    const { result: unsigned } = await validate(storage, ID)
    assert.equal(unsigned.verdict, 'PASSED')
    assert.deepEqual(
      unsigned.findings.map(({ code, severity }) => [code, severity]),
      [['MANIFEST_UNSIGNED', 'warning']],
    )
  })

  test('on S3 with Object Lock: lock and place are read back, an access is appended, writers race', async () => {
    const s3 = await useS3()
    const bucket = uniqueName('custody')
    await s3.makeBucket(bucket, { objectLock: true })
    const section = s3Storage(s3, bucket, 'production/daily')
    const first = await backUp(section, signed())
    const until = new Date(Date.now() + 3_600_000)
    const storage = await openStorage(
      (
        loadConfig({ text: configText(section, null), name: 'x.yaml', directory: '/' }, {}, 'backup') as never as {
          storage: never
        }
      ).storage,
    )
    const held = [`production/daily/${ID}/manifest.json`]
    for await (const { key } of storage.list(`${ID}/topics/`)) held.push(`production/daily/${key}`)
    for (const Key of held) {
      const Retention = { Mode: 'GOVERNANCE' as const, RetainUntilDate: until }
      await s3.client.send(new PutObjectRetentionCommand({ Bucket: bucket, Key, Retention }))
    }
    const config = join(keys, 'backup.yaml')
    await writeFile(config, configText(section, signed()))
    const place = ['--path', s3.url(bucket, 'production/daily'), '--backup-id', ID]
    const run = await coffer(
      ['custody', ...place, '--config', config, '--append', 'transferred', '--note', 'to Doe LLP, matter 42', '--json'],
      { environment: { ...s3.env } },
    )
    assert.equal(run.code, 0, run.err)
    const { record, signature, appended } = JSON.parse(run.out) as CustodyResult
    const [generation] = record.generations
    assert.equal(generation?.checksum, `sha256:${first.manifest_sha256}`)
    assert.deepEqual([generation.retention_policy.mode, generation.looked_at.length], ['GOVERNANCE', 2])
    assert.equal(
      Math.floor(Date.parse(generation.retention_policy.retain_until ?? '') / 1000),
      Math.floor(until.getTime() / 1000),
    )
    assert.equal(generation.storage_location, `s3://${bucket}/production/daily`)
    assert.equal(generation.manifest_signature.key_id, signature?.key_id)
    assert.deepEqual([appended?.action, appended?.details.note], ['transferred', 'to Doe LLP, matter 42'])
    assert.deepEqual(record.problems, [])

    const writers = [
      storage,
      await openStorage(
        (
          loadConfig({ text: configText(section, null), name: 'x.yaml', directory: '/' }, {}, 'backup') as never as {
            storage: never
          }
        ).storage,
      ),
    ]
    const facts = (n: number) => ({
      action: 'viewed' as const,
      subject: `${n}`,
      sha256: null,
      location: null,
      details: {},
    })
    await Promise.all(
      writers.map(async (writer, which) => {
        for (let i = 0; i < 6; i++) await appendCustody(writer, ID, facts(which * 100 + i))
      }),
    )
    const { entries, problems } = await readCustody(storage, ID)
    assert.deepEqual([entries.length, problems], [14, []])
    assert.deepEqual((await validate(storage, ID)).result.findings, [])
    for (const writer of writers) await writer.close()

    const refused = await coffer(['custody', ...place, '--append', 'backed-up', '--note', 'x'], {
      environment: { ...s3.env },
    })
    assert.equal(refused.code, 2)
  })

  test('a line that was changed is named, with exit code 4', async () => {
    const { path } = await signedArchive()
    await backUp(folderStorage(path), signed())
    const line = join(path, ID, 'custody', '000001.json')
    await writeFile(line, (await readFile(line, 'utf8')).replace('"records":400', '"records":399'))
    const run = await coffer(['custody', '--path', path, '--backup-id', ID])
    assert.equal(run.code, 4)
    assert.match(run.out, /does NOT hold/)
    assert.match(run.out, /custody\/000002\.json": expected "previous"/)
    const copy = await temporaryFolder()
    await cp(path, copy, { recursive: true })
    await rm(join(copy, ID, 'custody', '000001.json'))
    assert.match((await coffer(['custody', '--path', copy, '--backup-id', ID])).out, /line 1 is missing/)
  })

  test('a monthly report tells runs, coverage, findings; signed as JSON and PDF', async () => {
    const { path } = await signedArchive()
    await java.generate(topic, 10, { size: 100, partitions: 2 })
    await backUp(folderStorage(path), signed())
    const config = join(path, 'report.yaml')
    await writeFile(config, configText(folderStorage(path), signed()))
    const month = new Date().toISOString().slice(0, 7)
    const run = await coffer(['report', 'monthly', '--config', config, '--month', month, '--json'])
    assert.equal(run.code, 0, run.err)
    const { monthly, evidence, report_id } = JSON.parse(run.out) as MonthlyReportResult
    assert.deepEqual([monthly.month, monthly.runs, monthly.runs_complete, monthly.success_rate], [month, 2, 2, 1])
    assert.deepEqual(
      monthly.coverage.map((one) => [one.topic, one.partitions, one.gaps]),
      [[topic, 2, 0]],
    )
    assert.ok(monthly.open_findings.some(({ text }) => /No restore of this month was validated/.test(text)))
    assert.equal(evidence.signed, true)
    for (const ending of ['json', 'pdf', 'sig', 'sig.der']) {
      assert.ok(
        evidence.keys.some((key) => key.endsWith(`${report_id}.${ending}`)),
        ending,
      )
    }
    const stem = join(path, evidence.folder, report_id)
    const dgst = ['dgst', '-sha256', '-verify', `${stem}.pub.pem`, '-signature', `${stem}.sig.der`, `${stem}.json`]
    assert.equal((await runTool('openssl', dgst)).code, 0)
    const { entries } = await readCustody(await openStorage({ backend: 'filesystem', path }), ID)
    assert.deepEqual([entries.at(-1)?.action, entries.at(-1)?.subject], ['reported', report_id])
    const text = await coffer(['report', 'monthly', '--config', config, '--month', '2001-01'])
    assert.equal(text.code, 6, text.err)
    assert.match(text.out, /Result: INDETERMINATE \(no backup run began in 2001-01/)
    assert.match(text.out, /Runs: 0/)
    assert.match(text.out, /No backup ran in this month/)
    assert.equal((await coffer(['report', 'monthly', '--config', config, '--month', '2999-01'])).code, 2)
  })
})
