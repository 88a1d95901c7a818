import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { caseCustody, noteInCase } from '../../src/jobs/requests/custody.ts'
import { CaseStore, folderName } from '../../src/jobs/requests/store.ts'
import { CASE, specOf, temporaryFolder } from './support.ts'

describe('case folders', () => {
  test('are made, found again, changed, and remember what was chosen', async () => {
    const profile = await temporaryFolder()
    const store = new CaseStore(profile)
    assert.deepEqual(await store.list(), { cases: [], unreadable: [] })
    const { file, folder } = await store.create(CASE, null)
    assert.equal(folder, join(profile, 'requests/REG-1'))
    assert.equal(await store.spec(file.id), null)
    await store.keepSpec(file.id, specOf({ topics: ['a'] }))
    await store.change(file.id, (one) => ({ ...one, state: 'answered' }))
    const later = new CaseStore(profile)
    assert.equal((await later.get(file.id)).file.state, 'answered')
    assert.deepEqual((await later.spec(file.id))?.topics, ['a'])
    if (process.platform !== 'win32') assert.equal((await stat(folder)).mode & 0o777, 0o700)
  })
  test('never share a folder', async () => {
    const store = new CaseStore(await temporaryFolder())
    const made = await Promise.all([1, 2, 3].map(() => store.create(CASE, null)))
    assert.equal(new Set(made.map(({ folder }) => folder)).size, 3)
    assert.equal((await store.list()).cases.length, 3)
  })
  test('may lie elsewhere', async () => {
    const [profile, elsewhere] = [await temporaryFolder(), await temporaryFolder()]
    const store = new CaseStore(profile)
    const { file, folder } = await store.create(CASE, elsewhere)
    assert.equal(folder, join(elsewhere, 'REG-1'))
    assert.equal((await new CaseStore(profile).get(file.id)).folder, folder)
    await assert.rejects(store.create(CASE, join(elsewhere, 'no/such')), { code: 'USAGE' })
  })
  test('that can’t be read are named, and hide no other', async () => {
    const profile = await temporaryFolder()
    const store = new CaseStore(profile)
    const { folder } = await store.create(CASE, null)
    await store.create({ ...CASE, matter: 'other' }, null)
    await writeFile(join(folder, 'case.json'), '{"format":2}')
    const { cases, unreadable } = await store.list()
    assert.deepEqual(
      cases.map(({ file }) => file.data.matter),
      ['other'],
    )
    assert.deepEqual(
      unreadable.map((one) => one.folder),
      [folder],
    )
    assert.match(unreadable[0]?.message ?? '', /could not be read: it is not what Coffer wrote/)
  })
  test('are named so that every system can have them', () => {
    for (const [matter, name] of [
      ['REG-2026/014', 'REG-2026-014'],
      ['../../etc', 'etc'],
      ['Müller & Söhne', 'Mu-ller-So-hne'],
      ['con', 'request-con'],
      ['…', 'request-x'],
      ['a'.repeat(200), 'a'.repeat(60)],
    ] as const) {
      assert.equal(folderName(matter), name)
    }
  })
})

describe('the chain of custody of a case', () => {
  const event = { action: 'viewed', subject: 'a.zip', sha256: null, location: null, details: {} } as const
  test('has a line for each event, each with the hash of the one before', async () => {
    const { folder } = await new CaseStore(await temporaryFolder()).create(CASE, null)
    assert.deepEqual(await caseCustody(folder), { entries: [], problems: [] })
    await noteInCase(folder, event)
    await Promise.all([1, 2, 3].map(() => noteInCase(folder, { ...event, action: 'exported' })))
    const { entries, problems } = await caseCustody(folder)
    assert.deepEqual(problems, [])
    assert.deepEqual(
      entries.map(({ action }) => action),
      ['viewed', 'exported', 'exported', 'exported'],
    )
    assert.equal(entries[0]?.previous, null)
  })
  test('shows a line that was changed, and one that was taken away', async () => {
    const { folder } = await new CaseStore(await temporaryFolder()).create(CASE, null)
    for (let n = 0; n < 4; n++) await noteInCase(folder, { ...event, details: { n } })
    const path = join(folder, 'custody/000002.json')
    await writeFile(path, (await readFile(path, 'utf8')).replace('"n":1', '"n":7'))
    assert.match((await caseCustody(folder)).problems[0]?.reason ?? '', /this line or the one before was changed/)
    await rm(path)
    assert.match((await caseCustody(folder)).problems[0]?.reason ?? '', /line 2 is missing/)
    assert.equal((await readdir(join(folder, 'custody'))).length, 3)
  })
  test('is not hindered by other folders', async () => {
    const parent = await temporaryFolder()
    await mkdir(join(parent, 'REG-1-other/custody'), { recursive: true })
    const { folder } = await new CaseStore(await temporaryFolder()).create(CASE, parent)
    await noteInCase(folder, event)
    assert.equal((await caseCustody(folder)).entries.length, 1)
  })
})
