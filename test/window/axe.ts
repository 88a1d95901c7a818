import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { noObjects, nothingSideways } from './page-checks.ts'

const SOURCE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

interface AxeNode {
  target: unknown[]
  failureSummary?: string
}
interface AxeResults {
  violations: { id: string; help: string; nodes: AxeNode[] }[]
  passes: unknown[]
}
declare const axe: { run(context: unknown, options: unknown): Promise<AxeResults> }

/** What depends on colours: all else is the same in every look. */
const COLOURS = ['color-contrast', 'link-in-text-block']

/**
 * What axe finds against WCAG 2.2 AA on the page as it stands, and what is there as an object and not in words. Its source goes in by the debugger, which no content
 * security policy keeps out.
 * @param only what depends on colours, where the same page was looked at as a whole in another look
 * @returns a line for each element that fails; fails itself when axe checked nothing
 */
export async function axeFindings(page: Page, only?: 'colours'): Promise<string[]> {
  // A window that goes from page to page by the address keeps it.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(SOURCE)
  const runOnly = only === undefined ? { type: 'tag', values: TAGS } : { type: 'rule', values: COLOURS }
  const { violations, passes } = await page.evaluate(async (rules) => {
    // Preloading serves two rules alone, about locked orientation and sound.
    const found = await axe.run(document, { runOnly: rules, resultTypes: ['violations'], preload: false })
    return {
      passes: found.passes.length,
      violations: found.violations.map(({ id, help, nodes }) => ({
        id,
        help,
        nodes: nodes.map(({ target, failureSummary }) => ({ target: target.join(' '), why: failureSummary ?? '' })),
      })),
    }
  }, runOnly)
  if (passes < (only === undefined ? 5 : 1) && violations.length === 0)
    throw new Error(`axe had only ${passes} rules to apply: the page is not there`)
  const found = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, why }) => `${id} (${help}) at ${target}: ${why.replaceAll(/\s+/g, ' ')}`),
  )
  return [...found, ...(await noObjects(page))]
}

/** The page as it stands, in light and in dark: axe finds nothing, and nothing is wider than the window. Ends in light. */
export async function accessibleInBothLooks(page: Page, name: string): Promise<void> {
  assert.deepEqual([...(await axeFindings(page)), ...(await nothingSideways(page))], [], `${name}, light`)
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
  assert.deepEqual(await axeFindings(page, 'colours'), [], `${name}, dark`)
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
}
