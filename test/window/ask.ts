import { request } from 'node:http'
import { connect } from 'node:net'

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

/** A request with exactly these headers and exactly this target, which a browser or `fetch` would tidy up. */
export function askHost(
  origin: string,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
  body?: string | Buffer,
): Promise<Answer> {
  const { port } = new URL(origin)
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts).toString() }),
      )
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** The status of a POST whose body may never end; what the host does with the connection afterwards is its business. */
export function statusOfRaw(
  origin: string,
  path: string,
  headers: Record<string, string>,
  body: string | Buffer,
): Promise<number> {
  const { port, host: name } = new URL(origin)
  const lines = Object.entries({ host: name, ...headers }).map(([key, value]) => `${key}: ${value}`)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () => {
      socket.write(`POST ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
      socket.write(body)
    })
    let text = ''
    socket.on('data', (part) => {
      text += part
      const status = /^HTTP\/1\.1 (\d+)/.exec(text)
      if (status === null) return
      resolve(Number(status[1]))
      socket.destroy()
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('closed without an answer')))
  })
}

/** What the browser that opens the address shows from then on. */
export async function openSession(address: string): Promise<string> {
  const { origin, pathname, search } = new URL(address)
  const opened = await askHost(origin, pathname + search)
  if (opened.status !== 303) throw new Error(`the address answered ${opened.status}`)
  return String(opened.headers['set-cookie']).split(';')[0] ?? ''
}
