import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { coffer } from '../cli/program.ts'
import { runTool, type ToolResult } from '../rig/cache.ts'
import type { JavaClient } from '../rig/java-client.ts'
import { until } from '../rig/oddities.ts'
import { PROGRAM } from '../rig/program.ts'
import type { S3Server } from '../rig/s3.ts'
import { uniqueName, useJava, useKafka, useS3 } from '../rig/shared.ts'
import { backUp, backupConfig, binFolder, needPrograms, s3Storage } from './real-support.ts'
import { temporaryFolder } from './support.ts'

/**
 * The script of a compliance guide, word for word but for the program's name, against a real S3 server and backups of
 * a real Kafka.
 */
describe('a monthly compliance report', () => {
  const ids = ['compliance-daily-20241201', 'compliance-daily-20241202']
  const records = [700, 900]
  let s3: S3Server
  let java: JavaClient
  let bucket: string
  let bin: string
  let bootstrap: string

  before(async () => {
    await needPrograms()
    s3 = await useS3()
    java = await useJava()
    bootstrap = (await useKafka()).bootstrap
    bin = await binFolder()
    bucket = uniqueName('compliance-backups')
    await s3.makeBucket(bucket)
    for (const [i, id] of ids.entries()) {
      const topic = uniqueName('ledger')
      await java.createTopics([{ name: topic, partitions: 2 }])
      await java.generate(topic, records[i] as number, { size: 200, partitions: 2 })
      const storage = s3Storage(s3, bucket, 'production/daily')
      await backUp(backupConfig({ bootstrap, backupId: id, topics: [topic], storage }))
    }
  })

  const environment = () => ({ ...s3.env, AWS_ENDPOINT_URL: s3.endpoint, PATH: `${bin}:${process.env.PATH ?? ''}` })

  async function report(): Promise<ToolResult> {
    const script = await readFile(join(import.meta.dirname, 'monthly-report.sh'), 'utf8')
    const mine = script.replaceAll('s3://compliance-backups/', `s3://${bucket}/`)
    return runTool('bash', ['-e', '-o', 'pipefail', '-s'], { input: mine, env: environment() })
  }

  test('lists every backup with its time and records, and validates each', async () => {
    const { code, stdout, stderr } = await report()
    assert.equal(code, 0, stderr)
    const lines = stdout.split('\n')
    assert.match(lines[1] ?? '', /^Period: \d{4}-\d{2}$/)
    for (const [i, id] of ids.entries()) {
      assert.match(
        lines[3 + i] ?? '',
        new RegExp(`^${id} \\| \\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z \\| ${records[i]} records$`),
      )
    }
    assert.equal(lines.filter((line) => line.startsWith('Validating: ')).length, 2)
    assert.equal(lines.filter((line) => line.startsWith('PASSED: ')).length, 2, stdout)
  })

  test('list, describe, status and validate say the same of S3 as of a folder', async () => {
    const topic = uniqueName('both')
    await java.createTopics([{ name: topic }])
    await java.generate(topic, 300, { size: 100 })
    const folder = await temporaryFolder()
    const [id, idS3] = ['both-places', 'both-places']
    await backUp(
      backupConfig({ bootstrap, backupId: id, topics: [topic], storage: { backend: 'filesystem', path: folder } }),
    )
    const storage = s3Storage(s3, bucket, 'both')
    await backUp(backupConfig({ bootstrap, backupId: idS3, topics: [topic], storage }))
    for (const verb of ['list', 'describe', 'status', 'validate']) {
      const args = verb === 'validate' ? ['--deep'] : []
      const results = []
      for (const path of [folder, s3.url(bucket, 'both')]) {
        const run = await coffer([verb, '--path', path, '--backup-id', id, '--format', 'json', ...args], {
          environment: environment(),
        })
        assert.equal(run.code, 0, run.err)
        results.push(figures(JSON.parse(run.out)))
      }
      assert.deepEqual(results[0], results[1], verb)
    }
    // and where restored records went, whichever place they came from
    const mapped: unknown[] = []
    for (const [at, from] of [{ backend: 'filesystem', path: folder }, storage].entries()) {
      const file = join(folder, `restore-${at}.yaml`)
      const copy = `${topic}-${at}`
      const config = {
        ...{ mode: 'restore', backup_id: id, target: { bootstrap_servers: [bootstrap] }, storage: from },
        restore: { create_topics: true, topic_mapping: { [topic]: copy } },
      }
      await writeFile(file, JSON.stringify(config))
      const restored = await coffer(['restore', '--config', file], { environment: environment() })
      assert.equal(restored.code, 0, restored.err)
      const path = at === 0 ? folder : s3.url(bucket, 'both')
      const run = await coffer(['show-offset-mapping', '--path', path, '--backup-id', id, '--format', 'csv'], {
        environment: environment(),
      })
      assert.equal(run.code, 0, run.err)
      mapped.push(run.out.replaceAll(copy, 'copy'))
    }
    assert.equal(mapped[0], mapped[1])
    assert.match(String(mapped[0]), new RegExp(`^${topic},0,copy,0,0,299,0,299,300,`, 'm'))
  })

  test('status --watch sees a backup grow, on S3 too, and Ctrl-C is its end', async () => {
    const topic = uniqueName('watched')
    await java.createTopics([{ name: topic }])
    const storage = s3Storage(s3, bucket, 'watched')
    const run = async (records: number) => {
      await java.generate(topic, records, { size: 100 })
      await backUp(backupConfig({ bootstrap, backupId: 'watched', topics: [topic], storage }))
    }
    await run(200)
    const args = [
      'status',
      '--path',
      s3.url(bucket, 'watched'),
      '--backup-id',
      'watched',
      '--watch',
      '--interval',
      '0.2',
    ]
    const child = spawn(process.execPath, [PROGRAM, ...args, '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...environment(), COFFER_PROFILE: bin },
    })
    const ended = once(child, 'close')
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    const looks = () =>
      out
        .split(/(?<=^\}\n)/m)
        .filter((one) => one.endsWith('}\n'))
        .map((one) => JSON.parse(one) as { statistics: { records: number } })
    await until('a first look', async () => looks().length > 0)
    await run(100)
    await until('the new records', async () => looks().at(-1)?.statistics.records === 300)
    child.kill('SIGINT')
    assert.deepEqual(await ended, [0, null])
    assert.equal(looks()[0]?.statistics.records, 200)
  })

  test('checksums by segment, as an auditor asks for them', async () => {
    const command = `coffer describe --path s3://${bucket}/production/daily --backup-id ${ids[0]} --format json | jq -e '.checksums'`
    const { code, stdout, stderr } = await runTool('bash', ['-o', 'pipefail', '-c', command], { env: environment() })
    assert.equal(code, 0, stderr)
    const checksums = Object.entries(JSON.parse(stdout) as Record<string, string>)
    assert.equal(checksums.length, 2)
    for (const [key, hash] of checksums) {
      assert.match(key, /^compliance-daily-20241201\/topics\//)
      assert.match(hash, /^[0-9a-f]{64}$/)
    }
  })
})

/** What two archives of the same topic have in common: counts, and nothing with a time or a place in it. */
function figures(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(figures)
  if (typeof value !== 'object' || value === null) return value
  const changing =
    /^(location|.*_at|checksums|.*sha256|duration_seconds|run_id|clock|.*_ms|objects|etag|high_watermark)$/
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !changing.test(key))
      .map(([key, item]) => [key, figures(item)]),
  )
}
