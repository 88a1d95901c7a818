import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { produceEvidence } from '../../src/jobs/evidence/produce.ts'
import { readCertificate } from '../../src/signing/certificate.ts'
import { signDetached } from '../../src/signing/detached.ts'
import { nodeCrypto } from '../../src/signing/node-crypto.ts'
import { checkAnswer } from '../../src/signing/ocsp.ts'
import { signPdf } from '../../src/signing/pades/sign.ts'
import { revocationData } from '../../src/signing/revocation.ts'
import { openSigner, type Signer } from '../../src/signing/signer.ts'
import { timestampAuthority } from '../../src/signing/timestamp.ts'
import { verifyPdf } from '../../src/verify/pdf/verify.ts'
import { verifyReport } from '../../src/verify/report.ts'
import { parseTrust } from '../../src/verify/trust.ts'
import { sampleInput } from '../evidence/sample-parts.ts'
import { recordingContext } from '../restore/support.ts'
import { type OcspMode, startOcsp, type TestOcsp } from '../rig/ocsp.ts'
import { startTsa, type TestTsa } from '../rig/tsa.ts'
import { DAY, key, ocsp as madeAnswer, NOW } from '../verify/vectors/pki.ts'
import { leaf, ROOT, rootDer } from '../verify/vectors/world.ts'
import { samplePdf } from './sample-pdf.ts'
import { signingConfig } from './signing-config.ts'

/** What keeps the signature from B-LT when the responder answers like this. */
const FAULTS: Record<Exclude<OcspMode, 'right' | 'no-nonce' | 'silence'>, RegExp> = {
  'wrong-nonce': /the answer is to another request \(its nonce differs\)/,
  'other-certificate': /the answer is about another certificate/,
  'not-allowed': /its responder may not speak for the issuer/,
  stranger: /its responder may not speak for the issuer/,
  unknown: /the responder does not know it/,
  revoked: /^the certificate of "Jane" is revoked$/,
  'try-later': /is a refusal: the responder gave no answer/,
  garbage: /is malformed/,
  'status-500': /expected HTTP status 200, got "500"/,
  html: /expected an answer of type "application\/ocsp-response", got "text\/html"/,
}

describe('OCSP answers of a real responder', () => {
  let folder: string
  let ocsp: TestOcsp
  let tsa: TestTsa
  let signer: Signer
  let pdf: Buffer
  let time: Date
  const roots = async () =>
    parseTrust(
      await Promise.all(
        [ocsp.root.rootFile, tsa.root.rootFile].map(async (path) => ({ name: path, bytes: await readFile(path) })),
      ),
    )
  const authority = async () => {
    const found = await timestampAuthority({ timestamp_url: tsa.url, timestamp_ca_path: tsa.root.rootFile })
    assert.ok(found)
    return found
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'coffer-ocsp-'))
    ocsp = await startOcsp(join(folder, 'ocsp'))
    tsa = await startTsa(join(folder, 'tsa'))
    const keys = await ocsp.signer('Jane', 'P-256')
    const config = signingConfig({ private_key_path: keys.keyFile, certificate_path: keys.chainFile })
    signer = await openSigner(config, { environment: {}, profile: folder })
    time = new Date()
    pdf = await samplePdf({ size: 'A4', pages: 1, attachments: 0, area: false, unicode: false }, time)
  })
  after(async () => {
    await tsa?.stop()
    await ocsp?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  for (const mode of ['right', 'no-nonce'] as const) {
    test(`${mode}: the PDF is B-LT, and the verifier counts the answer`, async () => {
      ocsp.mode = mode
      const signed = await signPdf(pdf, { signer, authority: await authority(), time })
      assert.deepEqual([signed.level, signed.missing], ['B-LT', []])
      assert.match(signed.pdf.toString('latin1'), /\/OCSPs \[\d+ 0 R\]/)
      assert.match(signed.pdf.toString('latin1'), /\/OCSP \[\d+ 0 R\]/)
      const told = await verifyPdf(
        { name: 'a.pdf', bytes: signed.pdf },
        { trust: await roots(), at: null, crypto: nodeCrypto },
      )
      assert.equal(told.verdict, 'passed', told.reason)
      assert.equal(told.signatures[0]?.format, 'PAdES-BASELINE-LT')
      assert.equal(told.signatures[0]?.time?.kind, 'proved')
      assert.match(told.checks.find(({ check }) => check === 'chain')?.reason ?? '', /the OCSP answer of/)
    })
  }

  for (const [mode, reason] of Object.entries(FAULTS) as [OcspMode, RegExp][]) {
    test(`${mode}: the PDF is signed all the same, and says what is missing`, async () => {
      ocsp.mode = mode
      const signed = await signPdf(pdf, { signer, authority: await authority(), time })
      assert.equal(signed.level, 'B-T')
      assert.equal(signed.timestampProblem, null)
      assert.equal(signed.missing.length, 1, signed.missing.join('\n'))
      assert.match(signed.missing[0] ?? '', reason)
    })
  }

  test('revoked: a report says it itself, with and without a PDF', async () => {
    ocsp.mode = 'revoked'
    for (const formats of [['json'], ['json', 'pdf']] as ('json' | 'pdf')[][]) {
      const { report, problems } = await produceEvidence({
        input: { ...sampleInput(), generatedAt: Date.now() },
        manifest: Buffer.from('{}'),
        segments: [],
        evidence: { formats, page: 'A4', signing: signingConfig({}), prefix: 'evidence-reports/', retention_days: 1 },
        environment: {},
        context: recordingContext(),
        signing: { signer, authority: await authority() },
      })
      const line =
        'The signatures of this report should not be relied on: when they were made, the certificate of "Jane" is revoked'
      assert.ok(
        report.coffer.not_covered.some((one) => one.startsWith(line)),
        report.coffer.not_covered.join('\n'),
      )
      assert.ok(problems.some(({ id }) => id === 'warn.revoked'))
    }
  })

  test('a responder that never answers is given up', async () => {
    ocsp.mode = 'silence'
    const chain = signer.certificates.map(readCertificate)
    const data = await revocationData([chain], [], new Date(), { allowed: true, timeoutMs: 300 })
    assert.equal(data.complete, false)
    assert.match(data.missing.join(), /no OCSP answer for "Jane" from "http.*": no answer within 0\.3 s/)
  })

  test('without an authority nobody is asked', async () => {
    ocsp.mode = 'right'
    const before = ocsp.requests
    const signed = await signPdf(pdf, { signer, authority: null, time })
    assert.equal(signed.level, 'B-B')
    assert.equal(ocsp.requests, before)
    assert.match(signed.missing.join(), /there is no timestamp/)
  })

  test('a detached signature has the answer beside it, and its time is proved', async () => {
    ocsp.mode = 'right'
    const data = Buffer.from('{"report_id":"r","schema_version":"1.0"}')
    const signature = await signDetached(data, { signer, id: 'r', authority: await authority() })
    assert.match(signature.crlPem ?? '', /BEGIN X509 CRL[\s\S]*BEGIN OCSP RESPONSE/)
    const beside = {
      text: signature.text,
      der: signature.der,
      token: signature.token,
      chain: Buffer.from(signature.chainPem),
      tsaChain: Buffer.from(signature.tsaChainPem ?? ''),
      crls: Buffer.from(signature.crlPem ?? ''),
      publicKey: Buffer.from(signature.publicKeyPem),
    }
    const verify = async (crls: Buffer | null) =>
      verifyReport(
        { name: 'report.json', data, beside: { ...beside, crls }, isReport: true },
        { trust: await roots(), at: null, crypto: nodeCrypto },
      )
    const told = await verify(beside.crls)
    assert.equal(told.verdict, 'passed', told.reason)
    assert.equal(told.signatures[0]?.time?.kind, 'proved')
    const without = await verify(null)
    assert.deepEqual([without.verdict, without.subIndication], ['indeterminate', 'TRY_LATER'])
  })

  test('an answer from long ago, or of a signer that may not give one, is not taken', async () => {
    const [certificate, issuer] = [leaf, rootDer].map(readCertificate)
    assert.ok(certificate && issuer)
    const asked = { certificate, issuer, nonce: Buffer.alloc(32), at: new Date(NOW) }
    assert.equal(await checkAnswer(madeAnswer({ issuer: ROOT }), asked), 'good')
    const old = madeAnswer({ issuer: ROOT, from: NOW - 9 * DAY, to: NOW - 8 * DAY })
    await assert.rejects(checkAnswer(old, asked), /was due for renewal/)
    await assert.rejects(checkAnswer(madeAnswer({ issuer: ROOT, by: key('forger') }), asked), /nobody who may speak/)
  })
})
