import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DEFAULT_SETTINGS, type Settings } from '../../src/contract/ipc/settings.ts'
import { ProfileMemory } from '../../src/worker/profile/memory.ts'
import { temporaryProfile } from './support.ts'

const open = (profile = temporaryProfile()) => ProfileMemory.open(profile, (text) => text.replaceAll('hunter2!', '***'))

describe('drafts of wizards', () => {
  test('are kept across sessions, replaced and removed', async () => {
    const profile = temporaryProfile()
    const { drafts } = await open(profile)
    assert.equal(drafts.get('backup'), null)
    drafts.set('backup', { step: 2, topics: ['ä', '💶'] })
    drafts.set('backup', { step: 3 })
    drafts.set('extract', [1])
    const later = (await open(profile)).drafts
    assert.deepEqual(later.get('backup')?.value, { step: 3 })
    assert.deepEqual(
      later
        .list()
        .map((one) => one.name)
        .sort(),
      ['backup', 'extract'],
    )
    later.remove('backup')
    later.remove('backup')
    assert.equal(later.get('backup'), null)
  })
  test('have at most 1 MB, counted in bytes', async () => {
    const { drafts } = await open()
    drafts.set('full', 'x'.repeat(999_998))
    assert.throws(() => drafts.set('full', 'x'.repeat(999_999)), { code: 'USAGE', message: /got 1000001/ })
    assert.throws(() => drafts.set('full', '€'.repeat(400_000)), { code: 'USAGE' })
    assert.throws(() => drafts.set('none', undefined), { code: 'USAGE' })
  })
  for (const value of [
    { password: 'x1' },
    { cluster: { saslPassword: 'x1' } },
    [{ session_token: ['x1'] }],
    { note: 'the password is hunter2!' },
  ]) {
    test(`with a secret are refused: ${JSON.stringify(value)}`, async () => {
      const { drafts } = await open()
      assert.throws(
        () => drafts.set('backup', value),
        (error: Error & { code: string }) => {
          assert.equal(error.code, 'USAGE')
          assert.doesNotMatch(error.message, /hunter2|x1/)
          return true
        },
      )
    })
  }
  test('may name variables and leave secrets empty', async () => {
    const { drafts } = await open()
    drafts.set('backup', { password: `$\{PW}`, secret: '', tokens: 'plural is a list of words' })
    assert.ok(drafts.get('backup'))
  })
})

describe('settings', () => {
  test('have a value from the start, and change one by one', async () => {
    const profile = temporaryProfile()
    const { settings } = await open(profile)
    assert.deepEqual(settings.get(), DEFAULT_SETTINGS)
    const heard: Settings[] = []
    const end = settings.onChange((now) => heard.push(now))
    settings.set({ language: 'de', targetHours: 48 })
    end()
    settings.set({ theme: 'dark' })
    assert.deepEqual(
      heard.map((one) => one.language),
      ['de'],
    )
    const later = (await open(profile)).settings.get()
    assert.deepEqual(later, { ...DEFAULT_SETTINGS, language: 'de', targetHours: 48, theme: 'dark' })
  })
  test('that another version wrote and this one does not know are as if never set', async () => {
    const { settings, database } = await open()
    database.run("INSERT INTO settings VALUES ('theme', '\"sepia\"'), ('gone', '1'), ('language', '\"de\"')")
    assert.deepEqual(settings.get(), { ...DEFAULT_SETTINGS, language: 'de' })
  })
})
