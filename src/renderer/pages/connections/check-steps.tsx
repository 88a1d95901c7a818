import { useTranslation } from 'react-i18next'
import type { ErrorCode } from '../../../contract/errors.ts'
import type { CheckResult, CheckStep } from '../../../contract/results.ts'
import { errorHint, isForeign } from '../../error-words.ts'
import { sentence } from '../../format.ts'
import { Pill } from '../../parts/basics.tsx'
import { CopyText } from '../../parts/copy-text.tsx'
import { Told } from '../../parts/told.tsx'
import { fieldWords } from './field-words.ts'

const TONE = { passed: 'ok', failed: 'bad', skipped: 'plain' } as const

/** The step that a check failed at; the ones behind it may only have failed because of it. */
export function failingStep(result: CheckResult): CheckStep | undefined {
  return result.steps.find((step) => step.outcome === 'failed')
}

/** A check, step by step: what was tried, on what, what was seen, and what to ask for. */
export function CheckSteps({ result, name }: { result: CheckResult; name: string }) {
  const { t } = useTranslation('connections')
  return (
    <ol className="steps" aria-label={t('stepsOf', { name })}>
      {result.steps.map((step) => (
        <li key={`${step.step} ${step.subject}`}>
          <div>
            <strong>{t(`steps.${step.step}`)}</strong> <code className="mute">{step.subject}</code>
            <div className={step.outcome === 'failed' ? undefined : 'mute'}>
              <Told text={fieldWords(step.message, t)} said={step.said} code={step.code} />
            </div>
            {step.hint !== undefined && step.outcome === 'failed' && <Hint hint={step.hint} code={step.code} />}
            {step.code !== undefined && (
              <div className="mute small">
                {t('code', { ns: 'app' })} <code>{step.code}</code>
              </div>
            )}
          </div>
          <Pill tone={TONE[step.outcome]}>{t(`outcome.${step.outcome}`)}</Pill>
        </li>
      ))}
    </ol>
  )
}

/** A hint; where it holds a command for the platform team, that is there to be copied. */
function Hint({ hint, code }: { hint: string; code: ErrorCode | undefined }) {
  const { t, i18n } = useTranslation('connections')
  const { t: errors } = useTranslation('errors')
  const foreign = isForeign(i18n.language)
  const at = hint.indexOf('kafka-acls.sh')
  if (at === -1) {
    const named = fieldWords(hint, t)
    return (
      <div>
        <span className="mute">{t('tryThis', { ns: 'app' })}: </span>
        {foreign && errorHint(errors, { code: code ?? 'UNEXPECTED' })}{' '}
        {foreign ? (
          <span className="mute small" lang="en" data-words="none">
            {sentence(named)}
          </span>
        ) : (
          sentence(named)
        )}
      </div>
    )
  }
  return (
    <div>
      <span className="mute">{t('ask')}:</span>
      <CopyText text={hint.slice(at)} label={t('ask')} />
    </div>
  )
}
