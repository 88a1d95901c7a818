import type { JobFacts } from '../../contract/ipc/job.ts'
import type { JobResults } from '../../contract/results.ts'

export function holdFactsOf(result: JobResults['hold']): JobFacts {
  if (result.action === 'overview') return { kind: 'other' }
  return {
    kind: 'hold',
    action: result.action,
    backupId: result.backup_id,
    location: result.location,
    state: result.state,
    refusal: result.refusal,
    matter: result.matter,
    objects: result.objects,
    held: result.held,
    changed: result.changed,
    warnings: result.warnings,
    ...(result.sayings === undefined ? {} : { sayings: result.sayings }),
  }
}

export function retentionFactsOf(result: JobResults['retention']): JobFacts {
  return {
    kind: 'retention',
    backupId: result.backup_id,
    location: result.location,
    state: result.state,
    mode: result.mode,
    until: result.until,
    objects: result.objects,
    extended: result.extended,
    already: result.already,
  }
}
