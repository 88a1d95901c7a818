import assert from 'node:assert/strict'
import process from 'node:process'
import { test } from 'node:test'
import { finish } from '../../src/cli/paint.ts'
import { runCommand, type World } from '../../src/cli/run.ts'
import type { JobOutcome, JobRequest } from '../../src/contract/jobs.ts'
import type { JobHandlers } from '../../src/worker/client.ts'
import { LIST, VALIDATE } from './results.ts'

interface Played {
  code: number
  out: string
  err: string
  exits: number[]
  requests: JobRequest[]
}

/** The command line with a job that does what the test says, and streams that are kept. */
async function play(
  args: string[],
  job: (handlers: JobHandlers, played: Played) => Promise<JobOutcome>,
): Promise<Played> {
  const played: Played = { code: -1, out: '', err: '', exits: [], requests: [] }
  const keep = (stream: 'out' | 'err') => (text: string) => {
    played[stream] += finish(text, false)
  }
  const world: World = {
    terminal: {
      live: false,
      columns: 80,
      rows: 24,
      out: keep('out'),
      data: keep('out'),
      err: keep('err'),
      control: keep('err'),
    },
    environment: { SECRET: 'x' },
    runJob: (request, handlers) => {
      played.requests.push(request)
      return job(handlers, played)
    },
    exit: (code) => void played.exits.push(code),
  }
  played.code = await runCommand(args, world)
  return played
}

const done = (exitCode: number, result: unknown): JobOutcome => ({ state: 'done', exitCode, result })

test('flags become the request, in either spelling', async () => {
  const short = await play(['validate', '-p', '/b', '-b', 'x', '--deep'], async () => done(0, VALIDATE))
  const long = await play(['--path=/b', 'validate', '--deep', '--backup-id=x', '-q'], async () => done(0, VALIDATE))
  const expected = {
    kind: 'validate',
    environment: { SECRET: 'x' },
    archive: { path: '/b' },
    backupId: 'x',
    deep: true,
  }
  assert.deepEqual(short.requests, [expected])
  assert.deepEqual(long.requests, [expected])
})

test("short flags are OSO's, also where -r means the report and not its name", async () => {
  const verify = ['validation', 'evidence-verify']
  const short = await play([...verify, '-r', 'a.json', '-s', 'a.sig', '--public-key', 'p'], async () => done(0, LIST))
  const long = await play([...verify, '--report', 'a.json', '--signature=a.sig', '--public-key', 'p'], async () =>
    done(0, LIST),
  )
  const get = ['validation', 'evidence-get', '-p', '/b', '-r', 'validation-1', '-o', 'x.json']
  const fetched = await play(get, async () => done(0, LIST))
  assert.equal(short.err, '')
  assert.equal((short.requests[0] as { report: string }).report, 'a.json')
  assert.deepEqual(short.requests, long.requests)
  assert.equal((fetched.requests[0] as { reportId: string }).reportId, 'validation-1')
})

test("the exit code is what the job's result asks for, and the result is printed", async () => {
  for (const code of [0, 4, 5, 6, 130]) {
    const played = await play(['validate', '-p', '/b', '-b', 'x', '--json'], async () => done(code, VALIDATE))
    assert.equal(played.code, code)
    assert.deepEqual(JSON.parse(played.out), VALIDATE)
  }
})

test("a failed job: its code's exit, words on standard error, an object on standard output", async () => {
  const error = {
    code: 'LOCKED',
    message: 'held by "a"',
    hint: 'Wait.',
    stack: 'Error: held\n    at secret place',
  } as const
  const played = await play(['list', '-p', '/b', '-f', 'json'], async () => ({ state: 'failed', error }))
  assert.equal(played.code, 7)
  assert.equal(played.err, 'error: held by "a" [LOCKED]\nhint:  Wait.\n')
  assert.deepEqual(JSON.parse(played.out), { error: { code: 'LOCKED', message: 'held by "a"', hint: 'Wait.' } })
})

test('remarks and progress stay off standard output (field failure 35); --quiet leaves errors, --verbose adds the rest', async () => {
  const job = async ({ onEvent }: JobHandlers): Promise<JobOutcome> => {
    for (const level of ['debug', 'info', 'warn', 'error'] as const)
      onEvent?.({ type: 'log', jobId: 'j', level, message: level })
    return done(0, LIST)
  }
  const levels = (err: string) => [...err.matchAll(/^\w+: (\w+)$/gm)].map(([, level]) => level)
  assert.deepEqual(levels((await play(['list', '-p', '/b', '--json'], job)).err), ['info', 'warn', 'error'])
  assert.deepEqual(levels((await play(['list', '-p', '/b', '-q'], job)).err), ['error'])
  assert.deepEqual(levels((await play(['list', '-p', '/b', '-v'], job)).err), ['debug', 'info', 'warn', 'error'])
  assert.deepEqual(JSON.parse((await play(['list', '-p', '/b', '--json'], job)).out), LIST)
})

test('Ctrl-C once asks for a clean stop, twice ends at once with 130', async () => {
  const played = await play(['list', '-p', '/b'], async ({ signal }, state) => {
    process.emit('SIGINT', 'SIGINT')
    assert.equal(signal?.aborted, true)
    assert.deepEqual(state.exits, [])
    process.emit('SIGTERM', 'SIGTERM')
    assert.deepEqual(state.exits, [130])
    return done(130, LIST)
  })
  assert.match(played.err, /^stopping at a durable point… press Ctrl-C again to stop at once\nstopped at once\n/)
  assert.equal(played.code, 130)
  assert.equal(process.listenerCount('SIGINT'), 0)
})

test('status --watch looks again and ends with Ctrl-C as with success', async () => {
  let looks = 0
  const played = await play(['status', '-p', '/b', '-b', 'x', '--watch', '--interval', '0.1', '--json'], async () => {
    if (++looks === 3) process.emit('SIGINT', 'SIGINT')
    return done(0, LIST)
  })
  assert.equal(looks, 3)
  assert.equal(played.code, 0)
})

test("status --interval without --watch looks once, as OSO's does", async () => {
  const played = await play(['status', '-p', '/b', '-b', 'x', '--interval', '5', '--json'], async () => done(0, LIST))
  assert.equal(played.err, '')
  assert.equal(played.requests.length, 1)
  assert.equal(played.code, 0)
})
