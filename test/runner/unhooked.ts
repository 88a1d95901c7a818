import asyncHooks from 'node:async_hooks'
import { syncBuiltinESMExports } from 'node:module'

/**
 * Loaded before each test file. Node's runner follows every promise by a hook, to tell which test an error that nobody
 * awaited belongs to; that takes a tenth of the processor time of all tests. Without the hook such an error fails its file.
 */
const create = asyncHooks.createHook
const state = { unhooked: false }
Object.assign(globalThis, { [Symbol.for('coffer.test.unhooked')]: state })

asyncHooks.createHook = (callbacks) => {
  const isRunners = /node:internal\/test_runner/.test(new Error('who asks').stack ?? '')
  if (!isRunners) return create(callbacks)
  state.unhooked = true
  const idle: asyncHooks.AsyncHook = { enable: () => idle, disable: () => idle }
  return idle
}
syncBuiltinESMExports()
