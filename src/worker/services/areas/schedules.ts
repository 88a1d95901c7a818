import { basename, dirname } from 'node:path'
import { CofferError } from '../../../contract/errors.ts'
import type { AreaHandlers } from '../../../contract/ipc/map.ts'
import type { ScheduleStatus } from '../../../contract/schedule.ts'
import type { Plans } from '../../plans/plans.ts'
import { definitionOf, previewOf, schedulesOf, systemEntries } from '../../plans/schedules.ts'
import type { ServiceCore } from '../core.ts'

export const scheduleHandlers = (core: ServiceCore, plans: Plans): AreaHandlers<'schedules'> => ({
  'schedules.list': async () => {
    const known = new Set((await plans.store.list()).map(({ id }) => id))
    return (await schedulesOf(core)).map((status) => ({ status, planId: planOf(plans, known, status) }))
  },
  'schedules.set': async ({ planId, clock }) => {
    const plan = await plans.get(planId)
    const schedule = definitionOf(plan.name, plan.path, clock)
    return only(await core.ask({ kind: 'schedule', request: { action: 'set', schedule } }))
  },
  'schedules.pause': async ({ name, paused }) =>
    only(await core.ask({ kind: 'schedule', request: { action: paused ? 'pause' : 'resume', name } })),
  'schedules.remove': async ({ name }) => {
    await core.ask({ kind: 'schedule', request: { action: 'remove', name } })
    return null
  },
  'schedules.history': async ({ name, limit }) =>
    (await core.ask({ kind: 'schedule', request: { action: 'history', name, limit } })).runs,
  'schedules.export': async ({ name }) => {
    const found = (await schedulesOf(core)).find((one) => one.name === name)
    if (found === undefined) throw new CofferError('NOTHING_MATCHED', `there is no schedule "${name}"`)
    return systemEntries(found)
  },
  'schedules.preview': async ({ clock }) => previewOf(clock),
})

function planOf(plans: Plans, known: ReadonlySet<string>, { config }: ScheduleStatus): string | null {
  const id = basename(config, '.yaml')
  return dirname(config) === plans.store.folder && known.has(id) ? id : null
}

function only({ schedules }: { schedules: ScheduleStatus[] }): ScheduleStatus {
  const [one] = schedules
  if (one === undefined) throw new CofferError('UNEXPECTED', 'the schedule was not told after it was kept')
  return one
}
