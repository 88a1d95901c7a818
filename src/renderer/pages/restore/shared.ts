import type { Connection } from '../../../contract/ipc/connection.ts'
import type { RestoreChoices } from '../../../contract/ipc/restore.ts'
import { useCall } from '../../query.ts'
import type { Draft } from './draft.ts'

export interface StepProps {
  draft: Draft
  change(change: Partial<Draft>): void
}

/** A cluster that nobody called a validation cluster counts as production. */
export const isProduction = (cluster: Connection): boolean => cluster.purpose !== 'validation'

/** What the preview is asked with; the page and its step share the one answer. */
export const usePreview = (choices: RestoreChoices | null, enabled: boolean) =>
  useCall('restore.preview', { choices: choices ?? NONE }, { enabled: enabled && choices !== null, gcTime: 60_000 })

const NONE = {} as RestoreChoices
