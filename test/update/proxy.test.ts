import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { serializeError } from '../../src/contract/errors.ts'
import { Services } from '../../src/worker/services/services.ts'
import { fakeKeychain } from '../profile/support.ts'
import { failsWith, freshFolder, listOf, PACKAGE, Person, type Publisher, publisher } from './support.ts'

/** Through a proxy in a process of its own: whom it is asked for, when it is not asked, and what it does not get to see. */

const NAME = 'coffer-9.1.0.AppImage'
/** Nobody has this name: only who asks the proxy gets to the publisher's server. */
const ADDRESS = 'https://updates.example.test/'
const PASSWORD = 'pr0xy-w0rd'
const work = freshFolder()
let server: Server
let port = 0
let maker: Publisher
const proxies: ChildProcess[] = []

interface RunningProxy {
  address: string
  asked: { to: string; allowed: boolean }[]
}

async function startProxy(credentials?: string): Promise<RunningProxy> {
  const args = [join(import.meta.dirname, 'proxy-process.ts'), String(port)]
  const child = spawn(process.execPath, credentials === undefined ? args : [...args, credentials], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  proxies.push(child)
  const asked: RunningProxy['asked'] = []
  const lines = createInterface(child.stdout)
  const own = await new Promise<string>((resolve) => lines.once('line', resolve))
  lines.on('line', (line) => asked.push(JSON.parse(line)))
  return { address: `127.0.0.1:${own}`, asked }
}

before(async () => {
  const subject = ['-subj', '/CN=updates', '-addext', 'subjectAltName=DNS:updates.example.test', '-days', '2']
  const files = ['-keyout', join(work, 'tls.key'), '-out', join(work, 'tls.pem')]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...subject], { stdio: 'pipe' })
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(join(work, 'tls.pem'), 'utf8')])
  maker = publisher()
  maker.serve(listOf())
  const tls = { key: readFileSync(join(work, 'tls.key')), cert: readFileSync(join(work, 'tls.pem')) }
  server = createServer(tls, (request, response) => {
    const file = join(maker.site, (request.url ?? '').slice(1))
    if (!existsSync(file)) response.writeHead(404).end()
    else response.end(readFileSync(file))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
after(() => {
  for (const child of proxies) child.kill()
  server?.close()
})

async function somebody(environment: Record<string, string>, proxy: string | null = null): Promise<Person> {
  const person = new Person()
  Object.assign(person.environment, environment)
  await person.run({
    action: 'on',
    address: ADDRESS,
    publicKey: { file: maker.publicKey },
    channel: null,
    daily: false,
    proxy,
  })
  return person
}

test('the proxy of the environment is asked for list, signature and package, and sees names alone', async () => {
  const proxy = await startProxy()
  const person = await somebody({ HTTPS_PROXY: `http://${proxy.address}` })
  assert.equal((await person.show()).proxy_used, `http://${proxy.address}`)
  assert.equal((await person.check()).state, 'available')
  const folder = freshFolder()
  const { path } = await person.fetch(folder)
  assert.ok(readFileSync(path ?? '').equals(PACKAGE))
  assert.equal(path, join(folder, NAME))
  assert.deepEqual(new Set(proxy.asked.map(({ to }) => to)), new Set(['updates.example.test:443']))
  assert.ok(proxy.asked.length >= 5)
})

test('what is set counts before the environment; "none" asks nobody else; NO_PROXY holds for both', async () => {
  const [set, other] = [await startProxy(), await startProxy()]
  const environment = { https_proxy: other.address }
  const person = await somebody(environment, `http://${set.address}/`)
  assert.deepEqual(await person.show().then((one) => [one.proxy, one.proxy_used]), [
    `http://${set.address}`,
    `http://${set.address}`,
  ])
  await person.check()
  assert.deepEqual([set.asked.length, other.asked.length], [2, 0])
  // switched on anew without saying anything of a proxy, it stays; "system" takes it back
  await person.on(ADDRESS, maker.publicKey)
  assert.equal((await person.show()).proxy, `http://${set.address}`)
  const system = await somebody(environment, 'system')
  await system.check()
  assert.deepEqual([set.asked.length, other.asked.length], [2, 2])
  // nobody has the publisher's name without a proxy
  const unknown = failsWith('UPDATE_UNREACHABLE', undefined, /ENOTFOUND|EAI_AGAIN/)
  await assert.rejects((await somebody(environment, 'none')).check(), unknown)
  for (const name of ['NO_PROXY', 'no_proxy']) {
    const past = await somebody({ ...environment, [name]: 'localhost,.example.test' }, set.address)
    await assert.rejects(past.check(), unknown)
  }
  assert.deepEqual([set.asked.length, other.asked.length], [2, 2])
})

test('credentials are taken from the environment alone, and stand nowhere', async () => {
  const proxy = await startProxy(`joe:${PASSWORD}`)
  const person = await somebody({ HTTPS_PROXY: `http://joe:${PASSWORD}@${proxy.address}` })
  assert.equal((await person.check()).state, 'available')
  const shown = await person.show()
  assert.equal(shown.proxy_used, `http://${proxy.address}`)
  const wrong = await somebody({ HTTPS_PROXY: `http://joe:not-${PASSWORD}@${proxy.address}` })
  const refusal = await wrong.check().then(
    () => assert.fail('it lets nobody through with another password'),
    (error: Error) => error,
  )
  assert.ok(failsWith('UPDATE_UNREACHABLE', undefined, /the proxy ".*" lets nothing through: HTTP status 407/)(refusal))
  const told = JSON.stringify([shown, refusal, { ...refusal, message: refusal.message, stack: refusal.stack }])
  const kept = [person, wrong].flatMap(({ profile }) =>
    readdirSync(join(profile, 'updates')).map((name) => readFileSync(join(profile, 'updates', name), 'latin1')),
  )
  for (const text of [told, ...kept]) assert.ok(!text.includes(PASSWORD))
  assert.deepEqual(new Set(proxy.asked.map(({ allowed }) => allowed)), new Set([true, false]))

  for (const secret of [`http://joe:${PASSWORD}@proxy:8080`, `joe:${PASSWORD}@proxy:8080`, `${PASSWORD}@`]) {
    const error = await somebody({}, secret).then(
      () => assert.fail('it would be kept in clear text'),
      (thrown: Error) => thrown,
    )
    assert.ok(failsWith('USAGE', undefined, /without user name and password/)(error))
    assert.ok(!JSON.stringify({ ...error, message: error.message }).includes(PASSWORD))
    assert.match(String((error as { hint?: string }).hint), /HTTPS_PROXY/)
  }
})

test('a login that the window keeps gets to a proxy whose address has none, and stands nowhere', async () => {
  const [user, password] = ['dom\\joe@bank', `%3A:/${PASSWORD}`]
  const proxy = await startProxy(`${user}:${password}`)
  const person = await somebody({ HTTPS_PROXY: `http://${proxy.address}` })
  const keychain = fakeKeychain()
  const services = new Services({
    // in this process, which trusts the publisher's server
    runJob: async (request, { jobId = 'j', onEvent } = {}) => {
      onEvent?.({ type: 'started', jobId, kind: request.kind, at: 0 })
      Object.assign(person.environment, request.environment)
      return person.run(request as never).then(
        (result) => ({ state: 'done', exitCode: 0, result: result as never }),
        (error: unknown) => ({ state: 'failed', error: serializeError(error) }),
      )
    },
    ...{ profile: person.profile, directory: person.profile, host: 'browser', version: '0.0.0-test' },
    environment: { ...person.environment },
    keychain: async () => keychain,
  })
  const { handlers } = services
  const check = () => handlers['updates.check'](null)
  const refused = failsWith('UPDATE_UNREACHABLE', undefined, /HTTP status 407/)
  assert.equal((await handlers['updates.get'](null)).proxyLogin, null)
  await assert.rejects(check(), refused)
  const kept = await handlers['updates.proxyLogin']({ user, password })
  assert.deepEqual([kept.proxyLogin, kept.proxyUsed], ['keychain', `http://${proxy.address}`])
  assert.equal((await check()).offer?.newest.version, '9.1.0')
  const held = [...keychain.entries.values()].map(String)
  assert.deepEqual(held.sort(), [password, user].sort())
  const files = readdirSync(person.profile, { recursive: true, withFileTypes: true })
  for (const file of files.filter((one) => one.isFile())) {
    assert.ok(!readFileSync(join(file.parentPath, file.name), 'latin1').includes(PASSWORD), file.name)
  }
  assert.ok(!JSON.stringify([kept, await handlers['updates.get'](null)]).includes(PASSWORD))

  // an address that has its own keeps it
  const own = await startProxy(`other:${PASSWORD}`)
  const other = await somebody({ ...person.environment, HTTPS_PROXY: `http://other:${PASSWORD}@${own.address}` })
  assert.equal((await other.check()).state, 'available')

  const gone = await handlers['updates.proxyLogin']({ user: '', password: 'left over' })
  assert.deepEqual([gone.proxyLogin, keychain.entries.size], [null, 0])
  delete person.environment.COFFER_UPDATE_PROXY_USER
  delete person.environment.COFFER_UPDATE_PROXY_PASSWORD
  await assert.rejects(check(), refused)
  await services.close(1_000)
})

test('what is no proxy is refused where it is set, and stops a look where the environment names it', async () => {
  for (const proxy of [
    'socks5://127.0.0.1:1080',
    'ftp://proxy',
    'proxy',
    'http://',
    'http://proxy:8080/path',
    'http://p/?x',
  ]) {
    await assert.rejects(somebody({}, proxy), failsWith('USAGE', undefined, /expected the address of a proxy/), proxy)
  }
  // Node itself would ask past it
  const person = await somebody({ HTTPS_PROXY: `socks5://joe:${PASSWORD}@127.0.0.1:1080` })
  assert.equal((await person.show()).proxy_used, null)
  await assert.rejects(person.check(), (error: Error) => {
    assert.ok(!error.message.includes(PASSWORD))
    return failsWith('USAGE', undefined, /HTTPS_PROXY of the environment names no proxy/)(error)
  })
  // an organisation's file, too
  const file = join(work, 'organisation.json')
  const own = readFileSync(join((await somebody({})).profile, 'updates/settings.json'), 'utf8')
  writeFileSync(file, JSON.stringify({ ...JSON.parse(own), proxy: `http://joe:${PASSWORD}@proxy:8080` }))
  const other = new Person()
  other.environment.COFFER_UPDATE_SETTINGS = file
  await assert.rejects(other.check(), (error: Error) => {
    assert.ok(!error.message.includes(PASSWORD))
    return failsWith('CONFIG_INVALID_VALUE', undefined, /without user name and password/)(error)
  })
})

test('a proxy that is not there, and one that keeps silent, end in their time and by their name', async () => {
  const gone = await somebody({ HTTPS_PROXY: 'http://127.0.0.1:1' })
  await assert.rejects(
    gone.check(),
    failsWith('UPDATE_UNREACHABLE', undefined, /the proxy "http:\/\/127\.0\.0\.1:1" can't be reached: ECONNREFUSED/),
  )
  const silent = createTcpServer((socket) => socket.on('error', () => {}).resume())
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  try {
    const person = await somebody({ HTTPS_PROXY: `http://127.0.0.1:${(silent.address() as AddressInfo).port}` })
    person.limits = { ...person.limits, answerMs: 400 }
    await assert.rejects(person.check(), failsWith('UPDATE_UNREACHABLE', undefined, /within 0\.4 s|made no connection/))
    person.limits = { ...person.limits, answerMs: 60_000 }
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 50)
    const from = performance.now()
    await assert.rejects(person.run({ action: 'check', by: 'hand' }, stop.signal), failsWith('INTERRUPTED'))
    assert.ok(performance.now() - from < 20_000, 'a cancel does not wait for the proxy')
  } finally {
    silent.close()
  }
})

test('this very machine is never asked through a proxy', async () => {
  const proxy = await startProxy()
  const person = new Person()
  person.environment.HTTPS_PROXY = `http://${proxy.address}`
  for (const host of ['localhost', '127.0.0.1', '[::1]']) {
    await person.on(`https://${host}:1/`, maker.publicKey)
    await assert.rejects(person.check(), failsWith('UPDATE_UNREACHABLE', undefined, /ECONNREFUSED|EADDRNOTAVAIL/))
  }
  assert.deepEqual(proxy.asked, [])
})
