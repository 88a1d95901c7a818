import type { AreaHandlers } from '../../../contract/ipc/map.ts'
import type { ServiceCore } from '../core.ts'

/** Legal holds and retention of archives. */
export const holdHandlers = (core: ServiceCore): AreaHandlers<'holds'> => ({
  'holds.overview': async ({ location }) => {
    const result = await core.ask({ kind: 'hold', action: 'overview', archive: await core.archive(location) })
    if (result.action !== 'overview') throw new TypeError(`expected an overview, got "${result.action}"`)
    return result
  },
  'holds.list': async ({ location, backupId }) => {
    const result = await core.ask({ kind: 'hold', action: 'list', archive: await core.archive(location), backupId })
    if (result.action === 'overview') throw new TypeError('expected a list of matters, got an overview')
    return result
  },
  'holds.change': async ({ location, ...change }) =>
    core.start({ kind: 'hold', archive: await core.archive(location), ...change }, change.backupId),
  'holds.extend': async ({ location, ...wanted }) =>
    core.start(
      { kind: 'retention', action: 'extend', archive: await core.archive(location), ...wanted },
      wanted.backupId,
    ),
})
