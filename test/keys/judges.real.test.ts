import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { signDetached } from '../../src/signing/detached.ts'
import { signPdf } from '../../src/signing/pades/sign.ts'
import { openSigner } from '../../src/signing/signer.ts'
import { timestampAuthority } from '../../src/signing/timestamp.ts'
import { mustRun } from '../rig/cache.ts'
import { checkWithDss, checkWithPyHanko, type DssFacts, type PyHankoFacts } from '../rig/pdf-checks.ts'
import { startTsa, type TestTsa } from '../rig/tsa.ts'
import { samplePdf } from '../signing/sample-pdf.ts'
import { signingConfig } from '../signing/signing-config.ts'
import { fileStore, keys, NEW, temporaryFolder } from './support.ts'

const SAMPLE = { size: 'A4', pages: 1, attachments: 0, area: false, unicode: false } as const

/** Keys as `coffer keys create` makes them, before judges that we didn't write: root, certificate and list suffice. */
describe('keys of the store sign what independent judges accept', () => {
  let folder: string
  let tsa: TestTsa
  let dss: Map<string, DssFacts>
  let pyHanko: Map<string, PyHankoFacts[]>
  const signerOf = (key: string) =>
    openSigner(signingConfig({ key }), { environment: fileStore(folder), profile: folder })

  before(async () => {
    folder = await temporaryFolder()
    tsa = await startTsa(join(folder, 'tsa'))
    tsa.servesCrl = true
    const roots = [tsa.root.rootDerFile]
    const files: string[] = []
    for (const algorithm of ['P-256', 'P-384']) {
      await keys(fileStore(folder), { ...NEW, name: algorithm, owner: 'Jörg Müller', organisation: 'Bank', algorithm })
      await keys(fileStore(folder), { action: 'export-public', name: algorithm, output: folder })
      const root = join(folder, `${algorithm}-root.der`)
      await mustRun('openssl', ['x509', '-in', join(folder, `${algorithm}-root.pem`), '-outform', 'DER', '-out', root])
      roots.push(root)
      const signer = await signerOf(algorithm)
      // at once, so that the timestamp is of the same minute as the certificates
      for (const timestamp of [true, false]) {
        const time = new Date()
        const authority = timestamp
          ? await timestampAuthority(signingConfig({ timestamp_url: tsa.url, timestamp_ca_path: tsa.root.rootFile }))
          : null
        const result = await signPdf(await samplePdf(SAMPLE, time), { signer, authority, time })
        assert.deepEqual([result.level, result.timestampProblem], [timestamp ? 'B-LT' : 'B-B', null])
        files.push(join(folder, `${algorithm}-${result.level}.pdf`))
        await writeFile(files.at(-1) as string, result.pdf)
      }
    }
    dss = await checkWithDss(files, roots, ['3a', 'ua1'])
    pyHanko = await checkWithPyHanko(files, roots)
  })
  after(() => tsa?.stop())

  for (const name of ['P-256-B-LT', 'P-256-B-B', 'P-384-B-LT', 'P-384-B-B']) {
    test(`${name}: EU DSS and pyHanko`, () => {
      const facts = dss.get(`${name}.pdf`)
      assert.equal(facts?.signatures[0]?.indication, 'TOTAL_PASSED', JSON.stringify(facts))
      assert.deepEqual(facts?.errors, [])
      // a private root has no server to ask; nothing else about certificates and lists is worth a warning
      const odd = facts?.warnings.filter((line) => /key usage|extended|revocation|CRL|certificate/i.test(line))
      assert.deepEqual(odd, ['The revocation info access is not present!'])
      const [signature] = pyHanko.get(`${name}.pdf`) ?? []
      assert.deepEqual([signature?.valid, signature?.trusted, signature?.bottomLine], [true, true, true])
    })
  }

  test('a detached signature by Ed25519, by openssl alone', async () => {
    await keys(fileStore(folder), { ...NEW, name: 'ed', algorithm: 'Ed25519' })
    const data = Buffer.from('{"report":1}')
    const signature = await signDetached(data, { signer: await signerOf('ed'), id: 'x', authority: null })
    await writeFile(join(folder, 'data'), data)
    await writeFile(join(folder, 'data.sig'), signature.der)
    await writeFile(join(folder, 'data.pub'), signature.publicKeyPem)
    const args = ['pkeyutl', '-verify', '-pubin', '-inkey', 'data.pub', '-rawin', '-in', 'data', '-sigfile', 'data.sig']
    assert.match((await mustRun('openssl', args, { cwd: folder })).stdout, /Verified Successfully/)
    assert.equal(await readFile(join(folder, 'data.pub'), 'utf8'), signature.publicKeyPem)
  })

  test('a revoked key signs nothing any more', async () => {
    await keys(fileStore(folder), { action: 'revoke', name: 'P-384', reason: 'superseded' })
    await assert.rejects(signerOf('P-384'), { code: 'KEY_REVOKED' })
  })
})
