import { Button, Radio } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Connection } from '../../../contract/ipc/connection.ts'
import { Card, Empty, Pill, Problem } from '../../parts/basics.tsx'
import { useCall } from '../../query.ts'
import { errorOf } from '../../state.ts'
import { CheckSteps } from '../connections/check-steps.tsx'
import { isProduction, type StepProps } from './shared.ts'

/** Which cluster is written to, and whether anybody lives on it. */
export function TargetStep({ draft, change }: StepProps) {
  const { t } = useTranslation('restore')
  const listed = useCall('connections.list', null)
  if (listed.error !== null) return <Problem error={errorOf(listed.error)} />
  if (listed.data === undefined) return <p className="mute">{t('loading', { ns: 'app' })}</p>
  const targets = listed.data.filter((one) => one.kind === 'target')
  if (targets.length === 0) {
    return (
      <Empty
        title={t('target.none')}
        action={
          <Button component={Link} to="/connections">
            {t('target.connect')}
          </Button>
        }
      >
        {t('target.noneText')}
      </Empty>
    )
  }
  const chosen = targets.find((one) => one.id === draft.targetId)
  return (
    <>
      <Card title={t('target.title')}>
        <Radio.Group
          aria-label={t('target.title')}
          value={draft.targetId}
          onChange={(targetId) => change({ targetId, allowNonEmpty: false })}
        >
          <div className="choice-list">
            {targets.map((one) => (
              <Radio
                key={one.id}
                value={one.id}
                label={
                  <>
                    {one.name} <Purpose cluster={one} />
                  </>
                }
              />
            ))}
          </div>
        </Radio.Group>
        <p className="small">
          <Link to="/connections">{t('target.another')}</Link>
        </p>
      </Card>
      {chosen !== undefined && isProduction(chosen) && <ProductionCard cluster={chosen} />}
      {chosen !== undefined && <Reached key={chosen.id} cluster={chosen} />}
    </>
  )
}

export function Purpose({ cluster }: { cluster: Connection }) {
  const { t } = useTranslation('restore')
  return isProduction(cluster) ? (
    <Pill tone="warn">{t('target.production')}</Pill>
  ) : (
    <Pill tone="plain">{t('target.validation')}</Pill>
  )
}

/** Loud, wherever the cluster is named: nobody should restore into production by mistake. */
export function ProductionCard({ cluster }: { cluster: Connection }) {
  const { t } = useTranslation('restore')
  return (
    <section className="card production" aria-label={t('target.production')}>
      <p>
        <Pill tone="warn">{t('target.production')}</Pill>{' '}
        <strong>
          {cluster.purpose === 'production'
            ? t('target.isProduction', { name: cluster.name })
            : t('target.mayBeProduction', { name: cluster.name })}
        </strong>
      </p>
      <p>{t('target.productionText')}</p>
    </section>
  )
}

/** Whether the cluster answers now; what keeps it from it is said here, and not at the end. */
function Reached({ cluster }: { cluster: Connection }) {
  const { t } = useTranslation('restore')
  const checked = useCall('connections.check', { id: cluster.id }, { staleTime: 30_000 })
  const failed = checked.data?.verdict === 'FAILED'
  return (
    <div role="status">
      {checked.isFetching && <p className="mute">{t('target.reaching', { name: cluster.name })}</p>}
      {!checked.isFetching && checked.error !== null && <Problem error={errorOf(checked.error)} />}
      {!checked.isFetching && checked.data !== undefined && !failed && (
        <p>
          <Pill tone="ok">{t('target.reached')}</Pill> <span className="mute">{t('target.reachedText')}</span>
        </p>
      )}
      {!checked.isFetching && checked.data !== undefined && failed && (
        <div className="card problem">
          <p>
            <Pill tone="bad">{t('target.notReached')}</Pill> {t('target.notReachedText')}
          </p>
          <CheckSteps result={checked.data} name={cluster.name} />
        </div>
      )}
      {!checked.isFetching && (checked.error !== null || failed) && (
        <p className="actions">
          <Button variant="default" onClick={() => void checked.refetch()}>
            {t('retry', { ns: 'app' })}
          </Button>
          <Link to="/connections">{t('target.mend')}</Link>
        </p>
      )}
    </div>
  )
}
