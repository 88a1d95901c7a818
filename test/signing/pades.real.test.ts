import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import PDFDocument from 'pdfkit'
import { CofferError, isCofferError } from '../../src/contract/errors.ts'
import type { SigningConfig } from '../../src/contract/evidence/signing.ts'
import { derIn } from '../../src/signing/certificate.ts'
import { timestampPdf } from '../../src/signing/pades/catch-up.ts'
import { addSignaturePlaceholder } from '../../src/signing/pades/placeholder.ts'
import { signPdf } from '../../src/signing/pades/sign.ts'
import { PdfSyntaxError } from '../../src/signing/pades/syntax.ts'
import { openSigner, type Signer } from '../../src/signing/signer.ts'
import { type TimestampAuthority, timestampAuthority } from '../../src/signing/timestamp.ts'
import { makeKey, makeSigner, type TestSigner } from '../rig/pki.ts'
import { startTsa, type TestTsa } from '../rig/tsa.ts'
import { type SampleShape, samplePdf } from './sample-pdf.ts'
import { signingConfig } from './signing-config.ts'

const SHAPE: SampleShape = { size: 'A4', pages: 1, attachments: 0, area: false, unicode: false }

describe('signing PDFs, where it goes another way', () => {
  let folder: string
  let tsa: TestTsa
  let keys: TestSigner
  let signer: Signer
  let authority: TimestampAuthority
  let pdf: Buffer
  /** After the certificate was made: nothing is signed before its certificate begins. */
  let now: Date

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'coffer-pades-'))
    tsa = await startTsa(join(folder, 'tsa'))
    keys = await makeSigner(folder, 'P-256')
    signer = await open({})
    const found = await timestampAuthority(
      signingConfig({ timestamp_url: tsa.url, timestamp_ca_path: tsa.root.rootFile }),
    )
    assert.ok(found)
    authority = found
    now = new Date()
    pdf = await samplePdf(SHAPE, now)
  })
  after(async () => {
    await tsa?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  function open(given: Partial<SigningConfig>): Promise<Signer> {
    const config = {
      private_key_path: keys.keyFile,
      certificate_path: keys.chainFile,
      crl_path: keys.root.crlFile,
      ...given,
    }
    return openSigner(signingConfig(config), { environment: {}, profile: folder })
  }

  const unsupported = (pattern: RegExp) => (error: unknown) =>
    isCofferError(error, 'UNSUPPORTED') && pattern.test(error.message)

  test('the same input gives the same document with a place for a signature', async () => {
    assert.deepEqual(await samplePdf(SHAPE, now), pdf)
  })

  test('an Ed25519 key is refused for PDFs', async () => {
    const key = await makeKey(join(folder, 'ed25519.key'), 'Ed25519')
    const other = await open({ private_key_path: key, certificate_path: null, crl_path: null })
    await assert.rejects(signPdf(pdf, { signer: other, authority: null, time: now }), unsupported(/"Ed25519"/))
  })

  test('a self-made certificate gets a timestamp, and no more than B-T', async () => {
    const bare = await open({ certificate_path: null, crl_path: keys.root.crlFile })
    assert.equal(bare.selfMade, true)
    const signed = await signPdf(pdf, { signer: bare, authority, time: now })
    assert.equal(signed.level, 'B-T')
    assert.equal(signed.pdf.includes('/DSS'), false)
  })

  test('a timestamp for which there is no room is left out, and said', async () => {
    const token = await authority.stamp(Buffer.of(1))
    const huge: TimestampAuthority = {
      url: 'http://huge',
      roots: [],
      fetched: new Map(),
      stamp: async () => Buffer.concat([token, Buffer.alloc(40_000)]),
    }
    const signed = await signPdf(pdf, { signer, authority: huge, time: now })
    assert.equal(signed.level, 'B-B')
    assert.match(
      signed.timestampProblem ?? '',
      /^no timestamp in the PDF: with it the signature has \d+ bytes, and 32768 are reserved$/,
    )
  })

  test('a failing authority leaves B-B with the revocation list', async () => {
    const stamp = () => Promise.reject(new CofferError('TIMESTAMP_FAILED', 'out of order'))
    const signed = await signPdf(pdf, {
      signer,
      authority: { url: 'http://x', roots: [], fetched: new Map(), stamp },
      time: now,
    })
    assert.equal(signed.level, 'B-B')
    assert.equal(signed.timestampProblem, 'out of order')
    assert.equal(signed.pdf.includes('/DSS'), true)
  })

  test('the list of the authority that can not be had makes it B-T', async () => {
    tsa.servesCrl = false
    try {
      assert.equal((await signPdf(pdf, { signer, authority, time: now })).level, 'B-T')
    } finally {
      tsa.servesCrl = true
    }
    assert.equal((await signPdf(pdf, { signer, authority, time: now })).level, 'B-LT')
  })

  test('a certificate that was revoked since the key was opened is not signed with', async () => {
    const own = await makeSigner(await mkdtemp(join(folder, 'revoked-')), 'P-256')
    await own.root.revoke(own.certificateFile)
    const trusting = await open({ private_key_path: own.keyFile, certificate_path: own.chainFile, crl_path: null })
    const late = { ...trusting, crls: derIn(await readFile(own.root.crlFile), 'X509 CRL') }
    await assert.rejects(
      signPdf(pdf, { signer: late, authority: null, time: new Date() }),
      (error) => isCofferError(error, 'CERTIFICATE_UNUSABLE') && /is revoked$/.test(error.message),
    )
  })

  test('what has no placeholder, or is no PDF, is refused', async () => {
    for (const bytes of [Buffer.from('no PDF'), Buffer.alloc(0), pdf.subarray(0, pdf.length / 2), await plainPdf()]) {
      await assert.rejects(signPdf(bytes, { signer, authority: null, time: now }), PdfSyntaxError)
    }
  })

  test('a second placeholder is refused', () => {
    const doc = new PDFDocument({ tagged: true, pdfVersion: '1.7' })
    const placeholder = { name: 'Jane', role: null, meaning: null, location: null, time: now }
    addSignaturePlaceholder(doc, placeholder)
    assert.throws(() => addSignaturePlaceholder(doc, placeholder), /without a form/)
  })

  test('a PDF that was changed after it was signed gets no timestamp', async () => {
    const { pdf: signed } = await signPdf(pdf, { signer, authority: null, time: now })
    const stamp = (bytes: Buffer) => timestampPdf(bytes, { authority, crls: signer.crls, time: now })
    const before = tsa.requests
    await assert.rejects(stamp(pdf), unsupported(/ByteRange/))
    const flipped = Buffer.from(signed)
    flipped.write('%PDF-1.8', 0)
    await assert.rejects(stamp(flipped), unsupported(/does not match the signed bytes/))
    // A revision that draws over the first page: its new content, and a page that shows it.
    await assert.rejects(
      stamp(Buffer.concat([signed, Buffer.from('anything')])),
      unsupported(/changed after it was signed|startxref|expected/),
    )
    await assert.rejects(stamp(withRevision(signed)), unsupported(/changed after it was signed/))
    assert.equal(tsa.requests, before)
    const stamped = await stamp(signed)
    assert.equal(stamped.level, 'B-LT')
    await assert.rejects(stamp(stamped.pdf), unsupported(/has a timestamp already/))
  })

  /** The document with a revision that puts a new object 1 in the place of the old one. */
  function withRevision(signed: Buffer): Buffer {
    const xref = /startxref\s+(\d+)\s+%%EOF\s*$/.exec(signed.toString('latin1'))
    const root = /\/Root (\d+) 0 R/.exec(signed.toString('latin1', Number(xref?.[1])))
    const at = signed.length
    const object = '1 0 obj\n<< /Black /Box >>\nendobj\n'
    const table = `xref\n1 1\n${String(at).padStart(10, '0')} 00000 n \n`
    const trailer = `trailer\n<< /Size 999 /Root ${root?.[1]} 0 R /Prev ${xref?.[1]} >>\nstartxref\n${at + object.length}\n%%EOF\n`
    return Buffer.concat([signed, Buffer.from(object + table + trailer)])
  }
})

function plainPdf(): Promise<Buffer> {
  const doc = new PDFDocument()
  const chunks: Buffer[] = []
  doc.on('data', (chunk: Buffer) => chunks.push(chunk))
  return new Promise((resolve) => {
    doc.once('end', () => resolve(Buffer.concat(chunks)))
    doc.end()
  })
}
