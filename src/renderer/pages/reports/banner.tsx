import { useTranslation } from 'react-i18next'
import type { SerializedError } from '../../../contract/errors.ts'
import { moment } from '../../format.ts'
import { Card, Pill, Problem } from '../../parts/basics.tsx'
import { useCall } from '../../query.ts'
import { errorOf } from '../../state.ts'
import { Answers, NameTheSigner, TONE } from '../verify/answers.tsx'
import { lineWords } from '../verify/spoken.ts'
import { useVerdictWords } from '../verify/verdict-words.ts'
import { FINDING_TONE, findingOf, type Verified } from './words.ts'

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
  const { t } = useTranslation('reports')
  const words = useVerdictWords(useCall('verify.trusted', null).data ?? [])
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
              <Answers file={file} words={words} />
              <details>
                <summary>{t('banner.checks', { count: file.checks_total })}</summary>
                <ul className="findings">
                  {file.checks.map((check) => (
                    <li key={`${check.check} ${check.subject} ${check.reason}`}>
                      <Pill tone={TONE[check.verdict]}>{t(`verdict.${check.verdict}`, { ns: 'app' })}</Pill>{' '}
                      {words.foreign && <strong>{lineWords(words.found, check)}</strong>}{' '}
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
      <NameTheSigner files={verified.files} />
      <p className="mute small">
        {t('banner.at', { at: moment(Date.parse(verified.verified_at)) })}{' '}
        {trusted === 0 ? t('banner.trustNobody') : t('banner.trust', { count: trusted })}
      </p>
    </>
  )
}
