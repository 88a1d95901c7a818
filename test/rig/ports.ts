import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { cacheRoot } from './cache.ts'

/**
 * Where each process of the tests notes the ports that it handed out, so that no other tries or takes them meanwhile.
 * In the cache, since a temporary folder may be one test's own: then nobody else would see it, and it would be left there.
 */
export const CLAIMS = join(cacheRoot(), 'ports')
const claimed = new Set<number>()
process.on('exit', () => {
  for (const port of claimed) rmSync(claimOf(port), { force: true })
})

/**
 * A free TCP port below the range that systems take for outgoing connections (32768 and up), so that a server can be
 * stopped and started again on the same port. No other test gets it while this process runs.
 */
export async function freePort(): Promise<number> {
  mkdirSync(CLAIMS, { recursive: true })
  for (let attempt = 0; attempt < 200; attempt++) {
    const port = 12_000 + Math.floor(Math.random() * 20_000)
    if (claim(port) && (await isFree(port))) return port
  }
  throw new Error('found no free port after 200 attempts')
}

function claimOf(port: number): string {
  return join(CLAIMS, String(port))
}

/** Whether the port is this process's from now on. A claim whose process is dead counts for nothing. */
function claim(port: number): boolean {
  if (claimed.has(port)) return false
  if (isHeld(port)) return false
  try {
    writeFileSync(claimOf(port), String(process.pid), { flag: 'wx' })
  } catch {
    // another one was quicker
    return false
  }
  claimed.add(port)
  return true
}

function isHeld(port: number): boolean {
  let owner: number
  try {
    owner = Number(readFileSync(claimOf(port), 'utf8'))
  } catch {
    return false
  }
  // written this very moment, it has no number yet
  if (owner === 0) return true
  try {
    process.kill(owner, 0)
    return true
  } catch {
    rmSync(claimOf(port), { force: true })
    return false
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, () => server.close(() => resolve(true)))
  })
}
