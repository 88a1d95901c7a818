import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { FuseV1Options, FuseVersion } from '@electron/fuses'
import type { HandlerDetails, WebPreferences } from 'electron'
import type { Browser, Page } from 'playwright-core'
import { EXTERNAL_HOSTS, isExternalLink } from '../../src/contract/external-links.ts'
import { CALL_NAMES, channelOf } from '../../src/contract/ipc/names.ts'
import { FUSES } from '../../src/main/pack/fuses.ts'
import { bridgedPage, PAGE_ORIGIN } from './bridged-page.ts'
import { launchChromium } from './chromium.ts'
import { bridge, get, type MainRig, startMain } from './electron-rig.ts'
import { invoke, ORIGIN, standIn, strangeFrame } from './electron-stand-in.ts'
import { ROOT } from './host.ts'

/**
 * The 20 points of Electron's security checklist (https://www.electronjs.org/docs/latest/tutorial/security), in its order
 * and by its names: the real main and preload on the stand-in for Electron, and the real pages in a real Chromium under
 * the headers that main's own protocol handler sends.
 */

let rig: MainRig
let browser: Browser
let page: Page
const problems: string[] = []

before(async () => {
  rig = await startMain()
  browser = await launchChromium()
  page = await bridgedPage(browser, problems)
  await page.goto(`${PAGE_ORIGIN}/`, { timeout: 120_000 })
  await page.getByRole('heading').first().waitFor({ timeout: 120_000 })
  assert.deepEqual(problems, [])
})
after(async () => {
  await browser?.close()
  await rig?.end()
})

const preferences = (): WebPreferences => standIn.windows[0]?.options.webPreferences ?? {}
const contents = () => {
  const found = standIn.windows[0]?.webContents
  assert.ok(found)
  return found
}
const isCancelled = (url: string) => {
  let cancel: boolean | undefined
  standIn.beforeRequest?.({ url }, (answer) => {
    cancel = answer.cancel
  })
  return cancel
}
const prevents = (name: string, ...args: unknown[]) => {
  let prevented = false
  contents().emit(name, { preventDefault: () => (prevented = true) }, ...args)
  return prevented
}
const openWindow = (url: string) => contents().windowOpenHandler?.({ url } as HandlerDetails)
const sources = (folder: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => readFileSync(join(ROOT, folder, name), 'utf8'))

describe("Electron's security checklist", () => {
  test('1. only load secure content', async () => {
    for (const url of [
      'http://example.com/',
      'https://example.com/x.js',
      'ws://x/',
      'wss://x/',
      'ftp://x/',
      'file:///x',
    ]) {
      assert.equal(isCancelled(url), true, url)
    }
    assert.equal(isCancelled(`${ORIGIN}/index.html`), false)
    // and the page itself could not even ask
    const blocked = await page.evaluate(() =>
      fetch('https://example.com/').then(
        () => 'loaded',
        (error: Error) => error.message,
      ),
    )
    assert.notEqual(blocked, 'loaded')
    assert.ok(
      problems.splice(0).some((line) => line.includes('connect-src')),
      'not by the policy',
    )
  })

  test('2. do not enable Node.js integration for remote content', async () => {
    assert.equal(preferences().nodeIntegration, false)
    assert.equal(preferences().nodeIntegrationInWorker, false)
    assert.equal(preferences().nodeIntegrationInSubFrames, false)
    const types = await page.evaluate(() => {
      const all = window as unknown as Record<string, unknown>
      return ['require', 'process', 'module', 'Buffer', 'global'].map((name) => typeof all[name])
    })
    assert.deepEqual(new Set(types), new Set(['undefined']))
  })

  test('3. enable context isolation', () => {
    assert.equal(preferences().contextIsolation, true)
    assert.deepEqual([...standIn.worlds.keys()], ['coffer'], 'more than the bridge was exposed')
  })

  test('4. enable process sandboxing', () => {
    assert.equal(preferences().sandbox, true)
    for (const text of sources('src/main')) assert.doesNotMatch(text, /no-sandbox|disableSandbox|sandbox: false/)
    // What a sandboxed preload may load: Electron alone.
    const required = [...readFileSync(String(preferences().preload), 'utf8').matchAll(/require\("([^"]+)"\)/g)]
    assert.deepEqual([...new Set(required.map((match) => match[1]))], ['electron'])
  })

  test('5. handle session permission requests from remote content', () => {
    const nothing = null as never
    for (const permission of [
      'media',
      'geolocation',
      'notifications',
      'clipboard-read',
      'openExternal',
      'usb',
    ] as const) {
      let granted: boolean | undefined
      standIn.permissionRequest?.(nothing, permission as 'media', (answer) => (granted = answer), nothing)
      assert.equal(granted, false, permission)
      assert.equal(standIn.permissionCheck?.(nothing, permission as 'media', ORIGIN, nothing), false, permission)
    }
    assert.equal(standIn.devicePermission?.(nothing), false)
    let streams: unknown
    standIn.displayMedia?.(nothing, (answer) => (streams = answer))
    assert.deepEqual(streams, {})
    let prevented = false
    standIn.session.emit('will-download', { preventDefault: () => (prevented = true) })
    assert.ok(prevented, 'a download')
  })

  test('6. do not disable webSecurity', () => {
    assert.equal(preferences().webSecurity, true)
    for (const text of sources('src/main')) assert.doesNotMatch(text, /disable-web-security/)
  })

  test('7. define a Content-Security-Policy', async () => {
    const policy = (await get(`${ORIGIN}/`))?.headers.get('content-security-policy') ?? ''
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/)
    assert.doesNotMatch(policy, /unsafe|http:|https:|\*/)
    assert.match(policy, /require-trusted-types-for 'script'/)
    assert.equal((await get(`${ORIGIN}/no-such-page`))?.headers.get('content-security-policy'), policy)
    const tried = await page.evaluate(async () => {
      const ran = window as unknown as Record<string, boolean>
      const script = document.createElement('script')
      try {
        script.text = 'window.inlineRan = true'
        document.head.append(script)
      } catch {
        // refused already: a string is no trusted script
      }
      // Later, since what the test's own driver runs may do more than the page.
      const evalRan = await new Promise<boolean>((resolve) => {
        setTimeout(() => {
          try {
            // biome-ignore lint/security/noGlobalEval: what is tried is that it can't be done
            window.eval('1')
            resolve(true)
          } catch {
            resolve(false)
          }
        })
      })
      const style = document.createElement('style')
      style.textContent = 'html { --inline-style: 1 }'
      document.head.append(style)
      let markup = true
      try {
        document.createElement('div').innerHTML = '<img src=x onerror="window.inlineRan = true">'
      } catch {
        markup = false
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
      const styled = getComputedStyle(document.documentElement).getPropertyValue('--inline-style')
      return { inline: ran.inlineRan ?? false, evalRan, styled, markup }
    })
    assert.deepEqual(tried, { inline: false, evalRan: false, styled: '', markup: false })
    problems.splice(0)
  })

  test('8. do not set allowRunningInsecureContent', () => {
    assert.equal(preferences().allowRunningInsecureContent, false)
  })

  test('9. do not enable experimental features', () => {
    assert.equal(preferences().experimentalFeatures, false)
  })

  test('10. do not use enableBlinkFeatures', () => {
    assert.equal(preferences().enableBlinkFeatures, undefined)
    for (const text of sources('src/main')) assert.doesNotMatch(text, /enable-?blink-?features/i)
  })

  test('11. do not use allowpopups for WebViews', () => {
    assert.equal(preferences().webviewTag, false)
    for (const text of sources('src/renderer')) assert.doesNotMatch(text, /<webview|allowpopups/i)
  })

  test('12. verify WebView options before creation', () => {
    assert.ok(prevents('will-attach-webview', { nodeIntegration: true }, { src: 'https://evil.example' }))
  })

  test('13. disable or limit navigation', async () => {
    for (const name of ['will-navigate', 'will-frame-navigate', 'will-redirect']) {
      assert.ok(prevents(name, 'https://evil.example'), name)
    }
    // A frame of another page gets nothing into it either.
    await page.evaluate(() => {
      const frame = document.createElement('iframe')
      frame.src = 'https://example.com/'
      document.body.append(frame)
    })
    await page.waitForTimeout(100)
    assert.ok(problems.splice(0).some((line) => /frame-src|default-src/.test(line)))
  })

  test('14. disable or limit creation of new windows', () => {
    for (const url of [`${ORIGIN}/`, 'https://evil.example', 'about:blank', 'javascript:alert(1)', '']) {
      assert.deepEqual(openWindow(url), { action: 'deny' }, url)
    }
    assert.equal(standIn.windows.length, 1)
  })

  test('15. do not use shell.openExternal with untrusted content', () => {
    for (const url of [
      'https://evil.example/',
      'http://www.sec.gov/',
      'file:///etc/passwd',
      'smb://www.sec.gov/share',
      'javascript:alert(1)',
      'https://www.sec.gov.evil.example/',
      'https://www.sec.gov@evil.example/',
      'https://user:password@www.sec.gov/',
      'https://www.sec.gov:8443/',
      'https://www.sec.gov\\@evil.example/',
      'https://www.sec.gov/\u0000',
      'HTTPS://WWW.SEC.GOV/',
      ' https://www.sec.gov/',
      'ms-msdt:/id',
    ]) {
      openWindow(url)
      assert.equal(isExternalLink(url), false, url)
    }
    assert.deepEqual(standIn.external, [])
    openWindow('https://www.ecfr.gov/current/title-17/section-240.17a-4')
    assert.deepEqual(standIn.external, ['https://www.ecfr.gov/current/title-17/section-240.17a-4'])
    for (const host of EXTERNAL_HOSTS) assert.ok(isExternalLink(`https://${host}/x?y=1#z`), host)
  })

  test('16. use a current version of Electron', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      devDependencies: Record<string, string>
    }
    const version = devDependencies.electron ?? ''
    assert.match(version, /^\d+\.\d+\.\d+$/, 'pinned exactly')
    assert.ok(Number(version.split('.')[0]) >= 45, version)
    const installed = JSON.parse(readFileSync(join(ROOT, 'node_modules/electron/package.json'), 'utf8')) as {
      version: string
    }
    assert.equal(installed.version, version)
  })

  test('17. validate the sender of all IPC messages', async () => {
    assert.deepEqual([...standIn.handlers.keys()].sort(), CALL_NAMES.map(channelOf).sort())
    const frame = contents().mainFrame
    for (const name of CALL_NAMES) {
      for (const sender of [strangeFrame, null]) {
        const reply = (await invoke(channelOf(name), null, sender)) as { ok: boolean; error: { message: string } }
        assert.equal(reply.ok, false, name)
        assert.match(reply.error.message, /came from elsewhere/, name)
      }
      frame.origin = 'https://evil.example'
      const moved = (await invoke(channelOf(name), null)) as { ok: boolean; error: { message: string } }
      frame.origin = ORIGIN
      assert.match(moved.error.message, /came from elsewhere/, name)
    }
  })

  test('18. avoid usage of the file:// protocol and prefer usage of custom protocols', async () => {
    assert.match(contents().getURL(), /^app:\/\/coffer\//)
    assert.deepEqual(standIn.schemes, [
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
    ])
    for (const address of [
      `${ORIGIN}/../package.json`,
      `${ORIGIN}/..%2f..%2fpackage.json`,
      `${ORIGIN}/%2e%2e/main/main.js`,
      `${ORIGIN}/..\\main\\preload.cjs`,
      `${ORIGIN}//etc/passwd`,
      `${ORIGIN}/%00index.html`,
      `${ORIGIN}/download/../index.html`,
      `${ORIGIN}/download/..%2f..%2f..%2fetc%2fpasswd`,
      'app://other/index.html',
      'app://coffer@other/index.html',
    ]) {
      assert.equal((await get(address))?.status, 404, address)
    }
  })

  test('19. check which fuses you can change', () => {
    const names = Object.keys(FuseV1Options).filter((name) => Number.isNaN(Number(name)))
    assert.equal(names.length, 9, 'Electron has other fuses than those that are set')
    // Set on a binary, and read back from it: packaging.test.ts.
    assert.deepEqual(FUSES, {
      version: FuseVersion.V1,
      strictlyRequireAllFuses: true,
      [FuseV1Options.RunAsNode]: false,
      [FuseV1Options.EnableCookieEncryption]: true,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
      [FuseV1Options.EnableNodeCliInspectArguments]: false,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
      [FuseV1Options.OnlyLoadAppFromAsar]: true,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
      [FuseV1Options.WasmTrapHandlers]: true,
    })
  })

  test('20. do not expose Electron APIs to untrusted web content', async () => {
    assert.deepEqual(Object.keys(bridge()), ['calls', 'subscribe', 'hold'])
    assert.deepEqual(Object.keys(bridge().calls).sort(), [...CALL_NAMES].sort())
    for (const value of Object.values(bridge().calls)) assert.equal(typeof value, 'function')
    const heard: unknown[][] = []
    const end = bridge().subscribe((...args: unknown[]) => heard.push(args))
    contents().send('coffer:event', { type: 'x' })
    end()
    assert.deepEqual(heard, [[{ type: 'x' }]], 'the sender was handed out')
    const text = readFileSync(String(preferences().preload), 'utf8')
    const bundled = text.match(/exposeInMainWorld\(/g)
    assert.equal(bundled?.length, 1)
  })

  test('and developer tools are for a checkout alone', async () => {
    const { app } = await import('electron')
    const { webPreferences } = await import('../../src/main/window.ts')
    Object.assign(app, { isPackaged: true })
    assert.equal(webPreferences(ROOT).devTools, false)
    Object.assign(app, { isPackaged: false })
    assert.equal(webPreferences(ROOT).devTools, true)
  })
})
