import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import type { Protocol } from 'electron'
import { downloadAddress } from '../contract/ipc/calls/files.ts'
import type { HeldFiles } from '../worker/services/held-files.ts'
import { type RendererFiles, SECURITY_HEADERS } from '../worker/services/renderer-files.ts'

export const SCHEME = 'app'
const HOST = 'coffer'
export const ORIGIN = `${SCHEME}://${HOST}`
export const START_ADDRESS = `${ORIGIN}/`
const DOWNLOADS = downloadAddress('')

/** Before the application is ready: a scheme with an origin of its own, unlike `file:`, which could read every file. */
export function registerScheme(protocol: Protocol, scheme: string): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/** Serves the built pages and the held files, and only them, under `app://coffer/`. */
export function serveRenderer(protocol: Protocol, files: RendererFiles, held: HeldFiles): void {
  protocol.handle(SCHEME, async (request) => {
    const path = pathOf(request.url)
    if (request.method !== 'GET' || path === null) return nothing()
    if (path.startsWith(DOWNLOADS)) return download(held, path.slice(DOWNLOADS.length))
    const file = await files.read(path)
    if (file === null) return nothing()
    const headers = { ...SECURITY_HEADERS, 'Content-Type': file.type }
    return new Response(new Uint8Array(file.body), { status: 200, headers })
  })
}

function nothing(): Response {
  return new Response('There is no such page.\n', { status: 404, headers: SECURITY_HEADERS })
}

/** The bytes of a held file, for the page's own code: never a page by itself. */
async function download(held: HeldFiles, id: string): Promise<Response> {
  const found = await held.open(id)
  if (found === null) return nothing()
  const headers = {
    ...SECURITY_HEADERS,
    'Content-Type': 'application/octet-stream',
    'Content-Length': String(found.size),
    'Content-Security-Policy': "default-src 'none'; sandbox",
  }
  return new Response(Readable.toWeb(found.stream) as ReadableStream<Uint8Array> as BodyInit, { status: 200, headers })
}

/** The path as it was asked for, not resolved: `..` is no name of a file and finds nothing. */
function pathOf(address: string): string | null {
  if (!address.startsWith(`${ORIGIN}/`)) return null
  return address.slice(ORIGIN.length).split(/[?#]/)[0] ?? null
}
