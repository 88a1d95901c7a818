import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { HeldFile } from '../../src/contract/ipc/calls/files.ts'
import { CALL_NAMES, channelOf, EVENT_CHANNEL } from '../../src/contract/ipc/names.ts'
import { bridgedPage, PAGE_ORIGIN } from './bridged-page.ts'
import { launchChromium } from './chromium.ts'
import { bridge, get, type MainRig, PRELOAD, startMain } from './electron-rig.ts'
import { invoke, ORIGIN, pathsOfFiles, standIn, strangeFrame } from './electron-stand-in.ts'
import { ROOT } from './host.ts'

/** The real main and the real preload, on the stand-in for Electron. */

let rig: MainRig
let folder: string

before(async () => {
  rig = await startMain()
  folder = rig.folder
})
after(() => rig.end())

describe('the window', () => {
  test('is locked down', () => {
    const preferences = standIn.windows[0]?.options.webPreferences
    assert.equal(preferences?.contextIsolation, true)
    assert.equal(preferences?.sandbox, true)
    assert.equal(preferences?.nodeIntegration, false)
    assert.equal(preferences?.webSecurity, true)
    assert.equal(preferences?.webviewTag, false)
    assert.equal(preferences?.preload, PRELOAD)
    assert.ok(existsSync(PRELOAD))
  })
  test('is the only one', () => assert.equal(standIn.windows.length, 1))
  test('can go nowhere else', () => {
    for (const name of ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview']) {
      let prevented = false
      standIn.windows[0]?.webContents.emit(name, { preventDefault: () => (prevented = true) })
      assert.ok(prevented, name)
    }
  })
  test('opens no other', () => {
    const open = standIn.windows[0]?.webContents.windowOpenHandler as unknown as (details: { url: string }) => unknown
    assert.deepEqual(open({ url: `${ORIGIN}/` }), { action: 'deny' })
  })
  test('gets no permission, device or download', () => {
    const nothing = null as never
    let granted: boolean | undefined
    standIn.permissionRequest?.(nothing, 'media', (answer: boolean) => (granted = answer), nothing)
    assert.equal(granted, false)
    assert.equal(standIn.permissionCheck?.(nothing, 'media', '', nothing), false)
    assert.equal(standIn.devicePermission?.(nothing), false)
    let prevented = false
    standIn.session.emit('will-download', { preventDefault: () => (prevented = true) })
    assert.ok(prevented)
  })
  test('loads only its own files', () => {
    const cancelled = (url: string) => {
      let cancel: boolean | undefined
      standIn.beforeRequest?.({ url }, (answer: { cancel?: boolean }) => (cancel = answer.cancel))
      return cancel
    }
    assert.equal(cancelled(`${ORIGIN}/assets/x.js`), false)
    for (const url of [
      'https://example.com/',
      'http://127.0.0.1/',
      'file:///etc/passwd',
      'app://coffer.evil/',
      'ws://x/',
    ])
      assert.equal(cancelled(url), true, url)
  })
  test('comes to the front when Coffer is started again', () => {
    const window = standIn.windows[0]
    assert.ok(window)
    window.minimized = true
    standIn.app.emit('second-instance', {}, ['coffer'], folder)
    assert.equal(window.minimized, false)
    assert.equal(window.focused, 1)
  })
})

describe('app://', () => {
  test('is a scheme with an origin', () => {
    assert.deepEqual(standIn.schemes, [
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
    ])
  })
  test('serves the page with its policy', async () => {
    const page = await get(`${ORIGIN}/`)
    assert.equal(page?.status, 200)
    assert.match(page?.headers.get('content-security-policy') ?? '', /default-src 'none'.*frame-ancestors 'none'/)
    assert.match((await page?.text()) ?? '', /<div id="root">/)
  })
  for (const address of [
    `${ORIGIN}/../package.json`,
    `${ORIGIN}/..%2f..%2fpackage.json`,
    `${ORIGIN}/%2e%2e/main/main.js`,
    `${ORIGIN}/..\\main\\preload.cjs`,
    `${ORIGIN}//etc/passwd`,
    'app://other/index.html',
    'app://coffer.evil/index.html',
    `${ORIGIN}/assets`,
  ]) {
    test(`"${address}" finds nothing`, async () => assert.equal((await get(address))?.status, 404))
  }
  test('is only read', async () => assert.equal((await get(`${ORIGIN}/`, 'POST'))?.status, 404))
})

describe('the bridge', () => {
  test('is the map and nothing else', () => {
    assert.deepEqual([...standIn.worlds.keys()], ['coffer'])
    assert.deepEqual(Object.keys(bridge()), ['calls', 'subscribe', 'hold'])
    assert.deepEqual(Object.keys(bridge().calls).sort(), [...CALL_NAMES].sort())
    assert.deepEqual([...standIn.handlers.keys()].sort(), CALL_NAMES.map(channelOf).sort())
  })
  test('answers a call', async () => {
    const reply = (await bridge().calls['app.info'](null)) as {
      ok: boolean
      value: { host: string; directory: string }
    }
    assert.equal(reply.ok, true)
    assert.equal(reply.value.host, 'desktop')
    assert.equal(reply.value.directory, folder)
  })
  test('checks what comes in', async () => {
    const reply = await bridge().calls['connections.remove']({ id: '../../x' })
    assert.equal((reply as { error: { code: string } }).error.code, 'USAGE')
  })
  test('answers the main frame of the window alone', async () => {
    const frame = standIn.windows[0]?.webContents.mainFrame
    assert.ok(frame)
    for (const sender of [strangeFrame, null]) {
      const reply = await invoke(channelOf('app.info'), null, sender)
      assert.equal((reply as { ok: boolean }).ok, false)
    }
    frame.origin = 'https://evil.example'
    const elsewhere = await invoke(channelOf('app.info'), null)
    frame.origin = ORIGIN
    assert.equal((elsewhere as { ok: boolean }).ok, false)
  })
  test('passes on events without the sender', () => {
    const heard: unknown[][] = []
    const end = bridge().subscribe((...args: unknown[]) => heard.push(args))
    standIn.windows[0]?.webContents.send(EVENT_CHANNEL, { type: 'x' })
    end()
    standIn.windows[0]?.webContents.send(EVENT_CHANNEL, { type: 'y' })
    assert.deepEqual(heard, [[{ type: 'x' }]])
  })
})

describe('files', () => {
  const value = async (reply: unknown) => {
    const { ok, value, error } = (await reply) as { ok: boolean; value: HeldFile; error?: { code: string } }
    assert.ok(ok, JSON.stringify(error))
    return value
  }
  let report: string
  before(() => {
    report = join(folder, 'report.json')
    writeFileSync(report, '{}')
  })

  test('that are dropped are held by where Electron says they lie, and read over app://', async () => {
    const dropped = new File(['{}'], 'report.json')
    pathsOfFiles.set(dropped, report)
    const held = await value(bridge().hold(dropped))
    assert.deepEqual(held, { id: held.id, name: 'report.json', kind: 'file', size: 2, path: report })
    const answered = await get(`${ORIGIN}/download/${held.id}`)
    assert.equal(await answered?.text(), '{}')
    assert.equal(answered?.headers.get('content-type'), 'application/octet-stream')
    assert.match(answered?.headers.get('content-security-policy') ?? '', /sandbox/)
  })
  test('that the page made up are refused: it has no say in where a file lies', async () => {
    const reply = (await bridge().hold(new File(['x'], '/etc/passwd'))) as { ok: boolean; error: { code: string } }
    assert.equal(reply.ok, false)
    assert.equal(reply.error.code, 'USAGE')
  })
  for (const id of ['A'.repeat(22), '..', '../../etc/passwd', '..%2f..%2fetc%2fpasswd', '']) {
    test(`"/download/${id}" finds nothing`, async () =>
      assert.equal((await get(`${ORIGIN}/download/${id}`))?.status, 404))
  }
  test('are chosen by the native dialog, or not', async () => {
    const pick = {
      kind: 'file',
      title: 'Evidence',
      filters: [{ name: 'Evidence', extensions: ['json'] }],
      several: true,
    }
    standIn.choices.push([report], null)
    const chosen = (await value(bridge().calls['files.pick'](pick))) as unknown as HeldFile[]
    assert.deepEqual(
      chosen.map((one) => one.path),
      [report],
    )
    assert.deepEqual(standIn.dialogs.at(-1), {
      title: 'Evidence',
      filters: pick.filters,
      properties: ['openFile', 'multiSelections'],
    })
    assert.deepEqual(await value(bridge().calls['files.pick']({ ...pick, kind: 'folder', several: false })), [])
    assert.deepEqual((standIn.dialogs.at(-1) as { properties: string[] }).properties, [
      'openDirectory',
      'createDirectory',
    ])
  })
  test('are saved whole by the native dialog, or not', async () => {
    const made = await value(bridge().calls['files.make']({ name: 'job.yaml', text: 'mode: backup\n' }))
    const target = join(folder, 'saved.yaml')
    writeFileSync(target, 'old')
    standIn.choices.push([target], null, [join(folder, 'no/such/folder.yaml')])
    const save = () => bridge().calls['files.saveAs']({ id: made.id, name: '../../x.yaml' })
    assert.deepEqual(await value(save()), { saved: target })
    assert.equal((standIn.dialogs.at(-1) as { defaultPath: string }).defaultPath, 'x.yaml')
    assert.equal(readFileSync(target, 'utf8'), 'mode: backup\n')
    assert.deepEqual(await value(save()), { saved: null })
    assert.equal(((await save()) as { error: { code: string } }).error.code, 'USAGE')
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('.')),
      [],
    )
  })
  test('are shown in the file manager', async () => {
    const { id } = await value(bridge().calls['files.hold']({ path: report }))
    await value(bridge().calls['files.reveal']({ id }))
    assert.deepEqual(standIn.revealed, [report])
  })
})

test('the pages work in Chromium over the bridge', async () => {
  const browser = await launchChromium()
  try {
    const problems: string[] = []
    const page = await bridgedPage(browser, problems)
    await page.goto(`${PAGE_ORIGIN}/`)
    await page.getByRole('main').getByRole('heading').first().waitFor()
    await page.goto(`${PAGE_ORIGIN}/#/settings`)
    await page.getByText('0.0.0-stand-in').first().waitFor()
    assert.deepEqual(problems, [])
  } finally {
    await browser.close()
  }
})

test('quitting stops the jobs first, and then quits', async () => {
  const quit = once(standIn.told, 'quit')
  standIn.windows[0]?.close()
  assert.equal(standIn.quits, 0)
  await quit
  assert.equal(standIn.quits, 1)
})

test('the web host starts by its command, prints its address, opens nothing, and ends by Ctrl-C', async () => {
  const script = join(ROOT, 'src/web-host/start.ts')
  const child = spawn(process.execPath, [script, '--web', '--no-open', '--profile', join(folder, 'web')])
  let printed = ''
  let told = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (printed += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (told += text))
  const ended = once(child, 'exit')
  try {
    await Promise.race([once(child.stdout, 'data'), ended])
    assert.equal(child.exitCode, null, told)
    assert.match(printed, /^http:\/\/127\.0\.0\.1:\d+\/open\?token=[\w-]{43}\n$/)
    const opened = await fetch(printed.trim(), { redirect: 'manual' })
    assert.equal(opened.status, 303)
    const cookie = opened.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const page = await fetch(new URL('/', printed), { headers: { cookie } })
    assert.match(await page.text(), /<div id="root">/)
  } finally {
    child.kill('SIGINT')
  }
  assert.deepEqual(await ended, [0, null])
  assert.doesNotMatch(told, /token=/)
})
