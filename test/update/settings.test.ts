import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  failsWith,
  freshFolder,
  listOf,
  Person,
  type Publisher,
  publisher,
  serveSite,
  type TestSite,
} from './support.ts'

/** Where new versions are looked for, and by whose key: what a person and an organisation may set. */

let maker: Publisher
let site: TestSite

before(async () => {
  maker = publisher()
  site = await serveSite(maker.site)
})
after(() => site?.close())

test('switched on and off again: what was and what is', async () => {
  const person = new Person()
  const on = await person.on(site.address, maker.publicKey, true)
  assert.deepEqual([on.enabled, on.daily, on.address], [true, true, `${site.address}updates.json`])
  const nothing = { enabled: false, address: null, key_id: null, channel: 'stable', daily: false, proxy: null }
  assert.deepEqual(on.before, nothing)
  assert.match(on.key?.key_id ?? '', /^[0-9a-f]{64}$/)
  assert.equal(on.key?.algorithm, 'ECDSA P-256')
  const off = await person.run({ action: 'off' })
  assert.deepEqual([off.enabled, off.daily, off.before?.enabled], [false, false, true])
  await assert.rejects(person.check(), failsWith('UPDATES_OFF'))
})

test('a channel is set by its name, and stays until another is', async () => {
  const person = new Person()
  const on = (channel: string | null) =>
    person.run({
      action: 'on',
      address: site.address,
      publicKey: { file: maker.publicKey },
      channel,
      daily: false,
      proxy: null,
    })
  assert.equal((await on('preview')).channel, 'preview')
  assert.equal((await on(null)).channel, 'preview')
  maker.serve(listOf())
  await assert.rejects(person.check(), failsWith('UPDATE_REFUSED', 'channel'))
  maker.serve(listOf({ channel: 'preview' }))
  assert.equal((await person.check()).list.channel, 'preview')
  assert.equal((await on('stable')).before?.channel, 'preview')
  for (const channel of ['', 'Preview', 'a b', '../x']) await assert.rejects(on(channel), failsWith('USAGE'), channel)
})

test('a disk that takes nothing is told with its path and code', async () => {
  const person = new Person()
  const file = join(freshFolder(), 'file')
  writeFileSync(file, '')
  person.environment.COFFER_PROFILE = file
  const path = join(file, 'updates/settings.json')
  await assert.rejects(person.on(site.address, maker.publicKey), (error: Error) => {
    assert.equal(error.message, `cannot write "${path}", a file stands where a folder is needed (ENOTDIR)`)
    return failsWith('STORAGE_FAILED')(error)
  })
})

test('addresses that are none, or would tell the way to others', async () => {
  const person = new Person()
  for (const address of [
    'http://updates.example.com/coffer/',
    'http://127.0.0.1.example.com/',
    'ftp://127.0.0.1/',
    'https://user:word@updates.example.com/',
    'https://updates.example.com/updates.json?token=1',
    'https://updates.example.com/#x',
    'javascript:alert(1)',
    'some/folder',
  ]) {
    await assert.rejects(person.on(address, maker.publicKey), failsWith('USAGE'), address)
  }
  assert.equal((await person.show()).enabled, false)
})

test('keys that are none', async () => {
  const person = new Person()
  const file = join(freshFolder(), 'key.pem')
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const two = `${readFileSync(maker.publicKey, 'utf8')}${readFileSync(publisher().publicKey, 'utf8')}`
  for (const [text, code] of [
    [privateKey.export({ type: 'pkcs8', format: 'pem' }), 'CERTIFICATE_UNUSABLE'],
    ['no key', 'CERTIFICATE_UNUSABLE'],
    [two, 'USAGE'],
    [
      generateKeyPairSync('ec', { namedCurve: 'P-521' }).publicKey.export({ type: 'spki', format: 'pem' }),
      'UNSUPPORTED',
    ],
  ] as const) {
    writeFileSync(file, text)
    await assert.rejects(person.on(site.address, file), failsWith(code))
  }
  await assert.rejects(
    person.on(site.address, join(freshFolder(), 'none.pem')),
    failsWith('USAGE', undefined, /no such file/),
  )
})

test('an organisation’s settings decide, are not changed from here, and stop where they can’t be read', async () => {
  maker.serve(listOf())
  const own = new Person()
  await own.on(site.address, maker.publicKey)
  const { public_key } = await own.show()
  const file = join(freshFolder(), 'updates.json')
  const settings = {
    format: 'coffer-update-settings/1',
    enabled: true,
    address: maker.site,
    public_key,
    channel: 'stable',
    daily: false,
  }
  const person = new Person()
  person.environment.COFFER_UPDATE_SETTINGS = file
  await assert.rejects(person.show(), failsWith('CONFIG_UNREADABLE', undefined, /no such file/))
  writeFileSync(file, JSON.stringify(settings))
  chmodSync(file, 0o444)
  assert.deepEqual(await person.show().then((one) => [one.enabled, one.own, one.settings]), [true, false, file])
  assert.equal((await person.check()).state, 'available')
  await assert.rejects(person.run({ action: 'off' }), failsWith('USAGE', undefined, /not changed from here/))
  await assert.rejects(person.on(site.address, maker.publicKey), failsWith('USAGE'))
  const off = join(freshFolder(), 'off.json')
  writeFileSync(off, JSON.stringify({ ...settings, enabled: false }))
  own.environment.COFFER_UPDATE_SETTINGS = off
  await assert.rejects(own.check(), failsWith('UPDATES_OFF'))
  writeFileSync(off, JSON.stringify({ ...settings, address: null }))
  await assert.rejects(own.check(), failsWith('CONFIG_INVALID_VALUE', undefined, /expected "address" and "public_key"/))
})
