import { createServer } from 'node:net'

/** Ports handed out by this process, so that it never hands one out twice. */
const taken = new Set<number>()

/**
 * A free TCP port below the range that systems take for outgoing connections (32768 and up), so that a server can be
 * stopped and started again on the same port.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = 12_000 + Math.floor(Math.random() * 20_000)
    if (taken.has(port) || !(await isFree(port))) continue
    taken.add(port)
    return port
  }
  throw new Error('found no free port after 200 attempts')
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, () => server.close(() => resolve(true)))
  })
}
