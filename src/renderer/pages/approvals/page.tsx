import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ApprovalEntry, saidOfAction } from '../../../contract/approvals.ts'
import { utc } from '../../format.ts'
import { Card, Empty, Headline, Pill, Problem, type Tone } from '../../parts/basics.tsx'
import { Told } from '../../parts/told.tsx'
import { useCall } from '../../query.ts'
import { errorOf } from '../../state.ts'
import { FromFile } from './from-file.tsx'
import { Policy } from './policy.tsx'
import { RequestDetail } from './request-detail.tsx'

const TONES: Readonly<Record<ApprovalEntry['state'], Tone>> = {
  open: 'warn',
  approved: 'ok',
  rejected: 'bad',
  expired: 'plain',
  used: 'plain',
  invalid: 'bad',
}

/** Four eyes: what waits for a decision, and what has been decided. */
export function Page() {
  const { t } = useTranslation('approvals')
  const [open, setOpen] = useState<string | null>(null)
  const { data, error, isPending, refetch } = useCall('approvals.list', null)
  const entries = data?.entries ?? []
  const waiting = entries.filter((one) => one.state === 'open').length
  const chosen = entries.find((one) => one.id === open) ?? null

  return (
    <>
      <Headline sub={t('sub')}>
        {isPending
          ? t('reading')
          : error !== null
            ? t('headline.failed')
            : waiting > 0
              ? t('headline.waiting', { count: waiting })
              : (data?.required.length ?? 0) > 0
                ? t('headline.none')
                : t('headline.off')}
      </Headline>
      {error !== null && (
        <>
          <Problem error={errorOf(error)} />
          <Button onClick={() => void refetch()}>{t('retry', { ns: 'app' })}</Button>
        </>
      )}
      {entries.map((entry) => (
        <Request key={entry.id} entry={entry} onOpen={() => setOpen(entry.id)} />
      ))}
      {data !== undefined && data.unreadable.length > 0 && (
        <Card title={t('unreadable')} tone="bad">
          <ul className="findings">
            {data.unreadable.map(({ file, reason }) => (
              <li key={file}>
                <Told text={reason} said={undefined} /> <code className="mute">{file}</code>
              </li>
            ))}
          </ul>
        </Card>
      )}
      {data !== undefined && entries.length === 0 && data.required.length > 0 && (
        <Empty title={t('empty.title')}>{t('empty.text', { folder: data.folder })}</Empty>
      )}
      {data !== undefined && data.required.length > 0 && <FromFile />}
      {data !== undefined && <Policy of={data} />}
      <RequestDetail entry={chosen} onClose={() => setOpen(null)} />
    </>
  )
}

function Request({ entry, onOpen }: { entry: ApprovalEntry; onOpen(): void }) {
  const { t } = useTranslation('approvals')
  const { request } = entry
  const { requester } = request
  const who = requester.name ?? requester.os_user
  return (
    <article className="card" aria-label={request.action.summary}>
      <div className="between">
        <h3>
          <Told text={request.action.summary} said={saidOfAction(request.action)} />
        </h3>
        <Pill tone={TONES[entry.state]}>{t(`state.${entry.state}`)}</Pill>
      </div>
      <p>“{request.reason}”</p>
      <p className="mute small">
        {t('asked', { who, host: requester.host, when: utc(request.requested_at) ?? '' })} ·{' '}
        <Told text={entry.reason} said={entry.said} />
      </p>
      <p className="actions">
        <Button size="xs" variant={entry.state === 'open' ? 'filled' : 'default'} onClick={onOpen}>
          {entry.state === 'open' ? t('decide') : t('look')}
        </Button>
      </p>
    </article>
  )
}
