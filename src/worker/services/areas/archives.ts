import type { AreaHandlers } from '../../../contract/ipc/map.ts'
import type { ServiceCore } from '../core.ts'

export const archiveHandlers = (core: ServiceCore): AreaHandlers<'archives'> => ({
  'archives.list': async ({ location }) => {
    const archive = await core.archive(location)
    return core.ask({ kind: 'list', archive, backupId: null })
  },
  'archives.describe': async ({ location, backupId }) => {
    const archive = await core.archive(location)
    return core.ask({ kind: 'describe', archive, backupId })
  },
  'archives.validate': async ({ location, backupId, deep }) => {
    const archive = await core.archive(location)
    return core.start({ kind: 'validate', archive, backupId, deep }, backupId)
  },
})
