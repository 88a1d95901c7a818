import { Radio, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { utc } from '../../../format.ts'
import { Confirm } from '../../../parts/confirm.tsx'
import { TimeField } from '../../../parts/time-field.tsx'
import { readDay } from '../../../typed-time.ts'

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
function endOfDay(text: string): number | null {
  const day = readDay(text)
  const end = day === null ? 0 : Date.parse(`${day}T00:00:00Z`) + 86_400_000
  return end <= Date.now() ? null : end
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
      <TimeField
        kind="day"
        zone="UTC"
        label={t('retention.until')}
        mt="sm"
        meaning={until === null ? undefined : t('retention.untilIs', { at: utc(new Date(until).toISOString()) })}
        error={readDay(day) !== null && until === null ? t('retention.past') : undefined}
        value={day}
        required
        onChange={setDay}
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
