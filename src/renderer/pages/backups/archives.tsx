import { type FormEvent, useEffect, useState } from 'react'
import type { ArchiveLocationInput } from '../../../contract/ipc/archive.ts'
import type { Connection } from '../../../contract/ipc/connection.ts'
import type { BackupOverview, ListResult } from '../../../contract/results.ts'
import { bytes, count, utc } from '../../format.ts'
import { host } from '../../host.ts'
import { Field, Headline, Pill, Problem, type Tone } from '../../parts/basics.tsx'
import { type Column, PagedTable } from '../../parts/paged-table.tsx'
import { type Asked, useAsk } from '../../state.ts'
import { t } from '../../strings.ts'
import { ArchiveDetail } from './archive-detail.tsx'

const STATE_TONE: Record<BackupOverview['state'], Tone> = {
  complete: 'ok',
  running: 'plain',
  interrupted: 'warn',
  failed: 'bad',
  unknown: 'plain',
}

export function ArchivesPage() {
  const [location, setLocation] = useState<ArchiveLocationInput | null>(null)
  const [listed, list] = useAsk<ListResult>()
  const [open, setOpen] = useState<string | null>(null)

  const look = (where: ArchiveLocationInput) => {
    setLocation(where)
    setOpen(null)
    void list(() => host.call('archives.list', { location: where }))
  }
  if (location !== null && open !== null) {
    return <ArchiveDetail key={open} location={location} backupId={open} onBack={() => setOpen(null)} />
  }
  return (
    <>
      <Headline sub={t.archives.sub}>{headline(listed)}</Headline>
      <Where busy={listed.state === 'busy'} onOpen={look} />
      {listed.state === 'idle' && (
        <div className="card empty">
          <p>
            <strong>{t.archives.emptyTitle}</strong>
          </p>
          <p className="mute">{t.archives.empty}</p>
        </div>
      )}
      {listed.state === 'failed' && <Problem error={listed.error} />}
      {listed.state === 'done' && <Listing result={listed.value} onOpen={setOpen} />}
    </>
  )
}

function headline(listed: Asked<ListResult>): string {
  const words = t.archives.headline
  if (listed.state === 'idle') return words.ask
  if (listed.state === 'busy') return words.reading
  if (listed.state === 'failed') return words.failed
  const { backups, unreadable } = listed.value
  if (unreadable.length > 0) return words.unreadable(unreadable.length)
  return backups.length === 0 ? words.none : words.some(backups.length)
}

interface WhereProps {
  busy: boolean
  onOpen(location: ArchiveLocationInput): void
}

function Where({ busy, onOpen }: WhereProps) {
  const [path, setPath] = useState('')
  const [storages, setStorages] = useState<Connection[]>([])
  useEffect(() => {
    void host.call('connections.list', null).then(
      (all) => setStorages(all.filter((one) => one.kind === 'storage')),
      () => setStorages([]),
    )
  }, [])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (path.trim() !== '') onOpen({ path })
  }
  return (
    <form className="card" onSubmit={submit} aria-label={t.archives.headline.ask}>
      <Field id="archive-path" label={t.archives.location} hint={t.archives.locationHint}>
        <div className="with-button">
          <input
            id="archive-path"
            value={path}
            spellCheck={false}
            autoComplete="off"
            aria-describedby="archive-path-hint"
            onChange={(event) => setPath(event.target.value)}
          />
          <button type="submit" className="btn" disabled={busy || path.trim() === ''}>
            {t.archives.open}
          </button>
        </div>
      </Field>
      {storages.length > 0 && (
        <div className="field">
          <p className="label">{t.archives.connection}</p>
          <p className="actions">
            {storages.map((one) => (
              <button
                key={one.id}
                type="button"
                className="btn q"
                disabled={busy}
                onClick={() => onOpen({ connectionId: one.id })}
              >
                {one.name}
              </button>
            ))}
          </p>
        </div>
      )}
    </form>
  )
}

function Listing({ result, onOpen }: { result: ListResult; onOpen(backupId: string): void }) {
  const { backups, unreadable, location } = result
  const c = t.archives.columns
  const columns: Column<BackupOverview>[] = [
    {
      title: c.backup,
      cell: (one) => (
        <button
          type="button"
          className="link"
          aria-label={t.archives.look(one.backup_id)}
          onClick={() => onOpen(one.backup_id)}
        >
          {one.backup_id}
        </button>
      ),
    },
    { title: c.lastRun, cell: (one) => utc(one.updated_at ?? one.created_at) },
    { title: c.state, cell: (one) => <Pill tone={STATE_TONE[one.state]}>{t.archives.state[one.state]}</Pill> },
    { title: c.streams, right: true, cell: (one) => count(one.statistics.topics) },
    { title: c.records, right: true, cell: (one) => count(one.statistics.records) },
    { title: c.size, right: true, cell: (one) => bytes(one.statistics.stored_bytes) },
  ]
  const newestFirst = [...backups].reverse()
  return (
    <>
      {unreadable.map((one) => (
        <Problem key={one.backup_id} title={`${one.backup_id}: ${t.archives.unreadable}`} error={one} />
      ))}
      {backups.length === 0 ? (
        <div className="card empty">
          <p>{t.archives.noBackups(location)}</p>
        </div>
      ) : (
        <div className="card">
          <h2>{t.archives.list}</h2>
          <p>
            <code className="mute">{location}</code>
          </p>
          <PagedTable
            caption={t.archives.listCaption(location)}
            columns={columns}
            rows={newestFirst}
            rowKey={(one) => one.backup_id}
          />
        </div>
      )}
    </>
  )
}
