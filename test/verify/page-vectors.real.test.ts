import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import type { VerifiedFile } from '../../src/contract/evidence/verdict.ts'
import { nodeCrypto } from '../../src/signing/node-crypto.ts'
import { verifyPdf } from '../../src/verify/pdf/verify.ts'
import { type Beside, verifyReport } from '../../src/verify/report.ts'
import { parseTrust } from '../../src/verify/trust.ts'
import { openPage, type PageCase, type PageFile, type PageRig, type Shown } from './page-rig.ts'
import { CHAIN_VECTORS } from './vectors/chain-vectors.ts'
import { CMS_VECTORS } from './vectors/cms-vectors.ts'
import { detachedVectors, REPORT } from './vectors/detached-vectors.ts'
import { PDF_VECTORS } from './vectors/pdf-vectors.ts'
import { REVOCATION_VECTORS } from './vectors/revocation-vectors.ts'
import { NOW, rootDer, tsaRootDer } from './vectors/world.ts'

/** When OSO's fixtures had been made already. */
const AFTER_OSO = Date.UTC(2026, 10, 25)

/** What the program says of PDFs and of reports with their signatures, the page in a package says too, to the word. */

const NAMES: Readonly<Record<keyof Beside, string>> = {
  text: 'report.json.sig',
  der: 'report.json.sig.der',
  token: 'report.json.sig.tst',
  chain: 'report.json.chain.pem',
  tsaChain: 'report.json.tsa-chain.pem',
  crls: 'report.json.crl.pem',
  publicKey: 'report.json.pub.pem',
}
const NOTHING: Beside = { text: null, der: null, token: null, chain: null, tsaChain: null, crls: null, publicKey: null }

interface Compared extends PageCase {
  name: string
  now: number
  told: VerifiedFile
}

function trustFiles({ trust, trustKeys }: { trust?: Buffer[]; trustKeys?: Buffer[] }): PageFile[] {
  return [
    ...(trust ?? [rootDer, tsaRootDer]).map((bytes, index) => ({ name: `root-${index}.crt`, bytes })),
    ...(trustKeys ?? []).map((bytes, index) => ({ name: `key-${index}.pub`, bytes })),
  ]
}

/** Trust that the program refuses (a key too weak to say anything) is no case of verifying. */
function optionsFor(trust: PageFile[], now: number) {
  return { trust: parseTrust(trust), at: null, now, crypto: nodeCrypto }
}

async function pdfCases(): Promise<Compared[]> {
  const cases: Compared[] = []
  for (const vector of [...PDF_VECTORS, ...CMS_VECTORS, ...CHAIN_VECTORS, ...REVOCATION_VECTORS]) {
    const trust = trustFiles(vector)
    const now = vector.now ?? NOW
    const bytes = vector.make()
    const report = vector.report ?? null
    const told = await verifyPdf({ name: 'vector.pdf', bytes, report }, optionsFor(trust, now))
    const beside = report === null ? [] : [{ name: 'vector.json', bytes: report }]
    cases.push({ name: vector.name, now, told, trust, files: [{ name: 'vector.pdf', bytes }, ...beside] })
  }
  return cases
}

async function detachedCases(): Promise<Compared[]> {
  const cases: Compared[] = []
  for (const vector of detachedVectors()) {
    const trust = trustFiles(vector)
    const now = vector.now ?? NOW
    const data = vector.data ?? REPORT
    const beside = { ...NOTHING, ...vector.beside }
    const told = await verifyReport({ name: 'report.json', data, beside, isReport: true }, optionsFor(trust, now))
    const parts = Object.entries(NAMES).flatMap(([part, name]) => {
      const bytes = beside[part as keyof Beside]
      return bytes === null ? [] : [{ name, bytes }]
    })
    cases.push({ name: vector.name, now, told, trust, files: [{ name: 'report.json', bytes: data }, ...parts] })
  }
  return cases
}

const FIXTURES = join(import.meta.dirname, '../fixtures')
const fixture = (...path: string[]): PageFile => ({
  name: path.at(-1) as string,
  bytes: readFileSync(join(FIXTURES, ...path)),
})

async function fixtureCases(): Promise<Compared[]> {
  const now = Date.UTC(2026, 10, 25)
  const lines = readFileSync(join(FIXTURES, 'pdf', 'expected.tsv'), 'utf8').split('\n')
  const cases: Compared[] = []
  for (const line of lines.filter((one) => one !== '' && !one.startsWith('#'))) {
    const [file = '', roots = ''] = line.split('\t')
    const pdf = fixture('pdf', file)
    for (const trust of [roots.split(',').map((root) => fixture('pdf', root)), []]) {
      const told = await verifyPdf(pdf, optionsFor(trust, now))
      cases.push({ name: `${file}, ${trust.length} roots`, now, told, trust, files: [pdf] })
    }
  }
  return cases
}

function assertSame({ name, told }: Compared, shown: Shown | undefined): void {
  assert.equal(shown?.verdict, told.verdict, `${name}: ${told.reason}`)
  if (told.verdict === 'passed') return
  assert.ok(shown?.lead.endsWith(` ${told.reason}`), `${name}: "${shown?.lead}" is not "${told.reason}"`)
  if (told.subIndication !== undefined)
    assert.ok(shown?.worst.includes(`(${told.subIndication})`), `${name}: ${shown?.worst}`)
}

const rigs = new Map<number, PageRig>()
async function rigAt(now: number): Promise<PageRig> {
  const rig = rigs.get(now) ?? (await openPage(now))
  rigs.set(now, rig)
  return rig
}
after(async () => {
  for (const rig of rigs.values()) await rig.close()
})

describe('the page in a package, in a browser without a network', () => {
  for (const [title, least, make] of [
    ['PDFs', 100, pdfCases],
    ['reports with their signatures', 25, detachedCases],
    ['fixtures of other programs', 12, fixtureCases],
  ] as const) {
    test(`${title}: verdict, reason and class of failure are the program's`, async () => {
      const cases = await make()
      assert.ok(cases.length >= least, `${cases.length} cases`)
      for (const now of new Set(cases.map((one) => one.now))) {
        const own = cases.filter((one) => one.now === now)
        const shown = await (await rigAt(now)).judge(own)
        assert.equal(shown.length, own.length)
        for (const [index, one] of own.entries()) assertSame(one, shown[index])
      }
    })
  }

  test("OSO's report: its signature is found, its key is trusted only where somebody says so", async () => {
    const id = 'validation-e5b8ca71-ed6d-49aa-a826-ed4ebe56c10f'
    const [report, signature] = [`${id}.json`, `${id}.sig`].map((name) => fixture('oso', 'evidence', name)) as [
      PageFile,
      PageFile,
    ]
    const key = fixture('oso', 'evidence', 'public-key.pem')
    const changed = {
      name: report.name,
      bytes: Buffer.from(Buffer.from(report.bytes).toString().replace('620', '621')),
    }
    const rig = await rigAt(AFTER_OSO)
    const stranger = { ...key, name: 'signer-root.pem' }
    const [trusted, together, handed, alone, unsigned, forged] = await rig.judge([
      { files: [report, signature], trust: [key] },
      { files: [report, signature, key], trust: [] },
      { files: [report, signature, stranger], trust: [] },
      { files: [signature], trust: [key] },
      { files: [report], trust: [key] },
      { files: [changed, signature], trust: [key] },
    ])
    assert.equal(trusted?.verdict, 'passed')
    assert.equal(together?.verdict, 'indeterminate')
    assert.match(together?.worst ?? '', /NO_TRUSTED_KEY/)
    assert.match(together?.trusting ?? '', /public-key\.pem/)
    // whoever hands over evidence may hand over a key as well, under any name
    assert.equal(handed?.verdict, 'indeterminate')
    assert.match(handed.worst, /NO_SIGNING_CERTIFICATE_FOUND/)
    assert.match(
      handed.trusting,
      /vouches for nobody: signer-root\.pem\. If you got it by another way, add it by itself/,
    )
    assert.match(alone?.verdict ?? '', /is a signature: add the file that it belongs to/)
    assert.match(unsigned?.worst ?? '', /NOT_SIGNED/)
    assert.match(forged?.worst ?? '', /HASH_FAILURE/)
  })

  test('a signature that comes later joins its report; two files are checked side by side', async () => {
    const { page } = await rigAt(AFTER_OSO)
    const id = 'validation-e5b8ca71-ed6d-49aa-a826-ed4ebe56c10f'
    const path = (name: string) => join(FIXTURES, 'oso', 'evidence', name)
    await page.click('#again')
    await page.setInputFiles('#trust', path('public-key.pem'))
    await page.waitForSelector('#trusted li')
    await page.setInputFiles('#file', path(`${id}.json`))
    await page.waitForSelector('body[data-verdict="indeterminate"] #result:not([hidden])')
    await page.setInputFiles('#file', path(`${id}.sig`))
    await page.waitForSelector('body[data-verdict="passed"] #result:not([hidden])')
    assert.match((await page.textContent('#headline')) ?? '', /This report is genuine and unchanged/)
    await page.setInputFiles('#file', [path(`${id}.json`), path(`${id}.sig`), path(`${id}.pdf`)])
    await page.waitForFunction(() => document.querySelectorAll('#several button').length === 2)
    // the PDF is not signed, and so it is the one that is shown first
    assert.equal(await page.evaluate(() => document.body.dataset.verdict), 'indeterminate')
    await page.click('#several button:nth-child(1) >> nth=1')
    assert.equal(await page.evaluate(() => document.body.dataset.verdict), 'passed')
  })

  test('a time to judge for is taken into account, and shown', async () => {
    const { page } = await rigAt(NOW)
    await page.click('#again')
    const pdf = fixture('pdf', 'valid-lt.pdf')
    const roots = ['root-a.der', 'root-b.der', 'tsa-root.der'].map((name) => join(FIXTURES, 'pdf', name))
    await page.setInputFiles('#trust', roots)
    await page.fill('#at', '2019-01-01T00:00')
    await page.setInputFiles('#file', { name: pdf.name, mimeType: 'application/pdf', buffer: Buffer.from(pdf.bytes) })
    await page.waitForSelector('#result:not([hidden])')
    assert.notEqual(await page.evaluate(() => document.body.dataset.verdict), 'passed')
    assert.match((await page.textContent('#context')) ?? '', /judged for 2019-01-01 00:00 UTC/)
    const told = await verifyPdf(pdf, {
      ...optionsFor(
        roots.map((path) => ({ name: path, bytes: readFileSync(path) })),
        NOW,
      ),
      at: Date.UTC(2019, 0, 1),
    })
    assert.ok((await page.textContent('#lead'))?.endsWith(told.reason))
    await page.click('#again')
    await page.fill('#at', '')
  })

  test('nothing was asked for, and nothing went wrong', () => {
    for (const { requests, problems } of rigs.values()) {
      assert.equal(requests.length, 1)
      assert.deepEqual(problems, [])
    }
  })
})
