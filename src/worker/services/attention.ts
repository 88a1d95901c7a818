import type { Attention } from '../../contract/ipc/calls/overview.ts'
import type { OverviewResult, PlaceOverview } from '../../contract/results.ts'
import { beside, english, saidOf, say } from '../../contract/said/said.ts'
import type { ScheduleStatus } from '../../contract/schedule.ts'

/**
 * What a person has to look at, the worst first: what can't be read or is broken, then backups that are late or failed,
 * then losses and what was never proved or is not under lock.
 */
export function attentionOf(overview: OverviewResult, schedules: readonly ScheduleStatus[]): Attention[] {
  const found = [...schedules.flatMap(ofSchedule), ...overview.places.flatMap(ofPlace)]
  return [...found.filter((one) => one.severity === 'bad'), ...found.filter((one) => one.severity === 'warn')]
}

function ofPlace(place: PlaceOverview): Attention[] {
  const found: Attention[] = []
  if (place.error !== null) found.push({ kind: 'place', severity: 'bad', place: place.name, ...place.error })
  for (const { backup_id: backupId, ...error } of place.unreadable)
    found.push({ kind: 'unreadable', severity: 'bad', backupId, ...error })
  for (const one of place.backups) {
    const { backup_id: backupId } = one
    for (const message of one.problems) {
      found.push({ kind: 'broken', severity: 'bad', backupId, message, ...beside(saidOf(message, one.sayings)) })
    }
    if (one.signature === 'broken') {
      const said = say('custody.manifestSignature')
      found.push({ kind: 'broken', severity: 'bad', backupId, message: english(said), said })
    }
    for (const stream of one.streams) {
      if (stream.lost_offsets > 0)
        found.push({ kind: 'lost', severity: 'warn', backupId, topic: stream.topic, offsets: stream.lost_offsets })
    }
    if (one.last_proof?.overall_result !== 'PASSED') found.push({ kind: 'unproved', severity: 'warn', backupId })
  }
  const locked = place.backups.every(({ lock }) => lock.mode === 'COMPLIANCE' || lock.mode === 'GOVERNANCE')
  if (place.backups.length > 0 && !locked) found.push({ kind: 'unlocked', severity: 'warn', place: place.name })
  return found
}

function ofSchedule(schedule: ScheduleStatus): Attention[] {
  const { name, last_run: last, last_good_at: lastGoodAt, alert_after_hours: targetHours } = schedule
  if (schedule.paused) return []
  const error = last?.error ?? null
  if (schedule.overdue) {
    return [{ kind: 'late', severity: 'bad', name, targetHours: targetHours ?? 0, lastGoodAt, error }]
  }
  if (last?.state !== 'failed') return []
  return [{ kind: 'failed', severity: 'bad', name, at: last.ended_at ?? last.started_at, error }]
}
