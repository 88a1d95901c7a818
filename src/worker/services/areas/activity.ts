import { join } from 'node:path'
import type { AreaHandlers } from '../../../contract/ipc/map.ts'
import { ActivityReader } from '../../../jobs/activity/read.ts'
import { verifyProfile } from '../../../jobs/activity/run.ts'
import type { ServiceCore } from '../core.ts'

/** The journal of what was done: read in this process, since a window scrolls through it. */
export const activityHandlers = (core: ServiceCore): AreaHandlers<'activity'> => {
  const reader = new ActivityReader(core.options.profile)
  return {
    'activity.page': async ({ filter, offset, limit }) => ({
      ...(await reader.page(filter, offset, limit)),
      problem: core.activity.problem,
    }),
    'activity.verify': () => verifyProfile(core.options.profile, core.environment(), null),
    'activity.export': async ({ filter, format }) => {
      const date = new Date().toISOString().slice(0, 10)
      const output = join(await core.files.emptyFolder(), `activity-${date}.${format}`)
      const result = await core.ask({ kind: 'activity', action: 'export', filter, output })
      if (result.action !== 'export') throw new TypeError(`expected an export, got "${result.action}"`)
      const files = await Promise.all(result.files.map(({ path }) => core.files.hold(path)))
      return { files: files.map((file) => ({ ...file, path: null })), lines: result.lines, whole: result.whole }
    },
  }
}
