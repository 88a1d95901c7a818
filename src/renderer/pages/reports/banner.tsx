import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import type { SerializedError } from '../../../contract/errors.ts'
import { moment } from '../../format.ts'
import { Card, Pill, Problem } from '../../parts/basics.tsx'
import { errorOf } from '../../state.ts'
import { changedWords, isForeign, lineWords, nextWords, sinceWords, validWords, whoseWords } from '../verify/spoken.ts'
import { FINDING_TONE, findingOf, type Verified } from './words.ts'

const VERDICT_TONE = { passed: 'ok', failed: 'bad', indeterminate: 'warn' } as const
const QUESTIONS = ['valid', 'whose', 'since', 'changed'] as const
const SPOKEN = { valid: validWords, whose: whoseWords, since: sinceWords, changed: changedWords } as const

/** Whether the signatures hold, file by file, from a verification that has just run on what was fetched. */
export function SignatureBanner({
  verified,
  trusted,
  error,
}: {
  verified: Verified | undefined
  trusted: number
  error: unknown
}) {
  const { t, i18n } = useTranslation('reports')
  const { t: found } = useTranslation('verdicts')
  const foreign = isForeign(i18n.language)
  if (error !== null && error !== undefined) {
    const why: SerializedError = errorOf(error)
    return <Problem error={why} title={t('banner.failed')} />
  }
  if (verified === undefined) return null
  return (
    <>
      <div className="banners">
        {verified.files.map((file) => {
          const finding = findingOf(file)
          return (
            <Card
              key={file.file}
              tone={FINDING_TONE[finding]}
              title={file.kind === 'pdf' ? t('banner.pdf') : t('banner.json')}
            >
              <p>
                <Pill tone={FINDING_TONE[finding]}>{t(`finding.${finding}`)}</Pill>
              </p>
              <dl className="facts">
                {QUESTIONS.map((question) => (
                  <Answer
                    key={question}
                    question={question}
                    answer={foreign ? SPOKEN[question](found, file) : file.answers[question]}
                    detail={foreign ? file.answers[question] : null}
                    t={t}
                  />
                ))}
              </dl>
              <details>
                <summary>{t('question.next')}</summary>
                <p>{nextWords(found, file)}</p>
              </details>
              <details>
                <summary>{t('banner.checks', { count: file.checks_total })}</summary>
                <ul className="findings">
                  {file.checks.map((check) => (
                    <li key={`${check.check} ${check.subject} ${check.reason}`}>
                      <Pill tone={VERDICT_TONE[check.verdict]}>{t(`verdict.${check.verdict}`, { ns: 'app' })}</Pill>{' '}
                      {foreign && <strong>{lineWords(found, check)}</strong>}{' '}
                      <span lang="en" data-words="none">
                        {check.reason}
                      </span>
                      <div className="mute small">
                        <code>{check.subIndication ?? check.check}</code> {check.subject}
                      </div>
                    </li>
                  ))}
                </ul>
              </details>
            </Card>
          )
        })}
      </div>
      <p className="mute small">
        {t('banner.at', { at: moment(Date.parse(verified.verified_at)) })}{' '}
        {trusted === 0 ? t('banner.trustNobody') : t('banner.trust', { count: trusted })}
      </p>
    </>
  )
}

function Answer({
  question,
  answer,
  detail,
  t,
}: {
  question: (typeof QUESTIONS)[number]
  answer: string
  /** In the verifier's own words. */
  detail: string | null
  t: TFunction<'reports'>
}) {
  return (
    <>
      <dt>{t(`question.${question}`)}</dt>
      <dd>
        {answer}
        {detail !== null && (
          <div className="mute small" lang="en" data-words="none">
            {detail}
          </div>
        )}
      </dd>
    </>
  )
}
