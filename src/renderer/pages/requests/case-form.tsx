import { Textarea, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { CaseData } from '../../../contract/requests/spec.ts'
import { TimeField } from '../../parts/time-field.tsx'
import { readDay } from '../../typed-time.ts'

export const emptyCase: CaseData = {
  matter: '',
  title: '',
  custodian: '',
  requestedBy: '',
  askedOn: null,
  reason: '',
  due: null,
}

/** Whether it may be kept: it has a number, and its days are days. */
export const isCase = ({ matter, askedOn, due }: CaseData): boolean =>
  matter.trim() !== '' && [askedOn, due].every((day) => day === null || readDay(day) !== null)

/** What a request is about, in the words of whoever asked. */
export function CaseForm({ data, onChange }: { data: CaseData; onChange(change: Partial<CaseData>): void }) {
  const { t } = useTranslation('requests')
  const text = (name: 'matter' | 'title' | 'custodian' | 'requestedBy', required = false) => (
    <TextInput
      label={t(`fields.${name}`)}
      description={t(`hints.${name}`)}
      required={required}
      value={data[name]}
      maxLength={name === 'matter' || name === 'title' ? 200 : 500}
      onChange={(event) => onChange({ [name]: event.currentTarget.value })}
    />
  )
  const day = (name: 'askedOn' | 'due') => (
    <TimeField
      kind="day"
      label={t(`fields.${name}`)}
      description={t(`hints.${name}`)}
      value={data[name] ?? ''}
      onChange={(text) => onChange({ [name]: text.trim() || null })}
    />
  )
  return (
    <div className="form-grid">
      {text('matter', true)}
      {text('title')}
      {text('requestedBy')}
      {text('custodian')}
      {day('askedOn')}
      {day('due')}
      <Textarea
        className="wide"
        label={t('fields.reason')}
        description={t('hints.reason')}
        value={data.reason}
        maxLength={4_000}
        autosize
        minRows={2}
        maxRows={8}
        onChange={(event) => onChange({ reason: event.currentTarget.value })}
      />
    </div>
  )
}
