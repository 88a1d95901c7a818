import { Modal } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ActivityFilter, SignedActivityEntry } from '../../../contract/activity.ts'
import { DRY_RUN } from '../../../contract/activity-actions.ts'
import type { CofferError } from '../../../contract/errors.ts'
import type { CallOutput } from '../../../contract/ipc/map.ts'
import { utc } from '../../format.ts'
import { host } from '../../host.ts'
import { Pill, Problem, type Tone } from '../../parts/basics.tsx'
import { DataTable, type TableColumn } from '../../parts/data-table.tsx'
import { errorOf } from '../../state.ts'
import { Entry } from './entry.tsx'

const PAGE = 300

/** Entries, newest first, read page by page as somebody scrolls. */
export function Entries({ filter }: { filter: ActivityFilter }) {
  const { t } = useTranslation('activity')
  const [open, setOpen] = useState<SignedActivityEntry | null>(null)
  const query = useInfiniteQuery<CallOutput<'activity.page'>, CofferError>({
    queryKey: ['activity.page', filter],
    initialPageParam: 0,
    queryFn: ({ pageParam }) => host.call('activity.page', { filter, offset: Number(pageParam), limit: PAGE }),
    getNextPageParam: (last, pages) => {
      const read = pages.reduce((sum, page) => sum + page.entries.length, 0)
      return last.entries.length > 0 && read < last.total ? read : null
    },
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  })
  // what was written since the first page shifts the next ones: each line is shown once
  const rows = useMemo(
    () => [
      ...new Map((query.data?.pages ?? []).flatMap((page) => page.entries).map((entry) => [entry.seq, entry])).values(),
    ],
    [query.data],
  )
  const columns = useMemo<TableColumn<SignedActivityEntry>[]>(
    () => [
      {
        id: 'when',
        title: t('column.when'),
        grow: 1.7,
        cell: (entry) => (
          <button
            type="button"
            className="link"
            onClick={() => setOpen(entry)}
            aria-label={t('look', { line: entry.seq, when: utc(entry.at)?.replace(' UTC', '') ?? '' })}
          >
            {utc(entry.at)?.replace(' UTC', '')}
          </button>
        ),
      },
      { id: 'who', title: t('column.who'), grow: 0.9, cell: who },
      { id: 'via', title: t('column.via'), grow: 1.2, cell: (entry) => t(`via.${entry.actor.via}`) },
      { id: 'what', title: t('column.what'), grow: 1.6, cell: (entry) => what(entry, t) },
      {
        id: 'subject',
        title: t('column.subject'),
        grow: 2.1,
        // The names of several files can be long: the entry itself has them whole.
        cell: (entry) => (
          <span className="three-lines" data-words="none">
            {entry.subject}
          </span>
        ),
      },
      { id: 'result', title: t('column.result'), grow: 2.05, cell: (entry) => <Result of={entry} /> },
    ],
    [t],
  )
  const [first] = query.data?.pages ?? []
  if (query.error !== null) return <Problem error={errorOf(query.error)} inside />
  if (first === undefined) return <p className="mute">{t('loading', { ns: 'app' })}</p>
  return (
    <>
      {first.problem !== null && (
        <p role="alert">
          <Pill tone="bad">{t('notWritten')}</Pill> {first.problem}
        </p>
      )}
      {first.total === 0 ? (
        <p className="mute" role="status">
          {t('none', { count: first.lines })}
        </p>
      ) : (
        <DataTable
          caption={t('entries')}
          columns={columns}
          rows={rows}
          rowKey={(entry) => String(entry.seq)}
          total={first.total}
          selected={open === null ? null : String(open.seq)}
          onEnd={() => {
            if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage()
          }}
        />
      )}
      <Modal
        opened={open !== null}
        onClose={() => setOpen(null)}
        size="lg"
        title={open === null ? '' : t('entry.title', { line: open.seq })}
        closeButtonProps={{ 'aria-label': t('close', { ns: 'app' }) }}
      >
        {open !== null && <Entry of={open} />}
      </Modal>
    </>
  )
}

type Words = ReturnType<typeof useTranslation<'activity'>>['t']

export function who({ actor }: SignedActivityEntry): string {
  return actor.name === null ? actor.os_user : `${actor.name} (${actor.os_user})`
}

/** What was done, in the window's language; as the line has it where another version wrote it. */
export function what({ action, phase }: SignedActivityEntry, t: Words): string {
  const dry = action.endsWith(DRY_RUN)
  const done = dry ? action.slice(0, -DRY_RUN.length) : action
  const parts = [t(`action.${done}`, { defaultValue: done })]
  if (dry) parts.push(t('dryRun'))
  if (phase !== 'event') parts.push(t(`phase.${phase}`))
  return parts.join(' · ')
}

/** A verdict, an error's code or an exit code: in a word, with its sign. */
export function Result({ of: { result } }: { of: SignedActivityEntry }) {
  const { t } = useTranslation('activity')
  if (result === null) return null
  const tone: Tone = result.exit_code === 0 ? 'ok' : result.exit_code === 6 || result.exit_code === 130 ? 'warn' : 'bad'
  const word =
    (result.verdict === null ? null : t(`verdict.${result.verdict}`, { ns: 'jobs', defaultValue: result.verdict })) ??
    result.error ??
    (result.exit_code === 0 ? t('done') : t('exit', { code: result.exit_code }))
  return <Pill tone={tone}>{word}</Pill>
}
