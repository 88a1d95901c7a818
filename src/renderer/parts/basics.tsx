import { type ReactNode, useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { SerializedError } from '../../contract/errors.ts'
import { errorHint, errorTitle, isForeign } from '../error-words.ts'
import { sentence } from '../format.ts'
import { spoken } from '../said-words.ts'

export type Tone = 'ok' | 'warn' | 'bad' | 'plain'
const SIGNS: Record<Tone, string> = { ok: '✓', warn: '!', bad: '✕', plain: '·' }

/** A verdict: a word with a sign and a colour, never the colour alone. */
export function Pill({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={`pill ${tone}`}>
      <span aria-hidden="true">{SIGNS[tone]}</span> {children}
    </span>
  )
}

/** The page's answer, and a line of context. */
export function Headline({ children, sub }: { children: ReactNode; sub: ReactNode }) {
  return (
    <>
      <h1 aria-live="polite">{children}</h1>
      <p className="sub">{sub}</p>
    </>
  )
}

interface ProblemProps {
  error: SerializedError
  title?: string
  /** Inside of a card that has said already that it failed. */
  inside?: boolean
}

/** What the engine hints at is a command, where the window has a form beside the error. */
const BY_WINDOW: ReadonlySet<string> = new Set(['APPROVAL_NEEDED'])

/**
 * What went wrong: in the window's language by its code, then as the engine says it, which is English and has the values;
 * what to try, and the facts to pass on.
 */
export function Problem({ error, title, inside = false }: ProblemProps) {
  const { t, i18n } = useTranslation()
  const { t: words } = useTranslation('errors')
  const hasDetails = error.details !== undefined && Object.keys(error.details).length > 0
  const foreign = isForeign(i18n.language)
  const message = spoken(error.message, error.said)
  return (
    <div className={inside ? 'problem-inside' : 'card problem'} role="alert">
      <p>
        {!inside && <Pill tone="bad">{title ?? t('failed')}</Pill>} <strong>{errorTitle(words, error)}</strong>
      </p>
      {message === null ? (
        <p lang="en" data-words="none">
          {sentence(error.message)}
        </p>
      ) : (
        <p>{sentence(message)}</p>
      )}
      {/* The engine's hint knows the case; where it is not in the window's language, that of the code stands before it. */}
      <p>
        <span className="mute">{t('tryThis')}: </span>
        {foreign || error.hint === undefined || BY_WINDOW.has(error.code)
          ? errorHint(words, error)
          : sentence(error.hint)}
      </p>
      {foreign && error.hint !== undefined && !BY_WINDOW.has(error.code) && (
        <p className="mute small" lang="en" data-words="none">
          {sentence(error.hint)}
        </p>
      )}
      <p className="mute small">
        {t('code')} <code>{error.code}</code>
      </p>
      {hasDetails && (
        <details>
          <summary>{t('details')}</summary>
          <pre>{JSON.stringify(error.details, null, 2)}</pre>
        </details>
      )}
    </div>
  )
}

/** An error on one line of a list: by its code in the window's language, and as the engine says it. */
export function ErrorLine({ error }: { error: Pick<SerializedError, 'code' | 'message' | 'said'> }) {
  const { i18n } = useTranslation()
  const { t: words } = useTranslation('errors')
  const message = spoken(error.message, error.said)
  return (
    <>
      {isForeign(i18n.language) && `${errorTitle(words, error)}: `}
      {message === null ? (
        <span lang="en" data-words="none">
          {sentence(error.message)}
        </span>
      ) : (
        sentence(message)
      )}{' '}
      <code>{error.code}</code>
    </>
  )
}

/** A card with a heading of its own. */
export function Card({ title, tone, children }: { title?: ReactNode; tone?: Tone; children: ReactNode }) {
  const id = useId()
  return (
    <section
      className={tone === undefined ? 'card' : `card edge-${tone}`}
      aria-labelledby={title === undefined ? undefined : id}
    >
      {title !== undefined && <h2 id={id}>{title}</h2>}
      {children}
    </section>
  )
}

/** What an empty page is for, and the one next step. */
export function Empty({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <div className="card empty">
      <p>
        <strong>{title}</strong>
      </p>
      <p className="mute">{children}</p>
      {action !== undefined && <p className="actions">{action}</p>}
    </div>
  )
}

export function Figure({ title, value, children }: { title: string; value: ReactNode; children?: ReactNode }) {
  return (
    <div className="card figure">
      <h2>{title}</h2>
      <p className="big">{value}</p>
      <p className="mute">{children}</p>
    </div>
  )
}

interface FieldProps {
  id: string
  label: string
  hint?: string | undefined
  children: ReactNode
}

/** A labelled control; its hint is tied to it by `${id}-hint`. */
export function Field({ id, label, hint, children }: FieldProps) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children}
      {hint !== undefined && (
        <p className="mute small" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
}
