import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { canonicalJson } from '../../src/contract/canonical-json.ts'
import {
  failsWith,
  fileHere,
  freshFolder,
  inDays,
  listOf,
  Person,
  type Publisher,
  publisher,
  serveSite,
  type TestSite,
} from './support.ts'

/** A look for new versions against a real web server and real keys; each refusal by what it is refused for. */

let maker: Publisher
let site: TestSite

before(async () => {
  maker = publisher()
  site = await serveSite(maker.site)
})
after(() => site?.close())

async function somebody(daily = false): Promise<Person> {
  const person = new Person()
  await person.on(site.address, maker.publicKey, daily)
  return person
}

test('off by default: nobody is asked, and the answer says so', async () => {
  maker.serve(listOf())
  const person = new Person()
  const before = site.asked.length
  assert.deepEqual(await person.show().then(({ enabled, address, key }) => [enabled, address, key]), [
    false,
    null,
    null,
  ])
  await assert.rejects(person.check(), failsWith('UPDATES_OFF'))
  await assert.rejects(person.fetch(freshFolder()), failsWith('UPDATES_OFF'))
  assert.equal(site.asked.length, before)
  assert.equal((await person.show()).last, null)
})

test('a newer version is told with its packages; it is remembered, and nothing is fetched', async () => {
  maker.serve(listOf())
  const person = await somebody()
  const found = await person.check()
  assert.deepEqual([found.state, found.newest?.version, found.list.serial], ['available', '9.1.0', 7])
  assert.deepEqual(found.fitting, [fileHere()])
  assert.deepEqual(site.asked.slice(-2).sort(), ['updates.json', 'updates.json.sig.der'])
  const { last } = await person.show()
  assert.equal(last?.outcome.state === 'available' && last.outcome.newest.version, '9.1.0')
})

test('nothing newer is up to date, also where all of the list is older than what runs', async () => {
  const person = await somebody()
  const old = { version: '0.0.1', released_at: inDays(-9), notes: '', files: [] }
  for (const [serial, versions] of [
    [1, [old]],
    [2, [old, { ...old, version: '0.1.0' }]],
    [3, [{ ...old, version: '0.1.0-rc.1' }]],
  ] as const) {
    maker.serve(listOf({ serial, versions }))
    const found = await person.check()
    assert.deepEqual([found.state, found.newest, found.fitting], ['up-to-date', null, []])
  }
  assert.equal((await person.show()).last?.outcome.state, 'up-to-date')
})

test('a folder, a path of its list and a file: address do as well as a web server', async () => {
  maker.serve(listOf())
  for (const address of [maker.site, join(maker.site, 'updates.json'), pathToFileURL(maker.site).href]) {
    const person = new Person()
    await person.on(address, maker.publicKey)
    assert.equal((await person.check()).newest?.version, '9.1.0')
  }
})

test('keys of other kinds: P-384, RSA and Ed25519', async () => {
  for (const pair of [
    generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    generateKeyPairSync('rsa', { modulusLength: 2048 }),
    generateKeyPairSync('ed25519'),
  ]) {
    const file = join(freshFolder(), 'key.pem')
    writeFileSync(file, pair.publicKey.export({ type: 'spki', format: 'pem' }))
    const bytes = Buffer.from(canonicalJson(listOf()))
    const type = pair.privateKey.asymmetricKeyType
    const hash = type === 'ed25519' ? null : type === 'ec' ? 'sha384' : 'sha256'
    maker.serve(bytes.toString(), sign(hash, bytes, pair.privateKey))
    const person = new Person()
    await person.on(site.address, file)
    assert.equal((await person.check()).newest?.version, '9.1.0')
  }
})

const signed = () => readFileSync(join(maker.site, 'updates.json.sig.der'))

const REFUSALS: readonly [what: string, reason: string, serve: () => void, message: RegExp][] = [
  [
    'another key',
    'signature',
    () => maker.serve(listOf(), sign('sha256', Buffer.from(canonicalJson(listOf())), publisher().privateKey)),
    /not signed by the publisher's key/,
  ],
  [
    'a changed byte',
    'signature',
    () => {
      maker.serve(listOf())
      const path = join(maker.site, 'updates.json')
      writeFileSync(path, readFileSync(path, 'utf8').replace('9.1.0', '9.1.1'))
    },
    /not signed by the publisher's key/,
  ],
  ['no signature at all', 'signature', () => maker.serve(listOf(), Buffer.alloc(0)), /not signed/],
  [
    'r‖s in the place of DER',
    'signature',
    () =>
      maker.serve(
        listOf(),
        sign('sha256', Buffer.from(canonicalJson(listOf())), { key: maker.privateKey, dsaEncoding: 'ieee-p1363' }),
      ),
    /not signed by the publisher's key/,
  ],
  [
    'bytes behind the signature',
    'signature',
    () => {
      maker.serve(listOf())
      maker.serve(listOf(), Buffer.concat([signed(), Buffer.from([0])]))
    },
    /not signed/,
  ],
  ['text that is no JSON', 'format', () => maker.serve('not json'), /can't be read/],
  ['another format', 'format', () => maker.serve(listOf({ format: 'coffer-updates/2' })), /got "coffer-updates\/2"/],
  ['no format', 'format', () => maker.serve('[]'), /got "undefined"/],
  ['another product', 'format', () => maker.serve(listOf({ product: 'chest' })), /"product"/],
  ['a member that is not known', 'format', () => maker.serve(listOf({ run: 'install.sh' })), /"run"/],
  ['JSON that is not canonical', 'format', () => maker.serve(JSON.stringify(listOf(), null, 2)), /not canonical JSON/],
  [
    'a member twice',
    'format',
    () => maker.serve(canonicalJson(listOf()).replace('"serial":7', '"serial":7,"serial":8')),
    /is there twice/,
  ],
  [
    'a depth without an end',
    'format',
    () => maker.serve(`${'['.repeat(5_000)}${']'.repeat(5_000)}`),
    /nested more than/,
  ],
  [
    'a package without a bound',
    'format',
    () =>
      maker.serve(
        listOf({
          versions: [
            { version: '9.1.0', released_at: inDays(-1), notes: '', files: [{ ...fileHere(), size: 3 * 1024 ** 3 }] },
          ],
        }),
      ),
    /size/,
  ],
  [
    'a name that leads elsewhere',
    'format',
    () =>
      maker.serve(
        listOf({
          versions: [{ version: '9.1.0', released_at: inDays(-1), notes: '', files: [fileHere('../.profile')] }],
        }),
      ),
    /expected the name of a file/,
  ],
  [
    'a name of a device',
    'format',
    () =>
      maker.serve(
        listOf({ versions: [{ version: '9.1.0', released_at: inDays(-1), notes: '', files: [fileHere('nul.exe')] }] }),
      ),
    /expected the name of a file/,
  ],
  [
    'two packages of one name',
    'format',
    () =>
      maker.serve(
        listOf({
          versions: [{ version: '9.1.0', released_at: inDays(-1), notes: '', files: [fileHere(), fileHere()] }],
        }),
      ),
    /each name of a file once/,
  ],
  [
    'notes that move the cursor',
    'format',
    () =>
      maker.serve(listOf({ versions: [{ version: '9.1.0', released_at: inDays(-1), notes: '\u001b[2J', files: [] }] })),
    /control characters/,
  ],
  [
    'a list that is good for years',
    'format',
    () => maker.serve(listOf({ expires_at: inDays(900) })),
    /at most 400 days/,
  ],
  [
    'an expired list',
    'expired',
    () => maker.serve(listOf({ published_at: inDays(-31), expires_at: inDays(-1) })),
    /was good until/,
  ],
  ['a list of the day after tomorrow', 'not_yet', () => maker.serve(listOf({ published_at: inDays(2) })), /clock says/],
  [
    'another channel',
    'channel',
    () => maker.serve(listOf({ channel: 'beta' })),
    /expected the list of the channel "stable", got "beta"/,
  ],
]

for (const [what, reason, serve, message] of REFUSALS) {
  test(`refused: ${what}`, async () => {
    const person = await somebody()
    serve()
    await assert.rejects(person.check(), failsWith('UPDATE_REFUSED', reason, message))
    const { last } = await person.show()
    assert.equal(last?.outcome.state === 'failed' && last.outcome.code, 'UPDATE_REFUSED')
    // and a good list is taken as ever
    maker.serve(listOf())
    assert.equal((await person.check()).state, 'available')
  })
}

test('an older list than one seen before is refused, and so is another one of the same number', async () => {
  const person = await somebody()
  maker.serve(listOf({ serial: 8 }))
  await person.check()
  await person.check()
  maker.serve(listOf({ serial: 7 }))
  await assert.rejects(person.check(), failsWith('UPDATE_REFUSED', 'rollback', /serial number 7, and 8 was seen/))
  maker.serve(listOf({ serial: 8, versions: [{ version: '9.9.9', released_at: inDays(-1), notes: '', files: [] }] }))
  await assert.rejects(person.check(), failsWith('UPDATE_REFUSED', 'rollback', /another list with the serial number 8/))
  await assert.rejects(person.fetch(freshFolder()), failsWith('UPDATE_REFUSED', 'rollback'))
  // switching off and on forgets nothing
  await person.run({ action: 'off' })
  await person.on(site.address, maker.publicKey)
  maker.serve(listOf({ serial: 1 }))
  await assert.rejects(person.check(), failsWith('UPDATE_REFUSED', 'rollback'))
  maker.serve(listOf({ serial: 9 }))
  assert.equal((await person.check()).list.serial, 9)
})

test('a list that was refused is not remembered', async () => {
  const person = await somebody()
  maker.serve(listOf({ serial: 100, published_at: inDays(-31), expires_at: inDays(-1) }))
  await assert.rejects(person.check(), failsWith('UPDATE_REFUSED', 'expired'))
  maker.serve(listOf({ serial: 3 }))
  assert.equal((await person.check()).list.serial, 3)
})

test('looks at the same time: the older list never wins', async () => {
  const person = await somebody()
  const other = publisher()
  const slow = await serveSite(other.site)
  other.serve(listOf({ serial: 5 }))
  await person.on(slow.address, other.publicKey)
  await Promise.all([person.check(), person.check(), person.check()])
  other.serve(listOf({ serial: 4 }))
  const late = await Promise.allSettled([person.check(), person.check()])
  assert.deepEqual(
    late.map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  await slow.close()
})

test('a memory that was damaged stops the look before anybody is asked', async () => {
  maker.serve(listOf())
  const person = await somebody()
  await person.check()
  const path = join(person.profile, 'updates/seen.json')
  writeFileSync(path, '{"lists":[]}')
  const before = site.asked.length
  await assert.rejects(person.check(), failsWith('CONFIG_INVALID_VALUE', undefined, /memory of updates/))
  assert.equal(site.asked.length, before)
})

test('the network: no server, no file, no answer, redirects, and answers without an end', async () => {
  maker.serve(listOf())
  const person = await somebody()
  person.limits = { ...person.limits, answerMs: 300 }
  const list = 'updates.json'
  const cases: [() => void, string, string | undefined, RegExp][] = [
    [
      () => site.answer(list, (_, response) => response.writeHead(404).end()),
      'UPDATE_UNREACHABLE',
      undefined,
      /got "404"/,
    ],
    [() => site.answer(list, () => {}), 'UPDATE_UNREACHABLE', undefined, /no whole answer within 0.3 s/],
    [
      () =>
        site.answer(list, (_, response) => {
          // a byte now and then keeps no look waiting
          response.writeHead(200)
          const drip = setInterval(() => response.write('x'), 50)
          response.on('close', () => clearInterval(drip))
        }),
      'UPDATE_UNREACHABLE',
      undefined,
      /no whole answer/,
    ],
    [
      () => site.answer(list, (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/x' }).end()),
      'UPDATE_REFUSED',
      'redirect',
      /only "http:\/\/127.0.0.1:\d+" was set/,
    ],
    [
      () => site.answer(list, (_, response) => response.writeHead(301, { location: 'file:///etc/passwd' }).end()),
      'UPDATE_REFUSED',
      'redirect',
      /leads to/,
    ],
    [
      () => site.answer(list, (_, response) => response.writeHead(307, { location: '/coffer/updates.json' }).end()),
      'UPDATE_REFUSED',
      'redirect',
      /more than 3 times/,
    ],
    [
      () => site.answer(list, (_, response) => response.writeHead(200, { 'content-length': 2_000_000 }).end()),
      'UPDATE_REFUSED',
      'too_large',
      /at most 1000000 bytes/,
    ],
    [
      () =>
        site.answer(list, (_, response) => {
          response.writeHead(200)
          const flood = setInterval(() => response.write(Buffer.alloc(400_000)), 5)
          response.on('close', () => clearInterval(flood))
        }),
      'UPDATE_REFUSED',
      'too_large',
      /at most 1000000 bytes/,
    ],
    [() => site.answer(list, (request) => request.socket.destroy()), 'UPDATE_UNREACHABLE', undefined, /can't get/],
  ]
  for (const [arrange, code, reason, message] of cases) {
    arrange()
    await assert.rejects(person.check(), failsWith(code, reason, message))
  }
  // within the same host a redirect is followed
  site.answer(list, (_, response) => response.writeHead(302, { location: '/coffer/other.json' }).end())
  writeFileSync(join(maker.site, 'other.json'), readFileSync(join(maker.site, list)))
  assert.equal((await person.check()).state, 'available')
  site.answer(list, null)

  const nobody = new Person()
  await nobody.on('http://127.0.0.1:1/coffer/', maker.publicKey)
  await assert.rejects(
    nobody.check(),
    failsWith('UPDATE_UNREACHABLE', undefined, /can't get "http:\/\/127.0.0.1:1\/coffer\//),
  )
  await nobody.on(freshFolder(), maker.publicKey)
  await assert.rejects(nobody.check(), failsWith('UPDATE_UNREACHABLE', undefined, /there is none/))
})
