import type { IncomingMessage } from 'node:http'
import { request as httpRequest } from 'node:http'
import { Agent, request as httpsRequest } from 'node:https'
import { isCofferError } from '../../contract/errors.ts'
import { type Said, say } from '../../contract/said/said.ts'
import type { UpdateProxy } from './proxy.ts'
import { refused, unreachable } from './refused.ts'

/** Names no host but the first: what an address was set for is what is asked. */
const MOST_REDIRECTS = 3

/** Whom to ask, how, and until when. */
export interface Asking {
  proxy: UpdateProxy | null
  /** Milliseconds that a connection may keep silent, and so a proxy that makes none. */
  silenceMs: number
  /** Aborted where it is over for any reason. */
  signal: AbortSignal
  /** What aborts it on the user's behalf: thrown as it is. */
  stopped: AbortSignal
  timedOut(): Said | null
}

/**
 * The bytes of a 200 answer, after redirects within the same host and scheme.
 * @param most bytes that are taken
 * @throws UPDATE_UNREACHABLE, UPDATE_REFUSED, and what `stopped` was aborted with
 */
export async function* bytesAt(url: URL, most: number, asking: Asking): AsyncGenerator<Uint8Array> {
  try {
    const response = await follow(url, asking)
    try {
      if (Number(response.headers['content-length'] ?? 0) > most) throw tooLarge(url.href, most)
      let size = 0
      for await (const chunk of response) {
        size += (chunk as Buffer).length
        if (size > most) throw tooLarge(url.href, most)
        yield chunk as Buffer
      }
    } finally {
      response.destroy()
    }
  } catch (error) {
    asking.stopped.throwIfAborted()
    if (isCofferError(error)) throw error
    const late = asking.timedOut()
    if (late !== null) throw unreachable(url.href, late, error)
    throw unreachable(url.href, ofProxy(error, asking.proxy) ?? reasonOf(error), error)
  }
}

async function follow(first: URL, asking: Asking): Promise<IncomingMessage> {
  let url = first
  for (let hop = 0; ; hop++) {
    const response = await get(url, asking)
    const { statusCode: status = 0 } = response
    if (status === 200) return response
    const { location } = response.headers
    response.destroy()
    if (status < 300 || status >= 400 || location === undefined) {
      throw unreachable(first.href, say('update.status', { got: status }))
    }
    const next = URL.canParse(location, url) ? new URL(location, url) : null
    if (next === null || next.origin !== first.origin) {
      const where = next?.origin ?? location.slice(0, 200)
      throw refused('redirect', 'update.redirect', { address: first.href, where, only: first.origin })
    }
    if (hop >= MOST_REDIRECTS)
      throw refused('redirect', 'update.redirects', { address: first.href, most: MOST_REDIRECTS })
    url = next
  }
}

function get(url: URL, { proxy, silenceMs, signal }: Asking): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // while it waits for a proxy a request does not hear its signal; its own limit then closes the connection
    const stop = () => reject(signal.reason)
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
    // a package is what its digest says, byte for byte
    const options = { signal, timeout: silenceMs, headers: { 'accept-encoding': 'identity', accept: '*/*' } }
    const request =
      url.protocol === 'https:'
        ? httpsRequest(url, { ...options, agent: new Agent(proxy === null ? {} : { proxyEnv: { ...proxy } }) })
        : httpRequest(url, options)
    request.on('response', resolve).on('error', reject).end()
  })
}

/** What a proxy did, in its own words; null where it is about something else. Node's words may name more than that. */
function ofProxy(error: unknown, proxy: UpdateProxy | null): Said | null {
  if (proxy === null || !(error instanceof Error)) return null
  const found = error as NodeJS.ErrnoException & { statusCode?: number; hostname?: string; port?: number }
  if (found.code === 'ERR_PROXY_TUNNEL') {
    return found.statusCode === undefined
      ? say('update.proxySilent', { proxy: proxy.shown })
      : say('update.proxyRefused', { proxy: proxy.shown, status: found.statusCode })
  }
  const { hostname, port, protocol } = new URL(proxy.HTTPS_PROXY)
  const own = Number(port || (protocol === 'http:' ? 80 : 443))
  const [first = found] = error instanceof AggregateError ? (error.errors as (typeof found)[]) : []
  const isIts = first.syscall === 'getaddrinfo' ? first.hostname === hostname : first.port === own
  return isIts ? say('update.proxyAway', { proxy: proxy.shown, why: found.code ?? '' }) : null
}

export function tooLarge(address: string, most: number) {
  return refused('too_large', 'update.tooLarge', { most, address })
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error)
}
