import { Button, TextInput } from '@mantine/core'
import { useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '../../parts/basics.tsx'
import { useAct, useCall } from '../../query.ts'
import { errorOf } from '../../state.ts'

/** Signs a decision with the user's own key. The engine refuses one's own request; nothing here decides that. */
export function Decide({ file, onDone }: { file: string; onDone(): void }) {
  const { t } = useTranslation('approvals')
  const [typed, setTyped] = useState<string | null>(null)
  const listed = useCall('keys.list', null)
  const usable = (listed.data?.keys ?? []).filter(({ status }) => status === 'usable').map(({ name }) => name)
  const suggestions = useId()
  // who has one key means that one
  const key = typed ?? (usable.length === 1 ? (usable[0] ?? '') : '')
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
        list={suggestions}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <datalist id={suggestions}>
        {usable.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
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
