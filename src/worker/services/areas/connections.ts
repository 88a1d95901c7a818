import type { ActivityFacts } from '../../../contract/activity.ts'
import { CofferError } from '../../../contract/errors.ts'
import { oneAfterTheOther } from '../../../contract/in-turn.ts'
import type { Connection, VariableState } from '../../../contract/ipc/connection.ts'
import type { AreaHandlers, CallInput } from '../../../contract/ipc/map.ts'
import type { StoredConnection } from '../connection-store.ts'
import { checkConnectionText, variablesIn } from '../connection-text.ts'
import type { ServiceCore } from '../core.ts'

export const connectionHandlers = (core: ServiceCore): AreaHandlers<'connections'> => {
  // What is taken away with one connection must not be what another is being saved with.
  const inTurn = oneAfterTheOther()
  return {
    'connections.list': async () => {
      const known = await core.connections.list()
      const show = shower(core)
      return known.map(show)
    },
    'connections.save': (input) => inTurn(() => save(core, input)),
    'connections.remove': ({ id }) =>
      inTurn(async () => {
        const before = (await core.connections.list()).find((one) => one.id === id)
        await core.connections.remove(id)
        if (before !== undefined) {
          await forgetUnnamed(core, variablesIn(before.yaml))
          await core.activity.record({ action: 'connection removed', subject: before.name, before: facts(before) })
        }
        return null
      }),
    'connections.check': async ({ id }) => {
      const config = core.configOf(await core.connections.get(id))
      return core.ask({ kind: 'check', config })
    },
  }
}

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
  // the lock between processes that write secrets is the database's
  await core.memory().catch(() => null)
  await core.vault.set(secrets)
  if (before !== undefined) await forgetUnnamed(core, variablesIn(before.yaml))
  await core.activity.record({
    action: 'connection saved',
    subject: saved.name,
    before: before === undefined ? null : facts(before),
    after: facts(saved),
    details: { secrets_given: Object.keys(secrets).join(', ') || null },
  })
  return shower(core)(saved)
}

/** A connection's text holds no secret (checkConnectionText). */
function facts({ name, kind, yaml }: StoredConnection): ActivityFacts {
  return { name, kind, yaml }
}

/** Takes away the values of variables that no connection names any more. */
async function forgetUnnamed(core: ServiceCore, candidates: readonly string[]): Promise<void> {
  const named = new Set((await core.connections.list()).flatMap((one) => variablesIn(one.yaml)))
  const unnamed = candidates.filter((name) => !named.has(name))
  if (unnamed.length === 0) return
  await core.memory().catch(() => null)
  await core.vault.remove(unnamed)
}

function shower(core: ServiceCore): (stored: StoredConnection) => Connection {
  const placeOf = core.vault.places()
  return (stored) => ({
    ...stored,
    variables: variablesIn(stored.yaml).map(
      (name): VariableState => ({
        name,
        from: placeOf(name) ?? (core.options.environment[name] === undefined ? 'missing' : 'environment'),
      }),
    ),
  })
}
