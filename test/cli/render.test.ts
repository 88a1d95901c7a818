import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { finish, paint, table, wrapped } from '../../src/cli/paint.ts'
import { csvRenderer, jsonRenderer } from '../../src/cli/render/data.ts'
import type { AnyResult } from '../../src/cli/render/renderer.ts'
import { textRenderer } from '../../src/cli/render/text.ts'
import { yamlRenderer } from '../../src/cli/render/yaml.ts'
import { errorLines } from '../../src/cli/report-error.ts'
import { BACKUP, LIST, RESTORE, STATISTICS, VALIDATE } from './results.ts'

const text = (result: AnyResult) => finish(textRenderer.result(result), false)

test('a backup in words: what, when, where, and every offset accounted for', () => {
  const words = text(BACKUP)
  assert.match(words, /^Backup "financial-data-weekly" is complete: 60 records \(12\.0 kB\) archived\.$/m)
  assert.match(
    words,
    /^Every offset is accounted for: of 88 offsets, 60 archived; 20 written by transactions that were aborted; 8 transaction markers without data\.$/m,
  )
  assert.match(words, /^Manifest SHA-256: (ab){32}$/m)
})

test('a loss is said loudly', () => {
  const gap = { topic: 'a', partition: 2, kind: 'deleted_during', from: 100, to: 110, reason: 'retention' } as const
  const words = text({
    ...BACKUP,
    account: { offsets: 98, archived: 88, absent: { deleted_during: 10 } },
    gaps: [gap],
    gaps_total: 5,
  })
  assert.match(words, /complete, WITH GAPS/)
  assert.match(words, /^10 offsets are LOST: of 98 offsets/m)
  assert.match(words, /^5 GAPS: these offsets are not in the archive$/m)
  assert.match(words, /^ {2}a\/2: offsets 100 to 109 \(10\) deleted by Kafka while the backup ran: retention$/m)
  assert.match(words, /and 4 more/)
  assert.match(text({ ...BACKUP, account: { offsets: 99, archived: 60, absent: {} } }), /does not add up \(60 of 99\)/)
})

test('a validation begins with its verdict', () => {
  const words = text(VALIDATE)
  assert.match(words, /^FAILED: 1 of 36 segments is damaged\n/)
  assert.match(words, /expected CRC 1, got 2 \[SEGMENT_DAMAGED\]\n +a\/0, x\/segment-0\.bin\.zst, offset 7/)
  assert.match(words, /and 2 more/)
})

test("names from an archive can't drive the terminal, in any format", () => {
  for (const output of [text(LIST), jsonRenderer.result(LIST), yamlRenderer.result(LIST)]) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    assert.doesNotMatch(output, /[\x00-\x09\x0b-\x1f\x7f-\x9f]/)
  }
})

test('JSON and YAML carry the result exactly', () => {
  for (const result of [BACKUP, LIST, VALIDATE]) {
    assert.deepEqual(JSON.parse(jsonRenderer.result(result)), result)
    assert.deepEqual(parse(yamlRenderer.result(result)), result)
  }
})

test('a description is the manifest with its checksums, 64-bit timestamps exact', () => {
  const output = jsonRenderer.result({
    kind: 'describe',
    location: 'file:///b',
    manifest: { backup_id: 'x', topics: [], stamp: 9_223_372_036_854_775_807n },
    manifest_sha256: '',
    checksums: { 'x/segment': 'ab' },
    overview: LIST.backups[0] as (typeof LIST.backups)[number],
    account: null,
    topics: [],
    gaps: [],
    gaps_total: 0,
  })
  assert.match(output, /"stamp": 9223372036854775807/)
  assert.deepEqual(Object.keys(JSON.parse(output)), ['backup_id', 'topics', 'stamp', 'checksums'])
})

test('a topic without a record is in the description too', () => {
  const output = text({
    kind: 'describe',
    location: 'file:///b',
    manifest: {},
    manifest_sha256: '',
    checksums: {},
    overview: LIST.backups[0] as (typeof LIST.backups)[number],
    account: null,
    topics: [{ topic: 'ledger-empty', partitions: [], configuration_overrides: {} }],
    gaps: [],
    gaps_total: 0,
  })
  assert.match(output, /^ledger-empty +0 +0 +0 B/m)
})

test('CSV quotes what it must', () => {
  const output = csvRenderer.result({
    kind: 'show-offset-mapping',
    backup_id: 'x',
    location: '',
    restores: [],
    restore_id: null,
    entries: [
      {
        topic: 'a,"b"',
        partition: 0,
        target_topic: null,
        target_partition: null,
        source_first_offset: 0,
        source_last_offset: 9,
        target_first_offset: null,
        target_last_offset: null,
        records: 10,
        first_timestamp: STATISTICS.first_timestamp,
        last_timestamp: null,
      },
    ],
  })
  assert.equal(output.split('\r\n')[1], '"a,""b""",0,,,0,9,,,10,2026-01-01T00:00:00.000Z,')
})

test('an error (field failure 35): a sentence, its code, the other problems, a hint; the stack only when asked', () => {
  const error = {
    code: 'CONFIG_UNKNOWN_KEY',
    message: 'a.yaml:1: unknown key "x"',
    hint: 'Try y.',
    details: { also: ['a.yaml:2: more'] },
    stack: 'Error\n    at x',
  } as const
  const lines = errorLines({ ...error, details: { also: ['a.yaml:2: more'] } }, false).map((line) =>
    finish(line, false),
  )
  assert.deepEqual(lines, [
    'error: a.yaml:1: unknown key "x" [CONFIG_UNKNOWN_KEY]',
    'also:  a.yaml:2: more',
    'hint:  Try y.',
  ])
  assert.equal(errorLines({ ...error, details: {} }, true).length, 4)
})

test('positions that were not committed are told in plain words', () => {
  const position = { topic: 'a', partition: 0, target_topic: 'a', target_partition: 0, clamped: false }
  const reason = 'not committed, since reset_consumer_offsets is off; it would be 10,000'
  const open = { ...position, source_offset: 10_000, target_offset: null, reason }
  const words = text({ ...RESTORE, consumer_groups: [{ group_id: 'g', positions: [open] }] })
  assert.match(words, /^No position of 1 consumer group was committed\.$/m)
  assert.match(words, /^ {2}group "g" on a\/0 at 10,000: not committed, since .* is off; it would be 10,000$/m)
  const clamped = { ...position, source_offset: 12_345, target_offset: 10_000, clamped: true, reason: 'past the end' }
  const moved = text({ ...RESTORE, consumer_groups: [{ group_id: 'g', positions: [clamped] }] })
  assert.match(moved, /^ {2}group "g" on a\/0 at 12,345: now at 10,000, past the end$/m)
})

test('a topic name at the length limit stands whole on a line of its own and leaves the table its width', () => {
  const long = 'n'.repeat(249)
  const many = Array.from({ length: 200_000 }, () => ['x', '1'])
  const lines = table(['topic', 'records'], [['ledger', '12'], [long, '3'], ...many])
  assert.deepEqual(lines.slice(1, 4), ['ledger       12', long, `${' '.repeat(14)}3`])
  assert.equal(lines.length, 200_004)
})

test('on a narrow terminal lines break between words, and a hash stays in one piece', () => {
  const hash = 'ab'.repeat(32)
  const out = wrapped(`PASSED: ${paint('green', 'all records')} were read\n  SHA-256 ${hash}\nshort`, 16)
  assert.deepEqual(finish(out, false).split('\n'), [
    'PASSED: all',
    '  records were',
    '  read',
    '  SHA-256',
    `    ${hash}`,
    'short',
  ])
  assert.equal(wrapped('ledger  1  22.7 MB', 14), 'ledger  1\n  22.7 MB')
})

test('a run that was killed is not said to run, nor its lock to be held, before the lock has expired too', () => {
  const lock = {
    holder: 'ada@bank (process 7)',
    acquired_at: '2026-06-30T10:00:00.000Z',
    expires_at: '2999-06-30T10:01:00.000Z',
    expired: true,
  }
  const status: AnyResult = {
    kind: 'status',
    backup_id: 'weekly',
    location: 'file:///archive',
    state: 'interrupted',
    generation: 2,
    run_id: 'r',
    operator: 'ada@bank',
    started_at: '2026-06-30T10:00:00.000Z',
    ended_at: null,
    updated_at: null,
    lock,
    statistics: { ...STATISTICS, records: 0 },
    account: null,
    partitions: [],
  }
  const gone = text(status)
  assert.match(gone, /^Backup "weekly" in file:\/\/\/archive: its last run was cut off$/m)
  assert.match(gone, /lock {5}left behind by ada@bank \(process 7\),.* and is gone; the next run takes it over$/m)
  assert.doesNotMatch(gone, /2999|^ {2}records/m)
  assert.match(text({ ...status, lock: null }), /its last run was cut off$/m)
  assert.match(text({ ...status, ended_at: '2026-06-30T10:05:00.000Z' }), /: interrupted$/m)
  const held = text({ ...status, state: 'running', lock: { ...lock, expired: false } })
  assert.match(held, /: running$/m)
  assert.match(held, /lock {5}held by ada@bank/)
})

test('a setting that was changed in the same way for many topics is said once, with the command to set it back', () => {
  const back = (topic: string) =>
    `too old; set it back with: kafka-configs --topic ${topic} --delete-config retention.ms`
  const difference = (topic: string) => ({
    topic,
    name: 'retention.ms',
    archived: null,
    applied: '-1',
    reason: back(topic),
  })
  const words = text({ ...RESTORE, configuration_differences: [difference('a'), difference('b')] })
  assert.match(
    words,
    /^ {2}retention\.ms = -1 instead of \(default\): too old; .* --topic TOPIC --delete-config retention\.ms$/m,
  )
  assert.match(words, /^ {4}in 2 topics: a, b$/m)
  assert.match(
    text({ ...RESTORE, configuration_differences: [difference('a')] }),
    /^ {2}a: retention\.ms = .* --topic a --delete/m,
  )
})
