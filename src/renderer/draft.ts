import { useCallback, useState } from 'react'

const drafts = new Map<string, unknown>()

/**
 * What was entered in a wizard, kept while one looks at other pages.
 * @param name of the draft, one for each wizard and case
 * @param initial where there is none yet
 */
export function useDraft<T>(
  name: string,
  initial: T,
): [T, (change: Partial<T> | ((draft: T) => T)) => void, () => void] {
  const [draft, setDraft] = useState<T>(() => (drafts.get(name) as T | undefined) ?? initial)
  const change = useCallback(
    (changed: Partial<T> | ((draft: T) => T)) =>
      setDraft((old) => {
        const next = typeof changed === 'function' ? changed(old) : { ...old, ...changed }
        drafts.set(name, next)
        return next
      }),
    [name],
  )
  const discard = useCallback(() => {
    drafts.delete(name)
    setDraft(initial)
  }, [name, initial])
  return [draft, change, discard]
}
