import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { hintOf } from '../../src/cli/hints.ts'
import { ERROR_EXIT, type ErrorCode } from '../../src/contract/errors.ts'
import { EXIT } from '../../src/contract/exit-codes.ts'
import { COMPILED, PROGRAM } from '../rig/program.ts'
import { coffer, type Run } from './program.ts'

/** What somebody gets who gives the program the wrong thing: a sentence, its code and a hint, never a stack. */

let folder = ''
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coffer-wrong-'))
})
after(() => rm(folder, { recursive: true, force: true }))

function refused(run: Run, exit: number, code: ErrorCode, message: RegExp): void {
  assert.equal(run.code, exit, run.err)
  const [first = ''] = run.err.split('\n')
  assert.match(first, message)
  assert.ok(first.endsWith(`[${code}]`), first)
  assert.match(run.err, /^hint: {2}\S/m)
  assert.doesNotMatch(run.err, /^ {4}at /m)
}

test('every code has a hint of its own for where an error knows none', () => {
  const codes = Object.keys(ERROR_EXIT) as ErrorCode[]
  for (const code of codes) assert.match(hintOf(code, 'backup', false), /^[A-Z“].{10,}[.]$/, code)
  assert.ok(new Set(codes.map((code) => hintOf(code, null, false))).size > codes.length * 0.9)
})

const ALIASES = Array.from({ length: 9 }, (_, level) =>
  level === 0
    ? 'a0: &a0 [x, x]'
    : `a${level}: &a${level} [${Array(9)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
).join('\n')
const FILES: [string, string, ErrorCode, RegExp][] = [
  ['empty', '', 'CONFIG_INVALID_VALUE', /expected a file with "mode"/],
  ['comment', '# nothing but this\n', 'CONFIG_INVALID_VALUE', /expected a file with "mode"/],
  ['list', '- a\n', 'CONFIG_INVALID_VALUE', /expected a file with "mode"/],
  ['cut', 'mode: backup\nsource: [a', 'CONFIG_SYNTAX', /:2:/],
  ['bomb of aliases', ALIASES, 'CONFIG_SYNTAX', /nested too deeply/],
  ['alias of itself', 'a: &a\n  b: *a\n', 'CONFIG_SYNTAX', /nested too deeply/],
  ['deep', `a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`, 'CONFIG_SYNTAX', /nested too deeply/],
  ['prototype', '__proto__: {mode: backup}\n', 'CONFIG_UNKNOWN_KEY', /unknown key "__proto__"/],
  ['resource', 'apiVersion: kafka.oso.sh/v1alpha1\nkind: KafkaBackup\n', 'UNSUPPORTED', /"apiVersion"/],
]

for (const [name, text, code, message] of FILES) {
  test(`a configuration file that is wrong: ${name}`, async () => {
    const file = join(folder, 'wrong.yaml')
    await writeFile(file, text)
    refused(await coffer(['backup', '--config', file]), EXIT.usage, code, message)
  })
}

test('what is no approval is told to be none', async () => {
  const file = join(folder, 'approval.json')
  for (const [text, message] of [
    ['no JSON', /it is no JSON/],
    ['[]', /its content is not as expected/],
    ['{}', /"document" is not as expected/],
  ] as const) {
    await writeFile(file, text)
    refused(await coffer(['approvals', 'verify', file]), EXIT.usage, 'CONFIG_UNREADABLE', message)
  }
})

test('a schedule for a file that could never run is refused when it is made', async () => {
  const add = (config: string, job = 'backup') =>
    coffer(['schedule', 'add', '--name', 'nightly', '--config', config, '--cron', '0 2 * * *', '--job', job])
  const file = join(folder, 'nightly.yaml')
  refused(await add(file), EXIT.usage, 'CONFIG_UNREADABLE', /no such file/)
  refused(await add(folder), EXIT.usage, 'CONFIG_UNREADABLE', /it is a folder/)
  // what the night's own environment holds is not known by day; all else in the file is
  const text = (topics: string) =>
    `mode: backup\nbackup_id: nightly\nstorage: /b\nsource:\n  bootstrap_servers: ["$\{AT_NIGHT}:9092"]\n  topics:\n    ${topics}\n`
  await writeFile(file, text('inclde: ["a"]'))
  refused(await add(file), EXIT.usage, 'CONFIG_UNKNOWN_KEY', /:7: unknown key "source.topics.inclde"/)
  await writeFile(file, text('include: ["a"]'))
  refused(await add(file, 'validation'), EXIT.usage, 'CONFIG_UNKNOWN_KEY', /"mode"/)
  assert.equal((await add(file)).code, EXIT.done)
})

test('overview and controls of a place that is not there exit as list does, and of an empty one with 0', async () => {
  const empty = join(folder, 'empty')
  await mkdir(empty)
  for (const verb of ['overview', 'controls']) {
    const run = await coffer([verb, '--path', join(folder, 'nowhere')])
    assert.equal(run.code, EXIT.damaged)
    assert.match(run.out, /there is no folder .* \[ARCHIVE_MISSING\]/)
    assert.equal((await coffer([verb, '--path', 's3://bucket?nonsense=1'])).code, EXIT.usage)
    assert.equal((await coffer([verb, '--path', empty])).code, EXIT.done)
  }
})

test('a result that can not be written is told, and is no success', () => {
  const run = (redirection: string) =>
    spawnSync('sh', ['-c', `"${process.execPath}" "${PROGRAM}" list --path "$0" --json ${redirection}`, folder], {
      env: { PATH: process.env.PATH ?? '', ...COMPILED, HOME: folder, COFFER_PROFILE: join(folder, 'profile') },
      encoding: 'utf8',
    })
  const full = run('> /dev/full')
  refused({ code: full.status, out: '', err: full.stderr }, EXIT.unreachable, 'STORAGE_FULL', /standard output/)
  // remarks alone are lost where a log can't be written: the job goes on
  const deaf = run('--verbose 2> /dev/full')
  assert.equal(deaf.status, EXIT.done)
  assert.equal((JSON.parse(deaf.stdout) as { kind: string }).kind, 'list')
})
