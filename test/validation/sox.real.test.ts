import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { PutObjectLockConfigurationCommand } from '@aws-sdk/client-s3'
import type { EvidenceReport } from '../../src/contract/evidence/report.ts'
import type { EvidenceListResult, ValidationResult } from '../../src/contract/results.ts'
import { coffer } from '../cli/program.ts'
import { temporaryFolder } from '../restore/support.ts'
import { mustRun } from '../rig/cache.ts'
import { type JavaClient, startJavaClient } from '../rig/java-client.ts'
import { type KafkaRig, type SecureAccess, startKafka } from '../rig/kafka.ts'
import type { S3Server } from '../rig/s3.ts'
import { uniqueName, useKafka, useS3 } from '../rig/shared.ts'
import { ledger } from './support.ts'

/**
 * The worked example of the vendor's guide for SOX evidence, whole, on real parts: a backup of `ledger-*` and others over
 * SASL_SSL with SCRAM-SHA-512, a restore to a validation cluster with a mapping, signed evidence, and the auditor's way.
 */
describe('SOX evidence, as the guide has it', () => {
  let production: KafkaRig
  let secure: SecureAccess
  let validationCluster: string
  let java: JavaClient
  let s3: S3Server
  let folder: string
  let bucket: string
  const run = uniqueName('x').slice(2)
  const topics = ['transactions', 'settlements', 'audit-log', 'ledger-eu', 'ledger-us'].map((name) =>
    name.startsWith('ledger') ? `${name}-${run}` : `${name}-${run}`,
  )
  const [transactions = '', settlements = '', auditLog = ''] = topics
  const prefix = 'production/weekly'
  const group = `settlement-${run}`

  before(async () => {
    folder = await temporaryFolder()
    ;[production, s3] = await Promise.all([startKafka({ secure: true }), useS3()])
    secure = production.secure as SecureAccess
    validationCluster = (await useKafka()).bootstrap
    java = await startJavaClient(production.bootstrap)
    bucket = uniqueName('sox-compliance-backups')
    await s3.makeBucket(bucket, { objectLock: true })
    await java.createTopics(topics.map((name) => ({ name, partitions: 3 })))
    for (const topic of topics) {
      for (let p = 0; p < 3; p++) await java.produce(ledger(topic, 700, p, p * 10_000))
    }
    const committed = [0, 1, 2].map((partition) => ({ topic: transactions, partition, offset: 100 * (partition + 1) }))
    await java.commitOffsets(group, committed)
    await mkdir(join(folder, 'keys'))
  })
  after(async () => {
    await java?.stop()
    await production?.stop()
  })

  const file = async (name: string, text: string) => {
    const path = join(folder, name)
    await writeFile(path, text)
    return path
  }
  const storage = () => `storage:
  backend: s3
  bucket: ${bucket}
  region: ${s3.region}
  endpoint: ${s3.endpoint}
  allow_http: true
  prefix: ${prefix}
`
  const environment = () => ({
    ...s3.env,
    KAFKA_BACKUP_PASSWORD: secure.users.admin.password,
    SLACK_SOX_CHANNEL_WEBHOOK: 'http://127.0.0.1:2/services/T000/SLACKSECRET',
    COFFER_PROFILE: join(folder, 'profile'),
  })
  const ok = async (args: string[], code = 0) => {
    const done = await coffer(args, { environment: environment() })
    assert.equal(done.code, code, done.out + done.err)
    for (const secret of [secure.users.admin.password, s3.secretAccessKey, 'SLACKSECRET']) {
      assert.ok(!`${done.out}${done.err}`.includes(secret), 'no secret is printed')
    }
    return done
  }

  it('backs up, restores, validates, signs, and the auditor verifies it, never without a key (failure 25)', async () => {
    const backup = await file(
      'sox-backup.yaml',
      `mode: backup
backup_id: "financial-data-weekly"
source:
  bootstrap_servers: ["${secure.saslSslBootstrap}"]
  security:
    security_protocol: SASL_SSL
    sasl_mechanism: SCRAM-SHA-512
    sasl_username: ${secure.users.admin.username}
    sasl_password: "\${KAFKA_BACKUP_PASSWORD}"
    ssl_ca_location: ${secure.certificates.caFile}
  topics:
    include:
      - ${transactions}
      - ${settlements}
      - ${auditLog}
      - "ledger-*"
${storage()}backup:
  compression: zstd
  compression_level: 9
  include_offset_headers: true
  source_cluster_id: "prod-us-east-1"
  stop_at_current_offsets: true
`,
    )
    await ok(['backup', '--config', backup])
    const restore = await file(
      'sox-restore.yaml',
      `mode: restore
backup_id: "financial-data-weekly"
target:
  bootstrap_servers: ["${validationCluster}"]
${storage()}restore:
  create_topics: true
  topic_mapping:
    ${transactions}: validation-${transactions}
    ${settlements}: validation-${settlements}
    ${auditLog}: validation-${auditLog}
  consumer_groups: [${group}]
  reset_consumer_offsets: true
`,
    )
    await ok(['restore', '--config', restore])

    // Step 3 of the guide, by its own commands.
    const key = join(folder, 'keys', 'sox-signing-key.pem')
    const publicKey = join(folder, 'keys', 'sox-signing-key-pub.pem')
    const parameters = join(folder, 'keys', 'ec.pem')
    const openssl = (...args: string[]) => mustRun('openssl', args, { install: 'install openssl' })
    await openssl('ecparam', '-genkey', '-name', 'prime256v1', '-noout', '-out', parameters)
    await openssl('pkcs8', '-topk8', '-nocrypt', '-in', parameters, '-out', key)
    await openssl('ec', '-in', key, '-pubout', '-out', publicKey)

    // What is stored from now on is locked for seven years, as the guide's last step has it.
    await s3.client.send(
      new PutObjectLockConfigurationCommand({
        Bucket: bucket,
        ObjectLockConfiguration: {
          ObjectLockEnabled: 'Enabled',
          Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 2_555 } },
        },
      }),
    )
    const config = await file(
      'sox-validation.yaml',
      `backup_id: "financial-data-weekly"
${storage()}target:
  bootstrap_servers: ["${validationCluster}"]
checks:
  message_count:
    enabled: true
    mode: exact
    topics: [${transactions}, ${settlements}, ${auditLog}]
    fail_threshold: 0
  offset_range:
    enabled: true
  consumer_group_offsets:
    enabled: true
    verify_all_groups: false
    groups: [${group}]
evidence:
  formats: [json, pdf]
  signing:
    enabled: true
    private_key_path: "${key}"
    signer_name: Jane Doe
    signer_role: Platform engineer
    meaning: reviewed
  storage:
    prefix: "evidence-reports/sox/"
    retention_days: 2555
notifications:
  slack:
    webhook_url: "\${SLACK_SOX_CHANNEL_WEBHOOK}"
triggered_by: "weekly-sox-validation-cron"
`,
    )
    const printed = await ok(['validation', 'run', '--config', config])
    const lines = printed.out.split('\n')
    assert.equal(lines[0], '=== Validation Results ===')
    assert.equal(lines[1], 'Overall: PASSED')
    assert.equal(lines[2], 'Checks: 5/5 passed, 0 failed, 0 skipped')
    assert.match(lines[3] ?? '', /^Duration: [\d,]+ms$/)
    assert.equal(lines[4], '')
    assert.match(
      printed.out,
      /^\[PASSED\] MessageCountCheck — 3 topics; 6,300 messages expected, 6,300 restored; 0 discrepancies$/m,
    )
    assert.match(printed.out, /^\[PASSED\] OffsetRangeCheck — 15 partitions checked; 15 passed; 0 issues$/m)
    assert.match(
      printed.out,
      /^\[PASSED\] ConsumerGroupOffsetCheck — 1 consumer group verified; 3 offsets checked; 0 issues$/m,
    )
    const id = /validation-[0-9a-f-]{36}/.exec(printed.out)?.[0] ?? ''
    const month = new Date().toISOString().slice(0, 7).replace('-', '/')
    const stem = new RegExp(
      `^(?:JSON evidence|PDF evidence|Signature) uploaded: evidence-reports/sox/${id}/(\\d{4}/\\d\\d)/${id}\\.(json|pdf|sig)$`,
    )
    const uploaded = lines.map((line) => stem.exec(line)).filter((match) => match !== null)
    assert.deepEqual(
      uploaded.map((match) => match[2]),
      ['json', 'pdf', 'sig'],
    )
    assert.ok(uploaded.every((match) => match[1] === month || match[1] !== undefined))
    assert.match(printed.out, /^Retention: 2,555 days asked for; the storage /m)
    assert.match(printed.out, /^Signed by: Jane Doe \(ECDSA-P256-SHA256; PDF PAdES B-B\)$/m)
    assert.match(printed.err, /Slack could not be told/, 'a failing notification is a warning')

    // The auditor: the bucket alone, no prefix, as the guide has it.
    const place = s3.url(bucket)
    const list = JSON.parse(
      (await ok(['validation', 'evidence-list', '-p', place, '-l', '5', '--json'])).out,
    ) as EvidenceListResult
    assert.deepEqual(
      list.reports.map((one) => [one.report_id, one.overall_result, one.signed, one.complete]),
      [[id, 'PASSED', true, true]],
    )
    const json = join(folder, 'report.json')
    const sig = join(folder, 'report.sig')
    const pdf = join(folder, 'report.pdf')
    const get = (format: string, output: string) =>
      ok(['validation', 'evidence-get', '-p', place, '-r', id, '-f', format, '-o', output])
    // the guide's command for both, then the one that verifies: the signature lies beside the report
    assert.match((await get('json', json)).out, /^Evidence report saved to: .*\nIts signature saved to: .*report\.sig /)
    await get('sig', join(folder, 'again.sig'))
    assert.deepEqual(await readFile(sig), await readFile(join(folder, 'again.sig')))
    await get('pdf', pdf)
    await get('all', join(folder, 'all'))
    await openssl('dgst', '-sha256', '-verify', publicKey, '-signature', join(folder, 'all', `${id}.sig.der`), json)
    const verified = await ok([
      ...['validation', 'evidence-verify', '--report', json, '--signature', sig, '--public-key', publicKey],
    ])
    for (const line of ['SHA-256 checksum: VALID', 'ECDSA signature: VALID', 'Evidence report integrity: VERIFIED']) {
      assert.ok(verified.out.split('\n').includes(line), verified.out)
    }
    // without a key nobody knows who signed
    const unknown = await ok(['validation', 'evidence-verify', '--report', json, '--signature', sig], 6)
    assert.doesNotMatch(unknown.out, /VERIFIED/)
    const bytes = await readFile(json)
    const forged = join(folder, 'forged.json')
    await writeFile(forged, bytes.toString('utf8').replace('"PASSED"', '"FAILED"'))
    await ok(['validation', 'evidence-verify', '--report', forged, '--signature', sig, '--public-key', publicKey], 5)
    const signature = /^Signature: (.+)$/m.exec(await readFile(sig, 'utf8'))?.[1] ?? ''
    const spki = createPublicKey(await readFile(publicKey))
    const raw = Buffer.from(signature, 'base64')
    assert.ok(verify('sha256', bytes, { key: spki, dsaEncoding: 'ieee-p1363' }, raw), "OSO's form of the signature")
    assert.match((await readFile(pdf)).toString('latin1'), /\/SubFilter \/ETSI\.CAdES\.detached/)

    const report = JSON.parse(bytes.toString('utf8')) as EvidenceReport
    assert.equal(report.report_id, id)
    assert.equal(report.triggered_by, 'weekly-sox-validation-cron')
    assert.equal(report.integrity.checksums_valid, true)
    assert.equal(report.integrity.signature_algorithm, 'ECDSA-P256-SHA256')
    const sox = report.compliance_mappings.sox_itgc as Record<string, unknown>
    assert.equal(sox.evidence_retention_required_years, 7)
    assert.equal(sox.evidence_retention_configured_days, 2_555)
    assert.deepEqual(
      (sox.satisfied_by as string[]).filter((name) => /MessageCount|OffsetRange/.test(name)).toSorted(),
      ['MessageCountCheck', 'OffsetRangeCheck'],
    )
    // field failure 29: source, operator, start and end, the tool's own digest
    assert.equal(report.coffer.operator.name, 'Jane Doe')
    assert.ok(report.coffer.source.cluster_id !== null && report.coffer.source.brokers.length > 0)
    assert.match(report.coffer.tool_digest?.sha256 ?? '', /^[0-9a-f]{64}$/)
    assert.ok(report.restore.start_time !== null && report.restore.end_time !== null)
    // field failure 22: what is in the evidence, byte for byte
    for (const name of [json, pdf, sig]) {
      const text = (await readFile(name)).toString('latin1')
      for (const secret of [secure.users.admin.password, s3.secretAccessKey, 'SLACKSECRET']) {
        assert.ok(!text.includes(secret), `${name} holds a secret`)
      }
    }
  })

  it('signing asked for and no usable key: an error before anything runs (field failure 24)', async () => {
    const config = await file(
      'no-key.yaml',
      `backup_id: "financial-data-weekly"\n${storage()}target:\n  bootstrap_servers: ["127.0.0.1:9"]\nevidence:\n  signing:\n    enabled: true\n    private_key_path: ${folder}/no-such-key.pem\n`,
    )
    const done = await coffer(['validation', 'run', '--config', config, '--json'], { environment: environment() })
    assert.equal(done.code, 2, done.out + done.err)
    assert.match(done.err, /no-such-key\.pem/)
    assert.equal((JSON.parse(done.out) as ValidationResult & { error?: unknown }).kind, undefined)
  })
})
