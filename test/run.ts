import { glob, readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { cacheRoot } from './rig/cache.ts'
import { type KafkaRig, keepKafkaClasses, startKafka } from './rig/kafka.ts'
import { compiledHelper, kafkaJars, OLDEST_KAFKA } from './rig/kafka-jars.ts'
import { pdfCheckJars, pyHankoFolder } from './rig/pdf-checks.ts'
import { builtProgram } from './rig/program.ts'
import { type S3Rig, startS3 } from './rig/s3.ts'
import { SHARED_KAFKA_ENV, SHARED_S3_ENV, sharedEnvironment } from './rig/shared.ts'
import { versitygwBinary } from './rig/versitygw.ts'
import { runChecks, type Tally } from './runner/checks.ts'
import { missingPrograms } from './runner/missing.ts'
import { runTests } from './runner/node-tests.ts'

const HELP = `npm test [-- [--unit | --check] [--serial] [PATTERN …]]

Everything: type check, lint, layer rules, unit tests, and the tests with a real Kafka, S3 server and browser.
  --unit     checks and unit tests only
  --check    checks only
  --serial   one file at a time
  PATTERN    only test files whose path contains one of the patterns; no checks
The last line is "N passed, N failed"; the exit code is 1 when something failed or nothing ran.`

const root = join(import.meta.dirname, '..')

async function main(args: string[]): Promise<Tally> {
  const options = new Set(args.filter((arg) => arg.startsWith('-')))
  const patterns = args.filter((arg) => !arg.startsWith('-'))
  for (const option of options) {
    if (!['--unit', '--check', '--serial'].includes(option)) throw new Error(`unknown option "${option}"\n\n${HELP}`)
  }
  const total: Tally = { passed: 0, failed: 0 }
  const add = (tally: Tally) => {
    total.passed += tally.passed
    total.failed += tally.failed
  }
  if (options.has('--check')) return runChecks(root)
  // Hundreds of processes are started, each of which would strip and compile the same sources.
  process.env.NODE_COMPILE_CACHE ??= join(cacheRoot(), 'compiled')
  const files = await testFiles(patterns)
  const real = options.has('--unit') ? [] : files.filter(isReal)
  const unit = files.filter((file) => !isReal(file))
  const missing = real.length === 0 ? [] : await missingPrograms()
  for (const line of missing) console.log(`✖ missing for the real tests: ${line}`)
  // Comes over the network while the checks use the processor.
  const parts = real.length > 0 && missing.length === 0 ? fetchParts(patterns.length === 0) : undefined
  parts?.catch(() => {})
  if (patterns.length === 0) add(await runChecks(root))
  Object.assign(process.env, await builtProgram())
  console.log(`${unit.length} files of unit tests, ${real.length} of real tests`)
  const atOnce = options.has('--serial') ? 1 : AT_ONCE
  if (parts !== undefined) {
    let fetched = false
    parts.finally(() => (fetched = true)).catch(() => {})
    await setImmediate()
    while (!fetched && unit.length > 0) add(await runTests(root, unit.splice(0, EARLY), 2))
    await parts
  }
  if (missing.length > 0) {
    add(await runTests(root, unit, atOnce))
    add({ passed: 0, failed: missing.length + real.length })
  } else if (real.length > 0) add(await runRealTests(mixed(real, unit), atOnce))
  else add(await runTests(root, unit, atOnce))
  return total
}

/** Fetches what real tests need, before the clock of any of them runs: by Maven one after the other, by others beside it. */
async function fetchParts(all: boolean): Promise<void> {
  const byMaven = async () => {
    await kafkaJars()
    await keepKafkaClasses()
    await compiledHelper()
    await pdfCheckJars()
    if (all) await kafkaJars(OLDEST_KAFKA)
  }
  // brings Playwright along
  const { chromiumPath } = await import('./window/chromium.ts')
  await Promise.all([versitygwBinary(), byMaven(), pyHankoFolder(), chromiumPath()])
}

/** So many files of unit tests are run before it is looked again whether what real tests need is there. */
const EARLY = 8

/** Real tests wait for others a good deal of their time: two files more than there are cores use it. */
const AT_ONCE = Math.min(6, availableParallelism() + 2)

/**
 * Unit tests, which wait for nothing, are spread among the real ones. The window's files take longest and come first, and
 * so do the verifier's among the unit tests: none of them is left over when all else is done.
 */
function mixed(real: string[], unit: string[]): string[] {
  const isWindow = (file: string) => relative(root, file).startsWith(join('test', 'window'))
  const ordered = [...real.filter(isWindow), ...real.filter((file) => !isWindow(file))]
  const share = unit.length / ordered.length
  const others = unit.toReversed()
  return ordered.flatMap((file, i) => [file, ...others.slice(Math.ceil(i * share), Math.ceil((i + 1) * share))])
}

/** Runs files among which are real tests: these share one broker and one S3 server, handed on in the environment. */
async function runRealTests(files: string[], concurrency: number): Promise<Tally> {
  // A developer may have both running already: `node test/rig/serve.ts` prints what to put into the environment.
  const given = process.env[SHARED_KAFKA_ENV] !== undefined && process.env[SHARED_S3_ENV] !== undefined
  if (given) return runTests(root, files, concurrency)
  let kafka: KafkaRig | undefined
  let s3: S3Rig | undefined
  try {
    kafka = await startKafka({ heap: '1g', lasting: true })
    s3 = await startS3()
    Object.assign(process.env, sharedEnvironment(kafka, s3))
    const tally = await runTests(root, files, concurrency)
    if (tally.failed > 0) await showBrokerErrors(kafka)
    return tally
  } finally {
    await s3?.stop()
    await kafka?.stop()
  }
}

/** What the shared broker complained about, for failures that are its own. */
async function showBrokerErrors(kafka: KafkaRig): Promise<void> {
  const errors = (await readFile(kafka.logFile, 'utf8')).split('\n').filter((line) => / (ERROR|FATAL) /.test(line))
  if (errors.length > 0) console.log(`the shared broker's last errors:\n${errors.slice(-10).join('\n')}`)
}

async function testFiles(patterns: string[]): Promise<string[]> {
  const files: string[] = []
  for await (const file of glob('test/**/*.test.{ts,tsx}', { cwd: root })) files.push(join(root, file))
  const matches = (file: string) => patterns.some((pattern) => relative(root, file).includes(pattern))
  return files.filter((file) => patterns.length === 0 || matches(file)).sort()
}

function isReal(file: string): boolean {
  return /\.real\.test\.tsx?$/.test(file)
}

const args = process.argv.slice(2)
if (args.includes('--help') || args.includes('-h')) {
  console.log(HELP)
  process.exit(0)
}
let total: Tally = { passed: 0, failed: 0 }
try {
  if (Number(process.versions.node.split('.')[0]) < 24) {
    throw new Error(`expected Node 24 or later, got "${process.version}": run "npm test", which brings its own`)
  }
  total = await main(args)
} catch (error) {
  console.log(error instanceof Error ? error.message : String(error))
  total.failed++
}
if (total.passed + total.failed === 0) {
  console.log('nothing ran')
  total.failed++
}
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed === 0 ? 0 : 1)
