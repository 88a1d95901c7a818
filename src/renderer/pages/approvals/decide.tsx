import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '../../parts/basics.tsx'
import { useAct } from '../../query.ts'
import { errorOf } from '../../state.ts'

/** Signs a decision with the user's own key. The engine refuses one's own request; nothing here decides that. */
export function Decide({ file, onDone }: { file: string; onDone(): void }) {
  const { t } = useTranslation('approvals')
  const [key, setKey] = useState('')
  const [note, setNote] = useState('')
  const decide = useAct('approvals.decide', ['approvals.list'])
  const go = (action: 'approve' | 'reject') =>
    decide.mutate({ file, action, signingKey: key.trim(), note: note.trim() || null }, { onSuccess: onDone })
  const ready = key.trim() !== '' && file.trim() !== ''
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (ready) go('approve')
      }}
    >
      <TextInput
        label={t('key')}
        description={t('keyHint')}
        value={key}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setKey(event.currentTarget.value)}
      />
      <TextInput
        mt="sm"
        label={`${t('note')} (${t('optional', { ns: 'app' })})`}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      {decide.error !== null && <Problem error={errorOf(decide.error)} inside />}
      <p className="wizard-actions">
        <Button variant="default" disabled={!ready || decide.isPending} onClick={() => go('reject')}>
          {t('reject')}
        </Button>
        <Button type="submit" disabled={!ready} loading={decide.isPending}>
          {t('approve')}
        </Button>
      </p>
    </form>
  )
}
