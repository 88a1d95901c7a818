import assert from 'node:assert/strict'
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { signatureFiles, signatureOnlyFiles, signDetached } from '../../src/signing/detached.ts'
import { openSigner, type Signer } from '../../src/signing/signer.ts'
import { signingConfig } from './signing-config.ts'

const FIXTURE = join(import.meta.dirname, '../fixtures/oso/evidence')

const KINDS: { algorithm: string; hash: string | null; key: () => KeyObject; rawLength: number }[] = [
  {
    algorithm: 'ECDSA-P256-SHA256',
    hash: 'sha256',
    key: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
    rawLength: 64,
  },
  {
    algorithm: 'ECDSA-P384-SHA384',
    hash: 'sha384',
    key: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey,
    rawLength: 96,
  },
  { algorithm: 'Ed25519', hash: null, key: () => generateKeyPairSync('ed25519').privateKey, rawLength: 64 },
  {
    algorithm: 'RSA-SHA256',
    hash: 'sha256',
    key: () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
    rawLength: 256,
  },
]

describe('detached signatures', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'coffer-detached-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  async function signerOf(key: KeyObject, name: string): Promise<Signer> {
    const path = join(folder, `${name}.pem`)
    await writeFile(path, key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
    return openSigner(signingConfig({ private_key_path: path, signer_name: 'Jane' }), {
      environment: {},
      profile: folder,
    })
  }

  for (const { algorithm, hash, key, rawLength } of KINDS) {
    test(`${algorithm}: text and DER verify with the public key that comes along`, async () => {
      const signer = await signerOf(key(), algorithm)
      assert.equal(signer.algorithm, algorithm)
      // Often enough to meet an r or s that begins with a zero octet.
      for (let i = 0; i < (algorithm.startsWith('ECDSA') ? 600 : 3); i++) {
        const data = Buffer.from(`report ${i}`)
        const signature = await signDetached(data, { signer, id: `validation-${i}`, authority: null })
        const fields = readText(signature.text)
        const raw = Buffer.from(fields.Signature ?? '', 'base64')
        assert.equal(raw.length, rawLength)
        const publicKey = createPublicKey(signature.publicKeyPem)
        assert.equal(verify(hash, data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, raw), true)
        assert.equal(verify(hash, data, { key: publicKey, dsaEncoding: 'der' }, signature.der), true)
        assert.equal(fields.Algorithm, algorithm)
        assert.equal(fields['Report-ID'], `validation-${i}`)
        assert.equal(fields['Report-SHA256'], createHash('sha256').update(data).digest('hex'))
        assert.equal(signature.token, null)
        assert.equal(signature.timestampProblem, null)
      }
    })
  }

  test('the text has the form of a genuine one, line by line', async () => {
    const name = 'validation-e5b8ca71-ed6d-49aa-a826-ed4ebe56c10f'
    const genuine = await readFile(join(FIXTURE, `${name}.sig`), 'utf8')
    const data = await readFile(join(FIXTURE, `${name}.json`))
    const signer = await signerOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, 'oso')
    const ours = (await signDetached(data, { signer, id: name, authority: null })).text.toString()
    const withoutSignature = (text: string) => text.replace(/^Signature: [A-Za-z0-9+/]{86}==$/m, 'Signature: …')
    assert.equal(withoutSignature(ours).trimEnd(), withoutSignature(genuine).trimEnd())
  })

  test('an id with a line of its own is refused', async () => {
    const signer = await signerOf(generateKeyPairSync('ed25519').privateKey, 'id')
    for (const id of ['', 'a\nSignature: AAAA', 'a\r', ' a', 'ü']) {
      await assert.rejects(signDetached(Buffer.of(1), { signer, id, authority: null }), RangeError)
    }
  })

  test('an authority that fails, in whatever way, is told and not thrown', async () => {
    const signer = await signerOf(generateKeyPairSync('ed25519').privateKey, 'failing')
    const stamp = () => Promise.reject(new TypeError('the wire is cut'))
    const signature = await signDetached(Buffer.of(1), {
      signer,
      id: 'a',
      authority: { url: 'http://x', roots: [], fetched: new Map(), stamp },
    })
    assert.equal(signature.token, null)
    assert.equal(signature.timestampProblem, 'the wire is cut')
    assert.equal(signature.tsaChainPem, null)
  })

  test('the files of an archive and of a package', async () => {
    const signer = await signerOf(generateKeyPairSync('ed25519').privateKey, 'files')
    const signature = await signDetached(Buffer.of(1), { signer, id: 'a', authority: null })
    const names = signatureFiles('r', signature).map((file) => file.name)
    assert.deepEqual(names, ['r.sig', 'r.sig.der', 'r.pub.pem', 'r.chain.pem'])
    const withAll = { ...signature, token: Buffer.of(1), crlPem: 'crl', tsaChainPem: 'chain' }
    assert.deepEqual(
      signatureFiles('r', withAll).map((file) => file.name),
      ['r.sig', 'r.sig.der', 'r.sig.tst', 'r.pub.pem', 'r.chain.pem', 'r.crl.pem', 'r.tsa-chain.pem'],
    )
    assert.deepEqual(
      signatureOnlyFiles('report.json', withAll).map((file) => file.name),
      ['report.json.sig', 'report.json.sig.der', 'report.json.sig.tst'],
    )
  })
})

function readText(text: Buffer): Record<string, string> {
  const lines = text.toString('latin1').split('\n')
  assert.equal(lines[0], '-----BEGIN KAFKA BACKUP EVIDENCE SIGNATURE-----')
  assert.deepEqual(lines.slice(5), ['-----END KAFKA BACKUP EVIDENCE SIGNATURE-----', ''])
  return Object.fromEntries(
    lines.slice(1, 5).map((line) => {
      const colon = line.indexOf(': ')
      return [line.slice(0, colon), line.slice(colon + 2)]
    }),
  )
}
