import assert from 'node:assert/strict'
import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'

/**
 * What the leading open-source backup and its neighbours get wrong, as seen in their code, running, and in the threads
 * of their users. Each line has a test whose name carries its number (`failure 7: …`, `failures 8 and 9: …`).
 */
const FAILURES: Readonly<Record<number, string>> = {
  1: 'aborted transactions and control markers are archived and restored as messages',
  2: 'a second run under the same id overwrites segments and keeps the old entries',
  3: 'the checkpoint runs ahead of durable data',
  4: 'any error on reading the manifest counts as a first run',
  5: 'an empty fetch ends a partition as success',
  6: 'a time window prunes segments by first and last timestamp',
  7: 'a snapshot at the current offsets is no cut',
  8: 'headers are mutilated',
  9: 'users’ own headers are mistaken for the tool’s',
  10: 'a restore can not be resumed; a retry duplicates everything',
  11: 'success is reported when interrupted or when nothing matched',
  12: 'topics are restored without their configuration',
  13: 'batches and segments are bounded by record count only',
  14: 'a target is purged before a segment has been verified',
  15: 'two writers on one backup race',
  16: 'gaps are invisible, or look like loss',
  17: 'offsets are asked of any broker instead of the coordinator',
  18: 'committed offsets are extrapolated past the end or below 0',
  19: 'a missing snapshot is only a warning',
  20: 'checksums are called valid and nothing was summed',
  21: 'failed checks satisfy controls',
  22: 'secrets of the storage are printed into the report',
  23: 'the PDF is unsigned and not bound to the JSON',
  24: 'a report that is not signed names an algorithm',
  25: 'verification without a key prints VERIFIED for a forgery',
  26: 'nothing ran: passed',
  27: 'counts are differences of watermarks; nothing compares content',
  28: 'manifest and segments are unsigned, with CRC-32 only',
  29: 'no source, operator, times, program or clock',
  30: 'a dry run contacts nobody and can never fail',
  31: 'metrics and health listen on all interfaces',
  32: 'paths in ids and keys of a foreign manifest are followed',
  33: 'unset variables, misspelt protocols and unknown keys pass in silence',
  34: 'secrets are printed; names are unquoted in shell scripts',
  35: 'logs on standard output; two exit codes; a stack trace as a message',
  36: 'no progress, rate or time left',
}

test('each failure has a test with its number', async (t) => {
  const found = new Map<number, string[]>()
  for await (const file of glob('**/*.{ts,tsx}', { cwd: join(import.meta.dirname, '..') })) {
    if (file === join('failures', 'covered.test.ts')) continue
    const text = await readFile(join(import.meta.dirname, '..', file), 'utf8')
    // Only names: a string that a test, a suite or a table of tests begins with.
    for (const [, numbers] of text.matchAll(/['"`][^'"`\n]*?failures? (\d+(?:(?:, | and )\d+)*)[:)]/g)) {
      for (const number of (numbers ?? '').match(/\d+/g) ?? []) {
        const files = found.get(Number(number)) ?? []
        if (!files.includes(file)) files.push(file)
        found.set(Number(number), files)
      }
    }
  }
  const numbers = Object.keys(FAILURES).map(Number)
  for (const number of numbers) {
    t.diagnostic(`${number}. ${FAILURES[number]}: ${(found.get(number) ?? ['no test']).join(', ')}`)
  }
  assert.deepEqual(
    numbers.filter((number) => !found.has(number)).map((number) => `${number}. ${FAILURES[number]}`),
    [],
  )
})
