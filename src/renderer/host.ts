import { type HeldFile, UPLOAD_ADDRESS, UPLOAD_NAME_HEADER, UPLOAD_TYPE } from '../contract/ipc/calls/files.ts'
import { MAX_UPLOAD_BYTES } from '../contract/ipc/limits.ts'
import type { CallName } from '../contract/ipc/names.ts'
import { type Bridge, Client, type Transport } from '../contract/ipc/reply.ts'
import { isLeaving } from './leaving.ts'

declare global {
  interface Window {
    /** Put there by the desktop's preload; not there in a browser. */
    coffer?: Bridge
  }
}

/** The host, whichever it is. Nothing else in the renderer talks to the outside. */
export const host = new Client(window.coffer === undefined ? webTransport() : bridgeTransport(window.coffer))

/**
 * Gives a file that was chosen or dropped to the host, whichever way it takes.
 * @param onSent bytes that have gone, where they have to go anywhere. Rejects with the host's CofferError.
 */
export async function give(
  file: File,
  onSent: (bytes: number) => void = () => {},
  signal: AbortSignal = new AbortController().signal,
): Promise<HeldFile> {
  const answered = await (window.coffer === undefined ? upload(file, onSent, signal) : window.coffer.hold(file))
  return host.settle('files.hold', answered)
}

/** A page that goes may leave behind 64 KiB of requests in all (Fetch Standard, 4.6), in UTF-8. */
const MOST_KEPT_ALIVE = 20_000

function bridgeTransport(bridge: Bridge): Transport {
  return {
    invoke: (name, input) => bridge.calls[name](input),
    subscribe: (listener) => bridge.subscribe(listener),
  }
}

/** JSON-RPC by POST and server-sent events, from the host that served this page. */
function webTransport(): Transport {
  let id = 0
  return {
    async invoke(name: CallName, input: unknown) {
      id += 1
      const body = JSON.stringify({ jsonrpc: '2.0', id, method: name, params: input })
      const response = await fetch('/rpc', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body,
        keepalive: isLeaving() && body.length <= MOST_KEPT_ALIVE,
      }).catch(() => null)
      if (response === null || !response.ok) return unreachable(response?.status)
      const answer = (await response.json()) as { result?: unknown; error?: { data?: unknown } }
      return answer.error === undefined ? { ok: true, value: answer.result } : { ok: false, error: answer.error.data }
    },
    subscribe: sharedEvents(),
  }
}

/**
 * One stream of events for all who listen: a browser has six connections to a host at most, and calls need them too. It
 * opens after those who listen have asked for what they show, so that its first opening is news to them as well.
 */
function sharedEvents(): Transport['subscribe'] {
  const all = new Set<{ listener(event: unknown): void; onReconnect(): void }>()
  let events: EventSource | null = null
  return (listener, onReconnect) => {
    const mine = { listener, onReconnect }
    all.add(mine)
    if (events === null) {
      events = new EventSource('/events')
      events.onmessage = ({ data }: MessageEvent<string>) => {
        const event: unknown = JSON.parse(data)
        for (const one of all) one.listener(event)
      }
      events.onopen = () => {
        for (const one of all) one.onReconnect()
      }
    }
    return () => {
      all.delete(mine)
      if (all.size > 0) return
      events?.close()
      events = null
    }
  }
}

/** By XMLHttpRequest, since `fetch` doesn't tell how much has gone. */
function upload(file: File, onSent: (bytes: number) => void, signal: AbortSignal): Promise<unknown> {
  if (file.size > MAX_UPLOAD_BYTES) return Promise.resolve(tooLarge(file))
  return new Promise((resolve) => {
    const request = new XMLHttpRequest()
    request.open('POST', UPLOAD_ADDRESS)
    request.setRequestHeader('Content-Type', UPLOAD_TYPE)
    request.setRequestHeader(UPLOAD_NAME_HEADER, encodeURIComponent(file.name))
    request.responseType = 'json'
    request.upload.onprogress = (event) => onSent(event.loaded)
    request.onload = () => {
      const answered: unknown = request.response
      if (request.status === 201) resolve({ ok: true, value: answered })
      else resolve(isError(answered) ? { ok: false, error: answered } : unreachable(request.status))
    }
    // A folder that was dropped, and a file that is gone or may not be read, fail before anything is sent.
    request.onerror = () => resolve(unreadable(file.name))
    request.onabort = () => resolve({ ok: false, error: { code: 'INTERRUPTED', message: 'the upload was stopped' } })
    signal.addEventListener('abort', () => request.abort(), { once: true })
    request.send(file)
  })
}

function isError(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'code' in value
}

function tooLarge({ name, size }: File) {
  const message = `expected a file of at most ${MAX_UPLOAD_BYTES} bytes, got ${size} ("${name}")`
  const hint = 'Give the path of the file instead: then it is read where it lies.'
  return { ok: false, error: { code: 'USAGE', message, hint } }
}

function unreadable(name: string) {
  const hint =
    'Give the path of a folder instead. If it is a file, see that it is still there and that Coffer still runs.'
  return { ok: false, error: { code: 'USAGE', message: `the browser could not send "${name}"`, hint } }
}

function unreachable(status: number | undefined) {
  const message = status === undefined ? 'the host does not answer' : `the host refused the call with status ${status}`
  const hint = 'Coffer may have been ended. Start it again and use the address that it prints.'
  return { ok: false, error: { code: 'UNEXPECTED', message, hint } }
}
