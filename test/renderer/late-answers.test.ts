import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { type DraftKeeper, DraftStore } from '../../src/renderer/draft-store.ts'
import { i18n, speak, startWords } from '../../src/renderer/i18n.ts'
import { NewestLast } from '../../src/renderer/newest-last.ts'
import { Choices } from '../../src/renderer/pages/settings/choices.ts'

/** What comes of answers that take their time: each is held back here until the test lets it go. */
function held<I, O>() {
  const asked: { input: I; answer(output: O): Promise<void>; fail(error: Error): Promise<void> }[] = []
  const call = (input: I) =>
    new Promise<O>((resolve, reject) => {
      const answer = async (output: O) => {
        resolve(output)
        await turn()
      }
      const fail = async (error: Error) => {
        reject(error)
        await turn()
      }
      asked.push({ input, answer, fail })
    })
  return { asked, call, inputs: () => asked.map(({ input }) => input) }
}

describe('writes of one thing', () => {
  test('never overlap; of what waits only the newest is written, also after one that failed', async () => {
    const { asked, call, inputs } = held<string, null>()
    const writes = new NewestLast(call)
    for (const value of ['a', 'b', 'c']) writes.put(value)
    await turn()
    assert.deepEqual(inputs(), ['a'])
    await asked[0]?.fail(new Error('full'))
    assert.deepEqual(inputs(), ['a', 'c'])
    await asked[1]?.answer(null)
    writes.put('d')
    await turn()
    assert.deepEqual(inputs(), ['a', 'c', 'd'])
  })
})

describe('a draft', () => {
  const keeperOf = (call: (input: object | null) => Promise<unknown>, kept: object | null = null): DraftKeeper => ({
    get: async () => kept,
    set: (_, value) => call(value),
    remove: () => call(null),
  })
  test('stands the moment it is entered, and is kept once it rests', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] })
    const { call, inputs } = held<object | null, null>()
    const drafts = new DraftStore(keeperOf(call))
    drafts.put('d', { a: 1 }, false)
    assert.deepEqual(drafts.now('d'), { a: 1 })
    drafts.put('d', { a: 1, b: 2 }, false)
    context.mock.timers.tick(500)
    assert.deepEqual(inputs(), [{ a: 1, b: 2 }])
  })
  test('that is discarded while it is being kept does not come back', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] })
    const { asked, call, inputs } = held<object | null, null>()
    const drafts = new DraftStore(keeperOf(call, { old: true }))
    assert.deepEqual(await drafts.remembered('d'), { old: true })
    drafts.put('d', { a: 1 }, true)
    context.mock.timers.tick(0)
    drafts.discard('d')
    assert.deepEqual(inputs(), [{ a: 1 }], 'its removal waits until it was kept')
    await asked[0]?.answer(null)
    assert.deepEqual(inputs(), [{ a: 1 }, null])
    assert.deepEqual([drafts.now('d'), await drafts.remembered('d')], [undefined, null])
  })
})

describe('a window that goes', () => {
  test('keeps what was entered a moment ago, also past what is under way', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] })
    const { call, inputs } = held<object | null, null>()
    const drafts = new DraftStore({ get: async () => null, set: (_, value) => call(value), remove: () => call(null) })
    drafts.put('d', { a: 1 }, false)
    context.mock.timers.tick(500)
    drafts.put('d', { a: 1, b: 2 }, false)
    drafts.put('e', { c: 3 }, false)
    drafts.flush()
    context.mock.timers.tick(500)
    assert.deepEqual(inputs(), [{ a: 1 }, { c: 3 }, { a: 1, b: 2 }])
    drafts.put('e', { c: 4 }, false)
    drafts.discard('e')
    drafts.flush()
    assert.equal(inputs().at(-1), null)
  })
  test('stores the choices that wait, and the one under way again, in one call', async () => {
    const { call, inputs } = held<Partial<Set>, Set>()
    const choices = new Choices(READ, call, () => {})
    choices.flush()
    void choices.choose(() => ({ theme: 'light' }))
    void choices.choose(({ told }) => ({ told: { ...told, failures: false } }))
    void choices.choose(({ told }) => ({ told: { ...told, late: false } }))
    await turn()
    choices.flush()
    assert.deepEqual(inputs(), [{ theme: 'light' }, { theme: 'light', told: { failures: false, late: false } }])
  })
})

interface Set {
  theme: string
  clock: string
  told: { failures: boolean; late: boolean }
}
const READ: Set = { theme: 'system', clock: 'local', told: { failures: true, late: true } }

describe('choices', () => {
  test('are shown at once and stored in their order, one after the other', async () => {
    const { asked, call, inputs } = held<Partial<Set>, Set>()
    const choices = new Choices(READ, call, () => {})
    for (const theme of ['light', 'dark', 'contrast']) void choices.choose(() => ({ theme }))
    assert.equal(choices.shown.theme, 'contrast')
    await turn()
    assert.deepEqual(inputs(), [{ theme: 'light' }])
    await asked[0]?.answer({ ...READ, theme: 'light' })
    assert.equal(choices.shown.theme, 'contrast', 'what is stored meanwhile is not shown over what was chosen since')
    await asked[1]?.answer({ ...READ, theme: 'dark' })
    await asked[2]?.answer({ ...READ, theme: 'contrast' })
    assert.deepEqual(inputs(), [{ theme: 'light' }, { theme: 'dark' }, { theme: 'contrast' }])
    assert.deepEqual([choices.shown.theme, choices.error], ['contrast', null])
  })
  test('that can’t be stored are taken back with the reason, and nothing else is', async () => {
    const { asked, call, inputs } = held<Partial<Set>, Set>()
    let drawn = 0
    const choices = new Choices(READ, call, () => drawn++)
    void choices.choose(({ told }) => ({ told: { ...told, failures: false } }))
    void choices.choose(({ told }) => ({ told: { ...told, late: false } }))
    assert.deepEqual(choices.shown.told, { failures: false, late: false })
    await turn()
    const full = new Error('the disk is full')
    await asked[0]?.fail(full)
    assert.deepEqual([choices.shown.told, choices.error], [{ failures: true, late: false }, full])
    // what failed is not stored with the next one
    assert.deepEqual(inputs()[1], { told: { failures: true, late: false } })
    await asked[1]?.answer({ ...READ, told: { failures: true, late: false } })
    assert.deepEqual([choices.shown.told, choices.error], [{ failures: true, late: false }, full])
    assert.equal(drawn, 4)
    void choices.choose(() => ({ clock: 'utc' }))
    assert.equal(choices.error, null)
  })
})

test('a language whose words take long to come gives way to the one that was chosen since', async () => {
  // of a document it says its language alone
  Object.assign(globalThis, { document: { documentElement: { lang: '' } } })
  await startWords('en')
  const german = speak('de')
  await speak('en')
  await german
  assert.deepEqual([i18n.language, document.documentElement.lang], ['en', 'en'])
  await speak('de')
  assert.deepEqual([i18n.language, document.documentElement.lang], ['de', 'de'])
})
