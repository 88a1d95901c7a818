import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { cacheRoot } from '../rig/cache.ts'
import { kafkaJars } from '../rig/kafka-jars.ts'
import { builtProgram } from '../rig/program.ts'
import { runTests } from '../runner/node-tests.ts'
import { OSO_ENV } from './oso-program.ts'

/**
 * `npm run test:oso -- PATH`: whether OSO Kafka Backup, the program itself, and Coffer read each other's archives. That
 * program comes from no registry that the tests fetch from, so this is no part of `npm test`.
 */

const HELP = `npm run test:oso -- PATH

Whether OSO Kafka Backup and Coffer read each other's archives, record by record, on a real Kafka.
  PATH    the program "kafka-backup" of OSO Kafka Backup, release 0.17
The last line is "N passed, N failed"; the exit code is 1 when something failed or nothing ran.`
const HINT = `hint: compile it from https://github.com/osodevops/kafka-backup (cargo build --release),
and name its path: npm run test:oso -- target/release/kafka-backup`

const root = join(import.meta.dirname, '../..')
const [given, ...more] = process.argv.slice(2)
if (given === '--help' || given === '-h') {
  console.log(HELP)
  process.exit(0)
}
if (given === undefined || more.length > 0) {
  console.error(`expected one path, that of OSO's program, got ${more.length + (given === undefined ? 0 : 1)}\n${HINT}`)
  process.exit(2)
}
const program = resolve(given)
if (!existsSync(program)) {
  console.error(`there is no program at "${program}"\n${HINT}`)
  process.exit(2)
}
process.env.NODE_COMPILE_CACHE ??= join(cacheRoot(), 'compiled')
await kafkaJars()
Object.assign(process.env, await builtProgram(), { [OSO_ENV]: program })
const { passed, failed } = await runTests(root, [join(import.meta.dirname, 'oso.ts')], 1)
console.log(`${passed} passed, ${failed} failed`)
process.exit(passed > 0 && failed === 0 ? 0 : 1)
