import type { CheckResult, CheckStep } from '../../../contract/results.ts'
import { sentence } from '../../format.ts'
import { Pill } from '../../parts/basics.tsx'
import { t } from '../../strings.ts'

const TONE = { passed: 'ok', failed: 'bad', skipped: 'plain' } as const

/** The step that a check failed at; the ones behind it may only have failed because of it. */
export function failingStep(result: CheckResult): CheckStep | undefined {
  return result.steps.find((step) => step.outcome === 'failed')
}

/** A check, step by step: what was tried, on what, what was seen, and what to do about it. */
export function CheckSteps({ result, name }: { result: CheckResult; name: string }) {
  return (
    <ol className="steps" aria-label={t.connections.checkOf(name)}>
      {result.steps.map((step) => (
        <li key={`${step.step} ${step.subject}`}>
          <div>
            <strong>{t.connections.steps[step.step]}</strong> <code className="mute">{step.subject}</code>
            <div className={step.outcome === 'failed' ? undefined : 'mute'}>{sentence(step.message)}</div>
            {step.hint !== undefined && step.outcome === 'failed' && (
              <div>
                <span className="mute">{t.jobs.tryThis}: </span>
                {sentence(step.hint)}
              </div>
            )}
            {step.code !== undefined && (
              <div className="mute small">
                {t.jobs.code} <code>{step.code}</code>
              </div>
            )}
          </div>
          <Pill tone={TONE[step.outcome]}>{t.connections.outcome[step.outcome]}</Pill>
        </li>
      ))}
    </ol>
  )
}
