import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Manifest } from '../src/archive/types.ts'
import { withoutIndex } from '../test/archive/segment-index.ts'
import { writeLedger } from './ledger-archive.ts'
import { measure, median, type Run } from './measure.ts'
import { builtProgram } from './program.ts'

/**
 * `node bench/extract.ts`: how fast `coffer extract` cuts the middle 2 % of the time out of an archive into a signed package,
 * whole processes of the program as it is installed, in turn with the same extraction from the same archive without the segments' indexes (every record
 * unpacked and hashed, as archives of older versions are read), and with `coffer --version`, which is start-up alone.
 * Without a broker: the archive is written by the program's own writers.
 */
const { values: options } = parseArgs({
  options: {
    records: { type: 'string', default: '500000' },
    /** Bytes of a value. */
    size: { type: 'string', default: '1000' },
    partitions: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
  },
})

const folder = await mkdtemp(join(tmpdir(), 'coffer-bench-extract-'))
const coffer = await builtProgram()
try {
  const [records, size, partitions] = [options.records, options.size, options.partitions].map(Number) as [
    number,
    number,
    number,
  ]
  const written = await writeLedger({ folder: join(folder, 'archive'), id: 'ledger', records, size, partitions })
  await writeLedger({ folder: join(folder, 'older'), id: 'ledger', records, size, partitions })
  await takeIndexesOut(join(folder, 'older'))
  const key = join(folder, 'key.pem')
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await writeFile(key, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  const span = written.end - written.start
  const window = ['--from', String(written.start + span * 0.49), '--to', String(written.start + span * 0.51 - 1)]

  const rounds: { own: Run; baseline: Run; startUp: Run }[] = []
  for (let round = 0; round < Number(options.rounds); round++) {
    const baseline = await extract('older', round, key, window)
    const own = await extract('archive', round, key, window)
    const startUp = await measure(process.execPath, [coffer, '--version'])
    if (contentOf(own) !== contentOf(baseline)) throw new Error('the two packages hold other records')
    rounds.push({ own, baseline, startUp })
    console.log(
      `with index ${words(own)} · without ${words(baseline)} · start-up ${words(startUp)} · load ${loadavg()[0]?.toFixed(1)}`,
    )
  }
  const middle = (of: (round: (typeof rounds)[number]) => number) => median(rounds.map(of)).toFixed(2)
  const cpu = (run: Run) => run.cpuSeconds ?? Number.NaN
  console.log('| job | s less start-up | processor s | resident MB | times the baseline | by processor seconds |')
  console.log('|---|---|---|---|---|---|')
  console.log(
    `| extract 2 % of ${(written.bytes / 1e6).toFixed(0)} MB, signed | ${middle(({ own, startUp }) => own.seconds - startUp.seconds)} | ${middle(({ own }) => cpu(own))} | ${median(rounds.map(({ own }) => own.residentMb ?? Number.NaN)).toFixed(0)} | ${middle(({ own, baseline }) => baseline.seconds / own.seconds)} | ${middle(({ own, baseline }) => cpu(baseline) / cpu(own))} |`,
  )
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function extract(archive: string, round: number, key: string, window: string[]): Promise<Run> {
  const output = join(folder, `${archive}-${round}.zip`)
  const where = ['--path', join(folder, archive), '--backup-id', 'ledger']
  const run = await measure(process.execPath, [
    ...[coffer, 'extract', ...where, '--matter', 'bench', '--output', output, '--signing-key', key],
    ...[...window, '--json'],
  ])
  await rm(output)
  return run
}

/** As an older version wrote the same archive. */
async function takeIndexesOut(archive: string): Promise<void> {
  const path = join(archive, 'ledger', 'manifest.json')
  const manifest = JSON.parse(await readFile(path, 'utf8')) as Manifest
  for (const segment of manifest.topics.flatMap((topic) => topic.partitions.flatMap((one) => one.segments))) {
    const file = join(archive, segment.key)
    const old = withoutIndex(await readFile(file), segment)
    await writeFile(file, old.object)
    Object.assign(segment, old.entry)
  }
  await writeFile(path, JSON.stringify(manifest))
}

function contentOf(run: Run): string {
  return (JSON.parse(run.stdout) as { content_sha256: string }).content_sha256
}

function words(run: Run): string {
  return `${run.seconds.toFixed(2)} s, ${run.cpuSeconds?.toFixed(2) ?? '?'} processor s`
}
