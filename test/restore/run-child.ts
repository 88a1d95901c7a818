import { readFileSync } from 'node:fs'
import { loadConfig } from '../../src/contract/config/load.ts'
import { runRestore } from '../../src/jobs/restore/run.ts'

/**
 * A restore in a process of its own, to be killed: its configuration as a JSON file. Tells `writing` on standard output
 * with the first progress that has records in it. With `--stop` it stops itself after that, as Ctrl-C would.
 */
const [file = '', ...flags] = process.argv.slice(2)
const config = loadConfig({ text: readFileSync(file, 'utf8'), name: file, directory: '.' }, {}, 'restore')
if (config.mode !== 'restore') throw new Error('expected a restore')
const stop = new AbortController()
let told = false
const { exitCode, result } = await runRestore(
  config,
  { dryRun: false, directory: '.' },
  {
    signal: stop.signal,
    progress: (progress) => {
      // Verifying before a purge tells progress too, and writes nothing.
      if (progress.recordsDone === 0 || told || !progress.phase.startsWith('restoring')) return
      told = true
      process.stdout.write('writing\n')
      if (flags.includes('--stop')) stop.abort()
    },
    log: () => {},
  },
)
process.stdout.write(`${JSON.stringify({ exitCode, result })}\n`)
