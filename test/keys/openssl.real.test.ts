import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { Secret } from '../../src/contract/secret.ts'
import { publicKeyDerOf } from '../../src/signing/store/key-kinds.ts'
import { loadPrivateKey } from '../../src/signing/store/load.ts'
import { openKeyStore } from '../../src/signing/store/store.ts'
import { mustRun, runTool } from '../rig/cache.ts'
import { fileStore, keys, NEW, temporaryFolder } from './support.ts'

/** What openssl makes of our certificates and lists, and we of its keys. */

const openssl = async (args: string[], cwd: string, env: Record<string, string> = {}) =>
  (await mustRun('openssl', args, { cwd, env, install: 'install openssl' })).stdout

for (const algorithm of ['P-256', 'P-384', 'Ed25519']) {
  test(`${algorithm}: openssl reads, verifies strictly, and sees the revocation`, async () => {
    const folder = await temporaryFolder()
    const environment = fileStore(folder)
    const owner = 'Jörg O’Neill, 山田'
    await keys(environment, { ...NEW, name: 'k', owner, organisation: 'Bank & Söhne', algorithm })
    const output = join(folder, 'out')
    const show = () => keys(environment, { action: 'export-public', name: 'k', output })
    await show()

    const leaf = await openssl(['x509', '-in', 'k-chain.pem', '-noout', '-text', '-nameopt', 'utf8'], output)
    assert.match(leaf, /Version: 3/)
    assert.ok(leaf.replaceAll('\\', '').includes(`Subject: O=Bank & Söhne, CN=${owner}`), leaf)
    assert.match(leaf, /Basic Constraints: critical\s+CA:FALSE/)
    assert.match(leaf, /Key Usage: critical\s+Digital Signature, Non Repudiation\n/)
    assert.match(
      leaf,
      /Extended Key Usage: *\n\s+(1\.3\.6\.1\.5\.5\.7\.3\.36|[^\n]*Document Signing), E-mail Protection/,
    )
    const root = await openssl(['x509', '-in', 'k-root.pem', '-noout', '-text'], output)
    assert.match(root, /Basic Constraints: critical\s+CA:TRUE, pathlen:0/)
    assert.match(root, /Key Usage: critical\s+Certificate Sign, CRL Sign\n/)
    const identifier = (text: string, kind: string) =>
      new RegExp(`${kind} Key Identifier: *\\n\\s+(?:keyid:)?([0-9A-F:]{59})\\n`).exec(text)?.[1]
    assert.ok(identifier(root, 'Subject'))
    assert.equal(identifier(leaf, 'Authority'), identifier(root, 'Subject'))
    assert.equal(identifier(root, 'Authority'), identifier(root, 'Subject'))
    assert.notEqual(identifier(leaf, 'Subject'), identifier(root, 'Subject'))
    const serial = (text: string) => /Serial Number:\s+([0-9a-f:]+)/.exec(text)?.[1]?.split(':').length
    assert.deepEqual([serial(leaf), serial(root)], [16, 16])

    const crl = () => openssl(['crl', '-in', 'k-crl.pem', '-noout', '-text'], output)
    assert.match(await crl(), /Version 2[\s\S]*CRL Number: *\n\s+1\n[\s\S]*No Revoked Certificates/)
    assert.equal(identifier(await crl(), 'Authority'), identifier(root, 'Subject'))
    const verified = await runTool('openssl', ['crl', '-in', 'k-crl.pem', '-noout', '-CAfile', 'k-root.pem'], {
      cwd: output,
    })
    assert.match(verified.stderr + verified.stdout, /verify OK/)

    const strict = ['-x509_strict', '-purpose', 'smimesign', '-crl_check_all', '-CRLfile', 'k-crl.pem']
    const ask = (...more: string[]) =>
      runTool('openssl', ['verify', ...strict, '-CAfile', 'k-root.pem', ...more, 'k-chain.pem'], { cwd: output })
    assert.equal((await ask()).stdout, 'k-chain.pem: OK\n')
    const inYears = (years: number) => ['-attime', String(Math.floor(Date.now() / 1000 + years * 365.25 * 86_400))]
    assert.equal((await ask(...inYears(9.9))).stdout, 'k-chain.pem: OK\n', 'the list lasts as long as the certificate')
    assert.match((await ask(...inYears(10.1))).stderr, /certificate has expired/)
    assert.match((await ask(...inYears(-1))).stderr, /not yet valid/)

    const key = await (await openKeyStore({ profile: folder, environment })).get('k')
    const published = await openssl(['pkey', '-pubin', '-in', 'k-public-key.pem', '-outform', 'DER'], output).then(
      async () => readFile(join(output, 'k-public-key.pem'), 'utf8'),
    )
    assert.equal(key.privateKey.asymmetricKeyType, algorithm === 'Ed25519' ? 'ed25519' : 'ec')
    assert.equal(await openssl(['x509', '-in', 'k-chain.pem', '-noout', '-pubkey'], output), published)

    await keys(environment, { action: 'revoke', name: 'k', reason: 'key-compromise' })
    await show()
    assert.match(await crl(), /CRL Number: *\n\s+2\n[\s\S]*CRL Reason Code: *\n\s+Key Compromise/)
    assert.match((await ask()).stderr, /certificate revoked/)
  })
}

test('keys that openssl makes, in each form, are read', async () => {
  const folder = await temporaryFolder()
  const PASS = 'Ä longer pass phrase'
  const env = { PASS }
  const to = ['-passout', 'env:PASS']
  await openssl(['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', 'key.pem'], folder)
  await openssl(['req', '-x509', '-key', 'key.pem', '-subj', '/CN=Test', '-days', '30', '-out', 'cert.pem'], folder)
  const pkcs8 = (...how: string[]) => ['pkcs8', '-topk8', '-in', 'key.pem', ...to, ...how]
  const pkcs12 = (...how: string[]) => ['pkcs12', '-export', '-inkey', 'key.pem', '-in', 'cert.pem', ...to, ...how]
  const forms: [string, string[]][] = [
    ['PBES2 AES-256', pkcs8('-v2', 'aes-256-cbc')],
    ['PBES2 AES-192, HMAC-SHA-512', pkcs8('-v2', 'aes-192-cbc', '-v2prf', 'hmacWithSHA512')],
    ['PBES2 AES-128, HMAC-SHA-1', pkcs8('-v2', 'aes-128-cbc', '-v2prf', 'hmacWithSHA1')],
    ['PBES2 3DES', pkcs8('-v2', 'des3')],
    ['PBES2 scrypt', pkcs8('-scrypt')],
    ['PKCS#12 PBE 3DES', pkcs8('-v1', 'PBE-SHA1-3DES')],
    ['DER', pkcs8('-v2', 'aes-256-cbc', '-outform', 'DER')],
    ['SEC1 AES-256', ['ec', '-in', 'key.pem', '-aes256', ...to]],
    ['PKCS#12 as it comes', pkcs12()],
    ['PKCS#12 3DES, MAC SHA-1', pkcs12('-certpbe', 'PBE-SHA1-3DES', '-keypbe', 'PBE-SHA1-3DES', '-macalg', 'sha1')],
    ['PKCS#12 AES-128, MAC SHA-512', pkcs12('-certpbe', 'AES-128-CBC', '-keypbe', 'AES-128-CBC', '-macalg', 'sha512')],
    ['PKCS#12 key clear', pkcs12('-keypbe', 'NONE')],
    ['PKCS#12 certificate clear', pkcs12('-certpbe', 'NONE')],
    ['PKCS#12 many rounds', pkcs12('-iter', '100000')],
  ]
  const plain = await loadPrivateKey(join(folder, 'key.pem'), null)
  for (const [what, args] of forms) {
    await openssl([...args, '-out', 'made'], folder, env)
    const loaded = await loadPrivateKey(join(folder, 'made'), new Secret(PASS))
    assert.ok(publicKeyDerOf(loaded.privateKey).equals(publicKeyDerOf(plain.privateKey)), what)
    assert.equal(loaded.certificates.length, what.startsWith('PKCS#12 ') && args[0] === 'pkcs12' ? 1 : 0, what)
    const wrong = loadPrivateKey(join(folder, 'made'), new Secret('wrong'))
    await assert.rejects(wrong, (error: Error & { code?: string }) => {
      assert.equal(error.code, 'KEY_PASSPHRASE', `${what}: ${error.stack}`)
      return true
    })
  }
  // what PBES2 can hold beyond that is named by its number
  await openssl(pkcs8('-v2', 'camellia-256-cbc', '-out', 'camellia.pem'), folder, env)
  await assert.rejects(loadPrivateKey(join(folder, 'camellia.pem'), new Secret(PASS)), {
    code: 'UNSUPPORTED',
    message: /cipher 1\.2\.392\.200011\.61\.1\.1\.1\.4 is not supported/,
  })
})
