import type { AreaHandlers } from '../../../contract/ipc/map.ts'
import type { ServiceCore } from '../core.ts'
import { withTrust } from '../with-trust.ts'

/** Reports of each place that are read, the newest: a year of daily ones and then some. */
const MOST_REPORTS = 500

export const controlHandlers = (core: ServiceCore): AreaHandlers<'controls'> => ({
  'controls.get': async () => {
    const storages = (await core.connections.list()).filter((one) => one.kind === 'storage')
    const places = storages.map((one) => ({ name: one.name, archive: { config: core.configOf(one) } }))
    const controls = await withTrust(core, (trust) =>
      core.ask({ kind: 'controls', places, limit: MOST_REPORTS, trust }),
    )
    return { controls, connections: storages.map(({ name, id }) => ({ place: name, connectionId: id })) }
  },
})
