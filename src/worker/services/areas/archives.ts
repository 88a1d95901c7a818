import type { AreaHandlers } from '../../../contract/ipc/map.ts'
import type { ServiceCore } from '../core.ts'

export const archiveHandlers = (core: ServiceCore): AreaHandlers<'archives'> => ({
  'archives.list': async ({ location }) => {
    const archive = await core.archive(location)
    return core.jobs.ask({ kind: 'list', archive, backupId: null, environment: core.environment() })
  },
  'archives.describe': async ({ location, backupId }) => {
    const archive = await core.archive(location)
    return core.jobs.ask({ kind: 'describe', archive, backupId, environment: core.environment() })
  },
  'archives.validate': async ({ location, backupId, deep }) => {
    const archive = await core.archive(location)
    return core.jobs.start({ kind: 'validate', archive, backupId, deep, environment: core.environment() }, backupId)
  },
})
