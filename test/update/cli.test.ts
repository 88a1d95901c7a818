import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { ActivityResult, UpdateCheckResult, UpdateFetchResult } from '../../src/contract/results.ts'
import { coffer, type Run } from '../cli/program.ts'
import { freshFolder, listOf, PACKAGE } from './support.ts'

/** The command line on both sides, over TLS: a publisher signs with a key of OpenSSL, somebody looks and fetches. */

const work = freshFolder()
const at = (...names: string[]) => join(work, ...names)
const NAME = 'coffer-9.1.0.AppImage'
let server: Server
let address: string
const environment = {
  COFFER_PROFILE: at('profile'),
  COFFER_KEY_STORE: 'file',
  DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere',
  NODE_EXTRA_CA_CERTS: at('tls.pem'),
}
const run = (...args: string[]) => coffer(args, { environment })

before(async () => {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' })
  const subject = ['-subj', '/CN=updates', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-days', '2']
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', at('tls.key'), '-out', at('tls.pem'), ...subject)
  openssl('genpkey', '-algorithm', 'ED25519', '-out', at('publisher.key'))
  server = createServer(
    { key: readFileSync(at('tls.key')), cert: readFileSync(at('tls.pem')) },
    (request, response) => {
      const file = at('site', (request.url ?? '').slice(1))
      if (!existsSync(file)) return response.writeHead(404).end()
      response.end(readFileSync(file))
    },
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `https://localhost:${(server.address() as AddressInfo).port}/`
})
after(() => server?.close())

function ended(got: Run, code: number): Run {
  assert.equal(got.code, code, `${got.out}${got.err}`)
  return got
}

async function publish(changes: Record<string, unknown>): Promise<Run> {
  writeFileSync(at('draft.json'), JSON.stringify(listOf(changes)))
  return run('update', 'sign-list', at('draft.json'), '--signing-key', at('publisher.key'), '--output', at('site'))
}

test('off: the answer is short, and a look ends with exit code 2', async () => {
  assert.match(ended(await run('update', 'show'), 0).out, /^Updates are off\. Coffer asks nobody for anything\.\n$/)
  const { err } = ended(await run('update', 'check'), 2)
  assert.match(err, /\[UPDATES_OFF\]/)
  assert.match(err, /coffer update on --address/)
})

test('the publisher signs; somebody switches on, looks and fetches', async () => {
  const said = ended(await publish({}), 0)
  assert.match(said.out, /List 7 of the channel "stable" with 2 versions is signed\./)
  writeFileSync(at('site', NAME), PACKAGE)
  const on = ended(await run('update', 'on', '--address', address, '--public-key', at('site/updates.json.pub.pem')), 0)
  const [fingerprint] = /[0-9a-f]{64}/.exec(on.out) ?? ['']
  assert.ok(said.out.includes(fingerprint))
  const found = JSON.parse(ended(await run('update', 'check', '--json'), 0).out) as UpdateCheckResult
  assert.deepEqual(
    [found.state, found.list.key_id, found.list.address],
    ['available', fingerprint, `${address}updates.json`],
  )
  const fetched = JSON.parse(
    ended(await run('update', 'fetch', '--output', at('got'), '--json'), 0).out,
  ) as UpdateFetchResult
  assert.equal(fetched.path, at('got', NAME))
  assert.ok(readFileSync(at('got', NAME)).equals(PACKAGE))
})

test('refusals end with exit code 5, and what can’t be reached with 3', async () => {
  writeFileSync(at('site', NAME), PACKAGE.subarray(1))
  const changed = ended(await run('update', 'fetch', '--output', at('elsewhere'), '--json'), 5)
  assert.equal(JSON.parse(changed.out).error.details.reason, 'digest')
  assert.ok(!existsSync(at('elsewhere', NAME)))
  const list = at('site/updates.json')
  const good = readFileSync(list)
  writeFileSync(list, good.toString().replace('faster', 'slower'))
  assert.match(ended(await run('update', 'check'), 5).err, /not signed by the publisher's key [0-9a-f]{16}…/)
  writeFileSync(list, good)
  // a server whose certificate nobody vouches for
  const stranger = { ...environment, NODE_EXTRA_CA_CERTS: '' }
  const { err } = ended(await coffer(['update', 'check'], { environment: stranger }), 3)
  assert.match(err, /\[UPDATE_UNREACHABLE\]/)
  assert.match(err, /CERT/)
  const text = ended(await run('update', 'check'), 0).out
  assert.match(text, /^Version 9\.1\.0 is there; 0\.1\.0 runs here\./)
  assert.match(text, /Reads archives faster\./)
})

test('the journal has each of it with its result, and looking at the settings leaves no line', async () => {
  ended(await run('update', 'off'), 0)
  ended(await run('update', 'show'), 0)
  const { out } = ended(await run('activity', 'list', '--action', 'update', '--json'), 0)
  const { entries } = JSON.parse(out) as Extract<ActivityResult, { action: 'list' }>
  const lines = entries.reverse().filter(({ phase }) => phase === 'ended')
  assert.deepEqual(
    lines.map(({ action, result }) => [action, result?.exit_code, result?.error]),
    [
      ['update check', 2, 'UPDATES_OFF'],
      ['update sign list', 0, null],
      ['update on', 0, null],
      ['update check', 0, null],
      ['update fetch', 0, null],
      ['update fetch', 5, 'UPDATE_REFUSED'],
      ['update check', 5, 'UPDATE_REFUSED'],
      ['update check', 3, 'UPDATE_UNREACHABLE'],
      ['update check', 0, null],
      ['update off', 0, null],
    ],
  )
  const [, signed, on, check, fetched] = lines
  assert.equal(signed?.subject, at('draft.json'))
  assert.deepEqual(
    [on?.before?.enabled, on?.after?.enabled, on?.after?.address],
    [false, true, `${address}updates.json`],
  )
  assert.deepEqual([check?.details.version, check?.details.serial, check?.details.by], ['9.1.0', 7, 'hand'])
  assert.deepEqual([fetched?.details.path, fetched?.details.state], [at('got', NAME), 'fetched'])
  assert.match(String(fetched?.details.sha256), /^[0-9a-f]{64}$/)
  assert.deepEqual([lines.at(-1)?.before?.enabled, lines.at(-1)?.after?.enabled], [true, false])
})
