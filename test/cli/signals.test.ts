import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'

const SIGNALS = new URL('../../src/cli/signals.ts', import.meta.url).href
const END = new URL('../../src/worker/end-at-once.ts', import.meta.url).href

/** Work for many seconds in the thread pool, as a backup at a high level gives it, and then the second Ctrl-C. */
const BUSY = `
import { randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { zstdCompress, constants } from 'node:zlib'
import { watchSignals } from ${JSON.stringify(SIGNALS)}
import { endAtOnce } from ${JSON.stringify(END)}
watchSignals(() => console.log('stopping'), () => endAtOnce(130))
const text = Buffer.from(randomBytes(6_000_000).toString('hex'))
const params = { [constants.ZSTD_c_compressionLevel]: 19 }
for (let i = 0; i < 12; i++) void promisify(zstdCompress)(text, { params })
console.log('ready')
`

test('the second Ctrl-C does not wait for what is being compressed', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', BUSY], { stdio: ['ignore', 'pipe', 'inherit'] })
  let begun = 0
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (text.includes('ready') || text.includes('stopping')) child.kill('SIGINT')
    if (text.includes('stopping')) begun = performance.now()
  })
  // to a shell, which adds 128 to a signal's number: 130
  assert.deepEqual(await once(child, 'close'), [null, 'SIGINT'])
  assert.ok(begun > 0)
  assert.ok(performance.now() - begun < 3000, 'at once')
})
