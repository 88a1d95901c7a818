import { Button, Radio, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { bytes } from '../../../format.ts'
import { Card, Empty, Pill, Problem } from '../../../parts/basics.tsx'
import { useCall } from '../../../query.ts'
import { errorOf } from '../../../state.ts'
import { type Draft, idOf, isId, isName } from './draft.ts'

interface StepProps {
  draft: Draft
  change(change: Partial<Draft>): void
  /** The id of a saved plan can't change: its archive has it. */
  editing: boolean
}

/** Which cluster, and what the plan is called. */
export function ClusterStep({ draft, change, editing }: StepProps) {
  const { t } = useTranslation('backups')
  const listed = useCall('connections.list', null)
  const sources = (listed.data ?? []).filter((one) => one.kind === 'source')
  if (listed.error) return <Problem error={errorOf(listed.error)} />
  if (listed.data === undefined) return <p className="mute">{t('loading', { ns: 'app' })}</p>
  if (sources.length === 0) {
    return (
      <Empty
        title={t('cluster.none')}
        action={
          <Button component={Link} to="/connections">
            {t('cluster.connect')}
          </Button>
        }
      >
        {t('cluster.noneText')}
      </Empty>
    )
  }
  return (
    <>
      <Card title={t('cluster.title')}>
        <Radio.Group
          label={t('cluster.which')}
          description={t('cluster.whichHint')}
          value={draft.sourceId}
          onChange={(sourceId) => change({ sourceId, include: draft.sourceId === sourceId ? draft.include : [] })}
        >
          <div className="choice-list">
            {sources.map((one) => (
              <Radio
                key={one.id}
                value={one.id}
                label={one.name}
                description={
                  one.variables.some(({ from }) => from === 'missing') ? t('cluster.secretMissing') : undefined
                }
              />
            ))}
          </div>
        </Radio.Group>
        {draft.sourceId !== null && <Reached connectionId={draft.sourceId} />}
        <p className="small">
          <Link to="/connections">{t('cluster.another')}</Link>
        </p>
      </Card>
      <Card title={t('cluster.nameTitle')}>
        <TextInput
          label={t('cluster.name')}
          description={t('cluster.nameHint')}
          value={draft.name}
          maxLength={100}
          error={draft.name !== '' && !isName(draft.name) ? t('cluster.nameWrong') : undefined}
          onChange={(event) => {
            const name = event.currentTarget.value
            change(draft.idTyped ? { name } : { name, id: idOf(name) })
          }}
        />
        <TextInput
          mt="sm"
          label={t('cluster.id')}
          description={editing ? t('cluster.idFixed') : t('cluster.idHint')}
          value={draft.id}
          maxLength={120}
          disabled={editing}
          spellCheck={false}
          classNames={{ input: 'mono' }}
          error={draft.id !== '' && !isId(draft.id) ? t('cluster.idWrong') : undefined}
          onChange={(event) => change({ id: event.currentTarget.value, idTyped: true })}
        />
      </Card>
    </>
  )
}

/** Whether the cluster answers now: nobody should choose streams of one that doesn't. */
function Reached({ connectionId }: { connectionId: string }) {
  const { t } = useTranslation('backups')
  const asked = useCall('clusters.topics', firstLook(connectionId), { staleTime: 30_000 })
  return (
    <div role="status" className="after-choice">
      {asked.isFetching && <p className="mute">{t('cluster.reaching')}</p>}
      {!asked.isFetching && asked.error !== null && (
        <>
          <Problem error={errorOf(asked.error)} title={t('cluster.unreachable')} />
          <Button variant="default" size="xs" my="sm" onClick={() => void asked.refetch()}>
            {t('retry', { ns: 'app' })}
          </Button>
        </>
      )}
      {!asked.isFetching && asked.data !== undefined && asked.error === null && (
        <p>
          <Pill tone="ok">{t('cluster.reached')}</Pill>{' '}
          <span className="mute">
            {t('streams', { ns: 'app', count: asked.data.all.topics })}
            {asked.data.all.storedBytes !== null && ` · ${bytes(asked.data.all.storedBytes)}`}
          </span>
        </p>
      )}
    </div>
  )
}

export const firstLook = (connectionId: string) => ({
  connectionId,
  include: [],
  exclude: [],
  internal: false,
  search: '',
  matchedOnly: false,
  sort: 'name' as const,
  offset: 0,
  limit: 1,
  fresh: false,
})
