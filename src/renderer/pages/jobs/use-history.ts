import { type InfiniteData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import type { CofferError } from '../../../contract/errors.ts'
import type { JobPage, JobQuery, JobRow } from '../../../contract/ipc/history.ts'
import { host } from '../../host.ts'

const PAGE = 200
/** Read anew as a whole while no more is loaded; further down, that would take too long. */
const FRESH_PAGES = 3
const FOLLOW_MS = 2_000

export type HistoryQuery = Omit<JobQuery, 'cursor' | 'limit'>

export interface History {
  rows: JobRow[]
  page: JobPage | null
  error: CofferError | null
  /** Something ended or began, and the list that is shown is too long to be read anew by itself. */
  isOld: boolean
  more(): void
  refresh(): void
}

/** The history with these filters, page by page as it is scrolled; what changes is followed. */
export function useHistory(query: HistoryQuery): History {
  const client = useQueryClient()
  const [isOld, setOld] = useState(false)
  const key = ['jobs.page', query]
  const result = useInfiniteQuery<JobPage, CofferError, InfiniteData<JobPage>, unknown[], string | null>({
    queryKey: key,
    queryFn: ({ pageParam }) => host.call('jobs.page', { ...query, cursor: pageParam, limit: PAGE }),
    initialPageParam: null,
    getNextPageParam: (last) => last.next,
    placeholderData: (before) => before,
    // what runs in another process tells this window nothing
    refetchInterval: ({ state }) => {
      const pages = state.data?.pages ?? []
      const isElsewhere = pages[0]?.rows.some((row) => row.state === 'running' && !row.here) ?? false
      return isElsewhere && pages.length <= FRESH_PAGES ? FOLLOW_MS : false
    },
  })
  const loaded = result.data?.pages.length ?? 0
  useEffect(() => {
    const news = () => {
      if (loaded > FRESH_PAGES) setOld(true)
      else void client.invalidateQueries({ queryKey: ['jobs.page'] })
    }
    return host.subscribe((event) => {
      if (event.type === 'started' || event.type === 'finished') news()
    }, news)
  }, [client, loaded])
  const pages = result.data?.pages
  const rows = useMemo(() => pages?.flatMap((page) => page.rows) ?? [], [pages])
  return {
    rows,
    page: result.data?.pages[0] ?? null,
    error: result.error,
    isOld,
    more: () => {
      if (result.hasNextPage && !result.isFetchingNextPage) void result.fetchNextPage()
    },
    refresh: () => {
      setOld(false)
      void client.resetQueries({ queryKey: ['jobs.page'] })
    },
  }
}
