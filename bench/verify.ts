import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { makePackage, makeSigning, zipOf } from '../test/verify/package/maker.ts'
import { measure, median } from './measure.ts'

/**
 * `node bench/verify.ts`: how fast `coffer verify` checks a large signed package, whole processes, start-up included. The
 * package is made by the tests' own writer, with every record of its segments, each with key, JSON value and proof.
 */
const { values: options } = parseArgs({
  options: {
    records: { type: 'string', default: '250000' },
    size: { type: 'string', default: '700' },
    rounds: { type: 'string', default: '3' },
  },
})

const folder = await mkdtemp(join(tmpdir(), 'coffer-bench-verify-'))
try {
  const signing = await makeSigning(false)
  const made = await makePackage({ records: Number(options.records), valueBytes: Number(options.size) }, signing)
  const unpacked = [...made.files.values()].reduce((sum, bytes) => sum + bytes.length, 0)
  const zip = await zipOf(made, signing)
  const path = join(folder, 'package.zip')
  await writeFile(path, zip)
  const trust = signing.trustFiles.map(({ bytes }, i) => ({ path: join(folder, `trust-${i}.pem`), bytes }))
  for (const one of trust) await writeFile(one.path, one.bytes)
  console.log(`package of ${mega(zip.length)} MB, ${mega(unpacked)} MB unpacked, ${options.records} records`)
  const coffer = new URL('../src/cli/coffer.ts', import.meta.url).pathname
  const seconds: number[] = []
  for (let round = 0; round < Number(options.rounds); round++) {
    const run = await measure(process.execPath, [
      coffer,
      'verify',
      path,
      ...trust.flatMap((one) => ['--trust', one.path]),
      '--json',
    ])
    seconds.push(run.seconds)
    console.log(
      `${run.seconds.toFixed(2)} s · ${rate(unpacked, run.seconds)} MB/s unpacked · ${rate(zip.length, run.seconds)} MB/s packed · ${run.residentMb?.toFixed(0) ?? '?'} MB resident`,
    )
  }
  const middle = median(seconds)
  console.log(
    `median ${middle.toFixed(2)} s · ${rate(unpacked, middle)} MB/s unpacked · ${rate(zip.length, middle)} MB/s packed`,
  )
} finally {
  await rm(folder, { recursive: true, force: true })
}

function mega(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}

function rate(bytes: number, seconds: number): string {
  return (bytes / 1e6 / seconds).toFixed(0)
}
