import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { TestHost } from './host.ts'

export interface Look {
  name: string
  colorScheme: 'light' | 'dark'
  contrast: 'more' | 'no-preference'
}

export const LOOKS: readonly Look[] = [
  { name: 'light', colorScheme: 'light', contrast: 'no-preference' },
  { name: 'dark', colorScheme: 'dark', contrast: 'no-preference' },
  { name: 'high contrast', colorScheme: 'light', contrast: 'more' },
]

/** How long nothing may have been asked of the host before a page counts as drawn. */
const QUIET_MS = 120
const LONGEST_MS = 60_000

/** Somebody who looks at one page after the other, and hears what the browser complains about. */
export interface Visitor {
  page: Page
  /** What the browser complained about since it was last asked for: the console's errors, what the policy refused. */
  problems(): string[]
  go(address: string): Promise<void>
  look(look: Look): Promise<void>
  close(): Promise<void>
}

interface VisitorOptions {
  language?: string
  viewport?: { width: number; height: number }
  reducedMotion?: 'reduce' | 'no-preference'
}

/** The address with the token opens a host once: whoever comes later is the same browser. */
const cookies = new WeakMap<TestHost, Awaited<ReturnType<BrowserContext['cookies']>>>()

export async function visitorOf(host: TestHost, browser: Browser, options: VisitorOptions = {}): Promise<Visitor> {
  const language = options.language ?? 'en'
  const context: BrowserContext = await browser.newContext({
    viewport: options.viewport ?? { width: 1280, height: 800 },
    deviceScaleFactor: 1,
    locale: language === 'de' ? 'de-DE' : 'en-GB',
    timezoneId: 'Europe/Berlin',
    reducedMotion: options.reducedMotion ?? 'reduce',
  })
  const page = await context.newPage()
  page.setDefaultTimeout(LONGEST_MS)
  let problems: string[] = []
  let pending = 0
  let lastCall = 0
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  page.on('pageerror', (error) => problems.push(error.message))
  // a page's own script, when it is opened for the first time, is waited for like an answer
  const isCall = (url: string) => url.endsWith('/rpc') || url.endsWith('.js')
  const done = (url: string) => {
    if (!isCall(url)) return
    pending = Math.max(0, pending - 1)
    lastCall = Date.now()
  }
  page.on('request', (request) => {
    if (isCall(request.url())) pending++
  })
  page.on('requestfinished', (request) => done(request.url()))
  page.on('requestfailed', (request) => done(request.url()))

  const settled = async () => {
    await page.locator('main h1').first().waitFor()
    const start = Date.now()
    await page.waitForTimeout(QUIET_MS)
    while (pending > 0 || Date.now() - lastCall < QUIET_MS) {
      if (Date.now() - start > LONGEST_MS) throw new Error(`the page "${page.url()}" asks its host without an end`)
      await page.waitForTimeout(50)
    }
  }
  await context.addCookies(cookies.get(host) ?? [])
  await page.goto(host.address)
  cookies.set(host, await context.cookies())
  if (language !== 'en') {
    await page.goto(`${host.origin}/#/?language=${language}`)
    await page.reload()
  }
  await settled()
  return {
    page,
    problems: () => {
      const found = problems
      problems = []
      return found
    },
    go: async (address) => {
      await page.evaluate(
        (hash) => {
          if ((location.hash || '#/') === hash) return
          document.querySelector('main h1')?.setAttribute('data-left', '')
          location.hash = hash
        },
        `#${address}${language === 'en' ? '' : `?language=${language}`}`,
      )
      await page.locator('main h1:not([data-left])').first().waitFor()
      await settled()
    },
    look: async ({ colorScheme, contrast }) => {
      await page.emulateMedia({ colorScheme, contrast })
      // the window reads the system's contrast when it starts
      await page.evaluate(
        (value) => {
          document.documentElement.dataset.contrast = value
        },
        contrast === 'more' ? 'more' : 'normal',
      )
    },
    close: () => context.close(),
  }
}
