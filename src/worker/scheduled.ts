import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CofferError } from '../contract/errors.ts'
import type { ConfigSource, JobRequest } from '../contract/jobs.ts'
import type { ScheduledKind } from '../contract/schedule.ts'
import type { StartScheduled } from '../jobs/schedule/run.ts'
import { runJob } from './client.ts'

/**
 * Runs a schedule's job in a thread of its own, with the file as it stands now. Relative paths in it are relative to
 * its own folder: a service has no other.
 */
export function startScheduled(environment: Record<string, string>): StartScheduled {
  return async (schedule, signal) => {
    let text: string
    try {
      text = await readFile(schedule.config, 'utf8')
    } catch (cause) {
      throw new CofferError('CONFIG_UNREADABLE', `can't read the configuration file "${schedule.config}"`, { cause })
    }
    const config: ConfigSource = { text, name: schedule.config, directory: dirname(schedule.config) }
    return runJob({ environment, ...requestOf(schedule.kind, config, schedule.name) }, { signal, via: 'schedule' })
  }
}

type WithoutEnvironment<T> = T extends unknown ? Omit<T, 'environment'> : never

function requestOf(kind: ScheduledKind, config: ConfigSource, name: string): WithoutEnvironment<JobRequest> {
  switch (kind) {
    case 'backup':
      return { kind, config, dryRun: false }
    case 'validation':
      return { kind, config, triggeredBy: `schedule "${name}"`, pitr: null }
    case 'extract':
      return { kind, config, dryRun: false }
    case 'monthly-report':
      return { kind, config, month: null }
    case 'snapshot-groups':
    case 'check':
      return { kind, config }
  }
}
