import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Suspense, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate, useParams } from 'react-router'
import type { RequestDetail, ShownPackage } from '../../../contract/ipc/calls/requests.ts'
import type { CaseState } from '../../../contract/requests/spec.ts'
import { Back } from '../../parts/back.tsx'
import { Card, Empty, Headline, Problem } from '../../parts/basics.tsx'
import { useAct, useCall } from '../../query.ts'
import { errorOf } from '../../state.ts'
import { CaseForm, isCase } from './case-form.tsx'
import { CustodyCard } from './custody-card.tsx'
import { NotesCard } from './notes-card.tsx'
import { PackageCard } from './package-card.tsx'
import { StatePill } from './state-pill.tsx'
import { subOf } from './wizard/edit.tsx'
import { titleOf } from './wizard/new.tsx'

const RUNNING_MS = 1_000
const isRunning = ({ outcome }: ShownPackage): boolean => outcome === 'running'

const NEXT_STATES: Record<CaseState, CaseState[]> = {
  open: ['answered', 'closed'],
  answered: ['open', 'closed'],
  closed: ['open'],
}

/** A request's folder: what was asked, the packages made for it, notes, and who did what. */
export function CasePage() {
  const { t } = useTranslation('requests')
  const { id = '' } = useParams()
  const { data, error } = useCall(
    'requests.get',
    { id },
    // a package of this case that was just finished stands in its folder a moment after its job has ended
    { refetchInterval: ({ state }) => (state.data?.packages.some(isRunning) === true ? RUNNING_MS : false) },
  )
  if (error !== null) {
    return (
      <>
        <Headline sub={<Link to="/requests">{t('case.all')}</Link>}>{t('case.gone')}</Headline>
        <Problem error={errorOf(error)} />
      </>
    )
  }
  if (data === undefined) return <Headline sub="">{t('loading', { ns: 'app' })}</Headline>
  return <Case key={id} detail={data} />
}

function Case({ detail }: { detail: RequestDetail }) {
  const { t } = useTranslation('requests')
  const go = useNavigate()
  const { summary, packages, strangers } = detail
  const { id, data } = summary
  const client = useQueryClient()
  const outcomes = packages.map(({ file, outcome }) => `${file} ${outcome}`).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: what became of a package has a line in the chain
  useEffect(() => void client.invalidateQueries({ queryKey: ['requests.custody'] }), [outcomes, client])
  return (
    <>
      <Back to="/requests">{t('case.all')}</Back>
      <Headline sub={subOf(data, t)}>{titleOf(data)}</Headline>
      <Status detail={detail} />
      {packages.length === 0 ? (
        <Empty
          title={t('case.noPackage')}
          action={<Button onClick={() => go(`/requests/${id}/edit`)}>{t('case.choose')}</Button>}
        >
          {t('case.noPackageWhy')}
        </Empty>
      ) : (
        packages.map((one) => <PackageCard key={one.file} id={id} made={one} />)
      )}
      {strangers.length > 0 && (
        <Card tone="warn" title={t('case.strangers')}>
          <p>{t('case.strangersWhy', { files: strangers.join(', ') })}</p>
        </Card>
      )}
      <Suspense fallback={null}>
        <NotesCard id={id} notes={detail.notes} />
      </Suspense>
      <CustodyCard id={id} />
    </>
  )
}

function Status({ detail: { summary, packages } }: { detail: RequestDetail }) {
  const { t } = useTranslation('requests')
  const go = useNavigate()
  const [editing, setEditing] = useState(false)
  const [draft, setDraft] = useState(summary.data)
  const update = useAct('requests.update', ['requests.get', 'requests.list'])
  const { id, state, folder } = summary
  return (
    <Card title={t('case.card')}>
      <div className="between">
        <p>
          <StatePill state={state} /> <span className="mute">{t('case.packages', { count: packages.length })}</span>
        </p>
        <p className="actions">
          {packages.length > 0 && (
            <Button size="xs" onClick={() => go(`/requests/${id}/edit`)}>
              {t('case.another')}
            </Button>
          )}
          <Button size="xs" variant="default" aria-expanded={editing} onClick={() => setEditing(!editing)}>
            {t('case.edit')}
          </Button>
          {NEXT_STATES[state].map((next) => (
            <Button
              key={next}
              size="xs"
              variant="default"
              onClick={() => update.mutate({ id, data: null, state: next })}
            >
              {t(`case.mark.${next}`)}
            </Button>
          ))}
        </p>
      </div>
      {summary.data.reason !== '' && <p className="reason">{summary.data.reason}</p>}
      {editing && (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            if (isCase(draft)) update.mutate({ id, data: draft, state: null }, { onSuccess: () => setEditing(false) })
          }}
        >
          <CaseForm data={draft} onChange={(part) => setDraft((old) => ({ ...old, ...part }))} />
          <p className="actions">
            <Button type="submit" disabled={!isCase(draft)} loading={update.isPending}>
              {t('save', { ns: 'app' })}
            </Button>
            <Button variant="default" onClick={() => setEditing(false)}>
              {t('cancel', { ns: 'app' })}
            </Button>
          </p>
        </form>
      )}
      {update.error !== null && <Problem error={errorOf(update.error)} inside />}
      <p className="mute small">
        {t('case.folderIs')} <code>{folder}</code>
      </p>
    </Card>
  )
}
