import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { verifyFolder } from '../../../src/jobs/verify/folder.ts'
import { signatureFiles, signDetached } from '../../../src/signing/detached.ts'
import { nodeCrypto } from '../../../src/signing/node-crypto.ts'
import { ROOT } from '../../cli/program.ts'
import { makeSigning, type Signing } from '../package/maker.ts'

const FIXTURE = join(ROOT, 'test/fixtures/oso/oso-ledger-zstd')
let folder = ''
let signing: Signing

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coffer-archive-'))
  signing = await makeSigning(false)
})
after(() => rm(folder, { recursive: true, force: true }))

const check = (path: string) => verifyFolder(path, { trust: signing.trust, at: null, crypto: nodeCrypto })

async function copy(name: string): Promise<string> {
  const to = join(folder, name, 'oso-ledger-zstd')
  await mkdir(join(folder, name), { recursive: true })
  await cp(FIXTURE, to, { recursive: true })
  return to
}

test('an archive that nobody signed is never passed', async () => {
  const result = await check(await copy('unsigned'))
  assert.equal(result.kind, 'archive')
  assert.equal(result.verdict, 'indeterminate')
  assert.ok(result.checks.some(({ subIndication }) => subIndication === 'NOT_SIGNED'))
  assert.equal(result.facts?.records, 866)
})

test('a signed manifest is verified, and a byte in a segment fails it', async () => {
  const path = await copy('signed')
  const manifest = await readFile(join(path, 'manifest.json'))
  const signature = await signDetached(manifest, {
    signer: signing.signer,
    id: 'oso-ledger-zstd/manifest-0',
    authority: null,
  })
  const sha256 = createHash('sha256').update(manifest).digest('hex')
  await mkdir(join(path, 'signatures'))
  for (const { name, bytes } of signatureFiles(`manifest-000000-${sha256.slice(0, 12)}`, signature)) {
    await writeFile(join(path, 'signatures', name), bytes)
  }
  const whole = await check(join(folder, 'signed'))
  assert.deepEqual(
    whole.signatures.map(({ subject, verdict }) => [subject, verdict]),
    [['manifest.json', 'passed']],
  )
  assert.equal(whole.verdict, 'indeterminate', 'an archive of another program has no digests')

  const files = await readdir(path, { recursive: true })
  const segment = files.find((file) => file.endsWith('.zst')) as string
  const file = await open(join(path, segment), 'r+')
  await file.write(Buffer.from([0x5a]), 0, 1, 60)
  await file.close()
  const damaged = await check(path)
  assert.equal(damaged.verdict, 'failed')
  assert.equal(damaged.subIndication, 'ARCHIVE_DAMAGED')

  await writeFile(join(path, 'manifest.json'), Buffer.concat([manifest, Buffer.from('\n')]))
  const replaced = await check(path)
  assert.ok(replaced.checks.some(({ subIndication }) => subIndication === 'NOT_SIGNED'))
})

async function signedAs(name: string, id: string, by: Signing): Promise<ReturnType<typeof check>> {
  const path = await copy(name)
  const manifest = await readFile(join(path, 'manifest.json'))
  const signature = await signDetached(manifest, { signer: by.signer, id, authority: null })
  const sha256 = createHash('sha256').update(manifest).digest('hex')
  await mkdir(join(path, 'signatures'))
  for (const { name: file, bytes } of signatureFiles(`manifest-000000-${sha256.slice(0, 12)}`, signature)) {
    await writeFile(join(path, 'signatures', file), bytes)
  }
  return check(path)
}

test('a signature for another generation, or another backup, is not this one', async () => {
  for (const [name, id] of [
    ['other-generation', 'oso-ledger-zstd/manifest-1'],
    ['other-backup', 'another/manifest-0'],
  ] as const) {
    const result = await signedAs(name, id, signing)
    assert.deepEqual([result.verdict, result.subIndication], ['failed', 'REPORT_DIFFERS'], result.reason)
  }
})

test('a signature by somebody of the same names, with a root of the same name, is not trusted', async () => {
  const result = await signedAs('forged', 'oso-ledger-zstd/manifest-0', await makeSigning(false))
  assert.equal(result.verdict, 'indeterminate')
  assert.equal(result.signatures[0]?.trusted, false)
  assert.ok(result.checks.some(({ subIndication }) => subIndication === 'NO_CERTIFICATE_CHAIN_FOUND'))
})

test('a folder without a backup is a mistake of the command line', async () => {
  await mkdir(join(folder, 'empty'))
  await assert.rejects(check(join(folder, 'empty')), { code: 'USAGE' })
})
