import { QueryClient, type UseQueryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { CofferError } from '../contract/errors.ts'
import type { CallInput, CallOutput } from '../contract/ipc/map.ts'
import type { CallName } from '../contract/ipc/names.ts'
import { host } from './host.ts'

/** All data of the window comes from the host through here. The host is this machine: nothing is refetched by a focus. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: { retry: false, refetchOnWindowFocus: false, refetchOnReconnect: false, staleTime: 2_000 },
    mutations: { retry: false },
  },
})

type Options<K extends CallName> = Omit<UseQueryOptions<CallOutput<K>, CofferError>, 'queryKey' | 'queryFn'>

/** A call that reads: `useCall('archives.list', { location })`. Its key is the call's name and input. */
export function useCall<K extends CallName>(name: K, input: CallInput<K>, options: Options<K> = {}) {
  return useQuery<CallOutput<K>, CofferError>({
    queryKey: [name, input],
    queryFn: () => host.call(name, input),
    ...options,
  })
}

/**
 * A call that changes something; `refresh` names the calls that then read anew, whatever their input. What `mutate` is told
 * to do on success is done only while its page is open: what must be done in any case stands behind `mutateAsync`.
 */
export function useAct<K extends CallName>(name: K, refresh: readonly CallName[] = []) {
  const client = useQueryClient()
  return useMutation<CallOutput<K>, CofferError, CallInput<K>>({
    mutationFn: (input) => host.call(name, input),
    onSettled: () => Promise.all(refresh.map((one) => client.invalidateQueries({ queryKey: [one] }))),
  })
}

/**
 * A job that began or ended may have changed anything that was read before, or is being read: whatever a page shows next is
 * asked anew. What stands on a page now follows its own rules.
 * @returns what ends it
 */
export function followJobs(): () => void {
  const cache = queries.getQueryCache()
  /** Hashes of what was being read as news came: when it is there, it is old. */
  const old = new Set<string>()
  const news = () => {
    for (const query of cache.findAll({ fetchStatus: 'fetching' })) old.add(query.queryHash)
    void queries.invalidateQueries({ refetchType: 'none' })
  }
  const endReading = cache.subscribe(({ type, query }) => {
    if (type !== 'updated' || query.state.fetchStatus === 'fetching' || !old.delete(query.queryHash)) return
    query.invalidate()
  })
  const endHearing = host.subscribe((event) => {
    if (event.type === 'started' || event.type === 'finished') news()
  }, news)
  return () => {
    endReading()
    endHearing()
  }
}
