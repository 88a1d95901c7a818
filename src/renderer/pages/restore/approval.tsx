import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { RestoreChoices } from '../../../contract/ipc/restore.ts'
import { Pill, Problem } from '../../parts/basics.tsx'
import { useAct, useCall } from '../../query.ts'
import { errorOf } from '../../state.ts'

/** Asks a second person to approve exactly this restore: its request is bound to the text of its file. */
export function AskApproval({ choices }: { choices: RestoreChoices }) {
  const { t } = useTranslation('restore')
  const [reason, setReason] = useState('')
  const files = useCall('restore.files', { choices, signWith: null })
  const ask = useAct('approvals.request', ['approvals.list'])
  const send = (event: FormEvent) => {
    event.preventDefault()
    if (files.data === undefined || reason.trim() === '') return
    ask.mutate({ wanted: { kind: 'restore', yaml: files.data.restore }, reason: reason.trim(), signingKey: null })
  }
  return (
    <form className="stack approval" onSubmit={send}>
      <p>{t('approval.text')}</p>
      {ask.data === undefined ? (
        <>
          <TextInput
            label={t('approval.reason')}
            description={t('approval.reasonHint')}
            value={reason}
            maxLength={1_000}
            required
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <p className="actions">
            <Button type="submit" variant="default" loading={ask.isPending} disabled={reason.trim() === ''}>
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
    </form>
  )
}
