import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { utc } from '../../format.ts'
import { TimeField } from '../../parts/time-field.tsx'
import { readMoment, timeProblem, writeMoment } from '../../typed-time.ts'

/**
 * The time that certificates are judged for, as `coffer verify --at` takes it.
 * @param change told the time, and whether something stands there that is none
 * @param judge where there is a verdict already: to judge anew
 */
export function JudgeTime({
  at,
  change,
  judge,
}: {
  at: number | null
  change: (at: number | null, isWrong: boolean) => void
  judge?: (at: number | null) => void
}) {
  const { t } = useTranslation('verify')
  const [text, setText] = useState(at === null ? '' : writeMoment(at, 'UTC'))
  const typed = readMoment(text, 'UTC')
  const isWrong = timeProblem('moment', text) !== null
  return (
    <form
      className="by-path judge-time"
      onSubmit={(event) => {
        event.preventDefault()
        if (typed !== null) judge?.(typed)
      }}
    >
      <TimeField
        kind="moment"
        zone="UTC"
        label={t('at.title')}
        description={t('at.what')}
        value={text}
        onChange={(next) => {
          setText(next)
          change(readMoment(next, 'UTC'), timeProblem('moment', next) !== null)
        }}
      />
      {judge !== undefined && (
        <Button type="submit" variant="default" disabled={typed === null || typed === at}>
          {t('at.judge')}
        </Button>
      )}
      {judge !== undefined && at !== null && (
        <Button variant="default" onClick={() => judge(null)}>
          {t('at.again')}
        </Button>
      )}
      <p className="mute small" role="status">
        {isWrong ? '' : typed === null ? t('at.none') : t('at.is', { at: utc(new Date(typed).toISOString()) })}
      </p>
    </form>
  )
}
