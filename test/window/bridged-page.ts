import type { Browser, Page } from 'playwright-core'
import { CALL_NAMES, type CallName } from '../../src/contract/ipc/names.ts'
import { bridge, get } from './electron-rig.ts'
import { ORIGIN } from './electron-stand-in.ts'

/** Chromium knows no app://, so the files come under another name, from main's own handler and with its headers. */
export const PAGE_ORIGIN = 'https://coffer.test'

/** A page of the real renderer in Chromium, over the real preload's bridge. @param problems what its console complains of */
export async function bridgedPage(browser: Browser, problems: string[]): Promise<Page> {
  const page = await browser.newPage()
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  page.on('pageerror', (error) => problems.push(error.message))
  await page.route(`${PAGE_ORIGIN}/**`, async (route) => {
    const answer = await get(route.request().url().replace(PAGE_ORIGIN, ORIGIN))
    if (answer === undefined) return route.abort()
    const body = Buffer.from(await answer.arrayBuffer())
    await route.fulfill({ status: answer.status, headers: Object.fromEntries(answer.headers), body })
  })
  await page.exposeFunction('invokeBridge', (name: CallName, input: unknown) => bridge().calls[name](input))
  await page.addInitScript((names: readonly string[]) => {
    const invoke = (window as unknown as { invokeBridge(name: string, input: unknown): Promise<unknown> }).invokeBridge
    const calls = Object.fromEntries(names.map((name) => [name, (input: unknown) => invoke(name, input)]))
    Object.assign(window, { coffer: { calls, subscribe: () => () => {}, hold: () => {} } })
  }, CALL_NAMES)
  return page
}
