import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { ConnectionStore } from '../../src/worker/services/connection-store.ts'
import { temporaryFolder } from '../extract/support.ts'
import { mustRun } from '../rig/cache.ts'

const STORE = new URL('../../src/worker/services/connection-store.ts', import.meta.url).href
const MANY = 20

test('connections saved by two processes at once are all there', async () => {
  const folder = await temporaryFolder()
  const profile = join(folder, 'profile')
  const ready = join(folder, 'ready')
  await mkdir(ready)
  const script = (name: string) => `
    const { ConnectionStore } = await import(${JSON.stringify(STORE)})
    const { readdirSync, writeFileSync } = await import('node:fs')
    writeFileSync(${JSON.stringify(ready)} + '/' + process.pid, '')
    // neither begins before the other is there
    while (readdirSync(${JSON.stringify(ready)}).length < 2) await new Promise((resolve) => setTimeout(resolve, 1))
    const store = new ConnectionStore(${JSON.stringify(profile)})
    for (let i = 0; i < ${MANY}; i++) {
      await store.save({ id: null, kind: 'source', name: ${JSON.stringify(name)} + i, yaml: 'bootstrap_servers: [localhost:1]' })
    }`
  const run = (name: string) => mustRun(process.execPath, ['--input-type=module', '-e', script(name)])
  await Promise.all([run('one'), run('other')])
  const names = (await new ConnectionStore(profile).list()).map(({ name }) => name)
  assert.equal(new Set(names).size, 2 * MANY, names.join(', '))
})
