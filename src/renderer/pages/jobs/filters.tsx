import { Button, Select, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { JOB_STATES, type JobState } from '../../../contract/ipc/history.ts'
import { FILTERED_KINDS } from '../../job-words.ts'
import { DayRange } from '../../parts/time-field.tsx'
import { localZone, readDay } from '../../typed-time.ts'
import type { HistoryQuery } from './use-history.ts'

export interface FilterValues {
  text: string
  kind: (typeof FILTERED_KINDS)[number] | null
  state: JobState | null
  /** Days as they were typed, `2026-11-03`, on this machine's clock; empty or none: open. */
  from: string
  to: string
}

export const FILTERS_OFF: FilterValues = { text: '', kind: null, state: null, from: '', to: '' }

export function isFiltered({ text, kind, state, from, to }: FilterValues): boolean {
  return text.trim() !== '' || kind !== null || state !== null || from !== '' || to !== ''
}

/** The filters as the host takes them; the day `to` is included. */
export function queryOf({ text, kind, state, from, to }: FilterValues): Omit<HistoryQuery, 'sort' | 'descending'> {
  return {
    kinds: kind === null ? [] : [kind],
    states: state === null ? [] : [state],
    text: text.trim(),
    from: dayStart(from, 0),
    to: dayStart(to, 1),
  }
}

const TYPING_MS = 250

export function Filters({ filters, onChange }: { filters: FilterValues; onChange(filters: FilterValues): void }) {
  const { t } = useTranslation('jobs')
  const [text, setText] = useState(filters.text)
  useEffect(() => {
    if (text === filters.text) return
    const timer = setTimeout(() => onChange({ ...filters, text }), TYPING_MS)
    return () => clearTimeout(timer)
  }, [text, filters, onChange])
  return (
    <search className="filters" aria-label={t('filter.label')}>
      <TextInput
        label={t('filter.text')}
        placeholder={t('filter.textHint')}
        value={text}
        maxLength={200}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Select
        label={t('filter.kind')}
        placeholder={t('kind.all')}
        clearable
        value={filters.kind}
        data={FILTERED_KINDS.map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))}
        onChange={(value) => onChange({ ...filters, kind: FILTERED_KINDS.find((one) => one === value) ?? null })}
      />
      <Select
        label={t('filter.state')}
        placeholder={t('state.all')}
        clearable
        value={filters.state}
        data={JOB_STATES.map((state) => ({ value: state, label: t(`state.${state}`) }))}
        onChange={(value) => onChange({ ...filters, state: JOB_STATES.find((one) => one === value) ?? null })}
      />
      <DayRange
        zone={localZone()}
        label={(end) => t(`filter.${end}`)}
        value={filters}
        onChange={(end, text) => onChange({ ...filters, [end]: text })}
      />
      {isFiltered(filters) && (
        <Button
          variant="default"
          onClick={() => {
            setText('')
            onChange(FILTERS_OFF)
          }}
        >
          {t('filter.clear')}
        </Button>
      )}
    </search>
  )
}

/** Midnight of a day here, so many days later; null where there is no day. */
function dayStart(day: string, later: number): number | null {
  const [year, month = 1, date = 1] = readDay(day)?.split('-').map(Number) ?? []
  return year === undefined ? null : new Date(year, month - 1, date + later).getTime()
}
