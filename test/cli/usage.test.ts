import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { verbHelp } from '../../src/cli/help.ts'
import { VERBS } from '../../src/cli/verbs/table.ts'
import { EXIT, EXIT_MEANING } from '../../src/contract/exit-codes.ts'
import { coffer } from './program.ts'

let folder = ''
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coffer-cli-'))
})
after(() => rm(folder, { recursive: true, force: true }))

const SPOKEN = [
  [['bakup'], 'error: unknown verb "bakup" [USAGE]', 'Did you mean "backup"?'],
  [[], 'error: missing a verb [USAGE]', 'coffer --help'],
  [['backup'], 'error: missing "--config FILE" [USAGE]', 'coffer backup --config sox-backup.yaml'],
  [['backup', '--confg', 'x'], 'error: unknown flag "--confg" [USAGE]', 'Did you mean "--config"?'],
  [['backup', '--config'], 'error: the flag "--config" needs a value: --config FILE [USAGE]', ''],
  [['backup', '--config', '--json'], 'error: the flag "--config" needs a value: --config FILE [USAGE]', ''],
  [['backup', '-c', 'a', '-c', 'b'], 'error: the flag "--config" was given twice [USAGE]', ''],
  [['backup', '-c', 'a', 'b'], 'error: expected only flags after "backup", got "b" [USAGE]', ''],
  [['backup', '-c', 'a', '--deep'], 'error: "backup" takes no flag "--deep" [USAGE]', 'coffer backup --help'],
  [['validate', '-p', 'a', '-b', 'c', '--deep=yes'], 'error: the flag "--deep" takes no value, got "yes" [USAGE]', ''],
  [['list', '-p', 'a', '-f', 'xml'], 'error: expected --format text, json, yaml, got "xml" [USAGE]', ''],
  [['list', '-p', 'a', '-f', 'csv'], 'error: expected --format text, json, yaml, got "csv" [USAGE]', ''],
  [
    ['list', '-p', 'a', '-f', 'yaml', '--json'],
    'error: expected either "--json" or "--format yaml", got both [USAGE]',
    '',
  ],
  [['status'], 'error: missing "--path" and "--backup-id", or "--config" [USAGE]', ''],
  [
    ['status', '-p', 'a', '-b', 'c', '--watch', '--interval', 'x'],
    'error: expected seconds from 0.1 to 86400 for "--interval", got "x" [USAGE]',
    '',
  ],
  [['list', '-p', 'a', '-x'], 'error: unknown flag "-x" [USAGE]', 'hint:  Run "coffer list --help".'],
  [
    ['retention', 'extend', '-p', 'a', '-b', 'c', '--reason', 'x', '--until', '2033-02-30T00:00:00Z'],
    'error: expected a time that exists for "--until", got "2033-02-30T00:00:00Z" [USAGE]',
    '',
  ],
  [
    ['validation', 'run', '-c', 'package.json', '--pitr', '2026-01-01T00:00:00'],
    'error: expected a time with its zone (2026-04-05T02:00:00Z or …+02:00) for "--pitr", got "2026-01-01T00:00:00" [USAGE]',
    '',
  ],
  [
    ['activity', 'list', '--from', '9007199254740991'],
    'error: expected a time that a calendar holds for "--from", got "9007199254740991" [USAGE]',
    '',
  ],
  [
    ['verify', 'x.pdf', '--at', 'Fri Nov 27 2026 10:00:00 Z'],
    'error: expected milliseconds since the epoch or ISO 8601 with a zone (2026-04-05T02:00:00Z) for "--at", got "Fri Nov 27 2026 10:00:00 Z" [USAGE]',
    '',
  ],
  [
    ['validation', 'evidence-list', '-p', 'a', '-l', '1e1'],
    'error: expected a whole number from 1 to 100000 for "--limit", got "1e1" [USAGE]',
    '',
  ],
  [
    ['offset-reset', 'plan', '-p', 'a', '-b', 'c'],
    'error: missing "--groups NAMES" [USAGE]',
    'offset-reset plan --path',
  ],
  [
    [
      'offset-reset',
      'execute',
      '-p',
      'a',
      '-b',
      'c',
      '-g',
      'g',
      '--bootstrap-servers',
      'k:1',
      '--sasl-mechanism',
      'PLAIN',
    ],
    'error: the flag "--sasl-mechanism" needs "--security-protocol SASL_SSL" or "SASL_PLAINTEXT" [USAGE]',
    '',
  ],
  [['offset-reset'], 'error: "offset-reset" needs a second word [USAGE]', 'offset-reset execute'],
  [['offset-rollback', 'show', '-p', 'a'], 'error: missing "--snapshot-id ID" [USAGE]', 'snap-'],
  [['list', '-p', 'a', '-s', 'x'], 'error: "list" takes no flag "--signature" [USAGE]', ''],
  [
    ['validation', 'evidence-verify', '--report-id', 'a', '-s', 'b'],
    'error: "validation evidence-verify" takes no flag "--report-id" [USAGE]',
    '',
  ],
  [['help', 'bakup'], 'error: unknown verb "bakup" [USAGE]', 'Did you mean "backup"?'],
] as const

for (const [args, message, hint] of SPOKEN) {
  test(`coffer ${args.join(' ')}: exit 2, a sentence, nothing on standard output`, async () => {
    const run = await coffer(args)
    assert.equal(run.code, EXIT.usage)
    assert.equal(run.err.split('\n')[0], message)
    assert.match(run.err, /^hint: {2}\S/m)
    assert.ok(run.err.includes(hint), run.err)
    assert.ok(!run.err.includes('    at '), 'a stack trace is no error message')
    assert.equal(run.out, args.includes('--json' as never) ? run.out : '')
  })
}

test('with --json the error is an object on standard output, and nothing else is', async () => {
  for (const args of [
    ['list', '--json'],
    ['--json', 'bakup'],
    ['list', '--format=json'],
    ['list', '-f', 'json', '--nonsense'],
  ]) {
    const run = await coffer(args)
    assert.equal(run.code, EXIT.usage)
    const { error } = JSON.parse(run.out) as { error: { code: string; message: string } }
    assert.equal(error.code, 'USAGE')
    assert.match(run.err, /^error: /)
  }
})

test('a file that is not there, is a folder, or is no text', async () => {
  const binary = join(folder, 'binary.yaml')
  await writeFile(binary, Buffer.from([0xff, 0xfe, 0x00]))
  for (const [file, reason] of [
    [join(folder, 'none.yaml'), 'no such file'],
    [folder, 'it is a folder'],
    [binary, 'it is not UTF-8 text'],
  ] as const) {
    const run = await coffer(['backup', '--config', file])
    assert.equal(run.code, EXIT.usage)
    assert.equal(
      run.err.split('\n')[0],
      `error: can't read the configuration file "${file}": ${reason} [CONFIG_UNREADABLE]`,
    )
    assert.match(run.err, /^hint: {2}\S/m)
  }
})

test('the stack comes with --verbose', async () => {
  assert.match((await coffer(['-v', 'backup'])).err, / {4}at /)
})

test('the first word of several verbs has help of its own, with an example of each', async () => {
  const help = await coffer(['keys', '--help'])
  assert.equal(help.code, 0, help.err)
  assert.match(help.out, /keys revoke +put a key on its revocation list/)
  assert.match(help.out, /^Examples:\n {2}coffer keys create /m)
  assert.equal((await coffer(['help', 'keys'])).out, help.out)
  assert.equal((await coffer(['keys', 'help'])).out, help.out)
  const run = await coffer(['validation', 'help', 'run'])
  assert.deepEqual([run.code, run.out], [0, (await coffer(['validation', 'run', '--help'])).out])
  assert.match((await coffer(['help', 'help'])).out, /^Verbs:$/m)
})

test('help: of the program, of each verb, in each way of asking', async () => {
  const program = await coffer(['--help'])
  assert.equal(program.code, 0)
  for (const verb of VERBS) assert.match(program.out, new RegExp(`^ {2}${verb.name} `, 'm'))
  assert.equal((await coffer(['help'])).out, program.out)
  for (const ask of [
    ['validate', '--help'],
    ['help', 'validate'],
    ['-h', 'validate'],
    ['validate', '-h', '--path', 'x'],
  ]) {
    const run = await coffer(ask)
    assert.equal(run.code, 0)
    assert.match(run.out, /^coffer validate: /)
    assert.equal(run.err, '')
  }
})

for (const verb of VERBS) {
  test(`the help of ${verb.name} has an example and the exit codes`, () => {
    const help = verbHelp(verb)
    assert.match(help, new RegExp(`Examples?:\n {2}coffer ${verb.name}(?: |$)`, 'm'))
    for (const [code, meaning] of Object.entries(EXIT_MEANING))
      assert.ok(help.includes(`${code.padStart(5)}  ${meaning}`), code)
    for (const flag of verb.flags) assert.ok(help.includes(`--${flag}`))
    for (const line of help.split('\n')) assert.ok(line.length <= 120, line)
  })
}

test('the verbs of the other program are there under its names', () => {
  const names = VERBS.map((verb) => verb.name)
  for (const name of [
    'backup',
    'restore',
    'list',
    'status',
    'validate',
    'describe',
    'validate-restore',
    'show-offset-mapping',
    'three-phase-restore',
    'snapshot-groups',
    'offset-reset plan',
    'offset-reset execute',
    'offset-reset script',
    'offset-reset-bulk',
    'offset-rollback snapshot',
    'offset-rollback list',
    'offset-rollback show',
    'offset-rollback rollback',
    'offset-rollback verify',
    'offset-rollback delete',
    'check',
  ]) {
    assert.ok(names.includes(name), name)
  }
})

test('version', async () => {
  for (const ask of [['version'], ['--version'], ['-V']]) {
    const run = await coffer(ask)
    assert.deepEqual([run.code, run.err], [0, ''])
    assert.match(run.out, /^coffer \d+\.\d+\.\d+\n$/)
  }
  const { out } = await coffer(['version', '--json'])
  assert.match((JSON.parse(out) as { version: string }).version, /^\d+\.\d+\.\d+$/)
})

test('the help of the version is help, in each way of asking', async () => {
  for (const ask of [
    ['version', '--help'],
    ['help', 'version'],
    ['-h', 'version'],
  ]) {
    const run = await coffer(ask)
    assert.deepEqual([run.code, run.err], [0, ''])
    assert.match(run.out, /^coffer version: [\s\S]*\nExamples:\n {2}coffer version\n/)
  }
  assert.match((await coffer(['--help', '--version'])).out, /^Verbs:$/m)
})

test('a configuration error names the line, through the worker', async () => {
  const file = join(folder, 'bad.yaml')
  await writeFile(file, 'mode: backup\nbackup_id: x\nsorce: {}\nstorage: /b\n')
  const run = await coffer(['backup', '-c', file])
  assert.equal(run.code, EXIT.usage)
  assert.equal(run.err.split('\n')[0], `error: ${file}:3: unknown key "sorce" [CONFIG_UNKNOWN_KEY]`)
  assert.ok(run.err.includes(`hint:  Did you mean "source"?`))
})
