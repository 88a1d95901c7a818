import { Button, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { CallInput } from '../../contract/ipc/map.ts'
import { useAct, useCall } from '../query.ts'
import { errorOf } from '../state.ts'
import { Pill, Problem } from './basics.tsx'

/** Whether a job was refused since a second person has to approve it. */
export const needsApproval = ({ code }: { code: string }): boolean =>
  code === 'APPROVAL_NEEDED' || code === 'APPROVAL_REFUSED'

/**
 * Asks a second person to approve exactly one action. It is no form of its own, since it may stand inside of one; Enter in
 * its field sends it all the same.
 * @param wanted null while it is not known yet
 */
export function AskApproval({ wanted }: { wanted: CallInput<'approvals.request'>['wanted'] | null }) {
  const { t } = useTranslation()
  const [reason, setReason] = useState('')
  const [key, setKey] = useState<string | null>(null)
  const keys = useCall('keys.list', null)
  const ask = useAct('approvals.request', ['approvals.list'])
  const usable = (keys.data?.keys ?? []).filter(({ status }) => status === 'usable').map(({ name }) => name)
  const ready = wanted !== null && reason.trim() !== ''
  const send = () => {
    if (ready) ask.mutate({ wanted, reason: reason.trim(), signingKey: key })
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would name its fields, this names what is asked
    <div className="stack approval" role="group" aria-label={t('approval.ask')}>
      <p>{t('approval.text')}</p>
      {ask.data === undefined ? (
        <>
          <TextInput
            label={t('approval.reason')}
            description={t('approval.reasonHint')}
            value={reason}
            maxLength={1_000}
            onChange={(event) => setReason(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return
              event.preventDefault()
              send()
            }}
          />
          {usable.length > 0 && (
            <Select
              label={t('approval.key')}
              description={t('approval.keyHint')}
              placeholder={t('approval.unsigned')}
              clearable
              clearButtonProps={{ 'aria-label': t('approval.unsigned') }}
              comboboxProps={{ withinPortal: false }}
              data={usable}
              value={key}
              onChange={setKey}
            />
          )}
          <p className="actions">
            <Button variant="default" loading={ask.isPending} disabled={!ready} onClick={send}>
              {t('approval.ask')}
            </Button>
            <Link to="/approvals">{t('approval.page')}</Link>
          </p>
        </>
      ) : (
        <p role="status">
          <Pill tone="plain">{t('approval.asked')}</Pill> {t('approval.askedText', { folder: ask.data.folder })}{' '}
          <Link to="/approvals">{t('approval.page')}</Link>
        </p>
      )}
      {ask.error !== null && <Problem error={errorOf(ask.error)} inside />}
    </div>
  )
}
