import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { shot } from './requests-support.ts'

/**
 * For the tests of a file of which each stands on the one before it: after a failure there is nothing left to see, and the
 * others fail at once. A picture of what failed is taken where somebody asked for pictures. The file calls `test` itself,
 * since the runner counts a test for the file that calls it.
 * @param page the window, once it is there
 * @returns what makes a test's work of a step
 */
export function stepsOn(page: () => Page): (work: () => Promise<void> | void) => () => Promise<void> {
  let broken = false
  return (work) => async () => {
    assert.ok(!broken, 'a step before this one failed')
    broken = true
    try {
      await work()
      broken = false
    } finally {
      if (broken) await shot(page(), 'failed')
    }
  }
}
