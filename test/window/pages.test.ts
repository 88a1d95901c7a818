import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { ROOT } from './host.ts'
import { PAGES } from './pages.ts'

/** Addresses that show a page which stands in the list under another address, and why that is enough. */
const SAME: Readonly<Record<string, string>> = {
  '/backups/plans/:id/edit': 'the wizard of backup-new, with a plan in it: backups.real',
  '/backups/archives/path/:path': 'archives-listing of a folder that is not connected: backups.real',
  '/backups/archives/path/:path/:backupId': 'archive, the same',
  '/reports/at/:path/:reportId': 'report of a folder that is not connected: restore.real',
}

/** Every address that the window knows, by the routes as the sources have them. */
function addresses(): string[] {
  const folder = join(ROOT, 'src/renderer')
  const areas = [...readFileSync(join(folder, 'routes.tsx'), 'utf8').matchAll(/page\('([a-z]+)\/\*'/g)]
  const found = ['/', ...areas.map(([, name]) => `/${name}`)]
  for (const file of globSync('pages/**/*.tsx', { cwd: folder })) {
    const above = dirname(file).replace(/^pages/, '')
    for (const [, path] of readFileSync(join(folder, file), 'utf8').matchAll(/<Route path="([^"]+)"/g)) {
      if (path !== '*') found.push(`${above}/${path?.replace(/\/\*$/, '')}`)
    }
  }
  return found
}

test('every page of the window is in the list of pages that are looked at', () => {
  const world = { connectionId: 'c', backupId: 'b', requestId: 'r', jobId: 'j', reportId: 'e', planId: 'p' }
  const listed = PAGES.flatMap(({ empty, filled }) => [empty, filled?.(world) ?? null])
  const known = addresses()
  assert.ok(known.length > 25, `${known.length}`)
  for (const address of known) {
    const pattern = new RegExp(`^${address.replaceAll(/:\w+/g, '[^/]+')}$`)
    const seen = listed.some((one) => one !== null && pattern.test(one))
    assert.notEqual(seen, Object.hasOwn(SAME, address), `${address} is ${seen ? 'in the list' : 'not in the list'}`)
  }
})
