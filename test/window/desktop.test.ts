import assert from 'node:assert/strict'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { MenuItemConstructorOptions } from 'electron'
import { DEFAULT_SETTINGS, type Settings } from '../../src/contract/ipc/settings.ts'
import { evidenceIn, readCommandLine } from '../../src/main/command-line.ts'
import { menuTemplate } from '../../src/main/menu.ts'
import { stringsFor } from '../../src/main/strings.ts'
import { call, type MainRig, startMain } from './electron-rig.ts'
import { ORIGIN, standIn } from './electron-stand-in.ts'
import { ROOT } from './host.ts'

/** What the desktop has besides its window, by the real main with real jobs, on the stand-in for Electron. */

let rig: MainRig
const evidence = () => join(rig.folder, 'evidence.zip')

before(async () => {
  rig = await startMain(['evidence.zip', '--some-switch'], (folder) => {
    const evidence = join(folder, 'evidence.zip')
    process.chdir(folder)
    // macOS hands one over while the first window is being loaded
    standIn.told.once('shown', () => standIn.app.emit('open-file', { preventDefault: () => {} }, evidence))
    writeFileSync(evidence, 'PK')
    mkdirSync(join(folder, 'profile'))
    const window = { x: 5_000, y: -300, width: 900, height: 4_000, maximized: true }
    writeFileSync(join(folder, 'profile/desktop.json'), JSON.stringify({ window, other: 'nonsense' }))
    cpSync(join(ROOT, 'test/fixtures/oso'), join(folder, 'archive'), { recursive: true })
  })
})
after(async () => {
  process.chdir(ROOT)
  await rig.end()
})

const address = () => standIn.windows.at(-1)?.webContents.getURL() ?? ''
const heldIn = async (url: string) => {
  const ids = new URLSearchParams(url.split('?')[1]).getAll('file')
  return Promise.all(ids.map((id) => call<{ path: string }>('files.get', { id })))
}
const until = async (is: () => boolean) => {
  const end = Date.now() + 20_000
  while (!is()) {
    assert.ok(Date.now() < end, `not within 20 s: ${is}`)
    await sleep(20)
  }
}
const items = (menu: MenuItemConstructorOptions[]): MenuItemConstructorOptions[] =>
  menu.flatMap((item) => [item, ...items(Array.isArray(item.submenu) ? item.submenu : [])])
const click = (menu: MenuItemConstructorOptions[], label: string) => {
  const item = items(menu).find((one) => one.label === label)
  assert.ok(item?.click, label)
  ;(item.click as () => void)()
}
/** A check of an archive, which is done soon. */
const startJob = (backupId = 'oso-ledger-zstd') =>
  call<{ jobId: string }>('archives.validate', { location: { path: 'archive' }, backupId, deep: false })
const jobEnds = async (jobId: string) => {
  const jobs = () => call<{ jobId: string; endedAt: number | null }[]>('jobs.list')
  for (let ended = false; !ended; await sleep(50)) {
    ended = (await jobs()).some((job) => job.jobId === jobId && job.endedAt !== null)
  }
}

describe('files', () => {
  test('that Coffer was started with are verified, and then one that came while it started', async () => {
    await until(() => standIn.loaded.length === 2)
    for (const address of standIn.loaded) {
      // their paths stay in main
      assert.match(address, /^app:\/\/coffer\/#\/verify\?file=[\w-]{22}$/)
      assert.deepEqual(
        (await heldIn(address)).map((file) => file.path),
        [evidence()],
      )
    }
    assert.equal(new Set(standIn.loaded).size, 2)
  })
  test('whose page gives way to another while it is loading are no failure', async () => {
    standIn.givesWay = true
    standIn.app.emit('second-instance', {}, ['coffer', 'evidence.zip'], rig.folder)
    await until(() => !standIn.givesWay)
    // a failure would be heard of in the next turn, by the test runner
    await sleep(20)
    assert.deepEqual(standIn.exits, [])
  })
  test('of a second start come to the first, in front', async () => {
    const window = standIn.windows[0]
    assert.ok(window)
    window.minimized = true
    const focused = window.focused
    const before = address()
    standIn.app.emit('second-instance', {}, ['/opt/Coffer/coffer', '--no-sandbox', 'evidence.zip', 'x.txt'], rig.folder)
    await until(() => address() !== before)
    assert.equal(window.minimized, false)
    assert.equal(window.focused, focused + 1)
    assert.equal(standIn.windows.length, 1)
    assert.deepEqual(
      (await heldIn(address())).map((file) => file.path),
      [evidence()],
    )
  })
  test('that macOS hands over are verified too', async () => {
    const before = address()
    let prevented = false
    standIn.app.emit('open-file', { preventDefault: () => (prevented = true) }, evidence())
    await until(() => address() !== before)
    assert.ok(prevented)
    assert.match(address(), /#\/verify\?file=/)
  })
  test('that are not there lead to the empty page', async () => {
    standIn.app.emit('open-file', { preventDefault: () => {} }, '/no/such.zip')
    await until(() => address() === `${ORIGIN}/#/verify`)
  })
})

describe('the command line', () => {
  test('with a verb is a command, and anything else a window', () => {
    const read = (...args: string[]) => readCommandLine(args, '/home/me')
    assert.deepEqual(read('backup', '--config', 'x.yaml'), { as: 'command', args: ['backup', '--config', 'x.yaml'] })
    assert.equal(read('show-offset-mapping').as, 'command')
    assert.equal(read('--version').as, 'command')
    assert.deepEqual(read(), { as: 'window', files: [], hidden: false })
    assert.deepEqual(read('--hidden'), { as: 'window', files: [], hidden: true })
    assert.deepEqual(read('Case 7.zip'), { as: 'window', files: ['/home/me/Case 7.zip'], hidden: false })
    assert.deepEqual(read('/x/report.json', '/x/report.json.sig'), {
      as: 'window',
      files: ['/x/report.json', '/x/report.json.sig'],
      hidden: false,
    })
  })
  test('gives no switch as a file', () => assert.deepEqual(evidenceIn(['--x=/etc/a.zip', 'b.exe'], '/'), []))
})

describe('the window', () => {
  test('comes back where it was, within the screen', () => {
    const { x, y, width, height } = standIn.windows[0]?.options ?? {}
    assert.deepEqual({ x, y, width, height }, { x: 1_020, y: 0, width: 900, height: 1_040 })
    assert.equal(standIn.windows[0]?.maximized, true)
  })
  test('remembers its size', async () => {
    const window = standIn.windows[0]
    assert.ok(window)
    window.bounds = { x: 10, y: 20, width: 1_000, height: 700 }
    window.maximized = false
    window.emit('resize')
    const kept = () => JSON.parse(readFileSync(join(rig.folder, 'profile/desktop.json'), 'utf8')) as { window: unknown }
    await until(() => JSON.stringify(kept().window).includes('1000'))
    assert.deepEqual(kept().window, { x: 10, y: 20, width: 1_000, height: 700, maximized: false })
  })
})

describe('the menu', () => {
  test("has the roles of each system, and Coffer's own by keyboard", () => {
    for (const platform of ['linux', 'win32', 'darwin'] as const) {
      const menu = items(menuTemplate(stringsFor('en'), { go() {}, verify() {}, guide() {}, quit() {} }, platform))
      const roles = menu.map((item) => item.role)
      for (const role of ['editMenu', 'viewMenu', 'windowMenu', 'help', 'about', 'zoomIn', 'close'] as const) {
        assert.ok(roles.includes(role), `${platform}: ${role}`)
      }
      assert.equal(roles.includes('appMenu'), platform === 'darwin')
      assert.ok(!roles.includes('reload') && !roles.includes('toggleDevTools'))
      const keys = menu.flatMap((item) => (item.accelerator === undefined ? [] : [String(item.accelerator)]))
      assert.equal(new Set(keys).size, keys.length, 'a key that does two things')
      for (const key of ['CmdOrCtrl+O', 'CmdOrCtrl+1', 'CmdOrCtrl+,', 'F1']) assert.ok(keys.includes(key), key)
    }
  })
  test('speaks German where the system does', () => {
    assert.equal(stringsFor('de-AT').verify, 'Nachweis prüfen …')
    assert.equal(stringsFor('fr').verify, 'Verify evidence…')
  })
  test('leads to the pages', async () => {
    click(standIn.menu, 'Jobs')
    await until(() => address() === `${ORIGIN}/#/jobs`)
  })
  test('verifies what is chosen', async () => {
    standIn.choices.push([evidence()])
    click(standIn.menu, 'Verify evidence…')
    await until(() => address().includes('#/verify?file='))
  })
  test('opens the guide outside', () => {
    click(standIn.menu, 'User guide')
    assert.deepEqual(standIn.openedPaths, [join(ROOT, 'docs/user-guide.md')])
  })
})

const notify = (change: Partial<Settings['notifications']>) =>
  call('settings.set', { notifications: { ...DEFAULT_SETTINGS.notifications, ...change } })

describe('a job', () => {
  test('is told when it ends, keeps the machine awake, and shows in the tray', async () => {
    assert.equal(standIn.trays[0]?.tooltip, 'Coffer: Nothing runs')
    await notify({ finished: true })
    const notified = once(standIn.told, 'notified')
    const { jobId } = await startJob()
    await until(() => standIn.awake.size === 1)
    await notified
    await jobEnds(jobId)
    const note = standIn.notifications.at(-1)
    assert.deepEqual(note?.options, { title: 'Done: oso-ledger-zstd', body: 'The result is under Jobs.' })
    await until(() => standIn.awake.size === 0)
    note?.emit('click')
    await until(() => address() === `${ORIGIN}/#/jobs`)
  })
  test('that fails says why', async () => {
    const notified = once(standIn.told, 'notified')
    await startJob('no-such-backup')
    await notified
    assert.match(standIn.notifications.at(-1)?.options.title ?? '', /^(Failed|Needs a look): no-such-backup$/)
  })
  test('is not told to who looks at the window, nor where it is not wanted', async () => {
    const window = standIn.windows[0]
    assert.ok(window)
    const before = standIn.notifications.length
    window.hasFocus = true
    await jobEnds((await startJob()).jobId)
    window.hasFocus = false
    await notify({ finished: false })
    await jobEnds((await startJob()).jobId)
    await notify({ finished: true })
    assert.equal(standIn.notifications.length, before)
  })
})

describe('sleep', () => {
  test('is noted in the log of what runs', async () => {
    const { jobId } = await startJob()
    standIn.power.emit('suspend')
    standIn.power.emit('resume')
    await jobEnds(jobId)
    const jobs = await call<{ jobId: string; log: { message: string }[] }[]>('jobs.list')
    const log = jobs.find((job) => job.jobId === jobId)?.log.map((line) => line.message) ?? []
    assert.ok(
      log.some((line) => line.startsWith('the machine is going to sleep')),
      log.join('\n'),
    )
    assert.ok(
      log.some((line) => /^the machine woke up after 0 min/.test(line)),
      log.join('\n'),
    )
  })
})

describe('settings', () => {
  test('start at login is off until it is asked for, and can be taken back', async () => {
    const entry = join(rig.folder, 'config/autostart/coffer.desktop')
    assert.equal(existsSync(entry), false)
    await call('settings.set', { startAtLogin: true })
    if (process.platform === 'linux') {
      assert.match(readFileSync(entry, 'utf8'), /^\[Desktop Entry\]\n(.*\n)*Exec="[^"\n]+" --hidden\n/)
    } else assert.equal(standIn.loginItem.openAtLogin, true)
    await call('settings.set', { startAtLogin: false })
    assert.equal(existsSync(entry), false)
    // taken back before it was set
    await Promise.all([call('settings.set', { startAtLogin: true }), call('settings.set', { startAtLogin: false })])
    assert.equal(existsSync(entry), false)
    assert.equal(standIn.loginItem.openAtLogin, false)
  })
})

describe('closing the window', () => {
  test('leaves schedules running in the tray, says so once, and opens again', async () => {
    const config = join(rig.folder, 'backup.yaml')
    writeFileSync(config, 'mode: backup\n')
    const { ScheduleStore } = await import('../../src/jobs/schedule/store.ts')
    const store = new ScheduleStore(join(rig.folder, 'profile'))
    const schedule = {
      name: 'nightly',
      kind: 'backup' as const,
      config,
      cron: '0 3 1 1 *',
      timezone: 'UTC',
      jitter_seconds: 0,
      retries: 0,
      retry_delay_seconds: 60,
      quiet_hours: null,
      alert_after_hours: 1,
    }
    // Long overdue: the service, which runs by now, says so.
    store.add(schedule, new Date(Date.now() - 5 * 3_600_000))
    store.close()
    const told = () => standIn.notifications.find((one) => one.options.title === 'No good run for too long')
    const stays = () => standIn.notifications.some((one) => one.options.title === 'Coffer goes on in the background')
    standIn.windows[0]?.close()
    await until(stays)
    assert.equal(standIn.quits, 0)
    standIn.app.emit('activate')
    await until(() => standIn.windows.length === 2 && standIn.windows[1]?.shown === true)
    await until(() => told() !== undefined)
    assert.match(told()?.options.body ?? '', /no good backup of "nightly" for 1 hours; there was none yet/)
    await until(() => standIn.trays[0]?.tooltip === 'Coffer: 1 schedule needs you')
  })
  test('ends it where nobody wants it in the background', async () => {
    await call('settings.set', { staysInTray: false })
    const quit = once(standIn.told, 'quit')
    standIn.windows.at(-1)?.close()
    await quit
    assert.equal(standIn.quits, 1)
  })
})
