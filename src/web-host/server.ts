import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { downloadAddress, UPLOAD_ADDRESS } from '../contract/ipc/calls/files.ts'
import { type RendererFiles, SECURITY_HEADERS } from '../worker/services/renderer-files.ts'
import type { Services } from '../worker/services/services.ts'
import { EventStreams } from './events.ts'
import { rpc } from './rpc.ts'
import { Session } from './session.ts'
import { download, upload } from './transfer.ts'

const LOOPBACK = '127.0.0.1'
const DOWNLOADS = downloadAddress('')

/** A call whose sender is silent for so long is broken off. */
const CALL_IDLE_MS = 30_000

export interface WebHost {
  /** With the one-time token: for one browser, once. */
  address: string
  origin: string
  /** Windows that are open: pages that listen to the events. */
  readonly windows: number
  /** Tells whenever one opens or closes. */
  onWindows(listener: (open: number) => void): void
  close(): Promise<void>
}

/**
 * Serves the window to a browser of this machine: on loopback, on a port that the system chose.
 * Every request must name this host (against DNS rebinding), come from this origin where it says from where (against
 * other pages), and show the session's cookie. There is no CORS header: no other page may read anything.
 */
export async function startWebHost(services: Services, files: RendererFiles): Promise<WebHost> {
  // No bound on a whole request, since an upload may take long: calls and uploads have their own.
  const server = createServer({ maxHeaderSize: 16 * 1024, headersTimeout: 30_000, requestTimeout: 0 })
  await listen(server)
  const { port } = server.address() as AddressInfo
  const host = `${LOOPBACK}:${port}`
  const origin = `http://${host}`
  const session = new Session(port)
  const listeners = new Set<(open: number) => void>()
  const events = new EventStreams((open) => {
    for (const listener of listeners) listener(open)
  })
  const unsubscribe = [
    services.subscribe((event) => events.send(event)),
    services.background.subscribe((notice) => events.send({ type: 'notice', ...notice })),
  ]

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value)
    response.setHeader('Cache-Control', 'no-store')
    handle(request, response).catch(() => {
      if (response.headersSent) response.destroy()
      else refuse(response, 500, 'Something went wrong in the host.')
    })
  })

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers.host !== host) return refuse(response, 421, 'This address is not served here.')
    const from = request.headers.origin
    if (from !== undefined && from !== origin) return refuse(response, 403, 'Requests from other pages are refused.')
    const { pathname, search } = splitTarget(request.url ?? '/')

    if (pathname === '/open' && request.method === 'GET') return open(request, response, search)
    if (!session.isKnown(request.headers.cookie)) {
      return refuse(
        response,
        403,
        'This browser has not opened Coffer. Use the address that Coffer printed when it started.',
      )
    }
    // What a page of ours asks for says so (Fetch Metadata); a link or frame elsewhere says `cross-site`.
    const site = request.headers['sec-fetch-site']
    if (site !== undefined && site !== 'same-origin' && site !== 'none') {
      return refuse(response, 403, 'Requests from other pages are refused.')
    }
    if (pathname === '/rpc') return post(request, response, () => call(request, response))
    if (pathname === UPLOAD_ADDRESS) return post(request, response, () => upload(services.files, request, response))
    if (request.method !== 'GET') return refuse(response, 405, 'Only GET is served here.', { Allow: 'GET' })
    if (pathname === '/events') {
      if (!events.add(response)) refuse(response, 503, 'Too many windows are open.')
      return
    }
    if (pathname.startsWith(DOWNLOADS)) {
      const found = await download(services.files, pathname.slice(DOWNLOADS.length), response)
      return found ? undefined : refuse(response, 404, 'There is no such file in this session.')
    }
    const file = await files.read(pathname)
    if (file === null) return refuse(response, 404, 'There is no such page.')
    response.writeHead(200, { 'Content-Type': file.type, 'Content-Length': file.body.length }).end(file.body)
  }

  function open(request: IncomingMessage, response: ServerResponse, search: string): void {
    const cookie = session.exchange(new URLSearchParams(search).get('token') ?? '')
    // The browser that spent the token may come again, by a reload or from its history.
    if (cookie === null && !session.isKnown(request.headers.cookie)) {
      const why = 'This address was used already, or is not the one that Coffer printed. Start Coffer again.'
      refuse(response, 403, why)
      return
    }
    if (cookie !== null) response.setHeader('Set-Cookie', cookie)
    response.writeHead(303, { Location: '/' }).end()
  }

  /** What changes something: by POST, from a page of this origin. */
  async function post(request: IncomingMessage, response: ServerResponse, take: () => Promise<void>): Promise<void> {
    if (request.method !== 'POST') return refuse(response, 405, 'Only POST is taken here.', { Allow: 'POST' })
    // Chromium leaves Origin out of some calls to the page's own origin; then its Fetch Metadata, which no page can
    // write, must say that it is the page's own. https://www.w3.org/TR/fetch-metadata/
    const own = request.headers.origin ?? (request.headers['sec-fetch-site'] === 'same-origin' ? origin : undefined)
    if (own !== origin) return refuse(response, 403, 'Requests from other pages are refused.')
    await take()
  }

  async function call(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.setTimeout(CALL_IDLE_MS, () => request.destroy())
    const { status, body } = await rpc(services.handlers, request)
    const text = JSON.stringify(body)
    if (!request.complete) response.setHeader('Connection', 'close')
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(text)
  }

  return {
    get address() {
      return session.token === null ? origin : `${origin}/open?token=${session.token}`
    },
    origin,
    get windows() {
      return events.open
    },
    onWindows: (listener) => void listeners.add(listener),
    close: async () => {
      listeners.clear()
      for (const end of unsubscribe) end()
      events.close()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

/** The target as it came: not resolved and not decoded, so that what is looked up is what was asked for. */
function splitTarget(target: string): { pathname: string; search: string } {
  const at = target.indexOf('?')
  return at === -1 ? { pathname: target, search: '' } : { pathname: target.slice(0, at), search: target.slice(at) }
}

function refuse(
  response: ServerResponse,
  status: number,
  sentence: string,
  headers: Record<string, string> = {},
): void {
  // A body that nobody reads ends the connection: it must not be taken for the next request, nor be waited for.
  if (!response.req.complete) response.setHeader('Connection', 'close')
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers }).end(`${sentence}\n`)
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, LOOPBACK, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
