import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { SigningConfig } from '../../src/contract/evidence/signing.ts'
import { renderPdf } from '../../src/evidence/pdf/render.ts'
import { timestampPdf } from '../../src/signing/pades/catch-up.ts'
import { type PadesLevel, signPdf } from '../../src/signing/pades/sign.ts'
import { openSigner } from '../../src/signing/signer.ts'
import { timestampAuthority } from '../../src/signing/timestamp.ts'
import { samples } from '../evidence/samples.ts'
import { mustRun } from '../rig/cache.ts'
import { startOcsp, type TestOcsp } from '../rig/ocsp.ts'
import {
  checkWithDss,
  checkWithPyHanko,
  type DssFacts,
  type PyHankoFacts,
  pdfsig,
  qpdfCheck,
} from '../rig/pdf-checks.ts'
import { type KeyKind, makeSigner, type TestSigner } from '../rig/pki.ts'
import { startTsa, type TestTsa } from '../rig/tsa.ts'
import { type SampleShape, samplePdf } from './sample-pdf.ts'
import { signingConfig } from './signing-config.ts'

/**
 * The gate: PDFs of several shapes, signed with keys of several kinds at each level, before judges that we didn't write.
 * No one of them sees every defect, so a PDF must stand before all.
 */
interface Case {
  name: string
  key: KeyKind
  /** A small document, or the name of a real report (test/evidence/samples.ts). */
  shape: SampleShape | string
  level: PadesLevel
  /** Whether the signer's revocation list is at hand. */
  crl: boolean
  timestamp: boolean
  selfMade?: boolean
  /** The authority failed when it was signed; the timestamp came later. */
  late?: boolean
  /** The signer's certificate names an OCSP responder and no list. */
  ocsp?: boolean
}

const SMALL: SampleShape = { size: 'A4', pages: 1, attachments: 0, area: false, unicode: false }
const CASES: Case[] = [
  { name: 'p256-bb', key: 'P-256', shape: SMALL, level: 'B-B', crl: false, timestamp: false },
  { name: 'p256-bb-crl', key: 'P-256', shape: { ...SMALL, area: true }, level: 'B-B', crl: true, timestamp: false },
  { name: 'p256-bt', key: 'P-256', shape: { ...SMALL, size: 'LETTER' }, level: 'B-T', crl: false, timestamp: true },
  {
    name: 'p256-blt',
    key: 'P-256',
    shape: { ...SMALL, pages: 40, area: true },
    level: 'B-LT',
    crl: true,
    timestamp: true,
  },
  {
    name: 'p384-blt',
    key: 'P-384',
    shape: { ...SMALL, size: 'LETTER', attachments: 2, unicode: true, area: true },
    level: 'B-LT',
    crl: true,
    timestamp: true,
  },
  { name: 'rsa-bb', key: 'RSA', shape: { ...SMALL, unicode: true }, level: 'B-B', crl: false, timestamp: false },
  { name: 'rsa-blt', key: 'RSA', shape: { ...SMALL, attachments: 1 }, level: 'B-LT', crl: true, timestamp: true },
  {
    name: 'p256-blt-open',
    key: 'P-256',
    // What lies open in the file must not be taken for the placeholder.
    shape: {
      ...SMALL,
      pages: 3,
      attachments: 1,
      compress: false,
      attached: '/ByteRange [0 9999999999 9999999999 9999999999] /Contents <00> startxref 1 %%EOF >> endobj',
    },
    level: 'B-LT',
    crl: true,
    timestamp: true,
  },
  { name: 'report', key: 'P-256', shape: 'passed', level: 'B-LT', crl: true, timestamp: true },
  { name: 'report-letter', key: 'RSA', shape: 'passed-letter', level: 'B-LT', crl: true, timestamp: true },
  { name: 'p256-bt-late', key: 'P-256', shape: SMALL, level: 'B-T', crl: false, timestamp: true, late: true },
  {
    name: 'rsa-blt-late',
    key: 'RSA',
    shape: { ...SMALL, area: true },
    level: 'B-LT',
    crl: true,
    timestamp: true,
    late: true,
  },
  {
    name: 'p256-blt-ocsp',
    key: 'P-256',
    shape: { ...SMALL, area: true, unicode: true },
    level: 'B-LT',
    crl: false,
    timestamp: true,
    ocsp: true,
  },
  { name: 'self-made', key: 'P-256', shape: SMALL, level: 'B-B', crl: false, timestamp: false, selfMade: true },
]

/** What the judges must not let pass; a gate that lets everything through proves nothing. */
const DEFECTS: Record<string, (pdf: Buffer) => Buffer> = {
  'bit-flipped': (pdf) => flipped(pdf, pdf.lastIndexOf('(D:') + '(D:202'.length),
  'signature-flipped': (pdf) => {
    // Inside the signature's own value, which ends before the unsigned attribute with the timestamp.
    const start = pdf.indexOf('/Contents <') + '/Contents <'.length
    const attribute = pdf.indexOf('060b2a864886f70d010910020e', start)
    return flipped(pdf, attribute - 40)
  },
}

function flipped(pdf: Buffer, at: number): Buffer {
  const bytes = Buffer.from(pdf)
  // Digits, decimal or hexadecimal, stay digits.
  bytes[at] = bytes[at] === 0x30 ? 0x31 : 0x30
  return bytes
}

const DSS_FORMAT: Record<PadesLevel, string> = {
  'B-B': 'PAdES-BASELINE-B',
  'B-T': 'PAdES-BASELINE-T',
  'B-LT': 'PAdES-BASELINE-LT',
}

describe('signed PDFs before independent judges', () => {
  let folder: string
  let tsa: TestTsa
  let ocsp: TestOcsp
  let ocspSigner: TestSigner
  const signers = new Map<KeyKind, TestSigner>()
  let dss: Map<string, DssFacts>
  let pyHanko: Map<string, PyHankoFacts[]>
  const file = (one: Case) => join(folder, `${one.name}.pdf`)

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'coffer-gate-'))
    tsa = await startTsa(join(folder, 'tsa'))
    for (const kind of ['P-256', 'P-384', 'RSA'] as const) {
      signers.set(kind, await makeSigner(await mkdtemp(join(folder, 'signer-')), kind, 'Jane Doe'))
    }
    ocsp = await startOcsp(join(folder, 'ocsp'))
    ocspSigner = await ocsp.signer('Jane Doe', 'P-256')
    for (const one of CASES) await writeFile(file(one), await signed(one))
    const files = CASES.map(file)
    const whole = await readFile(file(CASES[3] as Case))
    for (const [name, spoil] of Object.entries(DEFECTS)) {
      files.push(join(folder, `${name}.pdf`))
      await writeFile(join(folder, `${name}.pdf`), spoil(whole))
    }
    const roots = [...signers.values()].map((signer) => signer.root.rootDerFile)
    roots.push(tsa.root.rootDerFile, ocsp.root.rootDerFile)
    dss = await checkWithDss(files, roots, ['3a', 'ua1'])
    pyHanko = await checkWithPyHanko(files, roots)
  })

  after(async () => {
    await tsa?.stop()
    await ocsp?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  function signerOf(kind: KeyKind): TestSigner {
    const signer = signers.get(kind)
    assert.ok(signer)
    return signer
  }

  function unsigned(one: Case, time: Date): Promise<Buffer> {
    if (typeof one.shape !== 'string') return samplePdf(one.shape, time)
    const report = samples().find((sample) => sample.name === one.shape)
    assert.ok(report)
    // The signature's time, which is the report's, must lie within the certificate's.
    return renderPdf({ ...report.report, generated_at: time.toISOString() }, report.options)
  }

  async function signed(one: Case): Promise<Buffer> {
    const { keyFile, chainFile, root } = one.ocsp === true ? ocspSigner : signerOf(one.key)
    // B-T is what comes of a timestamp while no revocation list can be had.
    tsa.servesCrl = one.level === 'B-LT'
    const config: SigningConfig = signingConfig({
      private_key_path: keyFile,
      certificate_path: one.selfMade === true ? null : chainFile,
      crl_path: one.crl ? root.crlFile : null,
      timestamp_url: one.timestamp ? tsa.url : null,
      timestamp_ca_path: one.timestamp ? tsa.root.rootFile : null,
      signer_name: 'Jane Doe',
    })
    const time = new Date()
    const authority = await timestampAuthority(config, { timeoutMs: 120_000 })
    const signer = await openSigner(config, { environment: {}, profile: folder })
    tsa.mode = one.late === true ? 'status-500' : 'right'
    const result = await signPdf(await unsigned(one, time), { signer, authority, time })
    if (one.late !== true) {
      assert.equal(result.timestampProblem, null)
      assert.equal(result.level, one.level, one.name)
      return result.pdf
    }
    assert.match(result.timestampProblem ?? '', /expected HTTP status 200, got "500"/)
    assert.equal(result.level, 'B-B')
    tsa.mode = 'right'
    assert.ok(authority)
    const stamped = await timestampPdf(result.pdf, { authority, crls: signer.crls, time: new Date() })
    assert.equal(stamped.level, one.level, one.name)
    return stamped.pdf
  }

  for (const one of CASES) {
    test(`${one.name}: EU DSS`, () => {
      const facts = dss.get(`${one.name}.pdf`)
      assert.ok(facts)
      assert.equal(facts.signatures.length, 1)
      const [signature] = facts.signatures
      assert.equal(signature?.format, DSS_FORMAT[one.level])
      if (one.selfMade === true) {
        assert.equal(`${signature?.indication} ${signature?.subIndication}`, 'INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND')
      } else if (one.crl || one.ocsp === true) {
        assert.equal(signature?.indication, 'TOTAL_PASSED', facts.errors.join('\n'))
      } else {
        // Nobody has said that the certificate is not revoked, and DSS says so.
        assert.equal(signature?.indication, 'INDETERMINATE')
        assert.ok(facts.errors.includes('No revocation data found for the certificate!'), facts.errors.join('\n'))
      }
      assert.deepEqual(facts.timestamps, one.timestamp ? [one.level === 'B-LT' ? 'PASSED' : 'INDETERMINATE'] : [])
      assert.deepEqual(
        facts.warnings.filter((line) => /modif|visual|page/i.test(line)),
        [],
      )
    })

    test(`${one.name}: veraPDF`, () => {
      const facts = dss.get(`${one.name}.pdf`)
      assert.deepEqual(facts?.conformance, { '3a': true, ua1: true }, facts?.rules.join('\n'))
    })

    test(`${one.name}: pyHanko`, () => {
      const facts = pyHanko.get(`${one.name}.pdf`)
      assert.equal(facts?.length, 1)
      const signature = facts?.[0]
      assert.equal(signature?.intact, true)
      assert.equal(signature?.valid, true)
      assert.equal(signature?.trusted, one.selfMade !== true)
      assert.equal(signature?.bottomLine, one.selfMade !== true)
      // With a security store there is one revision more, and it is nothing but that.
      const store = one.crl || one.ocsp === true
      assert.equal(signature?.coverage, store ? 'ENTIRE_REVISION' : 'ENTIRE_FILE')
      assert.equal(signature?.modifications, store ? 'LTA_UPDATES' : 'NONE')
      assert.equal(signature?.timestamp, one.timestamp ? 'True' : 'none')
    })

    test(`${one.name}: openssl cms -verify -cades`, async () => {
      const { cms, content } = await partsOf(file(one))
      const cmsFile = `${file(one)}.p7s`
      const contentFile = `${file(one)}.content`
      await writeFile(cmsFile, cms)
      await writeFile(contentFile, content)
      const args = ['cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', cmsFile, '-content', contentFile]
      const trustFile = `${file(one)}.trust.pem`
      await writeFile(trustFile, await trustOf(one, cms))
      // A self-made certificate is trusted by name here; that it is otherwise trusted by nobody, the others have said.
      const trust = ['-CAfile', trustFile, '-purpose', 'any', one.crl ? '-crl_check' : '-partial_chain']
      await mustRun('openssl', [...args, ...trust, '-out', '/dev/null'])
    })

    test(`${one.name}: pdfsig and qpdf`, async () => {
      const words = await pdfsig(file(one))
      assert.match(words, /Signature Validation: Signature is Valid\./)
      assert.match(words, /Signature Type: ETSI\.CAdES\.detached/)
      assert.match(words, one.crl || one.ocsp === true ? /Not total document signed/ : /Total document signed/)
      assert.match(await qpdfCheck(file(one)), /No syntax or stream encoding errors found/)
    })
  }

  for (const name of Object.keys(DEFECTS)) {
    test(`a planted defect is seen: ${name}`, () => {
      assert.equal(dss.get(`${name}.pdf`)?.signatures[0]?.indication, 'TOTAL_FAILED')
      assert.equal(pyHanko.get(`${name}.pdf`)?.[0]?.bottomLine, false)
    })
  }

  /** PEM of the root, with its revocation list where the case has one. */
  async function trustOf(one: Case, cms: Buffer): Promise<string> {
    if (one.selfMade === true) {
      const cmsFile = `${file(one)}.p7s`
      await writeFile(cmsFile, cms)
      const { stdout } = await mustRun('openssl', ['pkcs7', '-inform', 'DER', '-in', cmsFile, '-print_certs'])
      return stdout
    }
    const { rootFile, crlFile } = one.ocsp === true ? ocspSigner.root : signerOf(one.key).root
    return (await readFile(rootFile, 'utf8')) + (one.crl ? await readFile(crlFile, 'utf8') : '')
  }

  /** CMS and signed bytes, cut out by what the file itself says. */
  async function partsOf(path: string): Promise<{ cms: Buffer; content: Buffer }> {
    const bytes = await readFile(path)
    const ranges = [...bytes.toString('latin1').matchAll(/\/ByteRange \[0 (\d+) (\d+) (\d+) *\]\n\/Contents </g)]
    const [, first, second, third] = (ranges[0] ?? []).map(Number)
    assert.equal(ranges.length, 1)
    assert.ok(first !== undefined && second !== undefined && third !== undefined)
    const content = Buffer.concat([bytes.subarray(0, first), bytes.subarray(second, second + third)])
    const padded = Buffer.from(bytes.toString('latin1', first + 1, second - 1), 'hex')
    return { cms: padded.subarray(0, 4 + padded.readUInt16BE(2)), content }
  }
})
