import assert from 'node:assert/strict'
import { test } from 'node:test'
import { finish, table, truncate, width } from '../../src/cli/paint.ts'
import { ProgressView, progressBlock, progressLine } from '../../src/cli/progress.ts'
import { bytes, duration, percent } from '../../src/cli/words.ts'
import type { Progress } from '../../src/contract/jobs.ts'

const PROGRESS: Progress = {
  phase: 'reading ledger-payments',
  recordsDone: 1_234,
  recordsTotal: 5_000,
  bytesDone: 12_300_000,
  bytesTotal: 50_000_000,
  recordsPerSecond: 100.4,
  bytesPerSecond: 1_234_567,
  secondsLeft: 35,
  elapsedSeconds: 12,
  partitions: Array.from({ length: 20 }, (_, partition) => ({
    topic: 'ledger-payments',
    partition,
    done: partition,
    total: 100,
  })),
}

test('without a terminal (field failure 36): one line with records, bytes, rate and time left', () => {
  assert.equal(
    progressLine('backup', PROGRESS),
    'backup: reading ledger-payments, 1,234 of 5,000 records (24 %), 35 s left, 1.2 MB/s, 12.3 MB of 50.0 MB, 100 records/s',
  )
  assert.equal(
    progressLine('backup', {
      ...PROGRESS,
      recordsTotal: null,
      bytesTotal: null,
      secondsLeft: null,
      bytesPerSecond: 0,
      recordsPerSecond: 0,
    }),
    'backup: reading ledger-payments, 1,234 records, 12 s so far, 12.3 MB',
  )
})

test('the block fits the terminal, whatever its size', () => {
  for (const [columns, rows] of [
    [80, 24],
    [200, 50],
    [40, 10],
    [20, 3],
    [20, 2],
    [1, 1],
  ] as const) {
    const lines = progressBlock('backup', PROGRESS, columns, rows)
    assert.ok(lines.length <= Math.max(1, rows - 2), `${lines.length} lines of ${rows}`)
    for (const line of lines) assert.ok(width(line) <= Math.max(10, columns - 1), line)
  }
})

test('the block shows the partitions that lag, the rest as a count', () => {
  const lines = progressBlock('backup', PROGRESS, 100, 10).map((line) => finish(line, false))
  assert.equal(lines.length, 8)
  assert.match(lines[2] ?? '', /ledger-payments\/0 .* 0 % {2}100 offsets left/)
  assert.equal(lines[7], '  … and 15 more partitions')
  const done = { ...PROGRESS, partitions: PROGRESS.partitions.map((one) => ({ ...one, done: 100 })) }
  assert.equal(progressBlock('backup', done, 100, 10).length, 2)
})

test('a log line goes above the block, and the end takes the block away', () => {
  const written: string[] = []
  const terminal = {
    live: true,
    columns: 80,
    rows: 24,
    out: () => undefined,
    data: () => undefined,
    err: (text: string) => void written.push(finish(text, false)),
    control: (text: string) => void written.push(text),
  }
  const view = new ProgressView(terminal, 'backup', true)
  view.update({ ...PROGRESS, partitions: [] })
  view.log('warning: slow')
  view.end()
  assert.equal(written.length, 5)
  assert.match(written[0] ?? '', /^backup · reading/)
  assert.equal(written[1], '\x1b[2A\r\x1b[0J')
  assert.equal(written[2], 'warning: slow\n')
  assert.equal(written[3], written[0])
  assert.equal(written[4], '\x1b[2A\r\x1b[0J')
})

test("what an archive says can't drive the terminal", () => {
  assert.equal(finish('a\x1b[2Jb\rc\x9bd\u202ee\nf', true), 'a\\x1b[2Jb\\x0dc\\x9bd\\u202ee\nf')
})

test('words', () => {
  assert.deepEqual([0, 999, 1_000, 118_400_000, 1e15].map(bytes), ['0 B', '999 B', '1.0 kB', '118 MB', '1.0 PB'])
  assert.deepEqual([0, 9.94, 35, 250, 3_600, 7_500, 273_600].map(duration), [
    '0.0 s',
    '9.9 s',
    '35 s',
    '4 min 10 s',
    '1 h',
    '2 h 5 min',
    '3 d 4 h',
  ])
  assert.deepEqual([percent(0, 0), percent(999, 1000), percent(5, 4)], ['100 %', '99 %', '100 %'])
  assert.equal(width('日本é'), 5)
  assert.equal(width(truncate('日本語日本語', 5)), 5)
  assert.deepEqual(
    table(
      ['a', 'n'],
      [
        ['x', '1'],
        ['yy', '1,000'],
      ],
    ).map((line) => finish(line, false)),
    ['a       n', 'x       1', 'yy  1,000'],
  )
})
