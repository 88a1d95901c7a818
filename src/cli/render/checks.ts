import type { CheckResult, CheckStep } from '../../contract/results.ts'
import { paint, width } from '../paint.ts'
import { plural } from '../words.ts'

const MARK = {
  passed: paint('green', 'ok    '),
  failed: paint('red', 'FAILED'),
  skipped: paint('dim', '–     '),
} as const

/** A line for each step, and what to try under those that failed. */
export function stepLines(steps: readonly CheckStep[]): string[] {
  const words = (step: CheckStep) => step.step.replaceAll('-', ' ')
  const first = Math.max(0, ...steps.map((step) => words(step).length))
  const second = Math.min(60, Math.max(0, ...steps.map((step) => width(step.subject))))
  return steps.flatMap((step) => {
    const code = step.code === undefined ? '' : ` [${step.code}]`
    const took = step.duration_ms === undefined ? '' : paint('dim', ` (${Math.round(step.duration_ms)} ms)`)
    const subject = step.subject + ' '.repeat(Math.max(0, second - width(step.subject)))
    const line = `${MARK[step.outcome]}  ${words(step).padEnd(first)}  ${subject}  ${step.message}${code}${took}`
    return step.hint === undefined || step.outcome !== 'failed' ? [line] : [line, `        hint: ${step.hint}`]
  })
}

export function checkText(result: CheckResult): string[] {
  const failed = result.steps.find((step) => step.outcome === 'failed')
  return [
    ...stepLines(result.steps),
    '',
    result.verdict === 'PASSED'
      ? paint(
          'green',
          `PASSED: everything that ${result.config} needs can be reached and is allowed (${plural(result.steps.length, 'step')}).`,
        )
      : paint(
          'red',
          `FAILED${failed === undefined ? '' : ` at ${failed.step.replaceAll('-', ' ')} (${failed.subject})`}: ${failed?.message ?? 'see above'}.`,
        ),
  ]
}

export function warningLines(warnings: readonly string[]): string[] {
  return warnings.length === 0 ? [] : ['', ...warnings.map((warning) => paint('yellow', `warning: ${warning}`))]
}
