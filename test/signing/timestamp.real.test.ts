import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { isCofferError } from '../../src/contract/errors.ts'
import { signDetached, timestampDetached } from '../../src/signing/detached.ts'
import { openSigner, type Signer } from '../../src/signing/signer.ts'
import { readToken } from '../../src/signing/timestamp/token.ts'
import { type TimestampAuthority, timestampAuthority } from '../../src/signing/timestamp.ts'
import { mustRun } from '../rig/cache.ts'
import { makeRoot, makeSigner, type TestSigner } from '../rig/pki.ts'
import { startTsa, type TestTsa, type TsaMode } from '../rig/tsa.ts'
import { signingConfig } from './signing-config.ts'

const DATA = Buffer.from('a report')

/** What is said when the authority answers like this. */
const FAULTS: Record<Exclude<TsaMode, 'right' | 'silence'>, RegExp> = {
  'wrong-nonce': /answers another request \(its nonce differs\)/,
  'wrong-imprint': /over other bytes/,
  rejection: /the authority refused: rejection, "not today", it does not know the hash/,
  garbage: /expected 258 octets, got 3/,
  empty: /expected a value, got the end/,
  huge: /larger than 262144 bytes/,
  'status-500': /expected HTTP status 200, got "500"/,
  redirect: /got "302" \(redirects are not followed\)/,
  html: /expected an answer of type "application\/timestamp-reply", got "text\/html"/,
}

describe('timestamps of a real authority', () => {
  let folder: string
  let tsa: TestTsa
  let keys: TestSigner
  let signer: Signer
  let authority: TimestampAuthority

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'coffer-tsa-'))
    tsa = await startTsa(join(folder, 'tsa'))
    keys = await makeSigner(folder, 'P-256')
    const config = signingConfig({
      private_key_path: keys.keyFile,
      certificate_path: keys.chainFile,
      timestamp_url: tsa.url,
      timestamp_ca_path: tsa.root.rootFile,
    })
    signer = await openSigner(config, { environment: {}, profile: folder })
    authority = await authorityOf({})
  })
  after(async () => {
    await tsa?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  async function authorityOf(given: {
    roots?: string | null
    timeoutMs?: number
    url?: string
  }): Promise<TimestampAuthority> {
    const { roots = tsa.root.rootFile, url = tsa.url, timeoutMs } = given
    const config = signingConfig({ timestamp_url: url, timestamp_ca_path: roots })
    const found = await timestampAuthority(config, timeoutMs === undefined ? {} : { timeoutMs })
    assert.ok(found)
    return found
  }

  test('openssl verifies signature and token from the files alone', async () => {
    const signature = await signDetached(DATA, { signer, id: 'a', authority })
    assert.equal(signature.timestampProblem, null)
    assert.ok(signature.token)
    const at = (name: string) => join(folder, name)
    await writeFile(at('report.json'), DATA)
    await writeFile(at('report.json.sig.der'), signature.der)
    await writeFile(at('report.json.sig.tst'), signature.token)
    await writeFile(at('public-key.pem'), signature.publicKeyPem)
    await writeFile(at('tsa-chain.pem'), signature.tsaChainPem ?? '')
    await writeFile(at('chain.pem'), signature.chainPem)
    const dgst = ['dgst', '-sha256', '-verify', at('public-key.pem'), '-signature', at('report.json.sig.der')]
    assert.match((await mustRun('openssl', [...dgst, at('report.json')])).stdout, /Verified OK/)
    const token = ['ts', '-verify', '-data', at('report.json.sig.der'), '-token_in', '-in', at('report.json.sig.tst')]
    assert.match((await mustRun('openssl', [...token, '-CAfile', tsa.root.rootFile])).stdout, /Verification: OK/)
    // The chain that is handed on holds the root too.
    assert.match((await mustRun('openssl', [...token, '-CAfile', at('tsa-chain.pem')])).stdout, /Verification: OK/)
    await mustRun('openssl', ['verify', '-CAfile', keys.root.rootFile, at('chain.pem')])
  })

  for (const [mode, reason] of Object.entries(FAULTS) as [TsaMode, RegExp][]) {
    test(`${mode}: the signature is made, and says why it has no timestamp`, async () => {
      tsa.mode = mode
      try {
        const signature = await signDetached(DATA, { signer, id: 'a', authority })
        assert.equal(signature.token, null)
        assert.match(signature.timestampProblem ?? '', reason)
        assert.ok(signature.timestampProblem?.startsWith(`no timestamp from "${tsa.url}": `))
      } finally {
        tsa.mode = 'right'
      }
    })
  }

  test('an authority that never answers is given up', async () => {
    tsa.mode = 'silence'
    try {
      const impatient = await authorityOf({ timeoutMs: 300 })
      const signature = await signDetached(DATA, { signer, id: 'a', authority: impatient })
      assert.match(signature.timestampProblem ?? '', /no answer within 0\.3 s/)
    } finally {
      tsa.mode = 'right'
    }
  })

  test('an authority that is not there is told apart', async () => {
    const nobody = await authorityOf({ url: 'http://127.0.0.1:1/' })
    const { timestampProblem } = await signDetached(DATA, { signer, id: 'a', authority: nobody })
    assert.match(timestampProblem ?? '', /can't be reached: (ECONNREFUSED|bad port)/)
  })

  test('a root that the authority does not lead to is told', async () => {
    const other = await makeRoot(join(folder, 'other'), 'Test TSA Root')
    const strict = await authorityOf({ roots: other.rootFile })
    await assert.rejects(strict.stamp(DATA), (error) => {
      assert.ok(isCofferError(error, 'TIMESTAMP_FAILED'))
      return /does not lead to a root of "timestamp_ca_path"/.test(error.message)
    })
  })

  test('without roots the chain is kept as the token has it', async () => {
    const trusting = await authorityOf({ roots: null })
    const token = await trusting.stamp(DATA)
    const { chain } = await readToken(token, { data: DATA, nonce: null, roots: [], now: null })
    assert.equal(chain[0]?.x509.subject, 'O=Coffer test\nCN=Test TSA')
  })

  test('a timestamp can be had later', async () => {
    const signature = await signDetached(DATA, { signer, id: 'a', authority: null })
    const { token, tsaChainPem } = await timestampDetached(signature.der, authority)
    assert.ok((await readToken(token, { data: signature.der, nonce: null, roots: authority.roots, now: null })).time)
    assert.match(tsaChainPem, /BEGIN CERTIFICATE/)
  })

  test('no token with a changed octet is taken', async () => {
    const token = await authority.stamp(DATA)
    const read = (bytes: Buffer) => readToken(bytes, { data: DATA, nonce: null, roots: authority.roots, now: null })
    const { time } = await read(token)
    for (let at = 0; at < token.length; at++) {
      const bytes = Buffer.from(token)
      bytes[at] = (bytes[at] ?? 0) ^ 0x01
      try {
        // What the authority's signature doesn't cover may differ (version numbers, an unused certificate): never the time.
        assert.deepEqual((await read(bytes)).time, time, `octet ${at}`)
      } catch (error) {
        assert.ok(error instanceof Error && error.name !== 'AssertionError', `octet ${at}: ${String(error)}`)
      }
    }
  })

  test('addresses that are none, or have a password in them, are refused', async () => {
    for (const url of [
      'ftp://tsa.example.com/',
      'tsa.example.com',
      'file:///etc/passwd',
      'http://me:secret@tsa.example.com/',
    ]) {
      await assert.rejects(authorityOf({ url }), (error) => {
        assert.ok(isCofferError(error, 'CONFIG_INVALID_VALUE'))
        return !error.message.includes('secret')
      })
    }
  })
})
