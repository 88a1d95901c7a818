import { CofferError } from '../../contract/errors.ts'
import { say } from '../../contract/said/said.ts'
import type { UpdateSettings } from '../../contract/updates.ts'
import { isLoopback } from './address.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** By what a publisher is asked, in the form that Node's agents take. */
export interface UpdateProxy {
  HTTPS_PROXY: string
  NO_PROXY: string
  /** Its address without user name and password, for people. */
  shown: string
}

const ADDRESS_HINT = 'Such as http://proxy.example.com:8080; "system" is what HTTPS_PROXY and NO_PROXY say.'

/**
 * What somebody wants to be set: `none`, `system` (as the environment says: nothing is set), or an address.
 * @returns undefined for `system`
 * @throws USAGE; an address with credentials is not repeated in it
 */
export function proxySetting(text: string): string | undefined {
  if (text === 'system') return undefined
  if (text === 'none') return text
  // before anything is understood: a password must not stand in a message
  if (text.includes('@')) {
    throw new CofferError('USAGE', say('update.proxyCredentials'), {
      hint: `The window keeps them in the keychain, under "Login at the proxy"; the command line takes them from ${PROXY_LOGIN.user} and ${PROXY_LOGIN.password}, or from HTTPS_PROXY, of its environment.`,
    })
  }
  const url = parsed(text)
  if (url === null || url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw new CofferError('USAGE', say('update.proxyAddress', { proxy: text, why: say('update.proxyForm') }), {
      hint: ADDRESS_HINT,
    })
  }
  return url.origin
}

/** A proxy's user name and password, where its address has none: a window gets them from the keychain. */
export const PROXY_LOGIN = { user: 'COFFER_UPDATE_PROXY_USER', password: 'COFFER_UPDATE_PROXY_PASSWORD' } as const

/**
 * The proxy by which the list at `url` is asked for: what is set, else what the environment says (HTTPS_PROXY, in lowercase
 * first, as other programs have it). NO_PROXY counts for both. Null: none. This very machine is never asked through one. What
 * has no user name in its address gets PROXY_LOGIN's.
 * @throws USAGE where the environment names one that can't be used: asking past it is not what its owner wants
 */
export function proxyFor(url: URL, { proxy: set }: UpdateSettings, environment: Environment): UpdateProxy | null {
  if (url.protocol !== 'https:' || isLoopback(url.hostname) || set === 'none') return null
  const named = set ?? (environment.https_proxy || environment.HTTPS_PROXY)
  if (named === undefined || named === '') return null
  const address = parsed(named)
  if (address === null) {
    throw new CofferError('USAGE', say('update.proxyVariable', { why: say('update.proxyForm') }), {
      hint: ADDRESS_HINT,
    })
  }
  const { [PROXY_LOGIN.user]: user, [PROXY_LOGIN.password]: password } = environment
  if (address.username === '' && address.password === '' && user) {
    address.username = encodeURIComponent(user)
    address.password = encodeURIComponent(password ?? '')
  }
  const NO_PROXY = environment.no_proxy || environment.NO_PROXY || ''
  return { HTTPS_PROXY: address.href, NO_PROXY, shown: address.origin }
}

/** `host:port` is an http proxy, as everywhere. Null: no address of one. */
function parsed(text: string): URL | null {
  const whole = /^[\w.-]+:\d+$/.test(text) ? `http://${text}` : text
  const url = URL.canParse(whole) ? new URL(whole) : null
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '' ? url : null
}
