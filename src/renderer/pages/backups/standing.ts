import type { CallOutput } from '../../../contract/ipc/map.ts'
import type { Plan } from '../../../contract/ipc/plan.ts'
import type { ScheduleStatus } from '../../../contract/schedule.ts'
import { useCall } from '../../query.ts'

export type Standing = CallOutput<'plans.standing'>

/** How a plan stands against its target. `unknown`: the archive was not read yet, or can't be. */
export type Protection = 'good' | 'late' | 'never' | 'failing' | 'running' | 'unknown'

/**
 * When the last good backup was: what the archive itself says where its last run is complete, else the schedule's history.
 * @returns milliseconds; null where there is none, or none is known of
 */
export function lastGoodAt(standing: Standing | undefined, schedule: ScheduleStatus | null): number | null {
  const told = schedule?.last_good_at == null ? null : Date.parse(schedule.last_good_at)
  const archived = standing?.state === 'complete' && standing.updatedAt !== null ? Date.parse(standing.updatedAt) : null
  if (told === null) return archived
  return archived === null ? told : Math.max(told, archived)
}

/** @param standing undefined while it is not known; null: there is no archive yet */
export function protectionOf(
  plan: Plan,
  standing: Standing | undefined,
  schedule: ScheduleStatus | null,
  now: number,
): Protection {
  if (schedule?.last_run?.state === 'running' || standing?.state === 'running') return 'running'
  if (standing === undefined) return 'unknown'
  const good = lastGoodAt(standing, schedule)
  if (good === null) return standing === null ? 'never' : 'failing'
  if (plan.targetHours !== null && now - good > plan.targetHours * 3_600_000) return 'late'
  const last = schedule?.last_run
  if (last?.state === 'failed' && last.ended_at !== null && Date.parse(last.ended_at) > good) return 'failing'
  return 'good'
}

export const PROTECTION_TONE = {
  good: 'ok',
  late: 'bad',
  never: 'warn',
  failing: 'bad',
  running: 'plain',
  unknown: 'plain',
} as const

/** What a plan's archive says of itself; asked again when a job ends. */
export function useStanding(id: string) {
  return useCall('plans.standing', { id }, { staleTime: 60_000 })
}

/** The schedules, by the plan that they run. */
export function useSchedules() {
  return useCall('schedules.list', null, { refetchInterval: 30_000 })
}

export function scheduleOf(listed: CallOutput<'schedules.list'> | undefined, planId: string): ScheduleStatus | null {
  return listed?.find((one) => one.planId === planId)?.status ?? null
}
