import { Button } from '@mantine/core'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { Headline, Problem } from '../../parts/basics.tsx'
import { useCall } from '../../query.ts'
import { errorOf, useAllJobs } from '../../state.ts'
import { FirstRun } from './first-run.tsx'
import { Standing } from './standing.tsx'

/** What a person sees first: the three doors while nothing is set up, then how everything stands. */
export function Page() {
  const { t } = useTranslation('overview')
  const ended = useAllJobs().filter((job) => job.outcome !== null).length
  const { data, error, isPending, isFetching, refetch } = useCall(
    'overview.get',
    { fresh: false },
    { refetchInterval: 60_000 },
  )
  // A job that ended may have changed what is shown.
  useEffect(() => {
    if (ended > 0) void refetch()
  }, [ended, refetch])
  if (data !== undefined) {
    const empty = data.connected.clusters + data.connected.storages + data.schedules.length === 0
    return empty ? <FirstRun /> : <Standing data={data} />
  }
  if (isPending || isFetching) return <Headline sub={t('readingSub')}>{t('reading')}</Headline>
  return (
    <>
      <Headline sub={t('failedSub')}>{t('failed')}</Headline>
      {error !== null && <Problem error={errorOf(error)} />}
      <Button onClick={() => void refetch()}>{t('retry', { ns: 'app' })}</Button>
    </>
  )
}
