import { use, useCallback, useRef, useState } from 'react'
import { DraftStore } from './draft-store.ts'
import { host } from './host.ts'
import { beforeLeaving } from './leaving.ts'

const drafts = new DraftStore({
  get: async (name) => ((await host.call('drafts.get', { name }))?.value as object | undefined) ?? null,
  set: (name, value) => host.call('drafts.set', { name, value }),
  remove: (name) => host.call('drafts.remove', { name }),
})

beforeLeaving(() => drafts.flush())

/**
 * What was entered in a wizard, kept while one looks at other pages and when Coffer is ended. Never put a secret in.
 * Suspends until the host has told what it remembers. Both functions may be called after the page was left.
 * @param name of the draft, one for each wizard and case
 * @param initial where there is none yet; what is remembered lies over it, so that new fields have a value
 * @returns the draft, a change of it, and what forgets it
 */
export function useDraft<T extends object>(
  name: string,
  initial: T,
): [T, (change: Partial<T> | ((draft: T) => T)) => void, () => void] {
  const kept = use(drafts.remembered(name)) as Partial<T> | null
  const [draft, setDraft] = useState<T>(() => (drafts.now(name) as T | undefined) ?? { ...initial, ...kept })
  const first = useRef(initial)
  /** Where nothing was entered in this window yet. */
  const before = useRef(draft)
  const change = useCallback(
    (changed: Partial<T> | ((draft: T) => T)) => {
      const old = (drafts.now(name) as T | undefined) ?? before.current
      const next = typeof changed === 'function' ? changed(old) : { ...old, ...changed }
      // What was started is remembered at once.
      drafts.put(name, next, typeof changed !== 'function' && 'run' in changed)
      setDraft(next)
    },
    [name],
  )
  const discard = useCallback(() => {
    drafts.discard(name)
    before.current = first.current
    setDraft(first.current)
  }, [name])
  return [draft, change, discard]
}
