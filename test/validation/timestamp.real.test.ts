import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { produceEvidence } from '../../src/jobs/evidence/produce.ts'
import { runEvidenceTimestamp } from '../../src/jobs/evidence/timestamp.ts'
import { openSigner } from '../../src/signing/signer.ts'
import { timestampAuthority } from '../../src/signing/timestamp.ts'
import { run } from '../backup/support.ts'
import { sampleInput } from '../evidence/sample-parts.ts'
import { ID } from '../failures/support.ts'
import { storageAt } from '../jobs-read/support.ts'
import { recordingContext, restore, restoreConfig, temporaryFolder } from '../restore/support.ts'
import { mustRun } from '../rig/cache.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { makeKey, makeRoot } from '../rig/pki.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { startTsa, type TestTsa } from '../rig/tsa.ts'
import { signingConfig } from '../signing/signing-config.ts'
import { CONTENT_ALONE, ledger, validation } from './support.ts'

/** A timestamp authority that fails never stops a report, which says so; the timestamp comes later. */
describe('timestamps of a report', () => {
  let java: JavaClient
  let bootstrap: string
  let path: string
  let keys: string
  let tsa: TestTsa

  before(async () => {
    java = await useJava()
    bootstrap = (await useKafka()).bootstrap
    ;[path, keys] = [await temporaryFolder(), await temporaryFolder()]
    tsa = await startTsa(join(keys, 'tsa'))
    await makeKey(join(keys, 'key.pem'), 'P-256')
    const topic = uniqueName('ledger')
    await java.createTopics([{ name: topic, partitions: 1 }])
    await java.produce(ledger(topic, 20))
    await run({ path, bootstrap, topics: [topic] })
    const options = { create_topics: 'true', topic_mapping: { [topic]: `${topic}-restored` } }
    await restore(restoreConfig({ bootstrap, path, backupId: ID, topics: [topic], restore: options }))
  })
  after(async () => {
    await tsa?.stop()
    await java.stop()
  })

  const signed = () =>
    validation({
      bootstrap,
      path,
      checks: CONTENT_ALONE,
      more: {
        evidence: {
          formats: ['json', 'pdf'],
          signing: { enabled: 'true', private_key_path: join(keys, 'key.pem'), timestamp_url: tsa.url },
        },
      },
    })
  const catchUp = async (reportId: string, timestampCa = tsa.root.rootFile) => {
    const storage = await storageAt(path)
    const request = { environment: {}, archive: { path }, reportId, timestampUrl: tsa.url, timestampCa }
    return (await runEvidenceTimestamp(storage, { kind: 'evidence-timestamp', ...request }, recordingContext())).result
  }

  it('is caught up, and plain openssl verifies it', async () => {
    tsa.mode = 'status-500'
    const { result, exitCode, report } = await signed()
    assert.equal(exitCode, 0)
    assert.ok(
      report.coffer.not_covered.some((one) => /authority gave none: .*expected HTTP status 200, got "500"/.test(one)),
      JSON.stringify(report.coffer.not_covered),
    )
    assert.equal(result.evidence.pdf_signature_level, 'B-B')
    assert.ok(
      result.warnings.some((one) => /timestamp/.test(one)),
      JSON.stringify(result.warnings),
    )
    assert.ok(!result.evidence.keys.some((key) => key.endsWith('.tst')))
    tsa.mode = 'right'
    // nobody's timestamp but that of the authority that was named, where it was
    const { rootFile: other } = await makeRoot(join(keys, 'other'), 'Test TSA Root')
    await assert.rejects(catchUp(result.report_id, other), {
      code: 'TIMESTAMP_FAILED',
      message: /does not lead to a root/,
    })
    const stem = `${result.evidence.folder}${result.report_id}`
    const before = await readFile(join(path, `${stem}.pdf`))
    const done = await catchUp(result.report_id)
    // with the authority's revocation list, or nobody could count the timestamp offline
    const names = ['tsa-chain.pem', 'crl.pem', 'sig.tst', 'pdf']
    assert.deepEqual(
      done.stored,
      names.map((name) => `${stem}.${name}`),
      JSON.stringify(done),
    )
    await mustRun(
      'openssl',
      [
        ...['ts', '-verify', '-data', join(path, `${stem}.sig.der`), '-token_in', '-in', join(path, `${stem}.sig.tst`)],
        ...['-CAfile', tsa.root.rootFile, '-untrusted', join(path, `${stem}.tsa-chain.pem`)],
      ],
      { install: 'install openssl' },
    )
    assert.notDeepEqual(await readFile(join(path, `${stem}.pdf`)), before)
    const again = await catchUp(result.report_id)
    assert.deepEqual([again.stored, again.already.length], [[], 2])
  })

  it('is there at once where the authority answers', async () => {
    tsa.mode = 'right'
    const { result, report } = await signed()
    assert.match(result.evidence.pdf_signature_level ?? '', /^B-L?T$/)
    assert.ok(result.evidence.keys.some((key) => key.endsWith('.sig.tst')))
    assert.ok(result.evidence.keys.some((key) => key.endsWith('.tsa-chain.pem')))
    assert.ok(!report.coffer.not_covered.some((one) => /timestamp/.test(one)), 'nothing is said to be missing')
    assert.ok(result.evidence.keys.at(-1)?.endsWith('.sig'), 'the signature comes last')
  })

  it('a timestamp that the PDF alone could not have is stated, and the report keeps its own', async () => {
    tsa.mode = 'right'
    const config = signingConfig({ private_key_path: join(keys, 'key.pem'), timestamp_url: tsa.url })
    const signer = await openSigner(config, { environment: {}, profile: keys })
    const real = await timestampAuthority(config)
    assert.ok(real !== null)
    let asked = 0
    const stamp = (data: Buffer) => (++asked === 2 ? Promise.reject(new Error('the wire is cut')) : real.stamp(data))
    const { report, level, signature, problems } = await produceEvidence({
      input: { ...sampleInput(), generatedAt: Date.now() },
      manifest: Buffer.from('{}'),
      segments: [],
      evidence: {
        formats: ['json', 'pdf'],
        page: 'A4',
        signing: config,
        prefix: 'evidence-reports/',
        retention_days: 1,
      },
      environment: {},
      context: recordingContext(),
      signing: { signer, authority: { ...real, stamp } },
    })
    assert.equal(level, 'B-B')
    assert.ok(signature?.token)
    assert.equal(asked, 3)
    assert.ok(
      report.coffer.not_covered.some((one) => /signature in the PDF has no timestamp: the wire is cut/.test(one)),
    )
    assert.ok(problems.some(({ id }) => id === 'warn.pdfTimestamp'))
  })

  it('an authority that fails leaves the report as it is', async () => {
    tsa.mode = 'wrong-imprint'
    const { result } = await signed()
    await assert.rejects(catchUp(result.report_id), { code: 'TIMESTAMP_FAILED' })
  })
})
