import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CheckOutcome } from '../../../src/contract/evidence/report.ts'
import { headline, meaning } from '../../../src/evidence/pdf/words.ts'
import { buildReport, type ReportInput } from '../../../src/evidence/report/build.ts'
import { bytes, day, duration, storagePlace } from '../../../src/evidence/report/plain.ts'
import { storageWords } from '../../../src/jobs/validation/facts.ts'
import { check, sampleInput } from '../sample-parts.ts'
import { samples } from '../samples.ts'

const say = (changes: Partial<ReportInput>) => headline(buildReport(sampleInput(changes)))
const content = (outcome: CheckOutcome, data: Record<string, unknown> | null = null) =>
  check('ContentCheck', outcome, 'as told', data)

test('the headline is the answer, and claims no more than was checked', () => {
  assert.equal(say({ checks: [content('PASSED')] }), 'What was restored is exactly what was archived')
  assert.equal(say({ checks: [content('PASSED', { sampled: true })] }), 'Every check that ran has passed')
  assert.equal(say({ checks: [check('MessageCountCheck', 'PASSED', 'fine')] }), 'Every check that ran has passed')
  assert.equal(say({ checks: [content('PASSED'), check('IntegrityCheck', 'FAILED', 'x')] }), '1 of 2 checks failed')
  assert.equal(say({ checks: [content('FAILED')] }), 'The check failed')
  assert.equal(
    say({ checks: [content('PASSED'), check('TopicConfigurationCheck', 'WARNING', 'x')] }),
    'The checks passed, with warnings that somebody must judge',
  )
  assert.equal(say({ checks: [content('SKIPPED')] }), 'The checks could not come to a result')
  assert.equal(say({ checks: [] }), 'Nothing was checked')
})

test('a comparison of some topics is not called one of all', () => {
  assert.equal(say({ checks: [content('PASSED', { topics: 3 })] }), 'What was restored is exactly what was archived')
  assert.equal(say({ checks: [content('PASSED', { topics: 2 })] }), 'Every check that ran has passed')
  const of = (data: Record<string, unknown>) =>
    meaning(buildReport(sampleInput({ checks: [content('PASSED', data)] }))).join('\n')
  assert.match(of({ topics: 3 }), /^Each archived record in scope was compared/)
  assert.match(of({ topics: 2 }), /^Each archived record of 2 of 3 topics in scope was compared/)
})

test('digests are said to agree only where the manifest states them', () => {
  const report = buildReport(sampleInput({ checks: [check('IntegrityCheck', 'PASSED', 'fine', { deep: true })] }))
  assert.match(meaning(report, true).join('\n'), /checksums, digests and counts were computed anew and agree/)
  assert.doesNotMatch(meaning(report, false).join('\n'), /digests and counts were computed/)
  assert.match(meaning(report, false).join('\n'), /does not state a digest of every segment/)
})

test('an extraction: how many, or none; never a number where it is not known to be complete', () => {
  const { report } = samples().find(({ name }) => name === 'extraction') ?? assert.fail()
  const of = (outcome: CheckOutcome, records: number) =>
    headline({
      ...report,
      validation: { ...report.validation, overall_result: outcome },
      coffer: { ...report.coffer, extraction: { ...(report.coffer.extraction ?? assert.fail()), records } },
    })
  assert.equal(of('PASSED', 214), '214 records match the request')
  assert.equal(of('PASSED', 1), '1 record matches the request')
  assert.equal(of('PASSED', 0), 'No record in the archive matches the request')
  assert.equal(of('FAILED', 214), 'The extraction failed its checks')
  assert.equal(of('INDETERMINATE', 0), 'It can not be said whether the extraction is complete')
})

test('a month: a failed check is in the headline though all runs completed', () => {
  const { report } = samples().find(({ name }) => name === 'monthly') ?? assert.fail()
  const of = (outcome: CheckOutcome, runs: number, runs_complete: number) =>
    headline({
      ...report,
      validation: { ...report.validation, overall_result: outcome, checks_failed: 1, checks_total: 3 },
      coffer: { ...report.coffer, monthly: { ...(report.coffer.monthly ?? assert.fail()), runs, runs_complete } },
    })
  assert.equal(of('PASSED', 0, 0), 'No backup ran in March 2026')
  assert.equal(of('PASSED', 30, 30), 'All 30 backup runs of March 2026 completed')
  assert.equal(of('FAILED', 30, 30), 'All 30 backup runs of March 2026 completed, but 1 of 3 checks failed')
  assert.equal(of('WARNING', 30, 29), '1 of 30 backup runs in March 2026 did not complete')
})

test('a finding that is too long for the first page is pointed to, whole elsewhere', () => {
  const lines = (detail: string) =>
    meaning(buildReport(sampleInput({ checks: [check('ContentCheck', 'FAILED', detail)] })))
  assert.ok(lines('3 missing').includes('Contents, record by record: failed. 3 missing.'))
  assert.ok(
    lines('k'.repeat(3000)).includes('Contents, record by record: failed. What was found stands under “Checks”.'),
  )
})

test('times, spans and sizes in words', () => {
  assert.equal(day('2026-04-05T02:14:05.000Z'), '5 April 2026, 02:14:05 UTC')
  assert.equal(day(null), 'not known')
  assert.equal(day('9223372036854775807'), '9223372036854775807')
  assert.deepEqual([0.045, 3.21, 59.99, 60, 2292, 3599.7, 7500, null].map(duration), [
    '45 ms',
    '3.2 s',

    '1 min 0 s',
    '1 min 0 s',
    '38 min 12 s',
    '1 h 0 min',
    '2 h 5 min',
    'not known',
  ])
  assert.deepEqual([0, 999, 1000, 187_000, 1_400_000_000].map(bytes), ['0 B', '999 B', '1.0 kB', '187 kB', '1.4 GB'])
})

test('where the archive lies, in words and not in the spelling of a program', () => {
  const s3 = { backend: 's3', bucket: 'b', path_style: true, allow_http: false } as const
  for (const [words, config] of [
    ['folder /backups', { backend: 'filesystem', path: '/backups' }],
    ['folder C:\\back "ups", new', { backend: 'filesystem', path: 'C:\\back "ups", new' }],
    ['S3 bucket b', s3],
    [
      'S3 bucket b, region eu-central-1, endpoint https://s3.internal, prefix production/weekly',
      { ...s3, region: 'eu-central-1', endpoint: 'https://key:pw@s3.internal/', prefix: 'production/weekly' },
    ],
  ] as const)
    assert.equal(storagePlace(storageWords(config)), words)
  for (const other of [
    'Azure { account_name: "a" }',
    'S3 { bucket: "b" ',
    'S3 { bucket: b }',
    'Filesystem { path: "a\\q" }',
    '',
  ])
    assert.equal(storagePlace(other), other)
})
