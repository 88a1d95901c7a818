import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ActivityResult } from '../../src/contract/results.ts'
import { activityOf, withoutSecrets } from '../../src/worker/activity-facts.ts'
import { coffer, ROOT } from '../cli/program.ts'
import { freshFolder } from './support.ts'

const OSO = join(ROOT, 'test/fixtures/oso')
const validate = ['validate', '--path', OSO, '--backup-id', 'oso-ledger-zstd', '--json']
/** No keychain here, whatever this machine has. */
const NOBODY = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' }
const PASSPHRASE = 'correct horse battery staple'

type Of<A extends ActivityResult['action']> = Extract<ActivityResult, { action: A }>
const parsed = <A extends ActivityResult['action']>(out: string) => JSON.parse(out) as Of<A>

test('jobs leave two lines each, with who, what and the result; looks at lists leave none', async () => {
  const COFFER_PROFILE = freshFolder()
  const environment = { COFFER_PROFILE, ...NOBODY, COFFER_OPERATOR: 'Jane Doe' }
  assert.equal((await coffer(validate, { environment })).code, 0)
  assert.equal((await coffer(['list', '--path', OSO], { environment })).code, 0)
  const missing = await coffer(['validate', '--path', OSO, '--backup-id', 'none'], { environment })
  assert.equal(missing.code, 4)
  const list = parsed<'list'>((await coffer(['activity', 'list', '--json'], { environment })).out)
  assert.deepEqual(
    list.entries.map(({ seq, action, phase, subject, result }) => [
      seq,
      action,
      phase,
      subject,
      result?.exit_code ?? null,
      result?.error ?? null,
      result?.verdict ?? null,
    ]),
    [
      [4, 'validate', 'ended', 'none', 4, 'ARCHIVE_MISSING', null],
      [3, 'validate', 'started', 'none', null, null, null],
      [2, 'validate', 'ended', 'oso-ledger-zstd', 0, null, 'PASSED'],
      [1, 'validate', 'started', 'oso-ledger-zstd', null, null, null],
    ],
  )
  const [, , ended, started] = list.entries
  assert.equal(ended?.run, started?.run)
  assert.deepEqual([started?.actor.name, started?.actor.via], ['Jane Doe', 'command line'])
  assert.equal(started?.details.place, OSO)

  const failed = parsed<'list'>((await coffer(['activity', 'list', '--failed', '--json'], { environment })).out)
  assert.deepEqual(
    failed.entries.map(({ seq }) => seq),
    [4],
  )
  const found = await coffer(['activity', 'list', '--search', 'ZSTD', '--who', 'jane', '--limit', '1', '--json'], {
    environment,
  })
  assert.deepEqual([parsed<'list'>(found.out).total, parsed<'list'>(found.out).entries.length], [2, 1])
  assert.equal((await coffer(['activity', 'list', '--from', 'yesterday'], { environment })).code, 2)

  const unsigned = await coffer(['activity', 'verify'], { environment })
  assert.equal(unsigned.code, 6, unsigned.out)
  assert.match(unsigned.out, /^INDETERMINATE: .*no line is signed: no keychain answers here/)
})

test('signed with the encrypted key; exported, and checked elsewhere by the public key alone', async () => {
  const COFFER_PROFILE = freshFolder()
  const environment = { COFFER_PROFILE, ...NOBODY, COFFER_KEY_STORE: 'file', COFFER_KEY_PASSPHRASE: PASSPHRASE }
  const keys = await coffer(['keys', 'create', '--name', 'audit', '--json'], { environment })
  assert.equal(keys.code, 0, keys.err)
  const verified = await coffer(['activity', 'verify', '--json'], { environment })
  assert.equal(verified.code, 0, verified.out)
  const { verdict } = parsed<'verify'>(verified.out)
  assert.deepEqual([verdict.verdict, verdict.lines, verdict.covered], ['PASSED', 3, 3])
  const [first] = parsed<'list'>((await coffer(['activity', 'list', '--json'], { environment })).out).entries
  assert.deepEqual([first?.action, first?.after?.status, first?.before], ['keys create', 'usable', null])

  const folder = freshFolder()
  const output = join(folder, 'a.ndjson')
  const exported = await coffer(['activity', 'export', '--output', output], { environment })
  assert.equal(exported.code, 0, exported.err)
  const again = await coffer(['activity', 'export', '--output', output], { environment })
  assert.deepEqual([again.code, again.err.includes('[OBJECT_EXISTS]')], [4, true])
  const elsewhere = { COFFER_PROFILE: freshFolder(), ...NOBODY }
  const check = (...more: string[]) =>
    coffer(['activity', 'verify', '--file', output, ...more], { environment: elsewhere })
  assert.equal((await check()).code, 6)
  const good = await check('--public-key', `${output}.pub.pem`)
  assert.equal(good.code, 0, good.out)
  await writeFile(output, (await readFile(output, 'utf8')).replace('keys create', 'keys import'))
  const bad = await check('--public-key', `${output}.pub.pem`)
  assert.equal(bad.code, 5)
  assert.match(bad.out, /^FAILED: Line \d is not as it was written/)

  const csv = await coffer(['activity', 'export', '--output', join(folder, 'a.csv'), '--action', 'keys'], {
    environment,
  })
  assert.equal(csv.code, 0, csv.err)
  const rows = (await readFile(join(folder, 'a.csv'), 'utf8')).trimEnd().split('\r\n')
  assert.equal(rows.length, 3)
  assert.match(rows[2] ?? '', /,keys create,ended,audit,0,/)
  // no passphrase and no private key anywhere in what was written
  for (const file of ['activity.ndjson', 'keys/activity-1.json']) {
    assert.ok(!(await readFile(join(COFFER_PROFILE, 'activity', file), 'utf8')).includes(PASSPHRASE))
  }
})

test('a profile that can not be written is said once and breaks nothing', async () => {
  const folder = freshFolder()
  await writeFile(join(folder, 'file'), '')
  for (const COFFER_PROFILE of [join(folder, 'file'), '/proc/nowhere']) {
    const run = await coffer(validate, { environment: { COFFER_PROFILE, ...NOBODY } })
    assert.equal(run.code, 0, run.err)
    assert.equal(run.err.match(/warning: what was done is not in the activity journal/g)?.length, 1, run.err)
    assert.equal((JSON.parse(run.out) as { verdict: string }).verdict, 'PASSED')
  }
})

test('a damaged journal does not stop anybody, and stays visible', async () => {
  const COFFER_PROFILE = freshFolder()
  await mkdir(join(COFFER_PROFILE, 'activity'))
  await writeFile(join(COFFER_PROFILE, 'activity/activity.ndjson'), 'no journal\n{"seq":')
  const environment = { COFFER_PROFILE, ...NOBODY }
  assert.equal((await coffer(validate, { environment })).code, 0)
  const verdict = await coffer(['activity', 'verify'], { environment })
  assert.equal(verdict.code, 5)
  assert.match(verdict.out, /line 1: expected JSON, got something else/)
})

test('no secret gets into a line', () => {
  const environment = { KAFKA_PASSWORD: 'hunter2hunter2', HOME: '/root/home' }
  assert.equal(withoutSecrets('https://jane:pw@tsa.example/x', environment), 'https://…@tsa.example/x')
  assert.equal(withoutSecrets('s3://b/p?region=eu&sig=abc', environment), 's3://b/p?region=eu&sig=…')
  assert.equal(withoutSecrets('x hunter2hunter2 y /root/home', environment), 'x [KAFKA_PASSWORD] y /root/home')
  const config = {
    text: 'mode: backup\nbackup_id: "ledger" # x\npassword: hunter2hunter2\n',
    name: 'b.yaml',
    directory: '/',
  }
  const activity = activityOf({ kind: 'backup', config, dryRun: true, environment })
  assert.deepEqual(activity, {
    action: 'backup dry run',
    subject: 'ledger',
    details: { config: 'b.yaml', dry_run: true },
  })
})

test('what was verified is named as people know it; where it lay stands in the details', () => {
  const files = ['/tmp/session/x9/case-17.zip', 'C:\\evidence\\report.json']
  const verified = activityOf({ kind: 'verify', files, trust: [], at: null, environment: {} })
  assert.equal(verified?.subject, 'case-17.zip, report.json')
  assert.equal(verified?.details.files, files.join(', '))
})
