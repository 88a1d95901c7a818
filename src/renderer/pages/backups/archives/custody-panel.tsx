import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { ArchiveLocationInput } from '../../../../contract/ipc/archive.ts'
import type { CallOutput } from '../../../../contract/ipc/map.ts'
import { saidOf } from '../../../../contract/said/said.ts'
import { count, utc } from '../../../format.ts'
import { Card, Pill, Problem } from '../../../parts/basics.tsx'
import { DataTable, type TableColumn } from '../../../parts/data-table.tsx'
import { Told } from '../../../parts/told.tsx'
import { useCall } from '../../../query.ts'
import { spoken } from '../../../said-words.ts'
import { errorOf } from '../../../state.ts'

interface PanelProps {
  location: ArchiveLocationInput
  backupId: string
}

type Custody = CallOutput<'archives.custody'>
type Generation = Custody['generations'][number]
type Line = Custody['log'][number]

const SIGNATURE_TONE = { signed: 'ok', unsigned: 'plain', broken: 'bad' } as const

/** Each run with its signature and lock, and each line of the log of custody, checked as it is read. */
export function CustodyPanel({ location, backupId }: PanelProps) {
  const { t } = useTranslation('backups')
  const asked = useCall('archives.custody', { location, backupId }, { staleTime: 60_000 })
  const generations = useGenerations()
  const lines = useLines()
  if (asked.error !== null) return <Problem error={errorOf(asked.error)} />
  if (asked.data === undefined) return <p className="mute after-choice">{t('archives.custody.reading')}</p>
  const { problems, generations_total, log_total } = asked.data
  return (
    <>
      <Card title={t('archives.custody.title')} tone={problems.length === 0 ? 'ok' : 'bad'}>
        <p>
          <Pill tone={problems.length === 0 ? 'ok' : 'bad'}>
            {t(problems.length === 0 ? 'archives.custody.holds' : 'archives.custody.broken')}
          </Pill>{' '}
          {t('archives.custody.text', { lines: count(log_total), runs: count(generations_total) })}
        </p>
        {problems.length > 0 && (
          <ul className="sentences">
            {problems.map((problem) => (
              <li key={problem}>
                <Told text={problem} said={saidOf(problem, asked.data.sayings)} />
              </li>
            ))}
          </ul>
        )}
      </Card>
      <Card title={t('archives.custody.runs')}>
        <DataTable
          caption={t('archives.custody.runs')}
          columns={generations}
          rows={asked.data.generations}
          rowKey={(one) => String(one.generation)}
          total={generations_total}
        />
      </Card>
      <Card title={t('archives.custody.log')}>
        {asked.data.log.length === 0 ? (
          <p className="mute">{t('archives.custody.noLog')}</p>
        ) : (
          <DataTable
            caption={t('archives.custody.log')}
            columns={lines}
            rows={asked.data.log}
            rowKey={(line) => String(line.seq)}
            total={log_total}
          />
        )}
      </Card>
    </>
  )
}

function useGenerations(): TableColumn<Generation>[] {
  const { t } = useTranslation('backups')
  return useMemo(
    () => [
      { id: 'generation', title: t('archives.custody.run'), right: true, cell: (one) => count(one.generation) },
      { id: 'at', title: t('archives.custody.at'), grow: 2, cell: (one) => utc(one.ended_at ?? one.created_at) },
      { id: 'by', title: t('archives.custody.by'), grow: 2, cell: (one) => one.created_by },
      { id: 'records', title: t('archives.records'), right: true, cell: (one) => count(one.records) },
      {
        id: 'signature',
        title: t('archives.custody.signature'),
        grow: 2,
        cell: (one) => (
          <span title={spoken(one.signature.reason, one.signature.said) ?? one.signature.reason}>
            <Pill tone={SIGNATURE_TONE[one.signature.state]}>{t(`archives.signature.${one.signature.state}`)}</Pill>
          </span>
        ),
      },
      {
        id: 'lock',
        title: t('archives.custody.lock'),
        grow: 3,
        cell: (one) =>
          one.lock.mode === 'none' || one.lock.mode === 'unknown' ? (
            <span title={spoken(one.lock.reason, one.lock.said) ?? one.lock.reason} className="mute">
              {t(`keep.lock.words.${one.lock.mode}`)}
            </span>
          ) : (
            <span title={spoken(one.lock.reason, one.lock.said) ?? one.lock.reason}>
              {one.lock.mode} {utc(one.lock.retain_until)?.slice(0, 10)}
            </span>
          ),
      },
    ],
    [t],
  )
}

function useLines(): TableColumn<Line>[] {
  const { t } = useTranslation('backups')
  return useMemo(
    () => [
      { id: 'seq', title: t('archives.custody.line'), right: true, cell: (line) => count(line.seq) },
      { id: 'at', title: t('archives.custody.at'), grow: 2, cell: (line) => utc(line.at) },
      {
        id: 'action',
        title: t('archives.custody.action'),
        grow: 1,
        cell: (line) => t(`archives.actions.${line.action}`),
      },
      {
        id: 'subject',
        title: t('archives.custody.subject'),
        grow: 3,
        cell: (line) => <Recorded>{line.subject}</Recorded>,
      },
      {
        id: 'actor',
        title: t('archives.custody.by'),
        grow: 2,
        cell: (line) =>
          `${line.actor.os_user}@${line.actor.host}${line.actor.name === null ? '' : ` (${line.actor.name})`}`,
      },
    ],
    [t],
  )
}

/** As the log has it, which is signed and has one language. */
function Recorded({ children }: { children: string }) {
  return (
    <span lang="en" data-words="none">
      {children}
    </span>
  )
}

/** Where consumer groups stood when the snapshot was taken. */
export function GroupsPanel({ location, backupId }: PanelProps) {
  const { t } = useTranslation('backups')
  const asked = useCall('archives.groups', { location, backupId }, { staleTime: 60_000 })
  const columns = useMemo(
    (): TableColumn<CallOutput<'archives.groups'>['groups'][number]>[] => [
      { id: 'group', title: t('archives.groups.group'), grow: 3, cell: (one) => one.group, sort: (one) => one.group },
      {
        id: 'state',
        title: t('archives.groups.state'),
        cell: (one) =>
          one.state === null ? '–' : t(`archives.groups.states.${one.state}`, { defaultValue: one.state }),
      },
      {
        id: 'topics',
        title: t('archives.streamsTitle'),
        right: true,
        cell: (one) => count(one.topics),
        sort: (one) => one.topics,
      },
      {
        id: 'offsets',
        title: t('archives.groups.positions'),
        right: true,
        cell: (one) => count(one.offsets),
        sort: (one) => one.offsets,
      },
    ],
    [t],
  )
  if (asked.error !== null) {
    return asked.error.code === 'GROUP_SNAPSHOT_MISSING' ? (
      <p className="mute after-choice">{t('archives.groups.none')}</p>
    ) : (
      <Problem error={errorOf(asked.error)} />
    )
  }
  if (asked.data === undefined) return <p className="mute after-choice">{t('loading', { ns: 'app' })}</p>
  const { takenAt, groups, groupsTotal, failed } = asked.data
  return (
    <Card title={t('archives.tabs.groups')}>
      <p>
        {t('archives.groups.text', { count: groupsTotal })} {takenAt !== null && utc(takenAt)}
      </p>
      {failed.map((one) => (
        <p key={one.group}>
          <Pill tone="warn">{one.group}</Pill> <Told text={one.message} said={undefined} />
        </p>
      ))}
      {groups.length > 0 && (
        <DataTable
          caption={t('archives.tabs.groups')}
          columns={columns}
          rows={groups}
          rowKey={(one) => one.group}
          total={groupsTotal}
        />
      )}
    </Card>
  )
}
