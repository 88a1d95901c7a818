import { readFileSync } from 'node:fs'
import { serializeError } from '../../src/contract/errors.ts'
import { runExtract } from '../../src/jobs/extract/run.ts'

/** An extraction in a process of its own, to be killed. Tells `reading` on standard output when it begins to read. */
const [file = ''] = process.argv.slice(2)
const config = { text: readFileSync(file, 'utf8'), name: file, directory: '.' }
let told = false
const context = {
  signal: new AbortController().signal,
  progress: () => {},
  log: (level: string) => {
    if (level !== 'info' || told) return
    told = true
    process.stdout.write('reading\n')
  },
}
try {
  const done = await runExtract({ kind: 'extract', config, dryRun: false, environment: {} }, context)
  process.stdout.write(`${JSON.stringify(done)}\n`)
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: serializeError(error).code })}\n`)
}
