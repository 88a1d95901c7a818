import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { isCofferError, serializeError } from '../contract/errors.ts'
import { UPLOAD_NAME_HEADER, UPLOAD_TYPE } from '../contract/ipc/calls/files.ts'
import type { HeldFiles } from '../worker/services/held-files.ts'

/** An upload that sends nothing for so long is broken off. */
const IDLE_MS = 60_000

/**
 * `POST /upload`: one file, streamed into the session's temporary folder. Answered with the held file (201), or with the
 * contract's error: 413 where it is too large, 507 where the disk is full, 415 and 400 for what is no upload of ours.
 */
export async function upload(files: HeldFiles, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type !== UPLOAD_TYPE) return failed(request, response, 415, `expected a body of type "${UPLOAD_TYPE}"`)
  const name = nameIn(request.headers[UPLOAD_NAME_HEADER])
  if (name === null) return failed(request, response, 400, `expected the file's name in "${UPLOAD_NAME_HEADER}"`)
  const length = request.headers['content-length']
  request.setTimeout(IDLE_MS, () => request.destroy())
  try {
    const held = await files.receive(name, length === undefined ? null : Number(length), request)
    response.writeHead(201, { 'Content-Type': 'application/json' }).end(JSON.stringify(held))
  } catch (error) {
    if (response.destroyed) return
    const status = isCofferError(error, 'STORAGE_FULL') ? 507 : isCofferError(error, 'USAGE') ? 413 : 500
    const { stack: _, ...told } = serializeError(error)
    answer(request, response, status, told)
  }
}

/** `GET /download/ID`: the bytes of a held file, never as a page: no type, no script, to be saved or read by ours. */
export async function download(files: HeldFiles, id: string, response: ServerResponse): Promise<boolean> {
  const found = await files.open(id)
  if (found === null) return false
  response.writeHead(200, {
    'Content-Type': 'application/octet-stream',
    'Content-Length': found.size,
    'Content-Disposition': contentDisposition(found.name),
    'Content-Security-Policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
  })
  await pipeline(found.stream, response).catch(() => response.destroy())
  return true
}

/** RFC 6266: an ASCII name for old readers, and the whole one percent-encoded. */
function contentDisposition(name: string): string {
  const ascii = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_')
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16)}`)
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`
}

function nameIn(header: string | string[] | undefined): string | null {
  if (typeof header !== 'string' || header === '' || header.length > 2_000) return null
  try {
    return decodeURIComponent(header)
  } catch {
    return null
  }
}

function failed(request: IncomingMessage, response: ServerResponse, status: number, message: string): void {
  answer(request, response, status, { code: 'USAGE', message })
}

/** What is not read any more must not be taken for the next request: the connection ends with the answer. */
function answer(request: IncomingMessage, response: ServerResponse, status: number, body: unknown): void {
  if (!request.complete) response.setHeader('Connection', 'close')
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
}
