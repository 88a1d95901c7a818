import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { BackupResult, ListResult, RestoreResult, ValidateResult } from '../../src/contract/results.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { COMPILED, PROGRAM } from '../rig/program.ts'
import { uniqueName, useJava, useKafka } from '../rig/shared.ts'
import { coffer } from './program.ts'

/** The way of the guides from the command line: check, back up, list, validate, restore, and an interruption. */
describe('the command line against a real Kafka', () => {
  let java: JavaClient
  let bootstrap: string
  let folder: string
  const topic = uniqueName('ledger')
  const restored = `${topic}-validation`
  const id = 'financial-data-weekly'

  before(async () => {
    java = await useJava()
    bootstrap = (await useKafka()).bootstrap
    folder = await mkdtemp(join(tmpdir(), 'coffer-story-'))
    await java.createTopics([{ name: topic, partitions: 1 }])
    await java.generate(topic, 500)
  })
  after(async () => {
    await java.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const file = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name)
    await writeFile(path, text)
    return path
  }
  const backupFile = (more = 'stop_at_current_offsets: true') =>
    `mode: backup\nbackup_id: "${id}"\nsource:\n  bootstrap_servers: ["\${KAFKA}"]\n  topics:\n    include: ["${topic}"]\nstorage:\n  backend: filesystem\n  path: ${folder}/archive\nbackup:\n  ${more}\n`
  const environment = () => ({ KAFKA: bootstrap })
  const place = () => join(folder, 'archive')

  it('checks, backs up, lists, validates and restores, with data alone on standard output', async () => {
    const config = await file('backup.yaml', backupFile())
    const check = await coffer(['check', '--config', config], { environment: environment() })
    assert.equal(check.code, 0, check.out + check.err)
    assert.match(check.out, /^PASSED: /m)

    const dry = await coffer(['backup', '--config', config, '--dry-run'], { environment: environment() })
    assert.equal(dry.code, 0, dry.out + dry.err)
    assert.match(dry.out, /^Dry run, nothing was written\./)
    // A dry run makes nothing, and a folder that is not there is no empty list.
    const missing = await coffer(['list', '--path', place()])
    assert.equal(missing.code, 4, missing.out)
    assert.match(missing.err, /\[ARCHIVE_MISSING\]/)

    const backup = await coffer(['backup', '--config', config, '--json'], { environment: environment() })
    assert.equal(backup.code, 0, backup.err)
    // Neither Node nor kafkajs has a say on a user's terminal (TimeoutNegativeWarning).
    assert.doesNotMatch(check.err + dry.err + backup.err, /Warning/)
    const result = JSON.parse(backup.out) as BackupResult
    assert.equal(result.state, 'complete')
    assert.equal(result.records, 500)

    const list = JSON.parse((await coffer(['list', '--path', place(), '--format', 'json'])).out) as ListResult
    assert.deepEqual(
      list.backups.map((one) => [one.backup_id, one.statistics.records, one.created_at.slice(0, 2)]),
      [[id, 500, '20']],
    )

    const validate = await coffer(['validate', '--path', place(), '--backup-id', id, '--deep', '--json'])
    assert.equal(validate.code, 0, validate.err)
    assert.equal((JSON.parse(validate.out) as ValidateResult).verdict, 'PASSED')

    const described = await coffer(['describe', '--path', place(), '--backup-id', id, '--format', 'json'])
    const { checksums } = JSON.parse(described.out) as { checksums: Record<string, string> }
    assert.ok(Object.values(checksums).every((sum) => /^[0-9a-f]{64}$/.test(sum)))

    const restore = await file(
      'restore.yaml',
      `mode: restore\nbackup_id: "${id}"\ntarget:\n  bootstrap_servers: ["\${KAFKA}"]\nstorage: ${place()}\nrestore:\n  create_topics: true\n  topic_mapping:\n    ${topic}: ${restored}\n`,
    )
    const run = await coffer(['restore', '--config', restore, '--json'], { environment: environment() })
    assert.equal(run.code, 0, run.err)
    assert.equal((JSON.parse(run.out) as RestoreResult).records, 500)
    const [before] = await java.digest([topic])
    const [behind] = await java.digest([restored])
    assert.equal(behind?.count, 500)
    assert.equal(behind?.sha256, before?.sha256)

    const words = await coffer(['status', '--config', config], { environment: environment() })
    assert.equal(words.code, 0, words.err)
    assert.match(words.out, /complete/)
  })

  it('ends a continuous backup at a durable point on one SIGINT, and the archive is whole', async () => {
    const config = await file('continuous.yaml', backupFile('continuous: true'))
    const child = spawn(process.execPath, [PROGRAM, 'backup', '-c', config, '--json'], {
      env: { PATH: process.env.PATH ?? '', ...COMPILED, ...environment() },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString()
      // the first sign that it runs: its progress, written every five seconds
      if (/ backup: /.test(chunk.toString())) child.kill('SIGINT')
    })
    const code = await new Promise((resolve) => child.on('close', resolve))
    // being stopped is how a continuous backup ends: nothing was cut short
    assert.equal(code, 0, err)
    assert.match(err, /stopping at a durable point/)
    assert.equal((JSON.parse(out) as BackupResult).state, 'complete')
    const validate = await coffer(['validate', '--path', place(), '--backup-id', id, '--deep'])
    assert.equal(validate.code, 0, validate.out + validate.err)
  })

  it('names the missing topic and what holds it', async () => {
    const config = await file('missing.yaml', backupFile().replace(`["${topic}"]`, '[no-such-topic-anywhere]'))
    const run = await coffer(['backup', '-c', config], { environment: environment() })
    assert.notEqual(run.code, 0)
    assert.match(run.err, /^error: .*"no-such-topic-anywhere".* \[[A-Z_]+\]$/m)
    assert.doesNotMatch(run.err, / {4}at /)
  })
})
