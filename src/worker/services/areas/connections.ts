import type { ActivityFacts } from '../../../contract/activity.ts'
import { CofferError } from '../../../contract/errors.ts'
import type { Connection, VariableState } from '../../../contract/ipc/connection.ts'
import type { AreaHandlers, CallInput } from '../../../contract/ipc/map.ts'
import type { StoredConnection } from '../connection-store.ts'
import { checkConnectionText, variablesIn } from '../connection-text.ts'
import type { ServiceCore } from '../core.ts'

export const connectionHandlers = (core: ServiceCore): AreaHandlers<'connections'> => ({
  'connections.list': async () => (await core.connections.list()).map((one) => shown(core, one)),
  'connections.save': (input) => save(core, input),
  'connections.remove': async ({ id }) => {
    const before = (await core.connections.list()).find((one) => one.id === id)
    await core.connections.remove(id)
    if (before !== undefined) {
      await core.activity.record({ action: 'connection removed', subject: before.name, before: facts(before) })
    }
    return null
  },
  'connections.check': async ({ id }) => {
    const config = core.configOf(await core.connections.get(id))
    return core.ask({ kind: 'check', config })
  },
})

async function save(core: ServiceCore, input: CallInput<'connections.save'>): Promise<Connection> {
  const { secrets, ...rest } = input
  checkConnectionText(rest.yaml)
  const named = new Set(variablesIn(rest.yaml))
  for (const name of Object.keys(secrets)) {
    if (!named.has(name)) {
      throw new CofferError('USAGE', `a value was given for "\${${name}}", which the connection does not name`)
    }
  }
  const before = (await core.connections.list()).find((one) => one.id === rest.id)
  const saved = await core.connections.save(rest)
  for (const [name, value] of Object.entries(secrets)) core.secrets.set(name, value)
  await core.activity.record({
    action: 'connection saved',
    subject: saved.name,
    before: before === undefined ? null : facts(before),
    after: facts(saved),
    details: { secrets_given: Object.keys(secrets).join(', ') || null },
  })
  return shown(core, saved)
}

/** A connection's text holds no secret (checkConnectionText). */
function facts({ name, kind, yaml }: StoredConnection): ActivityFacts {
  return { name, kind, yaml }
}

function shown(core: ServiceCore, stored: StoredConnection): Connection {
  const variables: VariableState[] = variablesIn(stored.yaml).map((name) => ({
    name,
    from: core.secrets.has(name) ? 'memory' : core.options.environment[name] === undefined ? 'missing' : 'environment',
  }))
  return { ...stored, variables }
}
