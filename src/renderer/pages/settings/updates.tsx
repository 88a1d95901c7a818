import { Button, Switch } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ErrorCode } from '../../../contract/errors.ts'
import type { UpdateStanding } from '../../../contract/ipc/calls/updates.ts'
import { moment } from '../../format.ts'
import { Card, Pill, Problem } from '../../parts/basics.tsx'
import { Digest, Facts } from '../../parts/facts.tsx'
import { useAct, useCall } from '../../query.ts'
import { errorOf } from '../../state.ts'
import { ProxyLogin } from './proxy-login.tsx'
import { UpdateOffer } from './updates-offer.tsx'
import { SetUpUpdates } from './updates-set-up.tsx'

/** Whether new versions are looked for, where, by whose key; what was found. Off until somebody sets it up. */
export function Updates() {
  const { t } = useTranslation('settings')
  const { data, error } = useCall('updates.get', null)
  const [settingUp, setSettingUp] = useState(false)
  return (
    <Card title={t('updates.title')}>
      {error !== null && <Problem error={errorOf(error)} inside />}
      {data?.enabled === true && settingUp && <SetUpUpdates before={data} onEnd={() => setSettingUp(false)} />}
      {data?.enabled === true && !settingUp && <On standing={data} onChange={() => setSettingUp(true)} />}
      {data?.enabled === false && (
        <>
          <p>
            <strong>{t('updates.off')}</strong>
          </p>
          <p className="mute">{t('updates.offText')}</p>
          <Organisation standing={data} />
          {settingUp && <SetUpUpdates before={data} onEnd={() => setSettingUp(false)} />}
          {!settingUp && data.organisation === null && (
            <p className="actions">
              <Button variant="default" onClick={() => setSettingUp(true)}>
                {t('updates.setUp')}
              </Button>
            </p>
          )}
        </>
      )}
    </Card>
  )
}

function Organisation({ standing }: { standing: UpdateStanding }) {
  const { t } = useTranslation('settings')
  if (standing.organisation === null) return null
  return <p className="mute">{t('updates.organisation', { path: standing.organisation })}</p>
}

function On({ standing, onChange }: { standing: UpdateStanding; onChange(): void }) {
  const { t } = useTranslation('settings')
  const { address, key, channel, daily, proxy, proxyUsed, last, offer, organisation } = standing
  const look = useAct('updates.check', ['updates.get'])
  const on = useAct('updates.on', ['updates.get'])
  const off = useAct('updates.off', ['updates.get'])
  const change = on.error ?? off.error
  const set = (wanted: boolean) => {
    if (address === null || key === null) return
    on.mutate({ address, pem: key.pem, keyId: key.keyId, channel, daily: wanted, proxy: proxy ?? 'system' })
  }
  return (
    <div className="stack">
      <div aria-live="polite">
        <Answer standing={standing} />
      </div>
      {offer !== null && <UpdateOffer offer={offer} />}
      <Facts
        of={[
          [t('updates.address'), <code key="address">{address}</code>],
          [
            t('updates.publisher'),
            key && (
              <span key="key">
                <span data-words="none">{key.algorithm}</span> · {t('updates.fingerprint')} <Digest>{key.keyId}</Digest>
              </span>
            ),
          ],
          [t('updates.channel'), <code key="channel">{channel}</code>],
          [
            t('updates.proxy'),
            proxyUsed === null ? (
              t('updates.proxyNone')
            ) : (
              <span key="proxy">
                <code>{proxyUsed}</code>
                {proxy === null && ` · ${t('updates.proxySystem')}`}
              </span>
            ),
          ],
          [
            t('updates.lastLook'),
            last && `${moment(Date.parse(last.at))} · ${t(last.by === 'hand' ? 'updates.byHand' : 'updates.byDaily')}`,
          ],
        ]}
      />
      {proxyUsed !== null && <ProxyLogin kept={standing.proxyLogin} />}
      <Organisation standing={standing} />
      {organisation === null && (
        <Switch
          label={t('updates.daily')}
          checked={daily}
          disabled={on.isPending}
          onChange={(event) => set(event.currentTarget.checked)}
        />
      )}
      {change !== null && <Problem error={errorOf(change)} inside />}
      <p className="actions">
        <Button onClick={() => look.mutate(null)} loading={look.isPending}>
          {t('updates.look')}
        </Button>
        {organisation === null && (
          <Button variant="default" onClick={onChange}>
            {t('updates.change')}
          </Button>
        )}
        {organisation === null && (
          <Button variant="default" onClick={() => off.mutate(null)} loading={off.isPending}>
            {t('updates.switchOff')}
          </Button>
        )}
      </p>
    </div>
  )
}

/** What is known of newer versions: the last look's answer, and no more than that. */
function Answer({ standing: { running, last, offer } }: { standing: UpdateStanding }) {
  const { t } = useTranslation('settings')
  if (offer !== null) {
    const { version, released_at } = offer.newest
    return (
      <>
        <p>
          <Pill tone="warn">{t('updates.available', { version })}</Pill>{' '}
          <span className="mute">{t('updates.running', { version: running })}</span>
        </p>
        <p className="mute">{t('updates.availableText', { when: moment(Date.parse(released_at)) })}</p>
      </>
    )
  }
  const when = last === null ? '' : moment(Date.parse(last.at))
  if (last?.outcome.state === 'failed') {
    const { state: _, code, ...error } = last.outcome
    return (
      <>
        <p>
          <Pill tone="bad">{t('updates.failed')}</Pill>{' '}
          <span className="mute">{t('updates.failedText', { when })}</span>
        </p>
        <Problem error={{ code: code as ErrorCode, ...error }} inside />
      </>
    )
  }
  if (last?.outcome.state !== 'up-to-date') {
    // never looked, or what was found is an offer no more: another address, another key, or it runs here
    return (
      <p className="mute">
        {last === null && `${t('updates.lookedNever')} `}
        {t('updates.running', { version: running })}
      </p>
    )
  }
  return (
    <p>
      <Pill tone="ok">{t('updates.upToDate')}</Pill>{' '}
      <span className="mute">{t('updates.upToDateText', { when, version: running })}</span>
    </p>
  )
}
