import type { AreaHandlers, CallInput } from '../../../contract/ipc/map.ts'
import type { ApprovableRequest } from '../../../contract/jobs.ts'
import type { ServiceCore } from '../core.ts'

/** Four eyes: the engine decides what passes (jobs/approvals); here requests are made, shown and decided. */
export const approvalHandlers = (core: ServiceCore): AreaHandlers<'approvals'> => ({
  'approvals.list': () => core.ask({ kind: 'approvals', action: 'list' }),
  'approvals.request': async ({ wanted, reason, signingKey }) =>
    core.ask({
      kind: 'approvals',
      action: 'request',
      wanted: await wantedOf(core, wanted),
      reason,
      signingKey,
      output: null,
    }),
  'approvals.decide': ({ file, action, signingKey, note }) =>
    core.ask({ kind: 'approvals', action, file: core.path(file), signingKey, note }),
})

async function wantedOf(
  core: ServiceCore,
  wanted: CallInput<'approvals.request'>['wanted'],
): Promise<ApprovableRequest> {
  switch (wanted.kind) {
    case 'restore':
      return {
        kind: 'restore',
        config: { text: wanted.yaml, name: 'configuration', directory: core.options.directory },
      }
    case 'keys':
      return wanted
    case 'hold-lift':
      return { kind: 'hold-lift', archive: await core.archive(wanted.location), ...pick(wanted, 'backupId', 'matter') }
    case 'retention':
      return {
        kind: 'retention',
        archive: await core.archive(wanted.location),
        ...pick(wanted, 'backupId', 'mode', 'until'),
      }
  }
}

function pick<T extends object, K extends keyof T>(object: T, ...names: K[]): Pick<T, K> {
  return Object.fromEntries(names.map((name) => [name, object[name]])) as Pick<T, K>
}
