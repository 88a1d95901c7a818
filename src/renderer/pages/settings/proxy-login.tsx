import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { UpdateStanding } from '../../../contract/ipc/calls/updates.ts'
import { Problem } from '../../parts/basics.tsx'
import { useAct } from '../../query.ts'
import { errorOf } from '../../state.ts'

/** User name and password for a proxy that asks for them: kept as connections' secrets are, and never shown again. */
export function ProxyLogin({ kept }: { kept: UpdateStanding['proxyLogin'] }) {
  const { t } = useTranslation('settings')
  const [user, setUser] = useState('')
  const [password, setPassword] = useState('')
  const keep = useAct('updates.proxyLogin', ['updates.get', 'vault.state'])
  const store = (login: { user: string; password: string }) =>
    keep.mutate(login, {
      onSuccess: () => {
        setUser('')
        setPassword('')
      },
    })
  return (
    <details>
      <summary>
        {t('login.title')} <span className="mute">· {t(`login.place.${kept ?? 'none'}`)}</span>
      </summary>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          store({ user, password })
        }}
      >
        <p className="mute small">{t('login.hint')}</p>
        <div className="field-row">
          <TextInput
            label={t('login.user')}
            value={user}
            maxLength={256}
            autoComplete="off"
            required
            onChange={(event) => setUser(event.currentTarget.value)}
          />
          <PasswordInput
            label={t('login.password')}
            value={password}
            maxLength={1024}
            autoComplete="new-password"
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
        </div>
        {keep.error !== null && <Problem error={errorOf(keep.error)} inside />}
        <p className="actions">
          <Button type="submit" variant="default" loading={keep.isPending} disabled={user.trim() === ''}>
            {t('login.keep')}
          </Button>
          {kept !== null && kept !== 'environment' && (
            <Button variant="default" disabled={keep.isPending} onClick={() => store({ user: '', password: '' })}>
              {t('login.forget')}
            </Button>
          )}
        </p>
      </form>
    </details>
  )
}
