import { CofferError, ERROR_EXIT } from '../../contract/errors.ts'
import { EXIT } from '../../contract/exit-codes.ts'
import type { CheckStep, CheckStepName } from '../../contract/results.ts'
import { english, type Said } from '../../contract/said/said.ts'
import { failedStep } from '../../storage/check.ts'

/**
 * What is looked at before the first record is written. A dry run goes through all of it and tells each step; a
 * restore stops at the first that fails.
 */
export class Checks {
  readonly steps: CheckStep[] = []
  readonly #dryRun: boolean

  constructor(dryRun: boolean) {
    this.#dryRun = dryRun
  }

  /**
   * @param work says what was seen, or throws
   * @returns whether it passed; a restore never gets `false`
   * @throws what `work` threw, unless this is a dry run
   */
  async step(step: CheckStepName, subject: string, work: () => Promise<Said> | Said): Promise<boolean> {
    const begun = performance.now()
    const took = () => Math.round(performance.now() - begun)
    try {
      const said = await work()
      this.steps.push({ step, subject, outcome: 'passed', message: english(said), said, duration_ms: took() })
      return true
    } catch (error) {
      // An interruption is no finding.
      if (!this.#dryRun || (error instanceof CofferError && error.code === 'INTERRUPTED')) throw error
      this.steps.push(failedStep(step, subject, error, took()))
      return false
    }
  }

  /** Notes what can't be looked at since something before it failed. */
  skip(step: CheckStepName, subject: string, said: Said): void {
    this.steps.push({ step, subject, outcome: 'skipped', message: english(said), said })
  }

  get failed(): boolean {
    return this.steps.some((step) => step.outcome === 'failed')
  }

  /** Of the first step that failed: unreachable and damaged keep their own code, all else is a failed check. */
  get exitCode(): number {
    const first = this.steps.find((step) => step.outcome === 'failed')
    if (first === undefined) return EXIT.done
    const exit = first.code === undefined ? EXIT.checkFailed : ERROR_EXIT[first.code]
    return exit === EXIT.unreachable || exit === EXIT.damaged ? exit : EXIT.checkFailed
  }
}
