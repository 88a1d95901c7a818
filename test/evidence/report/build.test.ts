import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseManifest } from '../../../src/archive/manifest/parse.ts'
import { canonicalJson } from '../../../src/contract/canonical-json.ts'
import { Secret } from '../../../src/contract/secret.ts'
import { buildReport } from '../../../src/evidence/report/build.ts'
import { timelineOf } from '../../../src/evidence/report/input.ts'
import { check, PASSED_CHECKS, sampleInput, sampleManifest, sampleTopic } from '../sample-parts.ts'

const deep = (outcome: 'PASSED' | 'FAILED' | 'WARNING' | 'INDETERMINATE' | 'SKIPPED', isDeep: unknown = true) =>
  check('IntegrityCheck', outcome, 'as told', { deep: isDeep })

test('failure 20: checksums are valid only where an integrity check read every segment and passed', () => {
  const valid = (checks: ReturnType<typeof check>[]) => buildReport(sampleInput({ checks })).integrity.checksums_valid
  assert.equal(valid([deep('PASSED')]), true)
  assert.equal(valid([]), false)
  assert.equal(valid([check('ContentCheck', 'PASSED', 'all equal')]), false)
  for (const outcome of ['FAILED', 'WARNING', 'INDETERMINATE', 'SKIPPED'] as const)
    assert.equal(valid([deep(outcome)]), false, outcome)
  for (const shallow of [false, 'true', 1, null]) assert.equal(valid([deep('PASSED', shallow)]), false, String(shallow))
  assert.equal(valid([check('IntegrityCheck', 'PASSED', 'no data')]), false)
  assert.equal(valid([deep('PASSED'), deep('FAILED')]), false)
  // a warning is of something else where nothing is damaged, such as a manifest that is not signed any more
  const warned = (damaged: unknown) => check('IntegrityCheck', 'WARNING', 'as told', { deep: true, damaged })
  assert.equal(valid([warned(0)]), true)
  for (const damaged of [1, '0', null]) assert.equal(valid([warned(damaged)]), false, String(damaged))
})

test('failure 21: only checks that ran and passed satisfy a mapping', () => {
  const failed = PASSED_CHECKS.map((each) => ({ ...each, outcome: 'FAILED' as const }))
  const { compliance_mappings: none } = buildReport(
    sampleInput({ checks: failed, retention: { days: null, lock: null }, signing: null }),
  )
  for (const [framework, mapping] of Object.entries(none)) {
    const { satisfied_by, controls } = mapping as {
      satisfied_by?: string[]
      controls?: { state: string; satisfied_by: string[] }[]
    }
    assert.deepEqual(satisfied_by ?? [], [], framework)
    for (const control of controls ?? []) assert.notEqual(control.state, 'supported', framework)
  }
  for (const outcome of ['SKIPPED', 'WARNING', 'INDETERMINATE', 'FAILED'] as const) {
    const checks = [check('MessageCountCheck', outcome, 'as told'), check('OffsetRangeCheck', 'PASSED', 'fine')]
    const { sox_itgc } = buildReport(sampleInput({ checks })).compliance_mappings
    assert.deepEqual((sox_itgc as { satisfied_by: string[] }).satisfied_by, ['OffsetRangeCheck'], outcome)
  }
})

test('failure 22: no secret of the configuration, the storage or a check gets into a report', () => {
  const secret = 'hunter2-very-secret'
  const report = buildReport(
    sampleInput({
      storageBackend: `S3 { bucket: "b", endpoint: "https://key:${secret}@s3.internal" }`,
      triggeredBy: `cron https://user:${secret}@ci/job?token=${secret}`,
      filters: `{"url":"https://h/?sig=${secret}"}`,
      configuration: {
        source: { security: { sasl_username: 'backup', sasl_password: secret, ssl_key_password: new Secret(secret) } },
        storage: {
          access_key: secret,
          secret_key: secret,
          sas_token: secret,
          account_key: secret,
          client_secret: secret,
        },
        notifications: {
          slack: { webhook_url: `https://hooks.slack.com/services/${secret}` },
          pagerduty: { integration_key: secret },
        },
        evidence: { signing: { private_key_path: '/etc/key.pem', passphrase: secret, key: 'records-2026' } },
        nested: [{ deep: { password: [secret, { value: secret }] } }],
        any: new Map([['token', secret]]),
        url: `sasl://user:${secret}@host`,
      },
      checks: [
        check('CustomWebhook:x', 'FAILED', `POST https://user:${secret}@hooks/ failed`, {
          url: `https://h/?token=${secret}`,
          headers: { Authorization: secret },
        }),
      ],
    }),
  )
  const text = canonicalJson(report)
  assert.equal(text.includes(secret), false)
  assert.equal(text.includes('/etc/key.pem'), true, 'a path is no secret')
  assert.equal(text.includes('records-2026'), true, 'nor is the name of a key')
})

test('a variable that names where a secret comes from stays', () => {
  const variable = ['$', '{KAFKA_BACKUP_PASSWORD}'].join('')
  const { configuration } = buildReport(
    sampleInput({ configuration: { sasl_password: variable, other_password: `x${variable}` } }),
  ).coffer
  assert.deepEqual(configuration, { sasl_password: variable, other_password: '[secret]' })
})

test('a topic may be called what a secret is called', () => {
  const mapped = {
    restore: {
      topic_mapping: { 'access-token': 'validation-access-token' },
      repartitioning: { secrets: { strategy: 'murmur2', target_partitions: 3 } },
    },
  }
  assert.deepEqual(buildReport(sampleInput({ configuration: mapped })).coffer.configuration, mapped)
  const inside = { topic_mapping: { a: { password: 'hunter2-very-secret' } } }
  assert.ok(!canonicalJson(buildReport(sampleInput({ configuration: inside }))).includes('hunter2'))
})

test('failure 24: a report that is not signed names no algorithm, no signer, and says that it is not signed', () => {
  const { integrity, coffer } = buildReport(sampleInput({ signing: null }))
  assert.equal(integrity.signature_algorithm, null)
  assert.equal('signed_by' in integrity, false)
  assert.ok(coffer.not_covered.some((line) => line.includes('not signed')))
  assert.ok(coffer.controls.every((control) => !control.passed.includes('fact:named-signature')))
})

test('failure 29: source, operator, host, times, clock, program and what started it are in the report', () => {
  const input = sampleInput()
  const { coffer, triggered_by, tool } = buildReport(input)
  assert.deepEqual(coffer.source, {
    cluster_id: 'Vb2x9c1uTkqg9Zt0y3cXbA',
    brokers: ['kafka-prod-0.internal:9093', 'kafka-prod-1.internal:9093'],
    kafka_version: '4.1',
  })
  assert.deepEqual(coffer.operator, input.operator)
  assert.deepEqual(coffer.host, input.host)
  assert.equal(coffer.started_at, '2026-04-05T01:59:05.000Z')
  assert.equal(coffer.ended_at, '2026-04-05T02:14:04.000Z')
  assert.deepEqual(coffer.clock, { source: 'host clock', offset_ms: 12 })
  assert.equal(coffer.tool_digest?.sha256.length, 64)
  assert.equal(tool.name, 'coffer')
  assert.equal(triggered_by, 'weekly-sox-validation-cron')
  assert.deepEqual(coffer.durations, { backup: 412, restore: 2200, validation: 899 })
})

test('every field of OSO’s own report is there, under its name and with its type', async () => {
  const folder = join(import.meta.dirname, '../../fixtures/oso/evidence')
  const theirs = JSON.parse(
    await readFile(join(folder, 'validation-e5b8ca71-ed6d-49aa-a826-ed4ebe56c10f.json'), 'utf8'),
  ) as Record<string, unknown>
  const ours = buildReport(sampleInput()) as unknown as Record<string, unknown>
  const missing: string[] = []
  const compare = (path: string, their: unknown, our: unknown) => {
    if (typeof their !== 'object' || their === null) {
      if (our === undefined || (their !== null && our !== null && typeof our !== typeof their)) missing.push(path)
    } else if (Array.isArray(their)) {
      if (!Array.isArray(our)) missing.push(path)
      else if (their.length > 0 && our.length > 0 && path !== '.validation.results')
        compare(`${path}[]`, their[0], our[0])
    } else {
      for (const [name, value] of Object.entries(their))
        compare(`${path}.${name}`, value, (our as Record<string, unknown> | undefined)?.[name])
    }
  }
  compare('', theirs, ours)
  assert.deepEqual(missing, [])
  const result = (report: Record<string, unknown>) =>
    Object.keys((report.validation as { results: object[] }).results[0] ?? {}).sort()
  assert.deepEqual(result(ours), result(theirs))
  assert.equal((ours.integrity as { report_sha256: string }).report_sha256, '')
})

test('what was not covered follows from checks, account, storage, clock and signature', () => {
  const lines = buildReport(
    sampleInput({
      manifest: sampleManifest([sampleTopic('trades', 2, 1, { deleted_during: 5, unexplained: 1 })]),
      checks: [
        check('ContentCheck', 'SKIPPED', 'no target'),
        check('IntegrityCheck', 'PASSED', 'fine', { deep: false }),
      ],
      notCovered: ['The job says so.', 'The job says so.'],
      retention: { days: null, lock: null },
      clock: { source: 'host clock', offset_ms: null },
      toolDigest: null,
    }),
  ).coffer.not_covered
  assert.equal(lines.filter((line) => line === 'The job says so.').length, 1)
  for (const part of [
    'ContentCheck was skipped',
    'not compared',
    'did not read every segment',
    '10 offsets in 2 partitions were deleted',
    '2 offsets in 2 partitions were not on the log',
    'retention lock',
    'clock',
    'digest of its own files',
  ]) {
    assert.ok(
      lines.some((line) => line.includes(part)),
      part,
    )
  }
})

test('a check of some topics, and a secret in what was left out, are told as they may be', () => {
  const checks = (topics: number) => [check('ContentCheck', 'PASSED', 'fine', { topics })]
  const lines = (topics: number, notCovered: string[] = []) =>
    buildReport(sampleInput({ checks: checks(topics), notCovered })).coffer.not_covered
  assert.ok(lines(2).includes('ContentCheck looked at 2 of 3 topics; the others were not asked for.'))
  assert.ok(!lines(3).some((line) => line.startsWith('ContentCheck')))
  const [told] = lines(3, ['no timestamp from "https://tsa.example/?key=hunter2-very-secret": it failed'])
  assert.equal(told, 'no timestamp from "https://tsa.example/?key=[secret] it failed.')
})

test('the account is summed up; topics that were asked for and are not there are in the scope', () => {
  const manifest = sampleManifest([sampleTopic('a', 2, 3), sampleTopic('b', 1, 1)])
  const { coffer, backup } = buildReport(
    sampleInput({
      manifest,
      topics: [
        { source: 'a', target: 'x' },
        { source: 'gone', target: null },
      ],
    }),
  )
  assert.deepEqual(coffer.scope.topics, [
    { source: 'a', target: 'x', partitions: 2, records: 6000, segments: 6 },
    { source: 'gone', target: null, partitions: 0, records: 0, segments: 0 },
  ])
  assert.equal(coffer.account.length, 2)
  for (const { from, to, archived, absent, segments } of coffer.account) {
    assert.deepEqual(
      { from, to, archived, absent, segments },
      { from: 0, to: 3009, archived: 3000, absent: { control: 9 }, segments: 3 },
    )
  }
  assert.deepEqual(
    [backup.total_topics, backup.total_partitions, backup.total_segments, backup.total_records],
    [2, 3, 7, 7000],
  )
})

test('an archive of another program has no account: what lies between its segments is unaccounted', async () => {
  const file = join(import.meta.dirname, '../../fixtures/oso/oso-ledger-zstd/manifest.json')
  const manifest = parseManifest(await readFile(file), 'oso-ledger-zstd')
  const { coffer } = buildReport(sampleInput({ manifest, topics: null, timeline: timelineOf([manifest]) }))
  assert.deepEqual(coffer.timeline, [])
  assert.ok(coffer.account.length > 0)
  for (const { from, to, archived, absent } of coffer.account)
    assert.equal(archived + (absent.unaccounted ?? 0), to - from)
  assert.ok(coffer.not_covered.some((line) => line.startsWith('The archive was made by another program')))
  assert.equal(coffer.durations.backup, null)
})

test('a run that was killed is not told as running, once another has come after it; what the last did not reach is told', () => {
  const run = (generation: number, state: 'running' | 'complete' | 'failed' | 'interrupted') => {
    const manifest = structuredClone(sampleInput().manifest)
    assert.ok(manifest.coffer !== undefined)
    manifest.coffer = { ...manifest.coffer, generation, run: { ...manifest.coffer.run, state } }
    return manifest
  }
  const states = timelineOf([run(3, 'running'), run(2, 'running'), run(1, 'complete')]).map(({ state }) => state)
  assert.deepEqual(states, ['complete', 'interrupted', 'running'])
  for (const [state, words] of [
    ['running', 'The last run of the backup has not ended, or was killed: what it had not reached'],
    ['failed', 'The last run of the backup failed: what it had not reached'],
    ['interrupted', 'The last run of the backup was interrupted: what it had not reached'],
  ] as const) {
    const { not_covered } = buildReport(sampleInput({ manifest: run(3, state) })).coffer
    assert.ok(
      not_covered.some((line) => line.startsWith(words)),
      not_covered.join('\n'),
    )
  }
})

test('the same input gives the same report; any string can be written', () => {
  const input = sampleInput({
    triggeredBy: 'half \ud83d pair',
    operator: { os_user: '\udc00', name: null, role: null, meaning: null },
  })
  assert.equal(canonicalJson(buildReport(input)), canonicalJson(buildReport(input)))
  const { reportId: _, ...unnamed } = input
  assert.match(
    buildReport(unnamed).report_id,
    /^validation-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  )
  assert.throws(() => buildReport({ ...input, generatedAt: Number.NaN }), TypeError)
})
