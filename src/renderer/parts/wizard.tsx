import { Button } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'

export interface WizardStep {
  id: string
  title: string
  content: ReactNode
  /** Whether one may go on from here; what is missing is said by the step itself. */
  ready: boolean
}

interface WizardProps {
  steps: readonly WizardStep[]
  /** The id of the step that is shown. */
  at: string
  onGo(id: string): void
  /** The last step's button. */
  finish: ReactNode
  /** The word of the button that goes on; what comes next where it is left out. */
  nextWord?(next: WizardStep): string
}

/** Steps with their names, one at a time. Any step that was reached can be gone back to; focus goes to the new step. */
export function Wizard({ steps, at, onGo, finish, nextWord }: WizardProps) {
  const { t } = useTranslation()
  const place = Math.max(
    0,
    steps.findIndex((step) => step.id === at),
  )
  const step = steps[place]
  const next = steps[place + 1]
  const firstOpen = steps.findIndex((one) => !one.ready)
  const reach = firstOpen === -1 ? steps.length - 1 : firstOpen
  const body = useRef<HTMLDivElement>(null)
  const shown = useRef(at)
  useEffect(() => {
    if (shown.current === at) return
    shown.current = at
    body.current?.focus()
    window.scrollTo(0, 0)
  }, [at])
  if (step === undefined) return null

  return (
    <>
      <nav aria-label={t('wizard.steps')} className="wizard-steps">
        <ol>
          {steps.map((one, index) => (
            <li key={one.id} aria-current={index === place ? 'step' : undefined}>
              {index === place || index > reach ? (
                <span>{one.title}</span>
              ) : (
                <button type="button" className="link" onClick={() => onGo(one.id)}>
                  {one.title}
                  {index < place && (
                    <>
                      <span aria-hidden="true"> ✓</span>
                      <span className="unseen"> {t('wizard.done')}</span>
                    </>
                  )}
                </button>
              )}
            </li>
          ))}
        </ol>
      </nav>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would name its fields, this names a step */}
      <div
        ref={body}
        tabIndex={-1}
        role="group"
        className="wizard-body"
        aria-label={t('wizard.step', { n: place + 1, of: steps.length, name: step.title })}
      >
        {step.content}
      </div>
      <p className="wizard-actions">
        {place > 0 ? (
          <Button variant="default" onClick={() => onGo(steps[place - 1]?.id ?? step.id)}>
            {t('back')}
          </Button>
        ) : (
          <span />
        )}
        {next === undefined ? (
          finish
        ) : (
          <span className="wizard-next">
            {!step.ready && <span className="mute small">{t('wizard.incomplete')}</span>}
            <Button disabled={!step.ready} onClick={() => onGo(next.id)}>
              {nextWord?.(next) ?? `${t('next')}: ${next.title}`}
            </Button>
          </span>
        )}
      </p>
    </>
  )
}
