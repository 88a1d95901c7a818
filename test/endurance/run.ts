import { parseArgs } from 'node:util'
import { startJavaClient } from '../rig/java-client.ts'
import { builtProgram } from '../rig/program.ts'
import { startKafkaBehindProxy } from '../rig/proxy.ts'
import { seededRandom } from '../rig/random.ts'
import { startS3 } from '../rig/s3.ts'

/**
 * `npm run test:endurance -- --minutes 10 [--seed N]`: backups and restores of topics that live, through nights that are
 * made up from a seed: connections cut, slow and silent, the broker killed, the program killed, again and again. After each
 * the archive is held against Kafka's own consumer, its accounts are done anew, and what was restored is compared. What
 * happens when is not the seed's alone, so that a round repeated is not quite the same.
 */
const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string', default: String(Date.now() % 1e6) } },
})

Object.assign(process.env, await builtProgram())
const { round } = await import('./round.ts')
const { dice } = await import('./world.ts')
const { kafka, proxy } = await startKafkaBehindProxy()
const java = await startJavaClient(kafka.direct)
const s3 = await startS3()
const until = Date.now() + Number(values.minutes) * 60_000
let passed = 0
let failed = 0
try {
  for (let seed = Number(values.seed); Date.now() < until && failed === 0; seed++) {
    const started = Date.now()
    try {
      const told = await round({ kafka, proxy, java, s3 }, seed, dice(seededRandom(seed)))
      passed++
      console.log(`✔ seed ${seed} (${((Date.now() - started) / 1000).toFixed(0)} s): ${told}`)
    } catch (error) {
      failed++
      process.exitCode = 1
      console.error(`✖ ${(error as Error).message}`)
    }
  }
} finally {
  await java.stop()
  await kafka.stop()
  await proxy.stop()
  await s3.stop()
}
console.log(`${passed} passed, ${failed} failed`)
if (passed === 0) process.exitCode = 1
