import type { TFunction } from 'i18next'
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import type { JobState } from '../contract/ipc/history.ts'
import type { JobKind } from '../contract/jobs.ts'
import type { Tone } from './parts/basics.tsx'

const NAMED = [
  'backup',
  'restore',
  'validate',
  'validation',
  'extract',
  'verify',
  'monthly-report',
  'snapshot-groups',
  'check',
  'keys',
  'custody',
  'evidence-get',
  'evidence-timestamp',
  'update',
  'hold',
  'retention',
] as const

/** Kinds of jobs that a history is filtered by. */
export const FILTERED_KINDS = [
  'backup',
  'restore',
  'validate',
  'validation',
  'extract',
  'verify',
  'monthly-report',
  'snapshot-groups',
] as const

export const STATE_TONE: Record<JobState, Tone> = {
  running: 'plain',
  paused: 'warn',
  crashed: 'bad',
  failed: 'bad',
  findings: 'bad',
  unsettled: 'warn',
  cancelled: 'plain',
  done: 'ok',
}

interface NamedJob {
  kind: JobKind
  subject: string
  dryRun: boolean
}

/** What a job is, as a name: `Backup “trading”`. */
export function nameOfJob(t: TFunction<'jobs'>, { kind, subject, dryRun }: NamedJob): string {
  const known = NAMED.find((one) => one === kind) ?? 'other'
  const name = t(`kinds.${known}`, { subject })
  return dryRun ? t('dryRun', { name }) : name
}

export function useJobName(): (job: NamedJob) => string {
  const { t } = useTranslation('jobs')
  return useCallback((job) => nameOfJob(t, job), [t])
}
