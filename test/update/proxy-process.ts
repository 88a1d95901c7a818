import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'

/**
 * A proxy in a process of its own: `node proxy-process.ts TO_PORT [USER:PASSWORD]`. Whatever name is asked for is taken
 * to 127.0.0.1:TO_PORT, so that only who asks the proxy gets there. Prints its own port, then a line for each CONNECT.
 */
const [toPort = '', credentials] = process.argv.slice(2)
const wanted = credentials === undefined ? null : `Basic ${Buffer.from(credentials).toString('base64')}`

const server = createServer((_request, response) => response.writeHead(405).end())
server.on('connect', (request, socket, head) => {
  const allowed = wanted === null || request.headers['proxy-authorization'] === wanted
  console.log(JSON.stringify({ to: request.url, allowed }))
  socket.on('error', () => {})
  if (!allowed) {
    socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="test"\r\n\r\n')
    return
  }
  const through = connect(Number(toPort), '127.0.0.1', () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    through.write(head)
    through.pipe(socket).pipe(through)
  })
  through.on('error', () => socket.destroy())
  socket.on('close', () => through.destroy())
})
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
