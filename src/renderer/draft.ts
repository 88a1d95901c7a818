import { use, useCallback, useRef, useState } from 'react'
import { host } from './host.ts'

/** What was entered since the window opened; the profile has it too, for the next time. */
const drafts = new Map<string, unknown>()
/** What the profile remembers, read once for each name: a wizard is shown when it is there, and never jumps under one's hand. */
const remembered = new Map<string, Promise<object | null>>()
const SAVE_AFTER_MS = 500

function remember(name: string): Promise<object | null> {
  const known = remembered.get(name)
  if (known !== undefined) return known
  const read = host.call('drafts.get', { name }).then(
    (kept) => (kept?.value as object | undefined) ?? null,
    // without its draft the wizard begins anew
    () => null,
  )
  remembered.set(name, read)
  return read
}

/**
 * What was entered in a wizard, kept while one looks at other pages and when Coffer is ended. Never put a secret in.
 * Suspends until the host has told what it remembers.
 * @param name of the draft, one for each wizard and case
 * @param initial where there is none yet; what is remembered lies over it, so that new fields have a value
 * @returns the draft, a change of it, and what forgets it
 */
export function useDraft<T extends object>(
  name: string,
  initial: T,
): [T, (change: Partial<T> | ((draft: T) => T)) => void, () => void] {
  const kept = use(remember(name)) as Partial<T> | null
  const [draft, setDraft] = useState<T>(() => (drafts.get(name) as T | undefined) ?? { ...initial, ...kept })
  const first = useRef(initial)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const change = useCallback(
    (changed: Partial<T> | ((draft: T) => T)) =>
      setDraft((old) => {
        const next = typeof changed === 'function' ? changed(old) : { ...old, ...changed }
        drafts.set(name, next)
        clearTimeout(timer.current)
        // What was started is remembered at once: a host that is killed a moment later must still know of it.
        const started = typeof changed !== 'function' && 'run' in changed
        // A draft that could not be kept is still in this window.
        timer.current = setTimeout(
          () => void host.call('drafts.set', { name, value: next }).catch(() => {}),
          started ? 0 : SAVE_AFTER_MS,
        )
        return next
      }),
    [name],
  )
  const discard = useCallback(() => {
    clearTimeout(timer.current)
    drafts.delete(name)
    remembered.set(name, Promise.resolve(null))
    void host.call('drafts.remove', { name }).catch(() => {})
    setDraft(first.current)
  }, [name])
  return [draft, change, discard]
}
