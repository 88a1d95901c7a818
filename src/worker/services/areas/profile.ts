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
    const settings = (await core.memory()).settings.set(change)
    await core.options.onSettings?.(settings)
    return settings
  },
})
