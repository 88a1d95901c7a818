import type { Clock, Plan, PlanInput, RetentionPreset } from '../../../../contract/ipc/plan.ts'
import { localZone, readClock } from '../../../typed-time.ts'
import { cronOf, everyOf, type Rhythm } from './rhythm.ts'

/** What was entered in the wizard so far: plain values only, since it may be kept between sessions. */
export interface Draft {
  at: 'cluster' | 'streams' | 'keep' | 'when' | 'sign' | 'summary'
  name: string
  /** Follows the name until it is typed. */
  id: string
  idTyped: boolean
  sourceId: string | null
  choice: 'all' | 'chosen'
  include: string[]
  exclude: string[]
  internal: boolean
  storageId: string | null
  preset: RetentionPreset | null
  days: number | null
  mode: PlanInput['mode']
  consumerGroups: boolean
  compression: PlanInput['compression']
  scheduled: boolean
  rhythm: Rhythm
  timezone: string
  quiet: boolean
  quietFrom: string
  quietTo: string
  retries: number
  retryMinutes: number
  jitterMinutes: number
  alertHours: number | null
  key: string | null
  /** Signing was looked at: none is a choice too. */
  signChosen: boolean
  timestampUrl: string
}

export const emptyDraft = (): Draft => ({
  at: 'cluster',
  name: '',
  id: '',
  idTyped: false,
  sourceId: null,
  choice: 'chosen',
  include: [],
  exclude: [],
  internal: false,
  storageId: null,
  preset: null,
  days: null,
  mode: 'incremental',
  consumerGroups: true,
  compression: 'zstd',
  scheduled: true,
  rhythm: { every: 'day', time: '02:00', weekday: 1, day: 1, minute: 0, cron: '0 2 * * *' },
  timezone: localZone(),
  quiet: false,
  quietFrom: '08:00',
  quietTo: '18:00',
  retries: 3,
  retryMinutes: 1,
  jitterMinutes: 0,
  alertHours: 26,
  key: null,
  signChosen: false,
  timestampUrl: '',
})

/** A saved plan, to be changed. */
export function draftOf(plan: Plan, clock: Clock | null): Draft {
  const empty = emptyDraft()
  return {
    ...empty,
    name: plan.name,
    id: plan.id,
    idTyped: true,
    sourceId: plan.sourceId,
    choice: plan.include.length === 0 ? 'all' : 'chosen',
    include: plan.include,
    exclude: plan.exclude,
    internal: plan.internalTopics,
    storageId: plan.storageId,
    preset: plan.retention.preset,
    days: plan.retention.days,
    mode: plan.mode,
    consumerGroups: plan.consumerGroups,
    compression: plan.compression,
    key: plan.key,
    signChosen: true,
    timestampUrl: plan.timestampUrl ?? '',
    alertHours: plan.targetHours,
    scheduled: clock !== null,
    ...(clock === null
      ? {}
      : {
          rhythm: everyOf(clock.cron),
          timezone: clock.timezone,
          quiet: clock.quietHours !== null,
          quietFrom: clock.quietHours?.from ?? empty.quietFrom,
          quietTo: clock.quietHours?.to ?? empty.quietTo,
          retries: clock.retries,
          retryMinutes: Math.max(1, Math.round(clock.retryDelaySeconds / 60)),
          jitterMinutes: Math.round(clock.jitterSeconds / 60),
        }),
  }
}

/** The plan that a draft describes; null while something is missing. */
export function planOf(draft: Draft): PlanInput | null {
  const { sourceId, storageId, preset, days } = draft
  if (sourceId === null || storageId === null || preset === null || days === null) return null
  if (!isName(draft.name) || !isId(draft.id)) return null
  if (draft.choice === 'chosen' && draft.include.length === 0) return null
  return {
    id: draft.id,
    name: draft.name.trim(),
    sourceId,
    storageId,
    include: draft.choice === 'all' ? [] : draft.include,
    exclude: draft.exclude,
    internalTopics: draft.internal,
    mode: draft.mode,
    retention: { preset, days },
    consumerGroups: draft.consumerGroups,
    compression: draft.compression,
    key: draft.key,
    timestampUrl: draft.key === null || draft.timestampUrl.trim() === '' ? null : draft.timestampUrl.trim(),
    targetHours: draft.alertHours,
  }
}

/** When it is to run; null: only when somebody says so. */
export function clockOf(draft: Draft): Clock | null {
  if (!draft.scheduled) return null
  return {
    cron: cronOf(draft.rhythm),
    timezone: draft.timezone,
    jitterSeconds: draft.jitterMinutes * 60,
    retries: draft.retries,
    retryDelaySeconds: draft.retryMinutes * 60,
    quietHours: draft.quiet ? { from: draft.quietFrom.trim(), to: draft.quietTo.trim() } : null,
    alertAfterHours: draft.alertHours,
  }
}

/** Whether each time of day that its clock needs is one. */
export function hasTimes({ scheduled, rhythm, quiet, quietFrom, quietTo }: Draft): boolean {
  const atTime = rhythm.every !== 'hour' && rhythm.every !== 'cron'
  const needed = scheduled ? [...(atTime ? [rhythm.time] : []), ...(quiet ? [quietFrom, quietTo] : [])] : []
  return needed.every((time) => readClock(time) !== null)
}

export const isName = (name: string): boolean => /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,99}$/u.test(name.trim())
export const isId = (id: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$/.test(id)
export const isTimestampUrl = (url: string): boolean => /^https?:\/\/[^\s/@]+(\/\S*)?$/.test(url.trim())

/** A name as the name of an archive: `Trading, every night` → `trading-every-night`. */
export function idOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 100)
}
