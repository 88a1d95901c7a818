import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { WindowEvent } from '../../src/contract/ipc/job.ts'

/** What was read before a job began or ended is asked anew by the next page, also what was under way as it did. */

const listeners = new Set<(event: unknown) => void>()
const bridge = {
  calls: {},
  hold: async () => null,
  subscribe: (listener: (event: unknown) => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}
Object.assign(globalThis, { window: { coffer: bridge }, addEventListener: () => {} })
const { followJobs, queries } = await import('../../src/renderer/query.ts')

const tell = (event: WindowEvent) => {
  for (const listener of listeners) listener(event)
}
const started: WindowEvent = { type: 'started', jobId: 'j', kind: 'backup', at: 0 }
const isOld = (name: string) => queries.getQueryState([name])?.isInvalidated

test('what was read, or is being read as news comes, is old; what is read afterwards is not', async () => {
  const end = followJobs()
  let answer: (value: string) => void = () => {}
  const read = (name: string) =>
    queries.fetchQuery({ queryKey: [name], queryFn: () => new Promise<string>((resolve) => (answer = resolve)) })
  const before = read('before')
  answer('')
  await before
  const meanwhile = read('meanwhile')
  tell(started)
  answer('from before the news')
  await meanwhile
  // the cache tells of it in a turn of its own
  await sleep(20)
  const after = read('after')
  answer('')
  await after
  await sleep(20)
  assert.deepEqual(['before', 'meanwhile', 'after'].map(isOld), [true, true, false])

  // read once more, it is as new as any
  const again = read('meanwhile')
  answer('')
  await again
  await sleep(20)
  assert.equal(isOld('meanwhile'), false)

  end()
  tell(started)
  assert.deepEqual([isOld('after'), listeners.size], [false, 0])
  queries.clear()
})
