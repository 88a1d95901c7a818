import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { VerifiedFile } from '../../src/contract/evidence/verdict.ts'
import { nodeCrypto } from '../../src/signing/node-crypto.ts'
import { verifyPdf } from '../../src/verify/pdf/verify.ts'
import { type Beside, verifyReport } from '../../src/verify/report.ts'
import { mutate, randomFrom } from './mutants.ts'
import { detachedParts, REPORT } from './vectors/detached-vectors.ts'
import { CATALOG, withField } from './vectors/pdf.ts'
import { DAY, NOW, rootDer, signed, signedOnly, stamp, T0, tsaRootDer } from './vectors/world.ts'

/**
 * Thousands of mutants with a fixed seed: none passes, none crashes, none hangs. What was signed must not change by a
 * bit, and what lies beside it (certificates, lists, the revision after the signature) must not either.
 */
const TRUST = {
  certificates: [rootDer, tsaRootDer].map((der) => ({ der, name: 'root' })),
  keys: [],
}
const options = { trust: TRUST, at: null, now: NOW, crypto: nodeCrypto }

/** The same bytes, or the same but for one kind of white space in place of another after the signature. */
function isSame(original: Buffer, mutant: Buffer): boolean {
  return (
    original.length === mutant.length &&
    original.every((byte, at) => byte === mutant[at] || (blank(byte) && blank(mutant[at])))
  )
}

function blank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d
}

describe('mutants of signed PDFs', () => {
  const lt = signed()
  const lta = withField(lt, (bytes) => stamp({ time: T0 + 10 * DAY })(bytes), { catalog: `${CATALOG}/DSS 24 0 R ` })
  for (const [name, pdf, count] of [
    ['LT', lt, 2500],
    ['LTA', lta, 800],
  ] as const) {
    test(`${name}: none of ${count} passes`, async () => {
      const verify = (bytes: Buffer) => verifyPdf({ name: 'mutant.pdf', bytes }, options)
      assert.equal((await verify(pdf)).verdict, 'passed')
      const text = pdf.toString('latin1')
      const random = randomFrom(20_260_601)
      // most of a signature's gap is zeros: one place in ten is enough there
      const at = () => {
        const place = Math.floor(random() * pdf.length)
        return text.slice(place, place + 50) === '0'.repeat(50) && random() > 0.1 ? Math.floor(random() * 900) : place
      }
      await none(pdf, count, random, at, verify)
    })
  }

  test('signed revision alone: cutting the revocation data off is seen by what is missing', async () => {
    const cut = await verifyPdf({ name: 'cut.pdf', bytes: signedOnly() }, options)
    assert.deepEqual([cut.verdict, cut.subIndication], ['indeterminate', 'TRY_LATER'])
  })
})

describe('mutants of detached signatures', () => {
  const parts = detachedParts()
  const verify = (changed: Partial<Beside> & { data?: Buffer }) => {
    const { data = REPORT, ...beside } = { ...parts, ...changed }
    return verifyReport({ name: 'report.json', data, beside, isReport: true }, options)
  }

  test('whole', async () => assert.equal((await verify({})).verdict, 'passed'))

  for (const part of ['text', 'der', 'token', 'chain', 'crls', 'publicKey', 'data'] as const) {
    test(`${part}: none of 400 passes`, async () => {
      const original = Buffer.from(part === 'data' ? REPORT : (parts[part] as Buffer))
      const random = randomFrom(part.length * 1000 + 7)
      await none(
        original,
        400,
        random,
        () => Math.floor(random() * original.length),
        (bytes) => verify({ [part]: bytes }),
      )
    })
  }
})

async function none(
  original: Buffer,
  count: number,
  random: () => number,
  at: () => number,
  verify: (bytes: Buffer) => Promise<VerifiedFile>,
): Promise<void> {
  const slipped: string[] = []
  for (let index = 0; index < count; index++) {
    const mutant = mutate(original, random, at)
    if (isSame(original, mutant.bytes)) continue
    const result = await verify(mutant.bytes)
    if (result.verdict === 'passed') slipped.push(mutant.what)
    // a mistake of this program in a hostile file must at least be said
    assert.doesNotMatch(result.reason, /Cannot read|undefined|is not a function|Maximum call/, mutant.what)
  }
  assert.deepEqual(slipped, [])
}
