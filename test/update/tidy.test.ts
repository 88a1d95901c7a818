import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  failsWith,
  fileHere,
  freshFolder,
  inDays,
  listOf,
  Person,
  publisher,
  serveSite,
  type TestSite,
} from './support.ts'

/** What of fetched packages stays in the profile, and what is left alone. */

const maker = publisher()
let site: TestSite
before(async () => {
  site = await serveSite(maker.site)
})
after(() => site?.close())

let serial = 0
/** A version with files of these names, each with bytes of its own. */
function publish(version: string, ...names: string[]): void {
  const files = names.map((name) => {
    const bytes = Buffer.from(`${version} ${name}`)
    writeFileSync(join(maker.site, name), bytes)
    return fileHere(name, bytes)
  })
  maker.serve(listOf({ serial: ++serial, versions: [{ version, released_at: inDays(-1), notes: '', files }] }))
}

async function somebody(): Promise<{ person: Person; own: string; ls(): string[] }> {
  const person = new Person()
  await person.on(site.address, maker.publicKey)
  const own = join(person.profile, 'updates/fetched')
  return { person, own, ls: () => readdirSync(own).sort() }
}

const longAgo = (path: string) => utimesSync(path, new Date(Date.now() - 3_600_000), new Date(Date.now() - 3_600_000))

test('a newer version that was fetched and checked takes the place of the older; all packages of it may stay', async () => {
  const { person, own, ls } = await somebody()
  publish('9.1.0', 'one-9.1.0.bin', 'two-9.1.0.bin')
  for (const name of ['one-9.1.0.bin', 'two-9.1.0.bin']) assert.deepEqual((await person.fetch(own, name)).removed, [])
  assert.deepEqual(ls(), ['one-9.1.0.bin', 'two-9.1.0.bin'])
  publish('9.2.0', 'one-9.2.0.bin')
  assert.deepEqual((await person.check()).removed, [])
  assert.equal(ls().length, 2, 'a look alone removes no package')
  // one that is not what the list says is no reason to remove another
  writeFileSync(join(maker.site, 'one-9.2.0.bin'), 'something else')
  await assert.rejects(person.fetch(own), failsWith('UPDATE_REFUSED'))
  assert.equal(ls().length, 2)
  publish('9.2.0', 'one-9.2.0.bin')
  const { removed } = await person.fetch(own)
  assert.deepEqual(removed.sort(), [join(own, 'one-9.1.0.bin'), join(own, 'two-9.1.0.bin')])
  assert.deepEqual(ls(), ['one-9.2.0.bin'])
  assert.deepEqual((await person.fetch(own)).removed, [])
})

test('a package of the same name takes the other’s place only where the older one was moved away', async () => {
  const { person, own, ls } = await somebody()
  publish('9.3.0', 'same.bin')
  await person.fetch(own)
  publish('9.4.0', 'same.bin')
  await assert.rejects(person.fetch(own), failsWith('USAGE', undefined, /is another file/))
  assert.deepEqual(ls(), ['same.bin'])
})

test('what it did not make, or what is no longer what it made, is left alone', async () => {
  const { person, own, ls } = await somebody()
  publish('9.5.0', 'a.bin', 'b.bin', 'c.bin')
  for (const name of ['a.bin', 'b.bin', 'c.bin']) await person.fetch(own, name)
  writeFileSync(join(own, 'a.bin'), 'somebody has written over it')
  const { rmSync } = process.getBuiltinModule('node:fs')
  rmSync(join(own, 'b.bin'))
  symlinkSync(join(maker.site, 'b.bin'), join(own, 'b.bin'))
  writeFileSync(join(own, 'notes.txt'), 'a person’s')
  publish('9.6.0', 'd.bin')
  assert.deepEqual((await person.fetch(own)).removed, [join(own, 'c.bin')])
  assert.deepEqual(ls(), ['a.bin', 'b.bin', 'd.bin', 'notes.txt'])
  assert.ok(existsSync(join(maker.site, 'b.bin')), 'nor what a link leads to')
  publish('9.7.0', 'e.bin')
  assert.deepEqual((await person.fetch(own)).removed, [join(own, 'd.bin')])
  assert.equal(readFileSync(join(own, 'a.bin'), 'utf8'), 'somebody has written over it')
})

test('a folder that somebody named is theirs: nothing is removed there', async () => {
  const { person } = await somebody()
  const folder = freshFolder()
  publish('9.8.0', 'x-9.8.0.bin')
  await person.fetch(folder)
  publish('9.9.0', 'x-9.9.0.bin')
  assert.deepEqual((await person.fetch(folder)).removed, [])
  assert.deepEqual(readdirSync(folder).sort(), ['x-9.8.0.bin', 'x-9.9.0.bin'])
})

test('what a fetch left that died is removed at the next look; one that may still run, and a stranger’s, are not', async () => {
  const { person, own, ls } = await somebody()
  publish('9.10.0', 'p.bin')
  await person.fetch(own)
  const id = '0b7a1f52-7f7a-4e0e-9f6e-1f2a3b4c5d6e'
  const dead = `.p.bin.${id}.tmp`
  const strangers = [`.other.bin.${id}.tmp`, '.p.bin.tmp', `p.bin.${id}.tmp`]
  for (const name of [dead, ...strangers]) {
    writeFileSync(join(own, name), 'half')
    longAgo(join(own, name))
  }
  const live = `.p.bin.${id.replaceAll('1', '2')}.tmp`
  writeFileSync(join(own, live), 'half')
  assert.deepEqual((await person.check()).removed, [join(own, dead)])
  assert.deepEqual(ls(), [...strangers, live, 'p.bin'].sort())
  assert.deepEqual((await person.check()).removed, [])
})
