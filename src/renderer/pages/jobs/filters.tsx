import { Button, Select, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { JOB_STATES } from '../../../contract/ipc/history.ts'
import { clockZone } from '../../format.ts'
import { FILTERED_KINDS } from '../../job-words.ts'
import { DayRange } from '../../parts/time-field.tsx'
import { FILTERS_OFF, type FilterValues, isFiltered } from './filter-values.ts'

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
        zone={clockZone()}
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
