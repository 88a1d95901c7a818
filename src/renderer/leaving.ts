/**
 * The window is closed, reloaded or left for another address. A call that is made then still arrives, though nobody hears
 * its answer; one that waits for an answer is never made.
 */
let leaving = false
addEventListener('pagehide', () => {
  leaving = true
})
addEventListener('pageshow', () => {
  leaving = false
})

/** Whether calls must outlive the page. */
export const isLeaving = (): boolean => leaving

/** @returns what takes it back */
export function beforeLeaving(work: () => void): () => void {
  addEventListener('pagehide', work)
  return () => removeEventListener('pagehide', work)
}
