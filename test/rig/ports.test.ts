import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { CLAIMS, freePort } from './ports.ts'

test('a port is noted with the process that has it, and given back when that one ends', async () => {
  const port = await freePort()
  assert.equal(readFileSync(join(CLAIMS, String(port)), 'utf8'), String(process.pid))
  const script = `import { freePort } from ${JSON.stringify(join(import.meta.dirname, 'ports.ts'))}; console.log(await freePort())`
  const other = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  assert.match(other.stdout, /^\d+\n$/, other.stderr)
  assert.equal(existsSync(join(CLAIMS, other.stdout.trim())), false)
})

test('nobody gets a port that another process has; a dead one has none', async (t) => {
  mkdirSync(CLAIMS, { recursive: true })
  const [held, dead, free] = [await freePort(), await freePort(), await freePort()]
  const path = (port: number) => join(CLAIMS, String(port))
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  const asked: number[] = []
  const { random } = Math
  t.after(() => {
    Math.random = random
    rmSync(path(a), { force: true })
  })
  // the very ports, as another process would try them
  const [a, b] = [held + 1, dead + 1]
  writeFileSync(path(a), String(process.ppid))
  writeFileSync(path(b), String(pid))
  const turns = [a, b, free + 1]
  Math.random = () => {
    const port = turns.shift() ?? 12_000 + Math.floor(random() * 20_000)
    asked.push(port)
    return (port - 12_000 + 0.5) / 20_000
  }
  const given = await freePort()
  assert.notEqual(given, a)
  assert.equal(asked[0], a)
  assert.equal(given, b, 'the dead one’s is taken over, unless somebody listens there')
  assert.equal(readFileSync(path(a), 'utf8'), String(process.ppid))
})
