import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { english } from '../../src/contract/said/said.ts'
import { signatureGaps } from '../../src/jobs/evidence/signature-gaps.ts'
import { nodeCrypto } from '../../src/signing/node-crypto.ts'
import { signPdf } from '../../src/signing/pades/sign.ts'
import { openSigner, type Signer } from '../../src/signing/signer.ts'
import { type TimestampAuthority, timestampAuthority } from '../../src/signing/timestamp.ts'
import { verifyPdf } from '../../src/verify/pdf/verify.ts'
import { fileStore, keys, NEW } from '../keys/support.ts'
import { startTsa, type TestTsa } from '../rig/tsa.ts'
import { samplePdf } from './sample-pdf.ts'
import { signingConfig } from './signing-config.ts'

/** Which level a key reaches, and that what is missing is said in each place where somebody may look for it. */
describe('levels of signed PDFs', () => {
  let folder: string
  let tsa: TestTsa
  let authority: TimestampAuthority
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'coffer-levels-'))
    tsa = await startTsa(join(folder, 'tsa'))
    const found = await timestampAuthority({ timestamp_url: tsa.url, timestamp_ca_path: tsa.root.rootFile })
    assert.ok(found)
    authority = found
  })
  after(async () => {
    await tsa?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  async function judged(signer: Signer, by: TimestampAuthority | null) {
    const time = new Date()
    const pdf = await samplePdf({ size: 'A4', pages: 1, attachments: 0, area: false, unicode: false }, time)
    const signed = await signPdf(pdf, { signer, authority: by, time })
    const roots = [signer.certificates.at(-1) as Buffer, ...authority.roots]
    const trust = { certificates: roots.map((der) => ({ der, name: 'root' })), keys: [] }
    const told = await verifyPdf({ name: 'a.pdf', bytes: signed.pdf }, { trust, at: null, crypto: nodeCrypto })
    assert.equal(told.verdict, 'passed', told.reason)
    return { signed, told }
  }

  for (const algorithm of ['P-256', 'P-384']) {
    test(`a key of "coffer keys create" (${algorithm}) with an authority: B-LT, and nothing is missing`, async () => {
      await keys(fileStore(folder), { ...NEW, name: algorithm, owner: 'Doe, Jane', organisation: 'Example', algorithm })
      const place = { environment: fileStore(folder), profile: folder }
      const signer = await openSigner(signingConfig({ key: algorithm }), place)
      assert.deepEqual(signatureGaps({ signer, authority }), [])
      const renamed = await openSigner(signingConfig({ key: algorithm, signer_name: 'John Roe' }), place)
      assert.deepEqual(
        signatureGaps({ signer: renamed, authority }).map((one) => english(one)),
        [
          'the configuration names "John Roe" as the signer, and the certificate of the key "Doe, Jane": the signature shows the latter alone',
        ],
      )
      const { signed, told } = await judged(signer, authority)
      assert.deepEqual([signed.level, signed.missing], ['B-LT', []])
      assert.equal(told.signatures[0]?.format, 'PAdES-BASELINE-LT')
      assert.doesNotMatch(told.answers.next, /PAdES B-LT/)
    })
  }

  test('a bare key: B-T with an authority, B-B without, and all places say what is missing and what helps', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const file = join(folder, 'bare.pem')
    await writeFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
    const signer = await openSigner(signingConfig({ private_key_path: file }), { environment: {}, profile: folder })
    const stamped = await judged(signer, authority)
    assert.equal(stamped.signed.level, 'B-T')
    assert.match(stamped.signed.missing.join('\n'), /certificate that was made here for it/)
    assert.equal(stamped.told.signatures[0]?.format, 'PAdES-BASELINE-T')
    assert.match(stamped.told.answers.next, /PAdES B-LT.*coffer keys create/)
    const gaps = signatureGaps({ signer, authority }).map((one) => english(one))
    assert.match(gaps.join('\n'), /can't reach PAdES B-LT.*coffer keys create/)
    const plain = await judged(signer, null)
    assert.equal(plain.signed.level, 'B-B')
    assert.match(plain.signed.missing.join('\n'), /there is no timestamp/)
    assert.match(plain.told.answers.next, /evidence\.signing\.timestamp_url/)
    assert.equal(signatureGaps({ signer, authority: null }).length, 2)
  })
})
