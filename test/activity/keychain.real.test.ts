import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ActivityVerdict } from '../../src/contract/activity.ts'
import { ROOT } from '../cli/program.ts'
import { inSession } from '../keys/session.ts'
import { temporaryFolder } from '../keys/support.ts'

const WORK = `coffer validate --path "${join(ROOT, 'test/fixtures/oso')}" --backup-id oso-ledger-zstd --quiet >/dev/null`
const VERIFY = 'code=0; coffer activity verify --json || code=$?; echo "$code" >&2'

function verdictIn(stdout: string): ActivityVerdict {
  return (JSON.parse(stdout) as { verdict: ActivityVerdict }).verdict
}

test('with a real keychain lines are signed, across sessions, and lines cut off at the end are noticed', async () => {
  const home = await temporaryFolder()
  const journal = join(home, 'profile/activity/activity.ndjson')
  const first = await inSession(home, `${WORK}\n${VERIFY}`)
  assert.equal(first.code, 0, first.stderr)
  const passed = verdictIn(first.stdout)
  assert.deepEqual([passed.verdict, passed.lines, passed.signed], ['PASSED', 3, 3], passed.headline)
  assert.deepEqual([passed.keys[0]?.confirmed_by, passed.remembered.state], ['keychain', 'matches'])

  // another session and another daemon; then without any, then with it again
  const second = await inSession(
    home,
    `${WORK}\nDBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere ${WORK.replace('coffer', 'coffer')}\n${VERIFY}`,
  )
  assert.equal(second.code, 0, second.stderr)
  const tail = verdictIn(second.stdout)
  assert.deepEqual([tail.verdict, tail.lines, tail.covered], ['INDETERMINATE', 7, 5], tail.headline)
  const third = verdictIn((await inSession(home, `${WORK}\n${VERIFY}`)).stdout)
  assert.deepEqual([third.verdict, third.lines, third.covered], ['PASSED', 9, 9], third.headline)

  const whole = await readFile(journal, 'utf8')
  const lines = whole.trimEnd().split('\n')
  await writeFile(journal, `${lines.slice(0, 6).join('\n')}\n`)
  const cut = verdictIn((await inSession(home, VERIFY)).stdout)
  assert.equal(cut.verdict, 'FAILED')
  assert.match(cut.headline, /lines 7 to 9 were there/)
  // the next run does not cover it up
  const later = verdictIn((await inSession(home, `${WORK}\n${VERIFY}`)).stdout)
  assert.equal(later.verdict, 'FAILED')
  assert.match(later.headline, /Line 7 .*the journal ended at line 6 when line 9 was remembered/)

  await writeFile(journal, '')
  const gone = verdictIn((await inSession(home, VERIFY)).stdout)
  assert.equal(gone.verdict, 'FAILED')
})

test('a keychain that has lost the key: a new one, and what it was not there for is not proved', async () => {
  const home = await temporaryFolder()
  assert.equal((await inSession(home, WORK)).code, 0)
  const script = `rm -r "$XDG_DATA_HOME"`
  assert.equal((await inSession(home, script)).code, 0)
  const run = await inSession(home, `${WORK}\n${VERIFY}`)
  const verdict = verdictIn(run.stdout)
  assert.equal(verdict.verdict, 'INDETERMINATE', verdict.headline)
  assert.deepEqual(
    verdict.keys.map(({ confirmed_by: by, first, last }) => [by, first, last]),
    [
      [null, 1, 3],
      ['keychain', 4, 6],
    ],
  )
  const lines = await readFile(join(home, 'profile/activity/activity.ndjson'), 'utf8')
  assert.match(lines, /could not be found again/)
})
