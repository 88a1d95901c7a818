import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { MAX_CALL_BYTES } from '../../src/contract/ipc/limits.ts'
import { askHost, statusOfRaw } from './ask.ts'
import { fakeRunJob } from './fake-run-job.ts'
import { type TestHost, testHost } from './host.ts'

let host: TestHost
let cookie: string
let address: string

const ask = (path: string, headers: Record<string, string> = {}, method = 'GET', body?: string) =>
  askHost(host.origin, path, headers, method, body)

const call = (method: string, params: unknown = null) => JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
const rpcHeaders = () => ({ cookie, origin: host.origin, 'content-type': 'application/json' })

before(async () => {
  host = await testHost(fakeRunJob(() => null).run)
  address = host.address
  const opened = await ask(address.slice(host.origin.length))
  assert.equal(opened.status, 303)
  assert.equal(opened.headers.location, '/')
  const set = String(opened.headers['set-cookie'])
  assert.match(set, /^coffer-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)
  cookie = set.split(';')[0] ?? ''
})
after(() => host.end())

describe('the one-time token', () => {
  test('works once: the same address is refused to a second browser', async () => {
    const again = await ask(address.slice(host.origin.length))
    assert.equal(again.status, 403)
    assert.equal(again.headers['set-cookie'], undefined)
  })
  test('sends the browser that spent it on to the page', async () => {
    assert.equal((await ask(address.slice(host.origin.length), { cookie })).status, 303)
  })
  test('is not offered again', () => assert.equal(host.address, host.origin))
  for (const token of ['', 'x', 'A'.repeat(43), 'A'.repeat(5000)]) {
    test(`"${token.slice(0, 50)}" is refused`, async () =>
      assert.equal((await ask(`/open?token=${token}`)).status, 403))
  }
})

describe('who is let in', () => {
  for (const path of ['/', '/index.html', '/events', '/rpc', '/upload', `/download/${'A'.repeat(22)}`]) {
    test(`${path} without the cookie is refused`, async () => {
      const answered = await ask(path)
      assert.equal(answered.status, 403)
      assert.match(String(answered.headers['content-security-policy']), /default-src 'none'/)
    })
  }
  test('another cookie is refused', async () => {
    assert.equal((await ask('/', { cookie: `${cookie.split('=')[0]}=${'A'.repeat(43)}` })).status, 403)
  })
  test('the cookie opens the page', async () => {
    const answered = await ask('/', { cookie })
    assert.equal(answered.status, 200)
    assert.match(answered.body, /<div id="root">/)
  })
  for (const name of ['localhost', 'evil.example', '127.0.0.1.evil.example', '127.0.0.1:1']) {
    test(`a request for the host "${name}" is refused (DNS rebinding)`, async () => {
      assert.equal((await ask('/', { cookie, host: name })).status, 421)
      assert.equal((await ask('/rpc', { ...rpcHeaders(), host: name }, 'POST', call('app.info'))).status, 421)
      assert.equal((await ask('/events', { cookie, host: name })).status, 421)
    })
  }
  for (const origin of ['http://evil.example', 'null', 'http://localhost', 'https://127.0.0.1']) {
    test(`a call from the origin "${origin}" is refused`, async () => {
      const answered = await ask('/rpc', { ...rpcHeaders(), origin }, 'POST', call('app.info'))
      assert.equal(answered.status, 403)
      assert.equal(answered.headers['access-control-allow-origin'], undefined)
      assert.equal((await ask('/events', { cookie, origin })).status, 403)
    })
  }
  test('a call without an origin is refused', async () => {
    const { origin: _, ...headers } = rpcHeaders()
    assert.equal((await ask('/rpc', headers, 'POST', call('app.info'))).status, 403)
  })
  test('a call without an origin is taken where the browser vouches that it is the page itself', async () => {
    const { origin: _, ...headers } = rpcHeaders()
    const sites = { 'same-origin': 200, 'same-site': 403, 'cross-site': 403, none: 403 }
    for (const [site, status] of Object.entries(sites)) {
      const answered = await ask('/rpc', { ...headers, 'sec-fetch-site': site }, 'POST', call('app.info'))
      assert.equal(answered.status, status, site)
    }
  })
  test('a preflight gets no permission', async () => {
    const answered = await ask(
      '/rpc',
      { origin: 'http://evil.example', 'access-control-request-method': 'POST' },
      'OPTIONS',
    )
    assert.equal(answered.status, 403)
    assert.equal(answered.headers['access-control-allow-origin'], undefined)
  })
  test('a frame or link elsewhere is refused (Fetch Metadata)', async () => {
    assert.equal((await ask('/', { cookie, 'sec-fetch-site': 'cross-site' })).status, 403)
    assert.equal((await ask('/', { cookie, 'sec-fetch-site': 'same-site' })).status, 403)
    assert.equal((await ask('/events', { cookie, 'sec-fetch-site': 'cross-site' })).status, 403)
    assert.equal(
      (await ask('/rpc', { ...rpcHeaders(), 'sec-fetch-site': 'cross-site' }, 'POST', call('app.info'))).status,
      403,
    )
  })
})

describe('the files', () => {
  for (const path of [
    '/../package.json',
    '/assets/../../../package.json',
    '/%2e%2e/package.json',
    '/..%2f..%2fpackage.json',
    '/..\\..\\package.json',
    '//etc/passwd',
    '/etc/passwd',
    '/assets',
    '/assets/',
    '/index.html%00.js',
    '/__proto__',
  ]) {
    test(`"${path}" finds nothing`, async () => {
      const answered = await ask(path, { cookie })
      assert.equal(answered.status, 404)
      assert.doesNotMatch(answered.body, /root:|"name"/)
    })
  }
  test('carry a policy without anything inline or from elsewhere', async () => {
    const { headers } = await ask('/', { cookie })
    const policy = String(headers['content-security-policy'])
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ])
      assert.ok(policy.includes(part), part)
    assert.doesNotMatch(policy, /unsafe|http:|https:|\*/)
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.equal(headers['referrer-policy'], 'no-referrer')
    assert.equal(headers['cache-control'], 'no-store')
  })
  test('are only read', async () => assert.equal((await ask('/', { cookie, origin: host.origin }, 'PUT')).status, 405))
})

describe('the calls', () => {
  test('answer by JSON-RPC', async () => {
    const answered = await ask('/rpc', rpcHeaders(), 'POST', call('app.info'))
    assert.equal(answered.status, 200)
    assert.equal(JSON.parse(answered.body).result.host, 'browser')
  })
  test('of an unknown name are refused with a code', async () => {
    for (const name of ['constructor', '__proto__', 'fs.readFile']) {
      const answered = await ask('/rpc', rpcHeaders(), 'POST', call(name))
      assert.equal(JSON.parse(answered.body).error.data.code, 'USAGE')
    }
  })
  test('with an input that does not fit are refused, and the value is not repeated', async () => {
    const params = { id: 'hunter2', atOnce: 1 }
    const answered = await ask('/rpc', rpcHeaders(), 'POST', call('connections.check', params))
    assert.equal(JSON.parse(answered.body).error.data.code, 'USAGE')
    assert.doesNotMatch(answered.body, /hunter2/)
  })
  test('carry no stack', async () => {
    const answered = await ask(
      '/rpc',
      rpcHeaders(),
      'POST',
      call('jobs.startFromYaml', { source: { path: 'no.yaml' }, dryRun: true }),
    )
    const { data } = JSON.parse(answered.body).error
    assert.equal(data.code, 'CONFIG_UNREADABLE')
    assert.equal(data.stack, undefined)
  })
  test('that are no JSON, no call or another type are refused', async () => {
    assert.equal((await ask('/rpc', rpcHeaders(), 'POST', '{')).status, 400)
    assert.equal((await ask('/rpc', rpcHeaders(), 'POST', 'null')).status, 400)
    assert.equal((await ask('/rpc', rpcHeaders(), 'POST', '[]')).status, 400)
    const form = { ...rpcHeaders(), 'content-type': 'application/x-www-form-urlencoded' }
    assert.equal((await ask('/rpc', form, 'POST', call('app.info'))).status, 415)
    assert.equal((await ask('/rpc', rpcHeaders())).status, 405)
  })
  test('too large are refused, announced or not', async () => {
    const announced = { ...rpcHeaders(), 'content-length': String(MAX_CALL_BYTES + 1) }
    assert.equal(await statusOfRaw(host.origin, '/rpc', announced, ''), 413)
    const chunked = { ...rpcHeaders(), 'transfer-encoding': 'chunked' }
    const size = 1_000_000
    const chunk = `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n`
    assert.equal(await statusOfRaw(host.origin, '/rpc', chunked, chunk.repeat(9)), 413)
  })
})
