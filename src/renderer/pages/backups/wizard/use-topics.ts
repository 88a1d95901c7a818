import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import type { CofferError } from '../../../../contract/errors.ts'
import type { CallInput, CallOutput } from '../../../../contract/ipc/map.ts'
import { host } from '../../../host.ts'

const PAGE = 200

export type TopicsWanted = Omit<CallInput<'clusters.topics'>, 'offset' | 'limit' | 'fresh'>

/** The topics of a cluster as one scrolls through them: a page at a time, each asked for once. */
export function useTopics(wanted: TopicsWanted) {
  return useInfiniteQuery<
    CallOutput<'clusters.topics'>,
    CofferError,
    { pages: CallOutput<'clusters.topics'>[] },
    readonly unknown[],
    number
  >({
    queryKey: ['clusters.topics', 'pages', wanted],
    queryFn: ({ pageParam }) =>
      host.call('clusters.topics', { ...wanted, offset: pageParam, limit: PAGE, fresh: false }),
    initialPageParam: 0,
    getNextPageParam: (last, pages) => {
      const read = pages.reduce((sum, { rows }) => sum + rows.length, 0)
      return read < last.total ? read : undefined
    },
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  })
}
