import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

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

/**
 * What axe finds against WCAG 2.2 AA on the page as it stands. Its source goes in by the debugger, which no content
 * security policy keeps out.
 * @param only one rule: what does not depend on colours needs to be looked at in one look only
 * @returns a line for each element that fails; fails itself when axe checked nothing
 */
export async function axeFindings(page: Page, only?: 'color-contrast'): Promise<string[]> {
  await page.evaluate(SOURCE)
  const runOnly = only === undefined ? { type: 'tag', values: TAGS } : { type: 'rule', values: [only] }
  const { violations, passes } = await page.evaluate(async (rules) => {
    const found = await axe.run(document, { runOnly: rules, resultTypes: ['violations'] })
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
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, why }) => `${id} (${help}) at ${target}: ${why.replaceAll(/\s+/g, ' ')}`),
  )
}
