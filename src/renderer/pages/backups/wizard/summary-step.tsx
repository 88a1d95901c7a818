import { Button } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Clock, PlanInput } from '../../../../contract/ipc/plan.ts'
import { saidOf } from '../../../../contract/said/said.ts'
import { bytes, count, duration, lowerFirst } from '../../../format.ts'
import { Card, Figure, Pill, Problem } from '../../../parts/basics.tsx'
import { Told } from '../../../parts/told.tsx'
import { useAct, useCall } from '../../../query.ts'
import { errorOf } from '../../../state.ts'
import { FilesPanel } from '../files-panel.tsx'
import { lockVerdict } from './keep-step.tsx'
import { PRESETS } from './retention.ts'
import { cronInWords } from './rhythm.ts'

interface SummaryProps {
  plan: PlanInput
  clock: Clock | null
}

/** In words: what will happen, how long it takes, and what can't be undone. Nothing has been written yet. */
export function SummaryStep({ plan, clock }: SummaryProps) {
  const { t } = useTranslation('backups')
  const connections = useCall('connections.list', null)
  const nameOf = (id: string) => connections.data?.find((one) => one.id === id)?.name ?? '…'
  const lock = useCall('storages.lock', { connectionId: plan.storageId }, { staleTime: 30_000 })
  const preset = PRESETS.find((one) => one.id === plan.retention.preset)
  const verdict = lock.data === undefined ? null : lockVerdict(lock.data, plan.retention.days)
  const days = count(plan.retention.days)
  return (
    <>
      <Card title={t('summary.title')}>
        <ol className="sentences">
          <li>
            {plan.include.length === 0
              ? t('summary.allStreams', { cluster: nameOf(plan.sourceId) })
              : t('summary.someStreams', {
                  cluster: nameOf(plan.sourceId),
                  patterns: plan.include.slice(0, 8).join(', ') + (plan.include.length > 8 ? ' …' : ''),
                })}
            {plan.exclude.length > 0 && ` ${t('summary.except', { patterns: plan.exclude.slice(0, 8).join(', ') })}`}
          </li>
          <li>
            {t(plan.mode === 'full' ? 'summary.full' : 'summary.incremental', {
              storage: nameOf(plan.storageId),
              id: plan.id,
            })}
          </li>
          <li>{plan.consumerGroups ? t('summary.groups') : t('summary.noGroups')}</li>
          <li>
            {clock === null
              ? t('summary.byHand')
              : // behind a colon: no language of the window has a noun there
                t('summary.scheduled', { when: lowerFirst(cronInWords(clock.cron)), zone: clock.timezone })}
            {clock !== null && clock.quietHours !== null && ` ${t('summary.quiet', { ...clock.quietHours })}`}
          </li>
          {clock !== null && <li>{t('summary.retries', { count: clock.retries })}</li>}
          <li>{plan.key === null ? t('summary.unsigned') : t('summary.signed', { key: plan.key })}</li>
          <li>
            {plan.targetHours === null ? t('summary.noTarget') : t('summary.target', { count: plan.targetHours })}
          </li>
        </ol>
      </Card>
      <Estimate plan={plan} />
      <Card title={t('summary.undoTitle')}>
        <ul className="sentences">
          <li>{t('summary.reads')}</li>
          <li>{t('summary.secretsStay')}</li>
          <li>
            {t('summary.keep', { days, rule: preset?.citation || t('summary.ownRule') })}{' '}
            {verdict === null
              ? lock.error === null
                ? t('keep.lock.asking')
                : t('summary.lockUnknown')
              : t(`summary.lock.${verdict}`, { days: count(lock.data?.days ?? 0) })}
          </li>
        </ul>
      </Card>
      <FilesPanel plan={plan} clock={clock} />
    </>
  )
}

/** A dry run, when it is asked for: it may take a while on a large cluster. */
function Estimate({ plan }: { plan: PlanInput }) {
  const { t } = useTranslation('backups')
  const asked = useAct('plans.estimate')
  const found = asked.data
  return (
    <Card title={t('summary.estimateTitle')}>
      <p>{t('summary.estimateText')}</p>
      <p className="actions">
        <Button variant="default" loading={asked.isPending} onClick={() => asked.mutate({ plan })}>
          {t('summary.estimate')}
        </Button>
      </p>
      {asked.error !== null && <Problem error={errorOf(asked.error)} title={t('summary.wouldFail')} />}
      {found !== undefined && (
        <div role="status" className="after-choice">
          <p>
            <Pill tone="ok">{t('summary.wouldWork')}</Pill>{' '}
            {found.generation === 1 ? t('summary.first') : t('summary.next', { count: found.generation })}
          </p>
          <div className="row">
            <Figure title={t('summary.records')} value={count(found.offsets)}>
              {t('summary.upTo', { count: found.topicsTotal })}
            </Figure>
            <Figure title={t('summary.size')} value={found.bytes === null ? '–' : bytes(found.bytes)}>
              {t('summary.beforeCompression')}
            </Figure>
            <Figure title={t('summary.time')} value={found.seconds === null ? '–' : duration(found.seconds)}>
              {t('summary.timeNote')}
            </Figure>
          </div>
          {found.warnings.map((warning) => (
            <p key={warning}>
              <Pill tone="warn">{t('summary.warning')}</Pill>{' '}
              <Told text={warning} said={saidOf(warning, found.sayings)} />
            </p>
          ))}
        </div>
      )}
    </Card>
  )
}
