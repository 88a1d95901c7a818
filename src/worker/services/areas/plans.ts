import type { ActivityFacts } from '../../../contract/activity.ts'
import { CofferError, isCofferError } from '../../../contract/errors.ts'
import { MAX_WARNINGS } from '../../../contract/ipc/limits.ts'
import type { AreaHandlers, CallOutput } from '../../../contract/ipc/map.ts'
import type { Plan, PlanInput } from '../../../contract/ipc/plan.ts'
import type { BackupOverview } from '../../../contract/results.ts'
import { runNow } from '../../plans/manual-run.ts'
import { planVariables } from '../../plans/plan-file.ts'
import type { Plans } from '../../plans/plans.ts'
import { scheduleFrom, schedulesOf, systemEntries } from '../../plans/schedules.ts'
import type { ServiceCore } from '../core.ts'

const SHOWN_TOPICS = 50

export const planHandlers = (core: ServiceCore, plans: Plans): AreaHandlers<'plans'> => ({
  'plans.list': async () => plans.list(),
  'plans.get': async ({ id }) => plans.get(id),
  'plans.save': async ({ plan, isNew }) => {
    await requireRename(core, plans, plan, isNew)
    const before = isNew ? null : facts(await plans.get(plan.id))
    const saved = await plans.save(plan, isNew)
    await core.activity.record({ action: 'plan saved', subject: saved.name, before, after: facts(saved) })
    return saved
  },
  'plans.remove': async ({ id }) => {
    const plan = await plans.get(id)
    for (const { name, config } of await schedulesOf(core)) {
      if (config === plan.path) await core.ask({ kind: 'schedule', request: { action: 'remove', name } })
    }
    await plans.store.remove(id)
    await core.activity.record({ action: 'plan removed', subject: plan.name, before: facts(plan) })
    return null
  },
  'plans.files': async ({ plan, clock }) => {
    const yaml = await plans.yaml(plan)
    const path = plans.store.pathOf(plan.id)
    const entries = clock === null ? [] : systemEntries(scheduleFrom(plan.name, path, clock))
    return { yaml, path, variables: planVariables(yaml), entries }
  },
  'plans.estimate': async ({ plan }) => {
    const result = await core.ask({ kind: 'backup', config: await plans.config(plan), dryRun: true })
    if (!('dry_run' in result) || !result.dry_run) {
      throw new CofferError('UNEXPECTED', 'expected a dry run, got a backup')
    }
    const { generation, offsets, bytes_estimate: bytes, seconds_estimate: seconds, location } = result
    const topics = result.topics.map(({ bytes_estimate, ...topic }) => ({ ...topic, bytes: bytes_estimate }))
    topics.sort((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0))
    return {
      ...{ generation, offsets, bytes, seconds, location },
      topicsTotal: topics.length,
      topics: topics.slice(0, SHOWN_TOPICS),
      warnings: result.warnings.slice(0, MAX_WARNINGS),
      ...(result.sayings === undefined ? {} : { sayings: result.sayings.slice(0, MAX_WARNINGS) }),
    }
  },
  'plans.run': async ({ id }) => {
    const plan = await plans.get(id)
    const config = await plans.savedConfig(id)
    const schedule = (await schedulesOf(core)).find((one) => one.config === plan.path)
    if (schedule !== undefined && !schedule.paused) return runNow(core, schedule, config)
    return core.start({ kind: 'backup', config, dryRun: false }, plan.name, { file: plan.path })
  },
  'plans.standing': async ({ id }) => standing(core, plans, await plans.get(id)),
  'plans.signers': async () => {
    const result = await core.ask({ kind: 'keys', action: 'list' })
    if (result.action !== 'list') return []
    return result.keys.map(({ name, status, certificate }) => ({
      name,
      subject: certificate?.subject ?? name,
      status,
      usable: status === 'usable' || status === 'bare',
    }))
  },
})

/** What a plan says, for the activity journal. */
function facts(plan: Plan): ActivityFacts {
  return {
    archive: plan.id,
    source: plan.sourceName,
    storage: plan.storageName,
    streams: plan.include.length === 0 ? 'all' : plan.include.slice(0, 50).join(', '),
    except: plan.exclude.slice(0, 50).join(', ') || null,
    mode: plan.mode,
    keep_days: plan.retention.days,
    rule: plan.retention.preset,
    key: plan.key,
  }
}

/** A plan's schedule has the plan's name: a new name would leave the old schedule running. */
async function requireRename(core: ServiceCore, plans: Plans, plan: PlanInput, isNew: boolean): Promise<void> {
  const path = plans.store.pathOf(plan.id)
  for (const one of await schedulesOf(core)) {
    if (one.name === plan.name && one.config !== path) {
      throw new CofferError('CONFIG_CONFLICT', `there is already a schedule "${one.name}", of another file`, {
        hint: 'Give the plan another name.',
      })
    }
    if (!isNew && one.config === path && one.name !== plan.name) {
      throw new CofferError('CONFIG_CONFLICT', `the plan's schedule is called "${one.name}", got "${plan.name}"`, {
        hint: 'Keep the name, or remove the schedule first.',
      })
    }
  }
}

async function standing(core: ServiceCore, plans: Plans, plan: Plan): Promise<CallOutput<'plans.standing'>> {
  const archive = { config: await plans.savedConfig(plan.id) }
  try {
    if (plan.mode === 'incremental') {
      const { backups } = await core.ask({ kind: 'list', archive, backupId: plan.id })
      const [only] = backups
      return only === undefined ? null : await shown(core, plan, only, 1)
    }
    const { backups } = await core.ask({ kind: 'list', archive, backupId: null })
    const own = backups.filter(({ backup_id }) => fullBackupOf(plan.id, backup_id))
    const last = own.at(-1)
    return last === undefined ? null : await shown(core, plan, last, own.length)
  } catch (error) {
    if (isCofferError(error, 'ARCHIVE_MISSING')) return null
    throw error
  }
}

/** `ID-20260405T020000Z`, as planYaml names them. */
function fullBackupOf(id: string, backupId: string): boolean {
  return backupId.startsWith(`${id}-`) && /^\d{8}T\d{6}Z$/.test(backupId.slice(id.length + 1))
}

async function shown(
  core: ServiceCore,
  plan: Plan,
  one: BackupOverview,
  archives: number,
): Promise<CallOutput<'plans.standing'>> {
  const place = (await core.connections.list()).find(({ id }) => id === plan.storageId)
  return {
    location: place?.name ?? '',
    backupId: one.backup_id,
    state: one.state,
    updatedAt: one.updated_at,
    generation: one.generation,
    topics: one.statistics.topics,
    records: one.statistics.records,
    storedBytes: one.statistics.stored_bytes,
    archives,
  }
}
