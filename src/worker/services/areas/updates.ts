import { CofferError } from '../../../contract/errors.ts'
import type { UpdateStanding } from '../../../contract/ipc/calls/updates.ts'
import type { AreaHandlers } from '../../../contract/ipc/map.ts'
import type { UpdateSettingsResult } from '../../../contract/results.ts'
import { say } from '../../../contract/said/said.ts'
import { compareVersions } from '../../../contract/versions.ts'
import { PROXY_LOGIN } from '../../../jobs/update/proxy.ts'
import { keyInFile, updateStanding } from '../../../jobs/update/run.ts'
import { fetchedFolder } from '../../../jobs/update/tidy.ts'
import type { ServiceCore } from '../core.ts'

export const updateHandlers = (core: ServiceCore): AreaHandlers<'updates'> => {
  const now = async () => standingOf(await updateStanding(core.environment()), proxyLogin(core))
  return {
    'updates.get': now,
    'updates.readKey': async ({ file }) => {
      const { key_id: keyId, algorithm, pem } = await keyInFile(core.files.pathOf(file))
      return { keyId, algorithm, pem }
    },
    'updates.on': async ({ address, pem, keyId, channel, daily, proxy }) => {
      const isAddress = /^[a-z][a-z0-9+.-]+:/i.test(address)
      const place = isAddress ? address : core.path(address)
      const publicKey = { pem, keyId }
      await core.ask({ kind: 'update', action: 'on', address: place, publicKey, channel, daily, proxy })
      return now()
    },
    'updates.proxyLogin': async ({ user, password }) => {
      const isGiven = user !== ''
      // the lock between processes that write secrets is the database's
      await core.memory().catch(() => null)
      await core.vault.set({ [PROXY_LOGIN.user]: user, [PROXY_LOGIN.password]: isGiven ? password : '' })
      const details = { proxy_login: isGiven ? 'given' : 'taken away' }
      await core.activity.record({ action: 'settings changed', subject: 'proxy of new versions', details })
      return now()
    },
    'updates.off': async () => {
      await core.ask({ kind: 'update', action: 'off' })
      return now()
    },
    'updates.check': async () => {
      await core.ask({ kind: 'update', action: 'check', by: 'hand' })
      return now()
    },
    'updates.fetch': async ({ name }) => {
      const { enabled } = await now()
      if (!enabled) throw new CofferError('UPDATES_OFF', say('update.off'))
      const output = fetchedFolder(core.environment())
      return core.start({ kind: 'update', action: 'fetch', name, output }, name)
    },
  }
}

function proxyLogin({ vault, options }: ServiceCore): UpdateStanding['proxyLogin'] {
  const inEnvironment = options.environment[PROXY_LOGIN.user] === undefined ? null : 'environment'
  return vault.places()(PROXY_LOGIN.user) ?? inEnvironment
}

function standingOf(found: UpdateSettingsResult, login: UpdateStanding['proxyLogin']): UpdateStanding {
  const { enabled, address, key, public_key: pem, channel, daily, proxy, own, settings, running, last } = found
  return {
    enabled,
    address,
    key: key === null || pem === null ? null : { keyId: key.key_id, algorithm: key.algorithm, pem },
    channel,
    daily,
    proxy,
    proxyUsed: found.proxy_used,
    proxyLogin: login,
    organisation: own ? null : settings,
    running,
    last,
    offer: offerOf(found),
  }
}

/** What was found stays an offer while address, key, channel and list hold, and nothing as new runs here. */
function offerOf({ enabled, address, key, channel, running, last }: UpdateSettingsResult): UpdateStanding['offer'] {
  const outcome = last?.outcome
  if (!enabled || outcome?.state !== 'available') return null
  const { newest } = outcome
  const isSame =
    outcome.address === address && outcome.key_id === key?.key_id && (outcome.channel ?? channel) === channel
  const isGood = Date.parse(outcome.expires_at) > Date.now() && compareVersions(newest.version, running) > 0
  if (!isSame || !isGood) return null
  const fits = newest.files.filter(({ platform, arch }) => platform === process.platform && arch === process.arch)
  return { newest, fitting: fits.map((file) => file.name) }
}
