import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ServiceCore } from '../../src/worker/services/core.ts'
import { Previews } from '../../src/worker/services/previews.ts'
import type { RunJob } from '../../src/worker/services/session-jobs.ts'
import { fileText, makeArchive, orders, temporaryFolder } from '../extract/support.ts'
import { runJob } from '../rig/run-job.ts'

/** Real looks through a real archive, whose ends the tests hold back. */

const folder = await temporaryFolder()
await makeArchive(join(folder, '100'), { orders: [[orders(0, 60), orders(60, 40)]] })
await makeArchive(join(folder, '600'), { orders: [[orders(0, 600)]] })
let ended = Promise.withResolvers<void>()
let goesOn = Promise.withResolvers<void>()
let looks = 0
const held = (async (request, handlers) => {
  looks++
  const outcome = await runJob(request, handlers)
  ended.resolve()
  await goesOn.promise
  return outcome
}) as RunJob
const environment = { COFFER_KEY_STORE: 'file', PATH: process.env.PATH ?? '' }
const profile = join(folder, 'profile')
const core = new ServiceCore({ runJob: held, profile, directory: folder, environment, host: 'browser', version: '1' })
const previews = new Previews(core)
after(async () => {
  goesOn.resolve()
  await previews.close()
  core.files.close()
})

/** @param records how many the archive has */
async function begin(filter: Record<string, string> | null, records: 100 | 600 = 100): Promise<string> {
  ended = Promise.withResolvers()
  goesOn = Promise.withResolvers()
  const extract = filter === null ? {} : { filter }
  const text = fileText(join(folder, String(records)), { extract, output: 'preview.zip' })
  return previews.start({ config: { text, name: 'preview.yaml', directory: folder } }, null)
}

test('what is told of a preview was so at one moment, also where a look ends while it is being told', async () => {
  const id = await begin({ json: '$.no.such', equals: 'x' })
  await ended.promise
  const asked = previews.state(id)
  goesOn.resolve()
  const before = await asked
  // told as ended, it would not be asked for again
  assert.equal(before.running, true)
  assert.equal(before.complete, false)
  const now = await settled(id)
  assert.deepEqual([now.running, now.complete, now.rows, now.recordsRead], [false, true, 0, 100])
})

test('what was found is told with the end of the look that found it', async () => {
  const id = await begin(null)
  await ended.promise
  goesOn.resolve()
  const now = await settled(id)
  assert.deepEqual([now.complete, now.rows, now.recordsRead, now.recordsTotal], [true, 100, 100, 100])
  assert.equal((await previews.rows(id, 0, 200)).length, 100)
})

test('of two who ask at once for more, one looks', async () => {
  const id = await begin(null, 600)
  await ended.promise
  goesOn.resolve()
  assert.equal((await settled(id)).rows, 500, 'what a first look takes')
  looks = 0
  await Promise.all([previews.more(id), previews.more(id)])
  const now = await settled(id)
  assert.deepEqual([now.complete, now.rows, looks], [true, 600, 1])
})

async function settled(id: string) {
  for (;;) {
    const state = await previews.state(id)
    if (!state.running) return state
  }
}
