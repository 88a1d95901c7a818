import { Button, NumberInput, PasswordInput, Radio, Switch } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Settings } from '../../../contract/ipc/settings.ts'
import { LEAST_PASSPHRASE } from '../../../contract/ipc/vault.ts'
import { Card, Headline, Pill, Problem } from '../../parts/basics.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { useAct, useCall } from '../../query.ts'
import { errorOf } from '../../state.ts'
import { BrowserNotices } from './browser-notices.tsx'
import type { Choice } from './choices.ts'
import { Updates } from './updates.tsx'
import { useChoices } from './use-choices.ts'

const THEMES = ['system', 'light', 'dark', 'contrast'] as const
const LANGUAGES = ['system', 'en', 'de'] as const
const CLOCKS = ['local', 'utc'] as const

export function Page() {
  const { t } = useTranslation('settings')
  const info = useCall('app.info', null)
  return (
    <>
      <Headline sub={t('sub', { profile: info.data?.profile ?? '…' })}>{t('headline')}</Headline>
      <Choices desktop={info.data?.host === 'desktop'} />
      <Vault />
      <Updates />
    </>
  )
}

function Choices({ desktop }: { desktop: boolean }) {
  const { t } = useTranslation('settings')
  // What is read while this page is open must not stand over what was chosen on it: one reading, and then the choices.
  const { data, error, isFetchedAfterMount } = useCall('settings.get', null, { staleTime: 0 })
  if (error !== null) return <Problem error={errorOf(error)} />
  if (data === undefined || !isFetchedAfterMount) return <p className="mute">{t('loading', { ns: 'app' })}</p>
  return <Chosen read={data} desktop={desktop} />
}

function Chosen({ read, desktop }: { read: Settings; desktop: boolean }) {
  const { t } = useTranslation('settings')
  const { shown, error, set } = useChoices(read)
  const radios = <T extends string>(name: 'theme' | 'language' | 'clock', all: readonly T[], value: T) => (
    <Radio.Group
      label={t(`${name}.label`)}
      description={t(`${name}.hint`)}
      value={value}
      onChange={(one) => set(() => ({ [name]: one }))}
    >
      <div className="choices-row">
        {all.map((one) => (
          <Radio key={one} value={one} label={t(`${name}.${one}` as 'theme.light')} />
        ))}
      </div>
    </Radio.Group>
  )
  const toggle = (label: string, checked: boolean, what: (checked: boolean) => Choice<Settings>) => (
    <Switch label={label} checked={checked} onChange={(event) => set(what(event.currentTarget.checked))} />
  )
  const { notifications } = shown
  /** The others may have been changed a moment ago, and that may fail yet. */
  const notify = (name: keyof Settings['notifications']) =>
    toggle(t(`notifications.${name}`), notifications[name], (on) => (now) => ({
      notifications: { ...now.notifications, [name]: on },
    }))
  return (
    <>
      <Card title={t('look')}>
        <div className="stack">
          {radios('theme', THEMES, shown.theme)}
          {radios('language', LANGUAGES, shown.language)}
          {radios('clock', CLOCKS, shown.clock)}
        </div>
      </Card>
      <Card title={t('targets')}>
        <div className="field-row">
          <NumberInput
            label={t('targetHours')}
            description={t('targetHoursHint')}
            value={shown.targetHours}
            min={1}
            max={8760}
            clampBehavior="strict"
            onChange={(value) => typeof value === 'number' && set(() => ({ targetHours: value }))}
          />
          <NumberInput
            label={t('testedRestoreDays')}
            description={t('testedRestoreDaysHint')}
            value={shown.testedRestoreDays}
            min={1}
            max={3660}
            clampBehavior="strict"
            onChange={(value) => typeof value === 'number' && set(() => ({ testedRestoreDays: value }))}
          />
        </div>
      </Card>
      <Card title={t('background')}>
        <div className="stack">
          {notify('failures')}
          {notify('overdue')}
          {notify('finished')}
          {!desktop && <BrowserNotices />}
          {toggle(t('resumeAfterSleep'), shown.resumeAfterSleep, (on) => () => ({ resumeAfterSleep: on }))}
          {desktop && toggle(t('staysInTray'), shown.staysInTray, (on) => () => ({ staysInTray: on }))}
          {desktop && toggle(t('startAtLogin'), shown.startAtLogin, (on) => () => ({ startAtLogin: on }))}
        </div>
      </Card>
      {error !== null && <Problem error={errorOf(error)} title={t('notKept')} />}
    </>
  )
}

/** Where passwords are kept; where there is no keychain, the encrypted file is offered. */
function Vault() {
  const { t } = useTranslation('settings')
  const { data } = useCall('vault.state', null)
  const [passphrase, setPassphrase] = useState('')
  const [forgetting, setForgetting] = useState(false)
  const refresh = ['vault.state', 'connections.list'] as const
  const create = useAct('vault.create', refresh)
  const unlock = useAct('vault.unlock', refresh)
  const forget = useAct('vault.forget', refresh)
  if (data === undefined) return null
  const asks = data.state === 'none' || data.state === 'file-locked'
  const act = data.state === 'none' ? create : unlock
  return (
    <Card title={t('vault.title')}>
      <p>
        <Pill tone={asks ? 'warn' : 'ok'}>{t(`vault.state.${data.state}`)}</Pill>{' '}
        <span className="mute">{t('vault.counts', { kept: data.kept, memory: data.inMemory })}</span>
      </p>
      <p className="mute">{t(`vault.text.${data.state}`)}</p>
      {asks && (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault()
            act.mutate({ passphrase }, { onSuccess: () => setPassphrase('') })
          }}
        >
          <PasswordInput
            label={t('vault.passphrase')}
            description={data.state === 'none' ? t('vault.passphraseHint', { least: LEAST_PASSPHRASE }) : undefined}
            value={passphrase}
            autoComplete="new-password"
            onChange={(event) => setPassphrase(event.currentTarget.value)}
          />
          <p className="actions">
            <Button
              type="submit"
              loading={act.isPending}
              disabled={data.state === 'none' ? [...passphrase].length < LEAST_PASSPHRASE : passphrase === ''}
            >
              {t(data.state === 'none' ? 'vault.create' : 'vault.unlock')}
            </Button>
          </p>
        </form>
      )}
      {act.error !== null && <Problem error={errorOf(act.error)} inside />}
      {data.kept + data.inMemory > 0 && (
        <Button variant="default" onClick={() => setForgetting(true)}>
          {t('vault.forget')}
        </Button>
      )}
      <Confirm
        opened={forgetting}
        title={t('vault.forgetTitle')}
        action={t('vault.forget')}
        danger
        busy={forget.isPending}
        onConfirm={() => forget.mutate(null, { onSuccess: () => setForgetting(false) })}
        onClose={() => setForgetting(false)}
      >
        <p>{t('vault.forgetText')}</p>
      </Confirm>
    </Card>
  )
}
