import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { verifyText } from '../../src/cli/render/text-verify.ts'
import { signOf } from '../../src/contract/evidence/questions.ts'
import type { VerifiedFile } from '../../src/contract/evidence/verdict.ts'
import { nodeCrypto } from '../../src/signing/node-crypto.ts'
import type { Trust } from '../../src/verify/crypto.ts'
import { type Beside, verifyReport } from '../../src/verify/report.ts'
import { pem, publicPem, REPORT, text } from './vectors/detached-vectors.ts'
import { certificate, type Issuer, key, list, root, signWith, token } from './vectors/pki.ts'
import { leaf, NOW, ROOT, rootDer, rootList, signerKey } from './vectors/world.ts'

/** Whose a signature is said to be, and since when: what a person reads, where the verdict alone is right. */

const nothing: Beside = { text: null, der: null, token: null, chain: null, tsaChain: null, crls: null, publicKey: null }
const verify = (beside: Partial<Beside>, trust: Trust, data = REPORT): Promise<VerifiedFile> =>
  verifyReport(
    { name: 'report.json', data, beside: { ...nothing, ...beside }, isReport: true },
    { trust, at: null, now: NOW, crypto: nodeCrypto },
  )
const EVIL: Issuer = { cn: 'Evil CA', key: key('evil') }
const KEY: Trust = { certificates: [], keys: [{ spki: signerKey.spki, name: 'key.pem' }] }
const ROOTS: Trust = { certificates: [{ der: rootDer, name: 'root' }], keys: [] }
/** A genuine signature, and beside it a certificate that names somebody else for its key. */
const renamed = (cn: string) => ({
  text: text(),
  chain: pem('CERTIFICATE', certificate({ cn, key: signerKey, issuer: EVIL }), root(EVIL.cn, EVIL.key)),
  crls: pem('X509 CRL', list({ by: EVIL })),
})

describe('whose a signature is', () => {
  test('a trusted key vouches for no name that anybody put beside it', async () => {
    const result = await verify(renamed('The Federal Regulator'), KEY)
    assert.equal(result.verdict, 'passed', result.reason)
    assert.doesNotMatch(JSON.stringify([result.answers, result.signatures[0]?.signer]), /Regulator/)
    assert.match(result.answers.whose, /^The holder of the key [0-9a-f]{64}, which you trust\.$/)
    assert.match(
      result.checks.find(({ check }) => check === 'chain')?.reason ?? '',
      /Nobody whom you trust vouches for the name in its certificate \("The Federal Regulator"\)\./,
    )
  })
  test('where a trusted root vouches for the name, the trusted key does not hide it', async () => {
    const result = await verify(
      { text: text(), chain: pem('CERTIFICATE', leaf, rootDer), crls: pem('X509 CRL', rootList) },
      { ...ROOTS, keys: KEY.keys },
    )
    assert.match(result.answers.whose, /^"Vector Signer" \(Coffer test\), certified by "Vector Root"\.$/)
  })
  test('a name forges no line, no quotation and no direction of reading', async () => {
    const cn = 'Mallory" (BaFin), certified by "D-Trust\n  Whose?    "Jane\u001b[2K\u202e'
    const issued = certificate({ cn, key: signerKey, issuer: ROOT })
    const result = await verify(
      { text: text(), chain: pem('CERTIFICATE', issued, rootDer), crls: pem('X509 CRL', rootList) },
      ROOTS,
    )
    assert.equal(result.verdict, 'passed', result.reason)
    assert.match(
      result.answers.whose,
      /^"Mallory' \(BaFin\), certified by 'D-Trust\\u\{a\} {2}Whose\? {4}'Jane\\u\{1b\}\[2K\\u\{202e\}" \(Coffer test\), certified by "Vector Root"\.$/,
    )
  })
  test('what a report says of itself stays in its line', async () => {
    const data = Buffer.from(
      JSON.stringify({ backup: { id: 'b"\n  Since?    Since 2019' }, report_id: 'r\nx', schema_version: '1.0' }),
    )
    const der = signWith(signerKey, 'sha256', data)
    const file = await verify({ der, publicKey: publicPem(signerKey) }, KEY, data)
    const lines = verifyText({
      kind: 'verify',
      verdict: file.verdict,
      files: [file],
      verified_at: '',
      tool: { name: 'coffer', version: '0' },
    })
    assert.deepEqual(
      lines.filter((line) => line.includes('\n')),
      [],
    )
    assert.equal(lines.filter((line) => line.trimStart().startsWith('Since?')).length, 1)
  })
})

describe('since when', () => {
  test("an authority of the signer's own root is no witness: its time rests on the signer", async () => {
    const own = key('own authority')
    const authority = certificate({
      cn: 'DigiCert Timestamp',
      key: own,
      issuer: ROOT,
      usage: 0x80,
      eku: ['1.3.6.1.5.5.7.3.8'],
    })
    const der = signWith(signerKey, 'sha256', REPORT)
    const result = await verify(
      {
        der,
        token: token(der, { key: own, certificates: [authority], issuer: ROOT.cn }),
        chain: pem('CERTIFICATE', leaf, rootDer),
        crls: pem('X509 CRL', rootList),
      },
      ROOTS,
    )
    assert.equal(result.verdict, 'passed', result.reason)
    assert.match(
      result.answers.since,
      /"DigiCert Timestamp" says that it existed then\. The root that vouches for this authority is the signer's own/,
    )
    assert.deepEqual(signOf(result, 'since'), { verdict: 'indeterminate', rests: 'signer' })
  })
})
