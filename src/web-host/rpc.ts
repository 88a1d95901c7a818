import type { IncomingMessage } from 'node:http'
import { MAX_CALL_BYTES } from '../contract/ipc/limits.ts'
import type { CallHandlers } from '../contract/ipc/map.ts'
import { answer } from '../contract/ipc/reply.ts'

/** An answer before it is written. */
export interface RpcAnswer {
  status: number
  body: unknown
}

/**
 * One JSON-RPC 2.0 call (https://www.jsonrpc.org/specification): `method` is a call of the IPC map, `params` its input.
 * A failed call is an error whose `data` is the contract's error. No batches: the page makes none.
 */
export async function rpc(handlers: CallHandlers, request: IncomingMessage): Promise<RpcAnswer> {
  if (request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() !== 'application/json') {
    return failure(415, null, -32600, 'expected a body of type "application/json"')
  }
  const text = await body(request)
  if (text === null) return failure(413, null, -32600, `expected a body of at most ${MAX_CALL_BYTES} bytes`)
  let call: unknown
  try {
    call = JSON.parse(text)
  } catch {
    return failure(400, null, -32700, 'expected a body of JSON')
  }
  const { jsonrpc, id, method, params } = (call ?? {}) as Record<string, unknown>
  if (jsonrpc !== '2.0' || typeof id !== 'number' || typeof method !== 'string') {
    return failure(400, null, -32600, 'expected a JSON-RPC 2.0 call with a number as its id')
  }
  const reply = await answer(handlers, method, params ?? null)
  if (reply.ok) return { status: 200, body: { jsonrpc: '2.0', id, result: reply.value } }
  return {
    status: 200,
    body: { jsonrpc: '2.0', id, error: { code: -32000, message: reply.error.message, data: reply.error } },
  }
}

function failure(status: number, id: null, code: number, message: string): RpcAnswer {
  return { status, body: { jsonrpc: '2.0', id, error: { code, message } } }
}

/** The body as text, or null where it is larger than a call may be; no more than that is ever kept. */
async function body(request: IncomingMessage): Promise<string | null> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_CALL_BYTES) return null
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length
    if (size > MAX_CALL_BYTES) return null
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
