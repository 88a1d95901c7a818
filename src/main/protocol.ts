import type { Protocol } from 'electron'
import { type RendererFiles, SECURITY_HEADERS } from '../worker/services/renderer-files.ts'

export const SCHEME = 'app'
const HOST = 'coffer'
export const ORIGIN = `${SCHEME}://${HOST}`
export const START_ADDRESS = `${ORIGIN}/`

/** Before the application is ready: a scheme with an origin of its own, unlike `file:`, which could read every file. */
export function registerScheme(protocol: Protocol, scheme: string): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/** Serves the built pages, and only them, under `app://coffer/`. */
export function serveRenderer(protocol: Protocol, files: RendererFiles): void {
  protocol.handle(SCHEME, async (request) => {
    const path = pathOf(request.url)
    const file = request.method === 'GET' && path !== null ? await files.read(path) : null
    if (file === null) return new Response('There is no such page.\n', { status: 404, headers: SECURITY_HEADERS })
    const headers = { ...SECURITY_HEADERS, 'Content-Type': file.type }
    return new Response(new Uint8Array(file.body), { status: 200, headers })
  })
}

/** The path as it was asked for, not resolved: `..` is no name of a file and finds nothing. */
function pathOf(address: string): string | null {
  if (!address.startsWith(`${ORIGIN}/`)) return null
  return address.slice(ORIGIN.length).split(/[?#]/)[0] ?? null
}
