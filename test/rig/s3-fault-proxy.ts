import * as http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** One request as the plan sees it. */
export interface RequestSeen {
  method: string
  /** Path and query as sent. */
  url: string
  headers: http.IncomingHttpHeaders
  /** How many requests there were, with this one. */
  nth: number
}

export type WireFault =
  /** Answered with this status and S3 error code; the server never sees the request. */
  | { kind: 'status'; status: number; code: string }
  /** The connection is cut before the server sees the request. */
  | { kind: 'reset before' }
  /** The server does it, and its answer is lost. */
  | { kind: 'reset after' }
  /** The server does it, and its answer is replaced by this status. */
  | { kind: 'status after'; status: number; code: string }
  /** The server does it, and its answer's body breaks off half way, by a reset. */
  | { kind: 'reset mid-body' }
  /** The body stops half way, and the connection stays open. */
  | { kind: 'stall mid-body' }
  /** Half of the body is sent with a Content-Length that says so: only a checksum or the caller's own size can tell. */
  | { kind: 'short body' }
  | { kind: 'flip byte' }
  /** The answer's text is changed. */
  | { kind: 'reword'; from: string; to: string }
  | { kind: 'slow'; ms: number }
  /** Answered as a write that was done; the server never sees it. */
  | { kind: 'pretend' }

export interface FaultProxy {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string
  /** Every request so far. */
  readonly requests: RequestSeen[]
  /** Asked before each request; undefined lets it pass. */
  plan: (request: RequestSeen) => WireFault | undefined
  stop(): Promise<void>
}

/** An HTTP proxy before a real S3 server. The Host header passes unchanged, since it is part of the signature. */
export async function startFaultProxy(endpoint: string): Promise<FaultProxy> {
  const target = new URL(endpoint)
  const agent = new http.Agent({ keepAlive: false })
  const server = http.createServer((request, response) => {
    handle(request, response).catch(() => request.socket.destroy())
  })

  async function handle(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = request
    const seen = { method, url, headers, nth: proxy.requests.length + 1 }
    proxy.requests.push(seen)
    const fault = proxy.plan(seen)
    if (fault?.kind === 'reset before') return void request.socket.resetAndDestroy()
    const sent = await readAll(request)
    if (fault?.kind === 'status') return answerError(response, fault.status, fault.code)
    if (fault?.kind === 'pretend') return void response.writeHead(200, { etag: '"pretended"' }).end()
    if (fault?.kind === 'slow') await sleep(fault.ms)
    const answer = await forward(method, url, request.rawHeaders, sent)
    if (fault?.kind === 'reset after') return void request.socket.resetAndDestroy()
    if (fault?.kind === 'status after') return answerError(response, fault.status, fault.code)
    spoil(fault, answer, response)
  }

  function forward(method: string, path: string, headers: string[], body: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const options = { host: target.hostname, port: target.port, method, path, headers, agent, setHost: false }
      const request = http.request(options, (answer) => {
        readAll(answer).then(
          (received) => resolve({ status: answer.statusCode ?? 502, headers: answer.rawHeaders, body: received }),
          reject,
        )
      })
      request.on('error', reject)
      request.end(body)
    })
  }

  const proxy: FaultProxy = {
    endpoint: '',
    requests: [],
    plan: () => undefined,
    async stop() {
      agent.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return Object.assign(proxy, { endpoint: `http://127.0.0.1:${port}` })
}

interface Answer {
  status: number
  headers: string[]
  body: Buffer
}

function spoil(fault: WireFault | undefined, answer: Answer, response: http.ServerResponse): void {
  const half = answer.body.subarray(0, answer.body.length >> 1)
  if (fault?.kind === 'short body') {
    response.writeHead(answer.status, withLength(answer.headers, half.length)).end(half)
    return
  }
  if (fault?.kind === 'reword') {
    const body = Buffer.from(answer.body.toString().replaceAll(fault.from, fault.to))
    response.writeHead(answer.status, withLength(answer.headers, body.length)).end(body)
    return
  }
  if (fault?.kind === 'flip byte' && answer.body.length > 0) answer.body[0] = (answer.body[0] ?? 0) ^ 0xff
  response.writeHead(answer.status, answer.headers)
  if (fault?.kind === 'reset mid-body') response.write(half, () => response.socket?.resetAndDestroy())
  else if (fault?.kind === 'stall mid-body') response.write(half)
  else response.end(answer.body)
}

/** Raw headers are a flat list of names and values. */
function withLength(headers: string[], length: number): string[] {
  return headers.map((value, index) => {
    return index % 2 === 1 && headers[index - 1]?.toLowerCase() === 'content-length' ? String(length) : value
  })
}

function answerError(response: http.ServerResponse, status: number, code: string): void {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>injected</Message></Error>`
  response.writeHead(status, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(body) }).end(body)
}

async function readAll(stream: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}
