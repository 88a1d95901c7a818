import { Button, Select, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { type ActivityFilter, EVERYTHING } from '../../../contract/activity.ts'
import { ACTIVITY_ACTIONS } from '../../../contract/activity-actions.ts'
import { saveAs } from '../../files.ts'
import { Problem } from '../../parts/basics.tsx'
import { DayRange } from '../../parts/time-field.tsx'
import { useAct } from '../../query.ts'
import { errorOf } from '../../state.ts'
import { readDay } from '../../typed-time.ts'

const DAY_MS = 86_400_000

/** What stands in the fields. */
export interface Typed {
  text: string
  who: string
  action: string
  from: string
  to: string
  result: ActivityFilter['result']
}

export const NOTHING_TYPED: Typed = { text: '', who: '', action: '', from: '', to: '', result: null }

export function filterOf({ text, who, action, from, to, result }: Typed): ActivityFilter {
  const end = dateOf(to)
  return {
    text: text.trim() || null,
    who: who.trim() || null,
    action: action.trim() || null,
    from: dateOf(from),
    to: end === null ? null : end + DAY_MS - 1,
    result,
  }
}

interface FiltersProps {
  typed: Typed
  onType(typed: Typed): void
  /** What the fields ask for, to be exported. */
  filter: ActivityFilter
}

export function Filters({ typed, onType, filter }: FiltersProps) {
  const { t, i18n } = useTranslation('activity')
  const actions = ACTIVITY_ACTIONS.map((value) => ({ value, label: t(`action.${value}`) })).sort((a, b) =>
    a.label.localeCompare(b.label, i18n.language),
  )
  const type = (name: keyof Typed, value: string) => onType({ ...typed, [name]: value })
  const exported = useAct('activity.export', ['activity.page', 'activity.verify'])
  const save = async (format: 'ndjson' | 'csv') => {
    const { files } = await exported.mutateAsync({ filter, format })
    for (const file of files) await saveAs(file)
  }
  const whole = JSON.stringify({ ...EVERYTHING, ...filter }) === JSON.stringify(EVERYTHING)

  return (
    <>
      <search className="activity-filters" aria-label={t('filter.label')}>
        <TextInput
          label={t('search', { ns: 'app' })}
          placeholder={t('filter.textHint')}
          type="search"
          value={typed.text}
          onChange={(event) => type('text', event.currentTarget.value)}
        />
        <TextInput
          label={t('filter.who')}
          value={typed.who}
          onChange={(event) => type('who', event.currentTarget.value)}
        />
        <Select
          label={t('filter.action')}
          data={[{ value: 'any', label: t('filter.any') }, ...actions]}
          searchable
          allowDeselect={false}
          value={typed.action || 'any'}
          onChange={(value) => type('action', value === null || value === 'any' ? '' : value)}
        />
        <Select
          label={t('filter.result')}
          data={[
            { value: 'any', label: t('filter.any') },
            { value: 'done', label: t('filter.done') },
            { value: 'failed', label: t('filter.failed') },
          ]}
          allowDeselect={false}
          value={typed.result ?? 'any'}
          onChange={(value) => onType({ ...typed, result: value === 'done' || value === 'failed' ? value : null })}
        />
        <DayRange zone="UTC" label={(end) => t(`filter.${end}`)} value={typed} onChange={type} />
      </search>
      <p className="actions">
        <Button
          variant="default"
          size="xs"
          loading={exported.isPending}
          onClick={() => void save('ndjson').catch(() => {})}
        >
          {whole ? t('export.whole') : t('export.part')}
        </Button>
        <Button
          variant="default"
          size="xs"
          loading={exported.isPending}
          onClick={() => void save('csv').catch(() => {})}
        >
          {t('export.table')}
        </Button>
        <span className="mute small" role="status">
          {exported.data !== undefined && t('export.done', { count: exported.data.lines })}
        </span>
      </p>
      {exported.error !== null && <Problem error={errorOf(exported.error)} inside />}
    </>
  )
}

/** Start of a day in UTC, as the entries have their times. */
function dateOf(text: string): number | null {
  const day = readDay(text)
  return day === null ? null : Date.parse(`${day}T00:00:00Z`)
}
