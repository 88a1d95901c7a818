import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { utc } from '../../format.ts'

/** `2026-12-31T00:00`, as a field of dates gives it, in UTC. @returns null where it is no time */
function timeOf(text: string): number | null {
  const at = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?$/.test(text) ? Date.parse(`${text}Z`) : Number.NaN
  return Number.isNaN(at) ? null : at
}

/**
 * The time that certificates are judged for, as `coffer verify --at` takes it.
 * @param judge where there is a verdict already: to judge anew
 */
export function JudgeTime({
  at,
  change,
  judge,
}: {
  at: number | null
  change: (at: number | null) => void
  judge?: (at: number | null) => void
}) {
  const { t } = useTranslation('verify')
  const [text, setText] = useState(at === null ? '' : new Date(at).toISOString().slice(0, -5))
  const typed = timeOf(text)
  return (
    <form
      className="by-path judge-time"
      onSubmit={(event) => {
        event.preventDefault()
        if (typed !== null) judge?.(typed)
      }}
    >
      <TextInput
        type="datetime-local"
        step={1}
        label={t('at.title')}
        description={t('at.what')}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value)
          change(timeOf(event.currentTarget.value))
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
        {typed === null ? t('at.none') : t('at.is', { at: utc(new Date(typed).toISOString()) })}
      </p>
    </form>
  )
}
