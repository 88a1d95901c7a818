import { useTranslation } from 'react-i18next'
import type { CustodyEntry } from '../../../contract/evidence/custody.ts'
import { utc } from '../../format.ts'
import { Card, Pill, Problem } from '../../parts/basics.tsx'
import { DataTable, type TableColumn } from '../../parts/data-table.tsx'
import { Told } from '../../parts/told.tsx'
import { useCall } from '../../query.ts'
import { errorOf } from '../../state.ts'

/** Who did what with the case's records and packages, in a chain that shows where it was changed. */
export function CustodyCard({ id }: { id: string }) {
  const { t } = useTranslation('requests')
  const { data, error } = useCall('requests.custody', { id })
  if (error !== null) return <Problem error={errorOf(error)} />
  if (data === undefined) return null
  const { entries, total, problems } = data
  const columns: TableColumn<CustodyEntry>[] = [
    { id: 'at', title: t('custody.at'), grow: 1.4, cell: ({ at }) => <span className="mono">{utc(at)}</span> },
    { id: 'action', title: t('custody.action'), cell: ({ action }) => t(`custody.actions.${action}`) },
    { id: 'who', title: t('custody.who'), cell: ({ actor }) => `${actor.os_user}@${actor.host}` },
    { id: 'what', title: t('custody.what'), grow: 2, cell: (entry) => <What entry={entry} /> },
  ]
  return (
    <Card title={t('custody.title')} {...(problems.length > 0 ? { tone: 'bad' as const } : {})}>
      <p>
        {problems.length > 0 ? (
          <Pill tone="bad">{t('custody.broken')}</Pill>
        ) : total === 0 ? (
          <span className="mute">{t('custody.none')}</span>
        ) : (
          <Pill tone="ok">{t('custody.whole', { count: total })}</Pill>
        )}
      </p>
      {problems.map(({ key, reason, said }) => (
        <p key={`${key}${reason}`} className="bad-text small">
          <code>{key}</code>: <Told text={reason} said={said} />
        </p>
      ))}
      {entries.length > 0 && (
        <DataTable
          caption={t('custody.title')}
          columns={columns}
          rows={[...entries].reverse()}
          rowKey={({ seq }) => String(seq)}
          total={total}
        />
      )}
    </Card>
  )
}

function What({ entry: { subject, location, sha256, details } }: { entry: CustodyEntry }) {
  const note = details.note
  return (
    <>
      {subject}
      {typeof note === 'string' && <div>{note}</div>}
      {location !== null && <div className="mute small">{location}</div>}
      {sha256 !== null && <div className="mute small mono">{sha256.slice(0, 16)}…</div>}
    </>
  )
}
