import type { AreaHandlers } from '../../../contract/ipc/map.ts'
import type { ServiceCore } from '../core.ts'

export const appHandlers = ({ options }: ServiceCore): AreaHandlers<'app'> => ({
  'app.info': async () => ({
    name: 'Coffer',
    version: options.version,
    host: options.host,
    profile: options.profile,
    directory: options.directory,
  }),
})
