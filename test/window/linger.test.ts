import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ScheduleStore } from '../../src/jobs/schedule/store.ts'
import { findAppBrowser } from '../../src/web-host/browser.ts'
import { EndWhenUnused } from '../../src/web-host/idle.ts'
import { askHost, openSession } from './ask.ts'
import { fakeRunJob } from './fake-run-job.ts'
import { builtRenderer, ROOT, testHost } from './host.ts'

/** How the web host is opened, and when it ends by itself. */

const folder = mkdtempSync(join(tmpdir(), 'coffer-linger-'))
before(() => builtRenderer())
after(() => rmSync(folder, { recursive: true, force: true }))

describe('a host that nobody looks at', () => {
  const watched = (afterMs = 30) => {
    const state = { windows: 0, busy: false, ended: 0, asked: 0 }
    const watch = new EndWhenUnused({
      windows: () => state.windows,
      isBusy: async () => {
        state.asked += 1
        return state.busy
      },
      afterMs,
      end: () => {
        state.ended += 1
      },
    })
    return { state, watch }
  }
  test('ends when its last window has been closed for a while', async () => {
    const { state, watch } = watched()
    state.windows = 1
    watch.changed()
    await sleep(80)
    assert.equal(state.ended, 0)
    state.windows = 0
    watch.changed()
    await sleep(80)
    assert.equal(state.ended, 1)
  })
  test('stays where a window comes back in time: a reload', async () => {
    const { state, watch } = watched(60)
    watch.changed()
    await sleep(20)
    state.windows = 1
    watch.changed()
    await sleep(100)
    assert.equal(state.ended, 0)
  })
  test('stays as long as something goes on, and ends after it', async () => {
    const { state, watch } = watched()
    state.busy = true
    watch.changed()
    await sleep(150)
    assert.equal(state.ended, 0)
    assert.ok(state.asked >= 2)
    state.busy = false
    await sleep(100)
    assert.equal(state.ended, 1)
  })
})

describe('windows', () => {
  test('are counted by their streams of events', async () => {
    const host = await testHost(fakeRunJob(() => null).run)
    try {
      const counts: number[] = []
      host.onWindows((count) => counts.push(count))
      const cookie = await openSession(host.address)
      const first = await openStream(host.origin, cookie)
      const second = await openStream(host.origin, cookie)
      first.destroy()
      second.destroy()
      for (let turn = 0; counts.length < 4 && turn < 100; turn++) await sleep(10)
      assert.deepEqual(counts, [1, 2, 1, 0])
    } finally {
      await host.end()
    }
  })
})

describe('the browser', () => {
  test('is one with an application mode where there is one', () => {
    const bin = join(folder, 'path')
    mkdirSync(bin)
    assert.equal(findAppBrowser({ PATH: bin }, 'linux'), null)
    writeFileSync(join(bin, 'microsoft-edge'), '')
    assert.equal(findAppBrowser({ PATH: bin }, 'linux'), null, 'a file that is no program')
    chmodSync(join(bin, 'microsoft-edge'), 0o755)
    assert.equal(findAppBrowser({ PATH: `/nowhere:${bin}` }, 'linux'), join(bin, 'microsoft-edge'))
    writeFileSync(join(bin, 'chromium'), '', { mode: 0o755 })
    assert.equal(findAppBrowser({ PATH: bin }, 'linux'), join(bin, 'chromium'))
    assert.equal(findAppBrowser({ PATH: bin }, 'freebsd'), null)
  })
})

describe('the program', () => {
  /** Starts it with a stand-in for the browser, which only writes down what it is asked for. */
  async function startHost(profile: string, ...args: string[]) {
    const bin = mkdtempSync(join(folder, 'bin-'))
    const asked = join(bin, 'asked')
    writeFileSync(join(bin, 'google-chrome'), `#!/bin/sh\nprintf '%s\\n' "$@" > '${asked}'\n`, { mode: 0o755 })
    const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, COFFER_KEY_STORE: 'file' }
    const script = join(ROOT, 'src/web-host/start.ts')
    const child = spawn(process.execPath, [script, '--web', '--profile', profile, ...args], { env, cwd: folder })
    let printed = ''
    let told = ''
    child.stdout.setEncoding('utf8').on('data', (text) => (printed += text))
    child.stderr.setEncoding('utf8').on('data', (text) => (told += text))
    const ended = once(child, 'exit')
    await Promise.race([once(child.stdout, 'data'), ended])
    assert.equal(child.exitCode, null, told)
    return { child, ended, address: printed.trim(), asked, told: () => told }
  }
  const stop = (child: ChildProcess) => void (child.exitCode === null && child.kill('SIGKILL'))

  test('opens a window of its own, and ends when that has been closed for a while', async () => {
    const { child, ended, address, asked, told } = await startHost(join(folder, 'p1'), '--linger', '1')
    try {
      for (let turn = 0; !existsSync(asked) && turn < 200; turn++) await sleep(20)
      assert.equal(readFileSync(asked, 'utf8'), `--app=${address}\n`)
      const { origin } = new URL(address)
      const stream = await openStream(origin, await openSession(address))
      await sleep(1_500)
      assert.equal(child.exitCode, null, 'ended under an open window')
      stream.destroy()
      assert.deepEqual(await ended, [0, null], told())
      assert.match(told(), /The last window was closed/)
    } finally {
      stop(child)
    }
  })
  test('goes on while schedules wait', async () => {
    const profile = join(folder, 'p2')
    writeFileSync(join(folder, 'backup.yaml'), 'mode: backup\n')
    const store = new ScheduleStore(profile)
    store.add(
      {
        name: 'yearly',
        kind: 'backup',
        config: join(folder, 'backup.yaml'),
        cron: '0 3 1 1 *',
        timezone: 'UTC',
        jitter_seconds: 0,
        retries: 0,
        retry_delay_seconds: 60,
        quiet_hours: null,
        alert_after_hours: null,
      },
      new Date(),
    )
    store.close()
    const { child, ended, address, asked } = await startHost(profile, '--linger', '1', '--no-open')
    try {
      const { origin } = new URL(address)
      const cookie = await openSession(address)
      ;(await openStream(origin, cookie)).destroy()
      await sleep(4_000)
      assert.equal(child.exitCode, null, 'ended though a schedule waits')
      assert.equal((await askHost(origin, '/', { cookie })).status, 200)
      assert.equal(existsSync(asked), false, 'opened a browser')
    } finally {
      child.kill('SIGINT')
    }
    assert.deepEqual(await ended, [0, null])
  })
})

/** An open page's stream of events. */
function openStream(origin: string, cookie: string): Promise<IncomingMessage> {
  const { port } = new URL(origin)
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path: '/events', headers: { cookie }, agent: false }, resolve)
    sent.on('error', reject)
    sent.end()
  })
}
