import { useCallback, useEffect, useRef, useState } from 'react'
import { host } from './host.ts'

/** What was entered since the window opened; the profile has it too, for the next time. */
const drafts = new Map<string, unknown>()
const SAVE_AFTER_MS = 500

/**
 * What was entered in a wizard, kept while one looks at other pages and when Coffer is ended. Never put a secret in.
 * @param name of the draft, one for each wizard and case
 * @param initial where there is none yet; what is remembered lies over it, so that new fields have a value
 * @returns the draft, a change of it, and what forgets it
 */
export function useDraft<T extends object>(
  name: string,
  initial: T,
): [T, (change: Partial<T> | ((draft: T) => T)) => void, () => void] {
  const [draft, setDraft] = useState<T>(() => (drafts.get(name) as T | undefined) ?? initial)
  const first = useRef(initial)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => {
    if (drafts.has(name)) return
    let wanted = true
    host.call('drafts.get', { name }).then(
      (kept) => {
        if (!wanted || kept === null || drafts.has(name)) return
        const found = { ...first.current, ...(kept.value as Partial<T>) }
        drafts.set(name, found)
        setDraft(found)
      },
      () => {},
    )
    return () => {
      wanted = false
    }
  }, [name])
  const change = useCallback(
    (changed: Partial<T> | ((draft: T) => T)) =>
      setDraft((old) => {
        const next = typeof changed === 'function' ? changed(old) : { ...old, ...changed }
        drafts.set(name, next)
        clearTimeout(timer.current)
        // A draft that could not be kept is still in this window.
        timer.current = setTimeout(
          () => void host.call('drafts.set', { name, value: next }).catch(() => {}),
          SAVE_AFTER_MS,
        )
        return next
      }),
    [name],
  )
  const discard = useCallback(() => {
    clearTimeout(timer.current)
    drafts.delete(name)
    void host.call('drafts.remove', { name }).catch(() => {})
    setDraft(first.current)
  }, [name])
  return [draft, change, discard]
}
