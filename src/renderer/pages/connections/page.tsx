import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { SerializedError } from '../../../contract/errors.ts'
import type { Connection } from '../../../contract/ipc/connection.ts'
import type { CheckResult } from '../../../contract/results.ts'
import { lowerFirst } from '../../format.ts'
import { host } from '../../host.ts'
import { Empty, Headline, Problem } from '../../parts/basics.tsx'
import { useCall } from '../../query.ts'
import { errorOf } from '../../state.ts'
import { ConnectionCard } from './card.tsx'
import { failingStep } from './check-steps.tsx'
import { ConnectionForm } from './connection-form.tsx'

export type Check =
  | { state: 'busy' }
  | { state: 'done'; result: CheckResult }
  | { state: 'failed'; error: SerializedError }

export function fails(check: Check | undefined): boolean {
  return check?.state === 'failed' || (check?.state === 'done' && check.result.verdict === 'FAILED')
}

export function Page() {
  const { t } = useTranslation('connections')
  const listed = useCall('connections.list', null)
  const [checks, setChecks] = useState<Record<string, Check>>({})
  const [editing, setEditing] = useState<Connection | 'new' | null>(null)
  const [next, setNext] = useState<string | null>(null)
  const connections = listed.data ?? []

  const check = async (id: string) => {
    const tell = (now: Check) => setChecks((all) => ({ ...all, [id]: now }))
    tell({ state: 'busy' })
    try {
      tell({ state: 'done', result: await host.call('connections.check', { id }) })
    } catch (error) {
      tell({ state: 'failed', error: errorOf(error) })
    }
  }
  // What had the focus is gone with its form: it goes to what came of it as soon as that is there.
  useEffect(() => {
    const element = next === null ? null : document.getElementById(next)
    if (element === null) return
    element.focus()
    setNext(null)
  })
  const saved = (connection: Connection, thenCheck: boolean) => {
    setEditing(null)
    setNext(`connection-${connection.id}`)
    // What was found of the old one says nothing of the new.
    setChecks(({ [connection.id]: _, ...rest }) => rest)
    if (thenCheck) void check(connection.id)
  }
  const form = (
    <ConnectionForm
      key={editing === 'new' || editing === null ? 'new' : editing.id}
      connection={editing === 'new' ? null : editing}
      onSaved={saved}
      onCancel={() => {
        setNext(editing === 'new' || editing === null ? 'add-connection' : `connection-${editing.id}`)
        setEditing(null)
      }}
    />
  )
  return (
    <>
      <Headline sub={t('sub')}>
        {listed.data === undefined ? t('loading', { ns: 'app' }) : headline(connections, checks, t)}
      </Headline>
      {listed.error !== null && <Problem error={errorOf(listed.error)} />}
      {connections.map((connection) =>
        editing !== null && editing !== 'new' && editing.id === connection.id ? (
          <div key={connection.id}>{form}</div>
        ) : (
          <ConnectionCard
            key={connection.id}
            connection={connection}
            check={checks[connection.id]}
            onCheck={() => void check(connection.id)}
            onChange={() => setEditing(connection)}
          />
        ),
      )}
      {editing === 'new' && form}
      {editing === null && listed.data !== undefined && (
        <>
          {connections.length === 0 && <Empty title={t('emptyTitle')}>{t('empty')}</Empty>}
          <Button id="add-connection" onClick={() => setEditing('new')}>
            {t('add')}
          </Button>
        </>
      )}
    </>
  )
}

type T = ReturnType<typeof useTranslation<'connections'>>['t']

function headline(connections: readonly Connection[], checks: Record<string, Check>, t: T): string {
  if (connections.length === 0) return t('headline.none')
  const busy = connections.find((one) => checks[one.id]?.state === 'busy')
  if (busy !== undefined) return t('headline.checking', { name: busy.name })
  const failing = connections.filter((one) => fails(checks[one.id]))
  const [first] = failing
  if (failing.length > 1) return t('headline.manyFail', { count: failing.length })
  if (first !== undefined) {
    const check = checks[first.id]
    const step = check?.state === 'done' ? failingStep(check.result)?.step : undefined
    const words = t(`steps.${step ?? 'configuration'}`)
    return t('headline.fails', { name: first.name, step: lowerFirst(words) })
  }
  const all = connections.every((one) => checks[one.id]?.state === 'done')
  return t(all ? 'headline.works' : 'headline.unchecked', { count: connections.length })
}
