import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Keychain } from '../../src/signing/store/keychain.ts'
import { Vault } from '../../src/worker/profile/vault.ts'
import { fakeKeychain, temporaryProfile } from './support.ts'

const PASSPHRASE = 'four words make a passphrase'
const VALUE = 'correct-horse-battery-staple'

function vaultAt(profile: string, keychain: Keychain | null = null): Vault {
  return new Vault({
    profile,
    keychain: keychain === null ? null : async () => keychain,
    exclusively: (work) => work(),
  })
}
const fileOf = (profile: string) => join(profile, 'secrets.json')

test('what is taken away while the keychain is still giving it does not come back', async () => {
  for (const take of ['remove', 'forget'] as const) {
    const profile = temporaryProfile()
    const keychain = fakeKeychain()
    await vaultAt(profile, keychain).set({ PW: VALUE })
    const [asked, goesOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const slow = {
      ...keychain,
      read: async (account: string) => {
        const value = await keychain.read(account)
        asked.resolve()
        await goesOn.promise
        return value
      },
    }
    const vault = vaultAt(profile, slow)
    const ready = vault.ready()
    await asked.promise
    const taken = take === 'remove' ? vault.remove(['PW']) : vault.forget()
    await Promise.race([taken, sleep(50)])
    goesOn.resolve()
    await Promise.all([ready, taken])
    assert.deepEqual([vault.values(), keychain.entries.size], [{}, 0], take)
  }
})

describe('without a keychain', () => {
  test('values stay in memory until a file is made, and nothing is on disk', async () => {
    const profile = temporaryProfile()
    const vault = vaultAt(profile)
    await vault.set({ PW: VALUE })
    assert.equal(vault.places()('PW'), 'memory')
    assert.equal(vault.places()('OTHER'), null)
    assert.deepEqual(await vault.state(), { state: 'none', kept: 0, inMemory: 1, problem: null })
    assert.equal(existsSync(profile), false)
    assert.deepEqual(vaultAt(profile).values(), {})

    await vault.createFile(PASSPHRASE)
    assert.equal(vault.places()('PW'), 'file')
    assert.deepEqual(await vault.state(), { state: 'file-unlocked', kept: 1, inMemory: 0, problem: null })
    const text = readFileSync(fileOf(profile), 'utf8')
    assert.ok(!text.includes(VALUE) && !text.includes(PASSPHRASE))
    assert.ok(!text.includes(Buffer.from(VALUE).toString('base64').slice(0, 12)))
    if (process.platform !== 'win32') assert.equal(statSync(fileOf(profile)).mode & 0o777, 0o600)
  })

  test('the file is opened by its passphrase alone, once in a session', async () => {
    const profile = temporaryProfile()
    const first = vaultAt(profile)
    await first.createFile(PASSPHRASE)
    await first.set({ PW: VALUE, USER: 'jane' })
    await assert.rejects(first.createFile(PASSPHRASE), { code: 'CONFIG_CONFLICT' })

    const second = vaultAt(profile)
    assert.equal((await second.state()).state, 'file-locked')
    assert.deepEqual(second.values(), {})
    assert.equal(second.places()('PW'), 'file')
    await assert.rejects(second.unlock('four words make a passphrasE'), { code: 'KEY_PASSPHRASE' })
    assert.deepEqual(second.values(), {})
    // typed in while it is locked: used at once, and kept when it is unlocked
    await second.set({ PW: 'a newer one' })
    assert.equal(second.places()('PW'), 'memory')
    await second.unlock(PASSPHRASE)
    assert.deepEqual(second.values(), { PW: 'a newer one', USER: 'jane' })
    assert.equal(second.places()('PW'), 'file')
    await second.lock()
    assert.deepEqual([second.values(), (await second.state()).state], [{}, 'file-locked'])
    await first.unlock(PASSPHRASE)
    assert.equal(first.values().PW, 'a newer one')
  })

  test('a value is taken away with its name, also from a locked file; forgetting takes all', async () => {
    const profile = temporaryProfile()
    const vault = vaultAt(profile)
    await vault.createFile(PASSPHRASE)
    await vault.set({ PW: VALUE, USER: 'jane', THIRD: 'x' })
    await vault.set({ THIRD: '' })
    assert.equal(vault.places()('THIRD'), null)
    const locked = vaultAt(profile)
    await locked.remove(['PW'])
    await locked.unlock(PASSPHRASE)
    assert.deepEqual(locked.values(), { USER: 'jane' })
    await locked.forget()
    assert.deepEqual(locked.values(), {})
    assert.equal(existsSync(fileOf(profile)), false)
    await assert.rejects(locked.unlock(PASSPHRASE), { code: 'KEY_MISSING' })
  })

  test('a box under another name, or changed by a bit, is not used', async () => {
    const profile = temporaryProfile()
    const vault = vaultAt(profile)
    await vault.createFile(PASSPHRASE)
    await vault.set({ ADMIN_PW: 'the admin’s', USER_PW: 'the user’s' })
    const record = JSON.parse(readFileSync(fileOf(profile), 'utf8'))
    const { ADMIN_PW } = record.sealed.boxes
    record.sealed.boxes.USER_PW = ADMIN_PW
    const data = Buffer.from(ADMIN_PW.data, 'base64')
    data[0] = (data[0] ?? 0) ^ 1
    record.sealed.boxes.ADMIN_PW = { ...ADMIN_PW, data: data.toString('base64') }
    writeFileSync(fileOf(profile), JSON.stringify(record))
    const later = vaultAt(profile)
    await later.unlock(PASSPHRASE)
    assert.deepEqual(later.values(), {})
    assert.match((await later.state()).problem ?? '', /was changed, and is not used/)
  })

  test('a file that is not ours is left as it is', async () => {
    const profile = temporaryProfile()
    const vault = vaultAt(profile)
    await vault.createFile(PASSPHRASE)
    writeFileSync(fileOf(profile), '{"half": ')
    await assert.rejects(vault.set({ PW: VALUE }), { code: 'KEY_UNREADABLE' })
    assert.equal(readFileSync(fileOf(profile), 'utf8'), '{"half": ')
  })
})

describe('with a keychain (a fake; the real one is in vault.real.test.ts)', () => {
  test('values are there and known to the next session; the file has their names alone', async () => {
    const profile = temporaryProfile()
    const keychain = fakeKeychain()
    const vault = vaultAt(profile, keychain)
    await vault.set({ PW: VALUE })
    assert.deepEqual([vault.places()('PW'), keychain.entries.size], ['keychain', 1])
    assert.deepEqual((await vault.state()).state, 'keychain')
    assert.ok(!readFileSync(fileOf(profile), 'utf8').includes(VALUE))
    const later = vaultAt(profile, keychain)
    await later.ready()
    assert.deepEqual(later.values(), { PW: VALUE })
    const other = vaultAt(temporaryProfile(), keychain)
    await other.set({ PW: 'of another profile' })
    assert.equal(keychain.entries.size, 2)
    await later.forget()
    assert.equal(keychain.entries.size, 1)
    assert.equal(existsSync(fileOf(profile)), false)
  })

  test('what it does not take stays in memory, and that is said', async () => {
    const keychain = fakeKeychain()
    keychain.broken = true
    const vault = vaultAt(temporaryProfile(), keychain)
    await vault.set({ PW: VALUE })
    assert.equal(vault.places()('PW'), 'memory')
    assert.match((await vault.state()).problem ?? '', /did not take the value of "\$\{PW\}": it is full/)
    keychain.broken = false
    await vault.set({ USER: 'jane' })
    assert.deepEqual([vault.places()('PW'), vault.places()('USER')], ['keychain', 'keychain'])
  })

  test('its values move into the file when one is made', async () => {
    const profile = temporaryProfile()
    const keychain = fakeKeychain()
    const vault = vaultAt(profile, keychain)
    await vault.set({ PW: VALUE })
    await vault.createFile(PASSPHRASE)
    assert.deepEqual([vault.places()('PW'), keychain.entries.size], ['file', 0])
    const later = vaultAt(profile)
    await later.unlock(PASSPHRASE)
    assert.deepEqual(later.values(), { PW: VALUE })
  })
})

test('texts are cleaned of values that tell something, and not of common words', async () => {
  const vault = vaultAt(temporaryProfile())
  await vault.set({ PW: VALUE, WORD: 'complete', SHORT: 'x1' })
  assert.equal(vault.clean(`login with ${VALUE} is complete, x1`), 'login with [secret] is complete, x1')
})
