import { generateKeyPairSync } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startJavaClient } from '../test/rig/java-client.ts'
import { startKafka } from '../test/rig/kafka.ts'
import { measure, median, type Run } from './measure.ts'
import { builtProgram } from './program.ts'

/**
 * `npm run bench`: backup, restore, deep check and a narrow time window of the same topic, beside a baseline in the
 * same run. Figures are whole processes of the program as it is installed, start-up included. The baseline is Apache
 * Kafka's own consumer; with `--baseline PATH` also another program that takes OSO Kafka Backup's command line.
 */
const { values: options } = parseArgs({
  options: {
    records: { type: 'string', default: '500000' },
    size: { type: 'string', default: '1000' },
    partitions: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    text: { type: 'string', default: 'phrases' },
    baseline: { type: 'string' },
  },
})
const RECORDS = Number(options.records)
const ROUNDS = Number(options.rounds)
const TOPIC = 'bench-ledger'
const COFFER = await builtProgram()

interface Contender {
  name: string
  work(round: number): Promise<Run>
}

interface Row {
  job: string
  program: string
  runs: Run[]
  /** The same job by the baseline, round by round; empty where there is none. */
  against: Run[]
}

const folder = await mkdtemp(join(tmpdir(), 'coffer-bench-'))
const rows: Row[] = []
let megabytes = 0

async function backupYaml(name: string, bootstrap: string, id: string, level: string): Promise<string> {
  const file = join(folder, name)
  await writeFile(
    file,
    `mode: backup
backup_id: ${id}
source:
  bootstrap_servers: ["${bootstrap}"]
  topics: { include: ["${TOPIC}"] }
storage: { backend: filesystem, path: "${join(folder, 'archive')}" }
backup:
  compression: zstd
${level === '' ? '' : `  compression_level: ${level}\n`}  stop_at_current_offsets: true
`,
  )
  return file
}

async function restoreYaml(name: string, bootstrap: string, target: string, more = ''): Promise<string> {
  const file = join(folder, name)
  await writeFile(
    file,
    `mode: restore
backup_id: level-3
target: { bootstrap_servers: ["${bootstrap}"] }
storage: { backend: filesystem, path: "${join(folder, 'archive')}" }
restore:
  create_topics: true
  topic_mapping: { ${TOPIC}: ${target} }
${more}`,
  )
  return file
}

async function validationYaml(name: string, bootstrap: string): Promise<string> {
  const file = join(folder, name)
  await writeFile(
    file,
    `backup_id: level-3
target: { bootstrap_servers: ["${bootstrap}"] }
storage: { backend: filesystem, path: "${join(folder, 'archive')}" }
checks:
  integrity: { enabled: false }
  consumer_group_offsets: { enabled: false }
evidence: { formats: [json] }
`,
  )
  return file
}

type Program = (...args: string[]) => Promise<Run>

const BASELINE = 'baseline'
const coffer: Program = (...args) => measure(process.execPath, [COFFER, ...args, '--json'])

/** Each round runs the contenders in turn, so that a machine whose speed drifts is as fast for one as for the other. */
async function compare(job: string, contenders: Contender[]): Promise<void> {
  const runs = new Map<string, Run[]>(contenders.map(({ name }) => [name, []]))
  for (let round = 0; round < ROUNDS; round++) {
    for (const { name, work } of contenders) {
      const run = await work(round)
      runs.get(name)!.push(run)
      console.error(`${job} · ${name} · ${run.seconds.toFixed(2)} s · ${rate(run)} MB/s · ${memory([run])} MB resident`)
    }
  }
  const against = runs.get(BASELINE) ?? []
  for (const [program, own] of runs) rows.push({ job, program, runs: own, against })
}

async function main(): Promise<void> {
  const kafka = await startKafka({ heap: '1g', lasting: true })
  const { bootstrap } = kafka
  const java = await startJavaClient(bootstrap, { lasting: true })
  try {
    await java.createTopics([
      { name: TOPIC, partitions: Number(options.partitions), configs: { 'retention.ms': '-1' } },
    ])
    const { bytes } = await java.generate(TOPIC, RECORDS, {
      size: Number(options.size),
      partitions: Number(options.partitions),
      text: options.text === 'digits' ? 'digits' : 'phrases',
    })
    megabytes = bytes / 1e6
    console.error(`${RECORDS} records, ${megabytes.toFixed(0)} MB of keys and values`)

    await compare('read (no archive)', [
      {
        name: 'Apache Kafka consumer',
        work: () =>
          timed(() =>
            kafka.exec('org.apache.kafka.tools.ConsumerPerformance', [
              ...['--bootstrap-server', bootstrap, '--topic', TOPIC],
              ...['--messages', String(RECORDS), '--timeout', '60000'],
            ]),
          ),
      },
    ])
    await compare('backup', [
      { name: 'Coffer, zstd 3', work: () => backup(coffer, bootstrap, 'level-3', '3') },
      { name: 'Coffer, adaptive', work: () => backup(coffer, bootstrap, 'adaptive', 'adaptive') },
      ...other((run) => backup(run, bootstrap, 'baseline', '3')),
    ])
    const check = (run: Program, id: string) =>
      run('validate', '--path', join(folder, 'archive'), '--backup-id', id, '--deep')
    await compare('deep check', [
      { name: 'Coffer', work: () => check(coffer, 'level-3') },
      ...other((run) => check(run, 'baseline')),
    ])
    const restore = async (run: Program, name: string, more = '') => {
      const result = await run('restore', '--config', await restoreYaml(`${name}.yaml`, bootstrap, name, more))
      await java.deleteTopics([name])
      return result
    }
    await compare('restore', [
      { name: 'Coffer', work: (round) => restore(coffer, `restored-${round}`) },
      ...other((run, round) => restore(run, `restored-baseline-${round}`)),
    ])
    // One restore for all rounds: what is measured is the comparison of its records, the archive's check left out.
    const kept = 'validated'
    await coffer('restore', '--config', await restoreYaml(`${kept}.yaml`, bootstrap, kept))
    const validation = await validationYaml('validation.yaml', bootstrap)
    await compare('validation, content of every record', [
      { name: 'Coffer', work: () => coffer('validation', 'run', '--config', validation) },
    ])
    await java.deleteTopics([kept])
    const { start, end } = await narrowWindow()
    const window = `  time_window_start: ${start}\n  time_window_end: ${end}\n`
    await compare('restore of a 2 % window', [
      { name: 'Coffer', work: (round) => restore(coffer, `window-${round}`, window) },
      ...other((run, round) => restore(run, `window-baseline-${round}`, window)),
    ])
    await compare('extraction of a 2 % window', await extractions(start, end))
    report()
  } finally {
    await java.stop()
    await kafka.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** To a package, unsigned and signed by a key of its own, start-up included. */
async function extractions(start: number, end: number): Promise<Contender[]> {
  const key = join(folder, 'signing-key.pem')
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await writeFile(key, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  const extract = (name: string, more: string[]) => async (round: number) => {
    const output = join(folder, `${name}-${round}.zip`)
    const args = ['--path', join(folder, 'archive'), '--backup-id', 'level-3', '--matter', 'bench', '--output', output]
    const run = await coffer('extract', ...args, '--from', String(start), '--to', String(end), ...more)
    await rm(output)
    return run
  }
  return [
    { name: 'Coffer, signed', work: extract('signed', ['--signing-key', key]) },
    { name: 'Coffer, unsigned', work: extract('unsigned', []) },
  ]
}

async function backup(run: Program, bootstrap: string, id: string, level: string): Promise<Run> {
  await rm(join(folder, 'archive', id), { recursive: true, force: true })
  return run('backup', '--config', await backupYaml(`${id}.yaml`, bootstrap, id, level))
}

/** The baseline as a contender, where there is one. */
function other(work: (run: Program, round: number) => Promise<Run>): Contender[] {
  const program = options.baseline
  if (program === undefined) return []
  if (!existsSync(program)) throw new Error(`no program at ${program}`)
  const run: Program = (...args) => measure(program, args, { ...process.env, RUST_LOG: 'error' })
  return [{ name: BASELINE, work: (round) => work(run, round) }]
}

async function timed(work: () => Promise<unknown>): Promise<Run> {
  const started = performance.now()
  await work()
  return { seconds: (performance.now() - started) / 1000, cpuSeconds: null, residentMb: null, stdout: '' }
}

/** The middle 2 % of the archive's time span. */
async function narrowWindow(): Promise<{ start: number; end: number }> {
  const described = await coffer('describe', '--path', join(folder, 'archive'), '--backup-id', 'level-3')
  const manifest = JSON.parse(described.stdout)
  const segments = manifest.topics[0].partitions.flatMap((one: { segments: object[] }) => one.segments)
  const low = Math.min(...segments.map((one: { min_timestamp: number }) => one.min_timestamp))
  const high = Math.max(...segments.map((one: { max_timestamp: number }) => one.max_timestamp))
  const start = Math.round(low + (high - low) * 0.49)
  return { start, end: Math.round(start + (high - low) * 0.02) }
}

/** A table for the README. The ratio is the median over the rounds, each against the baseline's run of the same round. */
function report(): void {
  console.log('| job | program | s (median) | MB/s | resident MB | times the baseline |')
  console.log('|---|---|---|---|---|---|')
  for (const { job, program, runs, against } of rows) {
    const seconds = median(runs.map((run) => run.seconds))
    const ratios = against.map((base, round) => base.seconds / runs[round]!.seconds)
    const ratio = ratios.length === 0 ? '' : median(ratios).toFixed(2)
    console.log(
      `| ${job} | ${program} | ${seconds.toFixed(2)} | ${(megabytes / seconds).toFixed(0)} | ${memory(runs)} | ${ratio} |`,
    )
  }
}

function rate(run: Run): string {
  return (megabytes / run.seconds).toFixed(0)
}

function memory(runs: Run[]): string {
  const known = runs.map((run) => run.residentMb).filter((one) => one !== null)
  return known.length === 0 ? '' : median(known).toFixed(0)
}

await main()
