import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { makePackage, makeSigning, zipOf } from '../test/verify/package/maker.ts'
import { measure, median, type Run } from './measure.ts'
import { builtProgram } from './program.ts'

/**
 * `node bench/verify.ts`: how fast `coffer verify` checks a large signed package, whole processes of the
 * program as it is installed, start-up included, in
 * turn with the least that anybody can do: `unzip -t`, then `openssl dgst -sha256` of the same file. The package is made
 * by the tests' own writer, with every record of its segments, each with key, JSON value and proof.
 */
const { values: options } = parseArgs({
  options: {
    /** MB of the package's files, unpacked; a record, its JSON and its proof are about 3.3 kB. */
    megabytes: { type: 'string', default: '1000' },
    /** Bytes of a value. */
    size: { type: 'string', default: '900' },
    rounds: { type: 'string', default: '3' },
  },
})

interface Made {
  path: string
  trust: string[]
  packed: number
  unpacked: number
}

const folder = await mkdtemp(join(tmpdir(), 'coffer-bench-verify-'))
try {
  const { path, trust, packed, unpacked } = await write()
  console.log(`package of ${mega(packed)} MB, ${mega(unpacked)} MB unpacked`)
  const coffer = await builtProgram()
  const pairs: { own: Run; baseline: Run }[] = []
  for (let round = 0; round < Number(options.rounds); round++) {
    const baseline = joined(await measure('unzip', ['-tqq', path]), await measure('openssl', ['dgst', '-sha256', path]))
    const own = await measure(process.execPath, [
      coffer,
      'verify',
      path,
      ...trust.flatMap((one) => ['--trust', one]),
      '--json',
    ])
    pairs.push({ own, baseline })
    console.log(
      `${words('coffer verify', own, unpacked)} · ${words('unzip and openssl', baseline, unpacked)} · load ${loadavg()[0]?.toFixed(1)}`,
    )
  }
  const ratio = (of: (run: Run) => number | null) =>
    median(pairs.map(({ own, baseline }) => (of(baseline) ?? Number.NaN) / (of(own) ?? Number.NaN))).toFixed(2)
  const seconds = median(pairs.map(({ own }) => own.seconds))
  const cpu = median(pairs.map(({ own }) => own.cpuSeconds ?? Number.NaN))
  console.log(
    '| job | MB/s unpacked | MB for each processor second | resident MB | times the baseline | by processor seconds |',
  )
  console.log('|---|---|---|---|---|---|')
  console.log(
    `| verify, package of ${mega(unpacked)} MB | ${rate(unpacked, seconds)} | ${rate(unpacked, cpu)} | ${median(pairs.map(({ own }) => own.residentMb ?? Number.NaN)).toFixed(0)} | ${ratio((run) => run.seconds)} | ${ratio((run) => run.cpuSeconds)} |`,
  )
} finally {
  await rm(folder, { recursive: true, force: true })
}

async function write(): Promise<Made> {
  const signing = await makeSigning(false)
  const records = Math.ceil((Number(options.megabytes) * 1e6) / (1400 + 2.13 * Number(options.size)))
  const made = await makePackage({ records, valueBytes: Number(options.size) }, signing)
  const unpacked = [...made.files.values()].reduce((sum, bytes) => sum + bytes.length, 0)
  const zip = await zipOf(made, signing)
  const path = join(folder, 'package.zip')
  await writeFile(path, zip)
  const trust: string[] = []
  for (const [i, { bytes }] of signing.trustFiles.entries()) {
    trust.push(join(folder, `trust-${i}.pem`))
    await writeFile(trust[i] as string, bytes)
  }
  return { path, trust, packed: zip.length, unpacked }
}

/** One program after the other. */
function joined(a: Run, b: Run): Run {
  const cpuSeconds = a.cpuSeconds === null || b.cpuSeconds === null ? null : a.cpuSeconds + b.cpuSeconds
  return { seconds: a.seconds + b.seconds, cpuSeconds, residentMb: null, stdout: '' }
}

function words(name: string, run: Run, bytes: number): string {
  return `${name} ${run.seconds.toFixed(2)} s, ${run.cpuSeconds?.toFixed(2) ?? '?'} processor s, ${rate(bytes, run.seconds)} MB/s`
}

function mega(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}

function rate(bytes: number, seconds: number): string {
  return (bytes / 1e6 / seconds).toFixed(0)
}
