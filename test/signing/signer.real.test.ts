import assert from 'node:assert/strict'
import { verify } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type ErrorCode, isCofferError } from '../../src/contract/errors.ts'
import type { SigningConfig } from '../../src/contract/evidence/signing.ts'
import { Secret } from '../../src/contract/secret.ts'
import { openSigner, type Signer } from '../../src/signing/signer.ts'
import { mustRun } from '../rig/cache.ts'
import { makeKey, makeSigner, SIGNING_EXTENSIONS, type TestSigner } from '../rig/pki.ts'
import { signingConfig } from './signing-config.ts'

describe('opening the key that signs', () => {
  let folder: string
  let keys: TestSigner
  const at = (name: string) => join(folder, name)
  const open = (given: Partial<SigningConfig>): Promise<Signer> =>
    openSigner(signingConfig(given), { environment: {}, profile: folder })

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'coffer-signer-'))
    keys = await makeSigner(folder, 'P-256', 'Jane Doe')
  })
  after(() => rm(folder, { recursive: true, force: true }))

  async function refused(given: Partial<SigningConfig>, code: ErrorCode, message: RegExp): Promise<void> {
    await assert.rejects(open(given), (error) => {
      assert.ok(isCofferError(error, code), String(error))
      assert.match(error.message, message)
      return true
    })
  }

  /** Another certificate for the signer's key. */
  async function certificate(name: string, extensions: string, days?: [string, string]): Promise<string> {
    const path = at(name)
    const subject = '/O=Coffer test/CN=Other'
    await keys.root.issue({ keyFile: keys.keyFile, certificateFile: path, subject, extensions })
    if (days !== undefined) {
      // "openssl x509" takes no dates; "req -x509" in this version neither: the dates come from "openssl ca".
      const config = [
        '[ca]',
        'default_ca=r',
        '[r]',
        `database=${at('dates.txt')}`,
        `new_certs_dir=${folder}`,
        'rand_serial=yes',
      ]
      config.push(
        'default_md=sha256',
        'policy=p',
        'unique_subject=no',
        '[p]',
        'organizationName=supplied',
        'commonName=supplied',
      )
      await writeFile(at('dates.txt'), '')
      await writeFile(at('dates.cnf'), `${config.join('\n')}\n`)
      const ca = [
        '-config',
        at('dates.cnf'),
        '-keyfile',
        keys.root.keyFile,
        '-cert',
        keys.root.rootFile,
        '-batch',
        '-notext',
      ]
      const [startdate, enddate] = days
      const dates = ['-startdate', startdate, '-enddate', enddate, '-extfile', `${path}.ext`]
      await mustRun('openssl', ['ca', ...ca, ...dates, '-in', `${path}.csr`, '-out', path])
    }
    return path
  }

  test('a key with its chain', async () => {
    const signer = await open({
      private_key_path: keys.keyFile,
      certificate_path: keys.chainFile,
      crl_path: keys.root.crlFile,
    })
    assert.equal(signer.name, 'Jane Doe')
    assert.equal(signer.selfMade, false)
    assert.equal(signer.certificates.length, 2)
    assert.equal(signer.crls.length, 1)
    assert.match(signer.keyId, /^[0-9a-f]{64}$/)
    const data = Buffer.from('x')
    assert.equal(verify('sha256', data, signer.publicKeyPem, await signer.sign(data)), true)
  })

  test('a chain in the wrong order, with a stranger in it, is put in order', async () => {
    const stranger = await makeSigner(await mkdtemp(at('stranger-')), 'P-256', 'Stranger')
    const files = [stranger.certificateFile, keys.root.rootFile, keys.certificateFile]
    await writeFile(
      at('mixed.pem'),
      (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('text between\n'),
    )
    const signer = await open({ private_key_path: keys.keyFile, certificate_path: at('mixed.pem') })
    const straight = await open({ private_key_path: keys.keyFile, certificate_path: keys.chainFile })
    assert.deepEqual(signer.certificates, straight.certificates)
  })

  test('a bare key makes a certificate for itself', async () => {
    const signer = await open({ private_key_path: keys.keyFile, signer_name: 'Jürgen' })
    assert.equal(signer.selfMade, true)
    assert.equal(signer.certificates.length, 1)
    assert.equal(signer.name, 'Jürgen')
    const nameless = await open({ private_key_path: keys.keyFile })
    assert.equal(nameless.name, `key ${nameless.keyId.slice(0, 16)}`)
  })

  test('PKCS#12 brings its certificates along', async () => {
    const out = ['-out', at('firm.p12'), '-passout', 'pass:s3cret', '-certfile', keys.root.rootFile]
    await mustRun('openssl', ['pkcs12', '-export', '-inkey', keys.keyFile, '-in', keys.certificateFile, ...out])
    const signer = await open({ private_key_path: at('firm.p12'), passphrase: new Secret('s3cret') })
    assert.equal(signer.selfMade, false)
    assert.equal(signer.certificates.length, 2)
    await refused({ private_key_path: at('firm.p12'), passphrase: new Secret('other') }, 'KEY_PASSPHRASE', /passphrase/)
  })

  test('a public key that is another key’s is refused', async () => {
    await makeKey(at('other.key'), 'P-256')
    await mustRun('openssl', ['pkey', '-in', at('other.key'), '-pubout', '-out', at('other.pub')])
    await mustRun('openssl', ['pkey', '-in', keys.keyFile, '-pubout', '-out', at('own.pub')])
    await open({ private_key_path: keys.keyFile, public_key_path: at('own.pub') })
    const given = { private_key_path: keys.keyFile, public_key_path: at('other.pub') }
    await refused(given, 'CONFIG_CONFLICT', /is not that of the private key/)
  })

  test('a certificate of another key is refused', async () => {
    await makeKey(at('bare.key'), 'P-256')
    const given = { private_key_path: at('bare.key'), certificate_path: keys.chainFile }
    await refused(
      given,
      'CERTIFICATE_UNUSABLE',
      /none of the certificates in ".*chain\.pem" belongs to its private key/,
    )
  })

  test('a file that holds no certificate, no list or nothing at all is refused', async () => {
    await writeFile(at('nonsense.pem'), 'nonsense')
    const key = { private_key_path: keys.keyFile }
    await refused(
      { ...key, certificate_path: at('nonsense.pem') },
      'CERTIFICATE_UNUSABLE',
      /expected certificates in PEM/,
    )
    await refused({ ...key, crl_path: at('nonsense.pem') }, 'CERTIFICATE_UNUSABLE', /expected a revocation list in PEM/)
    await refused({ ...key, public_key_path: at('nonsense.pem') }, 'KEY_UNREADABLE', /expected a public key in PEM/)
    await refused(
      { ...key, crl_path: at('absent.pem') },
      'KEY_MISSING',
      /can't read ".*absent\.pem" \("evidence\.signing\.crl_path"\)/,
    )
    await refused({}, 'CONFIG_MISSING_KEY', /"private_key_path" or "key"/)
  })

  test('a certificate that is out of date, not begun or not for signatures is refused', async () => {
    const expired = await certificate('expired.pem', SIGNING_EXTENSIONS, ['20200101000000Z', '20210101000000Z'])
    const early = await certificate('early.pem', SIGNING_EXTENSIONS, ['20900101000000Z', '20910101000000Z'])
    const server = await certificate('server.pem', 'keyUsage=critical,keyAgreement\n')
    const key = { private_key_path: keys.keyFile }
    await refused(
      { ...key, certificate_path: expired },
      'CERTIFICATE_UNUSABLE',
      /"Other" was valid until 2021-01-01T00:00:00/,
    )
    await refused({ ...key, certificate_path: early }, 'CERTIFICATE_UNUSABLE', /valid only from 2090-01-01T00:00:00/)
    await refused({ ...key, certificate_path: server }, 'CERTIFICATE_UNUSABLE', /"Other" is not for signatures/)
  })

  test('a certificate on its issuer’s list, and a list with another signature, are refused', async () => {
    const own = await makeSigner(await mkdtemp(at('revoked-')), 'P-256', 'Gone')
    const given = { private_key_path: own.keyFile, certificate_path: own.chainFile, crl_path: own.root.crlFile }
    await open(given)
    await own.root.revoke(own.certificateFile)
    await refused(given, 'CERTIFICATE_UNUSABLE', /the certificate of "Gone" is revoked/)

    // The same name as the root's, another key.
    const twin = await makeSigner(await mkdtemp(at('twin-')), 'P-256', 'Gone')
    await refused(
      { ...given, crl_path: twin.root.crlFile },
      'CERTIFICATE_UNUSABLE',
      /revocation list of .* is not signed by it/,
    )
  })
})
