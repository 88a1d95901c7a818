import { setTimeout as pause } from 'node:timers/promises'
import { osKeychain } from '../../src/signing/store/keychain.ts'

/** Ends once the keychain takes a secret: its daemon answers a moment before it has a collection. */
for (let tries = 1; ; tries++) {
  try {
    const keychain = await osKeychain()
    await keychain.write('is it ready', Buffer.from('yes'))
    await keychain.remove('is it ready')
    break
  } catch (error) {
    if (tries === 300) throw error
    await pause(200)
  }
}
