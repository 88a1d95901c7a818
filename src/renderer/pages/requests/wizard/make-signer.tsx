import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '../../../parts/basics.tsx'
import { useAct } from '../../../query.ts'
import { errorOf } from '../../../state.ts'

/** The first key: who signs. */
export function MakeSigner({ onMade }: { onMade(name: string): void }) {
  const { t } = useTranslation('requests')
  const [owner, setOwner] = useState('')
  const [organisation, setOrganisation] = useState('')
  const make = useAct('requests.makeSigner', ['requests.signers'])
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        make.mutate(
          { owner: owner.trim(), organisation: organisation.trim() },
          { onSuccess: ({ name }) => onMade(name) },
        )
      }}
    >
      <p className="mute">{t('sign.firstKey')}</p>
      <TextInput
        label={t('sign.owner')}
        value={owner}
        maxLength={60}
        required
        onChange={(event) => setOwner(event.currentTarget.value)}
      />
      <TextInput
        label={t('sign.organisation')}
        value={organisation}
        maxLength={60}
        onChange={(event) => setOrganisation(event.currentTarget.value)}
      />
      {make.error !== null && <Problem error={errorOf(make.error)} inside />}
      <p className="actions">
        <Button type="submit" variant="default" loading={make.isPending} disabled={owner.trim() === ''}>
          {t('sign.makeKey')}
        </Button>
      </p>
      <p className="warn-text small">{t('sign.unsigned')}</p>
    </form>
  )
}
