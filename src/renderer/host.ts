import type { CallName } from '../contract/ipc/names.ts'
import { type Bridge, Client, type Transport } from '../contract/ipc/reply.ts'

declare global {
  interface Window {
    /** Put there by the desktop's preload; not there in a browser. */
    coffer?: Bridge
  }
}

/** The host, whichever it is. Nothing else in the renderer talks to the outside. */
export const host = new Client(window.coffer === undefined ? webTransport() : bridgeTransport(window.coffer))

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
      const response = await fetch('/rpc', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id, method: name, params: input }),
      }).catch(() => null)
      if (response === null || !response.ok) return unreachable(response?.status)
      const answer = (await response.json()) as { result?: unknown; error?: { data?: unknown } }
      return answer.error === undefined ? { ok: true, value: answer.result } : { ok: false, error: answer.error.data }
    },
    subscribe(listener, onReconnect) {
      const events = new EventSource('/events')
      let opened = false
      events.onmessage = (message: MessageEvent<string>) => listener(JSON.parse(message.data))
      events.onopen = () => {
        if (opened) onReconnect()
        opened = true
      }
      return () => events.close()
    },
  }
}

function unreachable(status: number | undefined) {
  const message = status === undefined ? 'the host does not answer' : `the host refused the call with status ${status}`
  const hint = 'Coffer may have been ended. Start it again and use the address that it prints.'
  return { ok: false, error: { code: 'UNEXPECTED', message, hint } }
}
