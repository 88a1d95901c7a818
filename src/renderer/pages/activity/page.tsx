import { useDebouncedValue } from '@mantine/hooks'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Card, Empty, Headline, Problem } from '../../parts/basics.tsx'
import { useCall } from '../../query.ts'
import { errorOf } from '../../state.ts'
import { Entries } from './entries.tsx'
import { Filters, filterOf, NOTHING_TYPED } from './filters.tsx'
import { Verdict } from './verdict.tsx'

/** Whoever types waits for the end of the word. */
const PAUSE_MS = 250

/** What was done here, by whom and with what result; whether that is as it was written is the first thing said. */
export function Page() {
  const { t } = useTranslation('activity')
  const [typed, setTyped] = useState(NOTHING_TYPED)
  const [settled] = useDebouncedValue(typed, PAUSE_MS)
  const filter = useMemo(() => filterOf(settled), [settled])
  const verified = useCall('activity.verify', null, { staleTime: 30_000 })
  const { data: verdict } = verified
  const empty = verdict !== undefined && verdict.lines === 0 && verdict.verdict !== 'FAILED'

  return (
    <>
      <Headline sub={t('sub')}>
        {verified.isPending
          ? t('checking')
          : verdict === undefined
            ? t('headline.unread')
            : empty
              ? t('headline.empty')
              : verdict.verdict === 'FAILED'
                ? t('headline.FAILED', { line: verdict.problems[0]?.line ?? 0 })
                : t(`headline.${verdict.verdict}`, { count: verdict.lines })}
      </Headline>
      {verified.error !== null && <Problem error={errorOf(verified.error)} />}
      {verdict !== undefined && !empty && (
        <Verdict of={verdict} again={() => void verified.refetch()} busy={verified.isFetching} />
      )}
      {empty ? (
        <Empty title={t('empty.title')}>{t('empty.text')}</Empty>
      ) : (
        <Card title={t('entries')}>
          <Filters typed={typed} onType={setTyped} filter={filter} />
          <Entries filter={filter} />
        </Card>
      )}
    </>
  )
}
