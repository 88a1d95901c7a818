import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  failsWith,
  fileHere,
  freshFolder,
  inDays,
  listOf,
  PACKAGE,
  Person,
  type Publisher,
  publisher,
  serveSite,
  type TestSite,
} from './support.ts'

/** Fetching a package: byte for byte what the signed list says, or nothing. */

const NAME = 'coffer-9.1.0.AppImage'
let maker: Publisher
let site: TestSite

before(async () => {
  maker = publisher()
  maker.serve(listOf())
  site = await serveSite(maker.site)
})
after(() => site?.close())

async function somebody(address = site.address): Promise<Person> {
  const person = new Person()
  await person.on(address, maker.publicKey)
  return person
}

test('fetched over HTTP and from a folder: the bytes of the list, readable, and no program', async () => {
  for (const address of [site.address, maker.site]) {
    const person = await somebody(address)
    const folder = join(freshFolder(), 'new', 'folder')
    const done = await person.fetch(folder)
    const path = join(folder, NAME)
    assert.deepEqual([done.state, done.version, done.path, done.already], ['fetched', '9.1.0', path, false])
    assert.ok(readFileSync(path).equals(PACKAGE))
    assert.equal(done.sha256, createHash('sha256').update(PACKAGE).digest('hex'))
    assert.equal(statSync(path).mode & 0o111, 0)
    assert.deepEqual(readdirSync(folder), [NAME])
    const last = person.progress.at(-1)
    assert.deepEqual([last?.bytesDone, last?.bytesTotal], [PACKAGE.length, PACKAGE.length])
  }
})

test('what lies there already is checked and not fetched again; another file of that name is left alone', async () => {
  const person = await somebody()
  const folder = freshFolder()
  await person.fetch(folder)
  const before = site.asked.filter((one) => one === NAME).length
  assert.equal((await person.fetch(folder)).already, true)
  assert.equal(site.asked.filter((one) => one === NAME).length, before)
  writeFileSync(join(folder, NAME), 'something of the user’s')
  await assert.rejects(person.fetch(folder), failsWith('USAGE', undefined, /is there already and is another file/))
  assert.equal(readFileSync(join(folder, NAME), 'utf8'), 'something of the user’s')
})

test('bytes that are not those of the list leave nothing behind', async () => {
  const changed = Buffer.from(PACKAGE)
  changed[1000] = 0x21
  const person = await somebody()
  person.limits = { ...person.limits, idleMs: 300 }
  const answers: [(response: import('node:http').ServerResponse) => void, string, string | undefined][] = [
    [(response) => response.end(changed), 'UPDATE_REFUSED', 'digest'],
    [(response) => response.end(PACKAGE.subarray(0, -1)), 'UPDATE_REFUSED', 'digest'],
    [(response) => response.end(Buffer.concat([PACKAGE, Buffer.from('x')])), 'UPDATE_REFUSED', 'too_large'],
    [(response) => response.writeHead(302, { location: 'http://localhost:1/x' }).end(), 'UPDATE_REFUSED', 'redirect'],
    [(response) => response.writeHead(500).end(), 'UPDATE_UNREACHABLE', undefined],
    // half of it, and then silence; half of it, and then a cut wire
    [(response) => void response.write(PACKAGE.subarray(0, 1000)), 'UPDATE_UNREACHABLE', undefined],
    [
      (response) => void response.write(PACKAGE.subarray(0, 1000), () => response.destroy()),
      'UPDATE_UNREACHABLE',
      undefined,
    ],
  ]
  const folder = freshFolder()
  for (const [answer, code, reason] of answers) {
    site.answer(NAME, (_, response) => answer(response))
    await assert.rejects(person.fetch(folder), failsWith(code, reason))
    assert.deepEqual(readdirSync(folder), [])
  }
  site.answer(NAME, null)
})

test('from a folder: another file, none, and a pipe’s place', async () => {
  const other = publisher()
  other.serve(listOf())
  const person = new Person()
  await person.on(other.site, other.publicKey)
  const path = join(other.site, NAME)
  const folder = freshFolder()
  writeFileSync(path, PACKAGE.subarray(1))
  await assert.rejects(person.fetch(folder), failsWith('UPDATE_REFUSED', 'digest'))
  writeFileSync(path, Buffer.concat([PACKAGE, PACKAGE]))
  await assert.rejects(person.fetch(folder), failsWith('UPDATE_REFUSED', 'too_large'))
  other.serve(listOf({ versions: [{ ...version(), files: [fileHere('gone.AppImage')] }] }))
  await assert.rejects(person.fetch(folder), failsWith('UPDATE_REFUSED', 'rollback'))
  other.serve(listOf({ serial: 8, versions: [{ ...version(), files: [fileHere('gone.AppImage')] }] }))
  await assert.rejects(person.fetch(folder), failsWith('UPDATE_UNREACHABLE', undefined, /there is none/))
  mkdirSync(join(other.site, 'folder.AppImage'))
  other.serve(listOf({ serial: 9, versions: [{ ...version(), files: [fileHere('folder.AppImage')] }] }))
  await assert.rejects(person.fetch(folder), failsWith('UPDATE_UNREACHABLE', undefined, /it is no file/))
  assert.deepEqual(readdirSync(folder), [])
})

test('cancelled half way: nothing stays', async () => {
  const person = await somebody()
  const folder = freshFolder()
  const stop = new AbortController()
  site.answer(NAME, (_, response) => {
    response.writeHead(200, { 'content-length': PACKAGE.length }).write(PACKAGE.subarray(0, 5000))
    setTimeout(() => stop.abort(), 100)
  })
  await assert.rejects(person.fetch(folder, null, stop.signal), failsWith('INTERRUPTED'))
  assert.deepEqual(readdirSync(folder), [])
  site.answer(NAME, null)
  assert.equal((await person.fetch(folder)).state, 'fetched')
})

const version = () => ({ version: '9.1.0', released_at: inDays(-1), notes: '' })

test('which package: the one for this machine, or the one that is named', async () => {
  const other = publisher()
  const person = new Person()
  await person.on(other.site, other.publicKey)
  const foreign = {
    ...fileHere('elsewhere.AppImage'),
    platform: 'linux',
    kind: 'rpm',
    arch: process.arch === 'x64' ? 'arm64' : 'x64',
  }
  const folder = freshFolder()

  other.serve(listOf({ serial: 1, versions: [{ ...version(), files: [foreign] }] }))
  await assert.rejects(person.fetch(folder), failsWith('USAGE', undefined, /has 0 files for/))
  other.serve(
    listOf({ serial: 2, versions: [{ ...version(), files: [fileHere('a.bin'), fileHere('b.bin'), foreign] }] }),
  )
  await assert.rejects(person.fetch(folder), failsWith('USAGE', undefined, /has 2 files for/))
  await assert.rejects(person.fetch(folder, 'c.bin'), failsWith('USAGE', undefined, /has no file "c.bin"/))
  for (const name of ['b.bin', 'elsewhere.AppImage']) {
    writeFileSync(join(other.site, name), PACKAGE)
    assert.equal((await person.fetch(folder, name)).path, join(folder, name))
  }
  other.serve(listOf({ serial: 3, versions: [{ ...version(), version: '0.0.1', files: [] }] }))
  const nothing = await person.fetch(folder)
  assert.deepEqual([nothing.state, nothing.path, nothing.version], ['up-to-date', null, null])
})
