import { useCallback, useEffect, useState } from 'react'
import type { SerializedError } from '../../../contract/errors.ts'
import type { Connection } from '../../../contract/ipc/connection.ts'
import type { CheckResult } from '../../../contract/results.ts'
import { host } from '../../host.ts'
import { Headline, Pill, Problem } from '../../parts/basics.tsx'
import { errorOf, useAsk } from '../../state.ts'
import { t } from '../../strings.ts'
import { CheckSteps, failingStep } from './check-steps.tsx'
import { ConnectionForm } from './connection-form.tsx'

export type Check =
  | { state: 'busy' }
  | { state: 'done'; result: CheckResult }
  | { state: 'failed'; error: SerializedError }

export function Page() {
  const [listed, list] = useAsk<Connection[]>()
  const [known, setKnown] = useState<Connection[] | null>(null)
  const [checks, setChecks] = useState<Record<string, Check>>({})
  const [editing, setEditing] = useState<Connection | 'new' | null>(null)

  const refresh = useCallback(async () => {
    const connections = await list(() => host.call('connections.list', null))
    if (connections !== null) setKnown(connections)
  }, [list])
  useEffect(() => {
    void refresh()
  }, [refresh])

  const check = async (id: string) => {
    const tell = (now: Check) => setChecks((all) => ({ ...all, [id]: now }))
    tell({ state: 'busy' })
    try {
      tell({ state: 'done', result: await host.call('connections.check', { id }) })
    } catch (error) {
      tell({ state: 'failed', error: errorOf(error) })
    }
  }
  const saved = (connection: Connection, thenCheck: boolean) => {
    setEditing(null)
    // What was found of the old one says nothing of the new.
    setChecks(({ [connection.id]: _, ...rest }) => rest)
    void refresh()
    if (thenCheck) void check(connection.id)
  }
  const connections = known ?? []
  return (
    <>
      <Headline sub={t.connections.sub}>{known === null ? t.app.loading : headline(connections, checks)}</Headline>
      {listed.state === 'failed' && <Problem error={listed.error} />}
      {connections.map((connection) => (
        <ConnectionCard
          key={connection.id}
          connection={connection}
          check={checks[connection.id]}
          onCheck={() => void check(connection.id)}
          onChange={() => setEditing(connection)}
          onRemoved={() => void refresh()}
        />
      ))}
      {known !== null && connections.length === 0 && editing === null && (
        <div className="card empty">
          <p>
            <strong>{t.connections.emptyTitle}</strong>
          </p>
          <p className="mute">{t.connections.empty}</p>
        </div>
      )}
      {editing === null ? (
        <button type="button" className="btn" onClick={() => setEditing('new')}>
          {t.connections.add}
        </button>
      ) : (
        <ConnectionForm
          key={editing === 'new' ? 'new' : editing.id}
          connection={editing === 'new' ? null : editing}
          onSaved={saved}
          onCancel={() => setEditing(null)}
        />
      )}
    </>
  )
}

function headline(connections: Connection[], checks: Record<string, Check>): string {
  const words = t.connections.headline
  if (connections.length === 0) return words.none
  const busy = connections.find((one) => checks[one.id]?.state === 'busy')
  if (busy !== undefined) return words.checking(busy.name)
  const failing = connections.filter((one) => fails(checks[one.id]))
  const [first] = failing
  if (failing.length > 1) return words.manyFail(failing.length)
  if (first !== undefined) return words.fails(first.name, stepOf(checks[first.id]))
  if (connections.every((one) => checks[one.id]?.state === 'done')) return words.works(connections.length)
  return words.unchecked(connections.length)
}

function fails(check: Check | undefined): boolean {
  return check?.state === 'failed' || (check?.state === 'done' && check.result.verdict === 'FAILED')
}

function stepOf(check: Check | undefined): string {
  const step = check?.state === 'done' ? failingStep(check.result) : undefined
  return t.connections.steps[step?.step ?? 'configuration'].toLowerCase()
}

interface CardProps {
  connection: Connection
  check: Check | undefined
  onCheck(): void
  onChange(): void
  onRemoved(): void
}

function ConnectionCard({ connection, check, onCheck, onChange, onRemoved }: CardProps) {
  const [sure, setSure] = useState(false)
  const [removed, remove] = useAsk<null>()
  const id = `connection-${connection.id}`
  const removeIt = async () => {
    await remove(() => host.call('connections.remove', { id: connection.id }))
    onRemoved()
  }
  return (
    <article className={`card${fails(check) ? ' problem' : ''}`} aria-labelledby={id}>
      <div className="between">
        <div>
          <h3 id={id}>{connection.name}</h3>
          <p className="mute">{t.connections.kinds[connection.kind]}</p>
        </div>
        <p className="actions">
          <CheckPill check={check} />
          <button
            type="button"
            className="btn"
            disabled={check?.state === 'busy'}
            aria-label={`${t.connections.check} ${connection.name}`}
            onClick={onCheck}
          >
            {check?.state === 'busy' ? t.connections.checking : t.connections.check}
          </button>
          <button
            type="button"
            className="btn q"
            aria-label={`${t.connections.change} ${connection.name}`}
            onClick={onChange}
          >
            {t.connections.change}
          </button>
          <button
            type="button"
            className="btn q"
            aria-label={`${t.connections.remove} ${connection.name}`}
            onClick={() => setSure(true)}
          >
            {t.connections.remove}
          </button>
        </p>
      </div>
      <Variables connection={connection} />
      {sure && (
        <p className="actions" role="alert">
          <span>{t.connections.removeSure(connection.name)}</span>
          <button type="button" className="btn" onClick={() => void removeIt()}>
            {t.connections.removeYes}
          </button>
          <button type="button" className="btn q" onClick={() => setSure(false)}>
            {t.connections.removeNo}
          </button>
        </p>
      )}
      {removed.state === 'failed' && <Problem error={removed.error} />}
      {check?.state === 'failed' && <Problem error={check.error} />}
      {check?.state === 'done' && <CheckSteps result={check.result} name={connection.name} />}
    </article>
  )
}

function CheckPill({ check }: { check: Check | undefined }) {
  if (check === undefined) return <Pill tone="plain">{t.connections.unchecked}</Pill>
  if (check.state === 'busy') return null
  return fails(check) ? <Pill tone="bad">{t.connections.fails}</Pill> : <Pill tone="ok">{t.connections.works}</Pill>
}

function Variables({ connection }: { connection: Connection }) {
  if (connection.variables.length === 0) return null
  return (
    <p className="small">
      {connection.variables.map(({ name, from }) => (
        <span key={name} className="variable">
          <code>{name}</code>{' '}
          <span className={from === 'missing' ? 'bad-text' : 'mute'}>{t.connections.variables[from]}</span>
        </span>
      ))}
    </p>
  )
}
