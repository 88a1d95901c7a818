import assert from 'node:assert/strict'
import { once } from 'node:events'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { bundleMain } from '../../src/main/bundle.ts'
import type { FromWorker } from '../../src/worker/messages.ts'
import { ROOT } from './host.ts'

test('the bundled threads of the desktop application check an archive deeply', async () => {
  // Inside the checkout, so that the packages it leaves out are found.
  const folder = await mkdtemp(join(ROOT, 'dist-test-'))
  try {
    await bundleMain(ROOT, folder)
    await cp(join(ROOT, 'test/fixtures/oso'), join(folder, 'archive'), { recursive: true })
    const thread = new Worker(join(folder, 'thread.js'))
    const archive = { path: join(folder, 'archive') }
    const request = { kind: 'validate', archive, backupId: 'oso-ledger-zstd', deep: true, environment: {} }
    thread.postMessage({ type: 'run', jobId: 'job', request })
    for (;;) {
      const [message] = (await once(thread, 'message')) as [FromWorker]
      if (message.type !== 'outcome') continue
      assert.equal(message.outcome.state, 'done', JSON.stringify(message.outcome))
      const { result } = message.outcome as { result: { verdict: string; checked: { records: number } } }
      assert.equal(result.verdict, 'PASSED')
      assert.equal(result.checked.records, 866)
      break
    }
    await thread.terminate()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
