import type { ActivityFacts } from '../../../contract/activity.ts'
import type { AreaHandlers } from '../../../contract/ipc/map.ts'
import type { ServiceCore } from '../core.ts'

export const vaultHandlers = ({ vault }: ServiceCore): AreaHandlers<'vault'> => ({
  'vault.state': () => vault.state(),
  'vault.create': async ({ passphrase }) => {
    await vault.createFile(passphrase)
    return vault.state()
  },
  'vault.unlock': async ({ passphrase }) => {
    await vault.unlock(passphrase)
    return vault.state()
  },
  'vault.lock': async () => {
    await vault.lock()
    return vault.state()
  },
  'vault.forget': async () => {
    await vault.forget()
    return vault.state()
  },
})

export const draftHandlers = (core: ServiceCore): AreaHandlers<'drafts'> => ({
  'drafts.get': async ({ name }) => (await core.memory()).drafts.get(name),
  'drafts.set': async ({ name, value }) => {
    const { drafts } = await core.memory()
    drafts.set(name, value)
    return null
  },
  'drafts.remove': async ({ name }) => {
    const { drafts } = await core.memory()
    drafts.remove(name)
    return null
  },
  'drafts.list': async () => (await core.memory()).drafts.list(),
})

export const settingHandlers = (core: ServiceCore): AreaHandlers<'settings'> => ({
  'settings.get': async () => (await core.memory()).settings.get(),
  'settings.set': async (change) => {
    const store = (await core.memory()).settings
    const names = Object.keys(change)
    const before = scalars(store.get(), names)
    const settings = store.set(change)
    const after = scalars(settings, names)
    await core.activity.record({ action: 'settings changed', subject: names.join(', '), before, after })
    await core.options.onSettings?.(settings)
    return settings
  },
})

/** What was set, as the journal keeps it. */
function scalars(settings: object, names: readonly string[]): ActivityFacts {
  const all = settings as Readonly<Record<string, unknown>>
  const facts: ActivityFacts = {}
  for (const name of names) {
    const value = all[name] ?? null
    const plain = value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    facts[name] = plain ? value : JSON.stringify(value)
  }
  return facts
}
