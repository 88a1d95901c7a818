import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { makeSigning, type Signing, verifyBytes } from './maker.ts'
import { vectors } from './vectors.ts'

let signing: Signing
before(async () => {
  signing = await makeSigning()
})
after(() => signing.tsa?.stop())

test('every vector gets its verdict, with the class of failure that it was made for', async () => {
  const all = await vectors(signing)
  assert.ok(all.length >= 90, `${all.length} vectors`)
  assert.equal(new Set(all.map(({ name }) => name)).size, all.length)
  for (const { name, zip, verdict, sub, check } of all) {
    const result = await verifyBytes(zip, signing.trust)
    assert.equal(result.verdict, verdict, `${name}: ${result.reason}`)
    if (sub === undefined) continue
    const found = result.checks.filter((one) => one.verdict === verdict && one.subIndication === sub)
    const told = result.checks
      .slice(0, 4)
      .map((one) => `${one.check} ${one.subIndication} ${one.reason}`)
      .join('\n')
    assert.ok(
      found.some((one) => check === undefined || one.check === check),
      `${name}: expected ${check} ${sub}, got\n${told}`,
    )
  }
})

test('without a trusted key a whole package is indeterminate, never passed', async () => {
  const [plain] = await vectors(signing)
  const result = await verifyBytes(plain?.zip as Buffer)
  assert.equal(result.verdict, 'indeterminate')
  assert.equal(result.subIndication, 'NO_TRUSTED_KEY')
})
