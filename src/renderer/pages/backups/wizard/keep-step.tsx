import { Button, NumberInput, Radio } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { CallOutput } from '../../../../contract/ipc/map.ts'
import { count } from '../../../format.ts'
import { Card, Empty, Pill, Problem } from '../../../parts/basics.tsx'
import { CopyText } from '../../../parts/copy-text.tsx'
import { Told } from '../../../parts/told.tsx'
import { useCall } from '../../../query.ts'
import { errorOf } from '../../../state.ts'
import type { Draft } from './draft.ts'
import { daysOf, PRESETS } from './retention.ts'

interface StepProps {
  draft: Draft
  change(change: Partial<Draft>): void
}

/** Where to, for how long, and whether the storage will really hold it that long. */
export function KeepStep({ draft, change }: StepProps) {
  const { t } = useTranslation('backups')
  const listed = useCall('connections.list', null)
  const storages = (listed.data ?? []).filter((one) => one.kind === 'storage')
  if (listed.error) return <Problem error={errorOf(listed.error)} />
  if (listed.data === undefined) return <p className="mute">{t('loading', { ns: 'app' })}</p>
  if (storages.length === 0) {
    return (
      <Empty
        title={t('keep.none')}
        action={
          <Button component={Link} to="/connections">
            {t('keep.connect')}
          </Button>
        }
      >
        {t('keep.noneText')}
      </Empty>
    )
  }
  const preset = PRESETS.find((one) => one.id === draft.preset)
  return (
    <>
      <Card title={t('keep.title')}>
        <Radio.Group label={t('keep.which')} value={draft.storageId} onChange={(storageId) => change({ storageId })}>
          <div className="choice-list">
            {storages.map((one) => (
              <Radio key={one.id} value={one.id} label={one.name} />
            ))}
          </div>
        </Radio.Group>
      </Card>
      <Card title={t('keep.howLong')}>
        <Radio.Group
          label={t('keep.rule')}
          value={draft.preset}
          onChange={(id) => {
            const chosen = PRESETS.find((one) => one.id === id)
            if (chosen === undefined) return
            change({ preset: chosen.id, days: chosen.years === null ? draft.days : daysOf(chosen.years) })
          }}
        >
          <div className="choice-list">
            {PRESETS.map((one) => (
              <Radio
                key={one.id}
                value={one.id}
                label={
                  <>
                    <strong>{t(`keep.presets.${one.id}.name`)}</strong> {t(`keep.presets.${one.id}.period`)}
                  </>
                }
                description={
                  <>
                    {t(`keep.presets.${one.id}.text`)}{' '}
                    {one.citation !== '' && (
                      <span className="citation">{t('keep.source', { source: one.citation })}</span>
                    )}
                  </>
                }
              />
            ))}
          </div>
        </Radio.Group>
        {preset !== undefined && preset.years === null && (
          <NumberInput
            mt="sm"
            maw="16rem"
            label={t('keep.days')}
            description={t(preset.id === 'gdpr' ? 'keep.daysGdpr' : 'keep.daysOwn')}
            value={draft.days ?? ''}
            min={1}
            max={36_500}
            allowDecimal={false}
            onChange={(value) => change({ days: typeof value === 'number' && value >= 1 ? Math.floor(value) : null })}
          />
        )}
      </Card>
      {draft.storageId !== null && draft.days !== null && (
        <LockCard storageId={draft.storageId} days={draft.days} isGdpr={draft.preset === 'gdpr'} />
      )}
    </>
  )
}

type Lock = CallOutput<'storages.lock'>

/** Whether the storage's own lock holds at least that long, as it says itself. */
export function lockVerdict(lock: Lock, days: number): 'holds' | 'short' | 'governance' | 'none' | 'unknown' {
  if (lock.mode === 'unknown') return 'unknown'
  if (lock.mode === 'none') return 'none'
  if ((lock.days ?? 0) < days) return 'short'
  return lock.mode === 'GOVERNANCE' ? 'governance' : 'holds'
}

const TONE = { holds: 'ok', short: 'warn', governance: 'warn', none: 'warn', unknown: 'warn' } as const

function LockCard({ storageId, days, isGdpr }: { storageId: string; days: number; isGdpr: boolean }) {
  const { t } = useTranslation('backups')
  const asked = useCall('storages.lock', { connectionId: storageId }, { staleTime: 30_000 })
  if (asked.error !== null) return <Problem error={errorOf(asked.error)} title={t('keep.lock.failed')} />
  if (asked.data === undefined) return <p className="mute">{t('keep.lock.asking')}</p>
  const lock = asked.data
  const verdict = lockVerdict(lock, days)
  const bucket = /^s3:\/\/([^/]+)/.exec(lock.location)?.[1]
  return (
    <Card title={t('keep.lock.title')}>
      <p>
        <Pill tone={TONE[verdict]}>{t(`keep.lock.words.${verdict}`)}</Pill>{' '}
        {t(`keep.lock.text.${verdict}`, { wanted: count(days), days: count(lock.days ?? 0) })}
      </p>
      <p className="mute small">
        {t('keep.lock.told', { location: lock.location })} <Told text={lock.reason} said={lock.said} />
      </p>
      {isGdpr && verdict === 'holds' && <p>{t('keep.lock.gdpr')}</p>}
      {verdict !== 'holds' && lock.place === 'in-bucket' && bucket !== undefined && (
        <>
          <p>{t('keep.lock.ask')}</p>
          <CopyText label={t('keep.lock.command')} text={lockCommand(bucket, days)} />
        </>
      )}
      {lock.place === 'in-folder' && <p>{t('keep.lock.folder')}</p>}
    </Card>
  )
}

/** What the people who run the storage have to do; a compliance lock can be lengthened later and never shortened. */
function lockCommand(bucket: string, days: number): string {
  const rule = { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: days } } }
  return `aws s3api put-object-lock-configuration --bucket ${bucket} \\\n  --object-lock-configuration '${JSON.stringify(rule)}'`
}
