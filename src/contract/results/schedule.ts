import type { ScheduledRun, ScheduleStatus } from '../schedule.ts'

export interface ScheduleResult {
  kind: 'schedule'
  action: 'add' | 'set' | 'list' | 'remove' | 'pause' | 'resume' | 'history' | 'export' | 'run'
  /** Those that the action is about; of `list` all. */
  schedules: ScheduleStatus[]
  /** Of `history`, newest first; of `run` what this service has run. */
  runs: ScheduledRun[]
  /** Of `export`: files to put in place, with how. */
  files: { name: string; content: string; where: string }[]
}
