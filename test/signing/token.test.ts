import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readToken } from '../../src/signing/timestamp/token.ts'
import { DAY, T0, token } from '../verify/vectors/pki.ts'
import { ROOT, rootDer, signerDer, signerKey, TSA_ROOT, tsaDer, tsaKey, tsaRootDer } from '../verify/vectors/world.ts'

/** What an authority's token must be before it is taken, in tokens that no real authority would make. */
const DATA = Buffer.from('a signature')
const read = (bytes: Buffer, roots = [tsaRootDer]) =>
  readToken(bytes, { data: DATA, nonce: null, roots, now: new Date(T0 + DAY) })
const by = (certificate: Buffer, more: Partial<Parameters<typeof token>[1]> = {}) =>
  token(DATA, { key: tsaKey, certificates: [certificate], issuer: TSA_ROOT.cn, ...more })

test('a token of an authority under the root is taken', async () => {
  const { time, chain } = await read(by(tsaDer()))
  assert.equal(time.getTime(), T0 + DAY)
  assert.equal(chain.length, 2)
  await assert.doesNotReject(read(by(tsaDer()), []), 'without roots the chain is kept and trusted by nobody yet')
})

const REFUSED: [what: string, made: () => Buffer, words: RegExp][] = [
  ['without a purpose', () => by(tsaDer({ eku: [] })), /for timestamps alone|malformed|purpose/],
  ['for another purpose', () => by(tsaDer({ eku: ['1.3.6.1.5.5.7.3.4'] })), /for timestamps alone/],
  [
    'for another purpose too',
    () => by(tsaDer({ eku: ['1.3.6.1.5.5.7.3.8', '1.3.6.1.5.5.7.3.4'] })),
    /for timestamps alone/,
  ],
  ['whose purpose is not critical', () => by(tsaDer({ ekuCritical: false })), /for timestamps alone/],
  ['that was over at that time', () => by(tsaDer({ to: T0 })), /ran out on/],
  [
    'of a signer of documents',
    () => by(signerDer(), { key: signerKey, issuer: ROOT.cn }),
    /does not lead to a root|for timestamps alone/,
  ],
]
for (const [what, made, words] of REFUSED) {
  test(`refused, with roots and without: an authority's certificate ${what}`, async () => {
    for (const roots of [[tsaRootDer, rootDer], []]) await assert.rejects(read(made(), roots), { message: words })
  })
}

test('refused: a certificate that leads elsewhere, another imprint, a time that is not now', async () => {
  await assert.rejects(read(by(tsaDer()), [rootDer]), /does not lead to a root of "timestamp_ca_path"/)
  await assert.rejects(read(by(tsaDer(), { imprint: Buffer.alloc(32) })), /over other bytes/)
  await assert.rejects(read(by(tsaDer(), { time: T0 + 3 * DAY })), /more than a day from this machine/)
})
