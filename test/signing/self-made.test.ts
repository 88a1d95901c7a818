import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, type KeyObject, sign as nodeSign, X509Certificate } from 'node:crypto'
import { describe, test } from 'node:test'
import type { SignatureAlgorithm } from '../../src/contract/evidence/signing.ts'
import { isSelfSigned, readCertificate, subjectName } from '../../src/signing/certificate.ts'
import { Fields, readDer } from '../../src/signing/der/read.ts'
import { selfMadeCertificate } from '../../src/signing/self-made.ts'

const KEYS: [SignatureAlgorithm, string | null, KeyObject][] = [
  ['ECDSA-P256-SHA256', 'sha256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
  ['ECDSA-P384-SHA384', 'sha384', generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey],
  ['RSA-SHA256', 'sha256', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
  ['Ed25519', null, generateKeyPairSync('ed25519').privateKey],
]

async function make(name: string, [algorithm, hash, key]: (typeof KEYS)[number]): Promise<Buffer> {
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' })
  return selfMadeCertificate(name, publicKey, algorithm, async (data) => nodeSign(hash, data, key))
}

describe('a certificate that a bare key makes for itself', () => {
  for (const key of KEYS) {
    test(`${key[0]}: stands before Node's own reader`, async () => {
      const der = await make('Jürgen Müller', key)
      const x509 = new X509Certificate(der)
      assert.equal(x509.subject, 'CN=Jürgen Müller')
      assert.equal(x509.verify(x509.publicKey), true)
      assert.equal(x509.checkPrivateKey(key[2]), true)
      assert.equal(x509.ca, false)
      assert.equal(x509.validTo, 'Dec 31 23:59:59 9999 GMT')
      const certificate = readCertificate(der)
      assert.equal(isSelfSigned(certificate), true)
      assert.equal(subjectName(certificate), 'Jürgen Müller')
    })
  }

  test('has the same contents each time, and others for another name', async () => {
    const [key] = KEYS
    assert.ok(key)
    const contents = async (name: string) => new Fields(readDer(await make(name, key), 0x30)).take(0x30).bytes
    assert.deepEqual(await contents('Jane'), await contents('Jane'))
    assert.notDeepEqual(await contents('Jane'), await contents('John'))
    const serial = async (name: string) => new X509Certificate(await make(name, key)).serialNumber
    assert.notEqual(await serial('Jane'), await serial('John'))
  })

  test('cuts a name to the 64 characters that X.520 allows, not within one', async () => {
    const [key] = KEYS
    assert.ok(key)
    assert.equal(new X509Certificate(await make('😀'.repeat(80), key)).subject, `CN=${'😀'.repeat(64)}`)
  })
})
