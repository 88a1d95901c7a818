import { Radio, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { utc } from '../../../format.ts'
import { Confirm } from '../../../parts/confirm.tsx'

export type LockMode = 'COMPLIANCE' | 'GOVERNANCE'

export interface Extension {
  mode: LockMode
  /** Milliseconds since the epoch. */
  until: number
  reason: string
}

interface ExtendProps {
  backupId: string
  busy: boolean
  onClose(): void
  onDo(extension: Extension): void
}

/** `2033-12-31`: until that day is over, in UTC. @returns null where it is no day to come */
function endOfDay(day: string): number | null {
  const start = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN
  const end = start + 86_400_000
  return Number.isNaN(end) || end <= Date.now() ? null : end
}

/** Keeps a backup longer. A COMPLIANCE lock can't be taken back by anybody, so the backup's name is typed for either. */
export function ExtendRetention({ backupId, busy, onClose, onDo }: ExtendProps) {
  const { t } = useTranslation('backups')
  const [mode, setMode] = useState<LockMode>('COMPLIANCE')
  const [day, setDay] = useState('')
  const [reason, setReason] = useState('')
  const until = endOfDay(day)
  return (
    <Confirm
      opened
      title={t('retention.extend')}
      action={t('retention.extend')}
      danger
      busy={busy}
      word={backupId}
      onClose={onClose}
      onConfirm={() => until !== null && reason.trim() !== '' && onDo({ mode, until, reason: reason.trim() })}
    >
      <p>{t('retention.text')}</p>
      <Radio.Group label={t('retention.mode')} value={mode} onChange={(value) => setMode(value as LockMode)}>
        <Radio mt="xs" value="COMPLIANCE" label={t('retention.compliance')} />
        <Radio mt="xs" value="GOVERNANCE" label={t('retention.governance')} />
      </Radio.Group>
      <TextInput
        mt="sm"
        type="date"
        label={t('retention.until')}
        description={
          until === null ? t('retention.untilHint') : t('retention.untilIs', { at: utc(new Date(until).toISOString()) })
        }
        error={day !== '' && until === null ? t('retention.past') : undefined}
        value={day}
        required
        onChange={(event) => setDay(event.currentTarget.value)}
      />
      <TextInput
        mt="sm"
        mb="sm"
        label={t('holds.reason')}
        value={reason}
        required
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <p>
        <strong>{t(`retention.warning.${mode}`)}</strong>
      </p>
    </Confirm>
  )
}
