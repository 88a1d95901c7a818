import type { RunEntry } from '../types.ts'

/**
 * How a run ended, by the manifest that it left. Each run writes that at its end: one that has not, and that another run
 * came after, was killed, or its machine stopped, and counts as interrupted. Of the newest only its lock can tell.
 */
export function endedAs({ state }: Pick<RunEntry, 'state'>, isNewest: boolean): RunEntry['state'] {
  return state === 'running' && !isNewest ? 'interrupted' : state
}
