import { useEffect, useRef } from 'react'

/** Puts the focus on what has just come up by somebody's own action, so that the keyboard goes on there. */
export function useFirstFocus<T extends HTMLElement>() {
  const ref = useRef<T>(null)
  useEffect(() => ref.current?.focus(), [])
  return ref
}
