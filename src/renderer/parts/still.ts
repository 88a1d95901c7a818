import type { Progress } from '../../contract/jobs.ts'

/** Without anything new for so long, no time left can be told. */
export const STANDS_SECONDS = 5

/** What a job had done when it last did anything, and how many seconds it had been running then. */
export interface Moved {
  mark: string
  at: number
}

/** @returns the same where nothing is new, and where waiting is what the job is for (it has no end) */
export function movedTo(before: Moved, progress: Progress): Moved {
  const mark = `${progress.recordsDone} ${progress.bytesDone} ${progress.phase}`
  const endless = progress.recordsTotal === null && progress.bytesTotal === null
  return endless || mark !== before.mark ? { mark, at: progress.elapsedSeconds } : before
}
