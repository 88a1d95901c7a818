import { Button } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ScheduledRun, ScheduleStatus } from '../../../contract/schedule.ts'
import { duration, moment } from '../../format.ts'
import { ErrorLine, Pill, Problem, type Tone } from '../../parts/basics.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { DataTable, type TableColumn } from '../../parts/data-table.tsx'
import { useAct, useCall } from '../../query.ts'
import { errorOf } from '../../state.ts'

interface ActionsProps {
  schedule: ScheduleStatus
  /** Whose plan it runs; null for another file, which only its service or `coffer` can start. */
  planId: string | null
  withRun: boolean
}

export function ScheduleActions({ schedule, planId, withRun }: ActionsProps) {
  const { t } = useTranslation('backups')
  const [asking, setAsking] = useState(false)
  const pause = useAct('schedules.pause', ['schedules.list'])
  const remove = useAct('schedules.remove', ['schedules.list'])
  const run = useAct('plans.run', ['schedules.list', 'schedules.history'])
  const failed = pause.error ?? remove.error ?? run.error
  const { name } = schedule
  return (
    <>
      <p className="actions after-choice">
        {withRun && planId !== null && (
          <Button
            size="xs"
            loading={run.isPending}
            aria-label={t('schedules.runOf', { name })}
            onClick={() => run.mutate({ id: planId })}
          >
            {t('plan.runNow')}
          </Button>
        )}
        <Button
          size="xs"
          variant="default"
          loading={pause.isPending}
          aria-label={t(schedule.paused ? 'schedules.resumeOf' : 'schedules.pauseOf', { name })}
          onClick={() => pause.mutate({ name, paused: !schedule.paused })}
        >
          {t(schedule.paused ? 'schedules.resume' : 'schedules.pause')}
        </Button>
        <Button
          size="xs"
          variant="default"
          aria-label={t('schedules.removeOf', { name })}
          onClick={() => setAsking(true)}
        >
          {t('schedules.remove')}
        </Button>
      </p>
      {failed !== null && <Problem error={errorOf(failed)} />}
      <Confirm
        opened={asking}
        title={t('schedules.removeTitle', { name })}
        action={t('schedules.remove')}
        danger
        busy={remove.isPending}
        onClose={() => setAsking(false)}
        onConfirm={() => remove.mutate({ name }, { onSettled: () => setAsking(false) })}
      >
        <p>{t('schedules.removeText')}</p>
      </Confirm>
    </>
  )
}

const RUN_TONE: Record<ScheduledRun['state'], Tone> = {
  running: 'plain',
  done: 'ok',
  failed: 'bad',
  interrupted: 'warn',
}

export function RunPill({ run }: { run: ScheduledRun }) {
  const { t } = useTranslation('backups')
  return <Pill tone={RUN_TONE[run.state]}>{t(`schedules.states.${run.state}`)}</Pill>
}

/** How the runs of a schedule ended, newest first. */
export function ScheduleHistory({ name, limit }: { name: string; limit: number }) {
  const { t } = useTranslation('backups')
  const asked = useCall('schedules.history', { name, limit }, { refetchInterval: 15_000 })
  const columns = useMemo(
    (): TableColumn<ScheduledRun>[] => [
      {
        id: 'due',
        title: t('schedules.due'),
        cell: (run) => moment(Date.parse(run.due_at)),
        sort: (run) => run.due_at,
        grow: 2,
      },
      {
        id: 'trigger',
        title: t('schedules.trigger'),
        cell: (run) =>
          t(`schedules.triggers.${run.trigger}`) +
          (run.attempt > 1 ? ` ${t('schedules.attempt', { n: run.attempt })}` : ''),
        grow: 2,
      },
      {
        id: 'took',
        title: t('schedules.took'),
        right: true,
        cell: (run) =>
          run.ended_at === null ? '–' : duration((Date.parse(run.ended_at) - Date.parse(run.started_at)) / 1000),
      },
      {
        id: 'state',
        title: t('schedules.ended'),
        grow: 4,
        cell: (run) => (
          <>
            <RunPill run={run} />{' '}
            {run.error !== null && (
              <span className="small">
                <ErrorLine error={run.error} />
              </span>
            )}
            {run.missed > 0 && <span className="small mute"> {t('schedules.missed', { count: run.missed })}</span>}
          </>
        ),
      },
    ],
    [t],
  )
  if (asked.error !== null) return <Problem error={errorOf(asked.error)} inside />
  if (asked.data === undefined) return <p className="mute">{t('loading', { ns: 'app' })}</p>
  if (asked.data.length === 0) return <p className="mute">{t('schedules.noRuns')}</p>
  return (
    <DataTable
      caption={t('schedules.historyOf', { name })}
      columns={columns}
      rows={asked.data}
      rowKey={(run) => String(run.id)}
    />
  )
}
