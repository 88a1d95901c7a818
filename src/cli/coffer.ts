import process from 'node:process'
import { keepCompiledCode } from '../worker/compile-cache.ts'

keepCompiledCode()
// Loaded only now, so that they come out of the cache; the thread that will run the job loads at the same time.
const { runJob, warmUp } = await import('../worker/client.ts')
const word = process.argv[2] ?? ''
if (/^[a-z]/.test(word) && !['help', 'version'].includes(word)) warmUp(word)
const [{ runCommand }, { endAtOnce }, { processTerminal }] = await Promise.all([
  import('./run.ts'),
  import('../worker/end-at-once.ts'),
  import('./terminal.ts'),
])

/** The entry of `coffer`. The process ends by itself once all is written; only the second Ctrl-C ends it early. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
)

process.exitCode = await runCommand(process.argv.slice(2), {
  // Before the flags are read: an error in them is to be without colours too.
  terminal: processTerminal(process.argv.includes('--no-color') ? { ...environment, NO_COLOR: '1' } : environment),
  environment,
  runJob,
  exit: endAtOnce,
})
