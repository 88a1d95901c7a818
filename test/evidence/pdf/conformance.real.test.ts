import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { renderPdf } from '../../../src/evidence/pdf/render.ts'
import { howToVerify } from '../../../src/evidence/report/how-to-verify.ts'
import { signatureFiles, signatureOnlyFiles, signDetached } from '../../../src/signing/detached.ts'
import { signPdf } from '../../../src/signing/pades/sign.ts'
import { openSigner, type Signer } from '../../../src/signing/signer.ts'
import { timestampAuthority } from '../../../src/signing/timestamp.ts'
import { mustRun, runTool } from '../../rig/cache.ts'
import { checkWithDss, type DssFacts } from '../../rig/pdf-checks.ts'
import { startTsa, type TestTsa } from '../../rig/tsa.ts'
import { signingConfig } from '../../signing/signing-config.ts'
import { sample, sampleInput } from '../sample-parts.ts'
import { samples } from '../samples.ts'
import { verdictPdf } from './verdict-sample.ts'

/** Reports of every shape before veraPDF and EU DSS, and the printed steps before the tools that they name. */

let folder: string
let tsa: TestTsa
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coffer-pdf-'))
  tsa = await startTsa(join(folder, 'tsa'))
})
after(async () => {
  await tsa?.stop()
  await rm(folder, { recursive: true, force: true })
})

async function signerOf(kind: 'ec' | 'ed25519', name: string): Promise<Signer> {
  const { privateKey } =
    kind === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' }) : generateKeyPairSync('ed25519')
  const file = join(folder, `${name}.pem`)
  await writeFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  const config = signingConfig({ private_key_path: file, signer_name: 'Ada Example' })
  return openSigner(config, { environment: {}, profile: join(folder, 'profile') })
}

describe('conformance', { timeout: 600_000 }, () => {
  const found = new Map<string, DssFacts>()
  before(async () => {
    const signer = await signerOf('ec', 'conformance')
    const root = join(folder, 'root.der')
    await writeFile(root, signer.certificates.at(-1) ?? Buffer.alloc(0))
    const files: string[] = []
    for (const { name, report, options } of samples()) {
      const pdf = await renderPdf(report, options)
      const time = new Date(report.generated_at)
      const bytes = options.sign === null ? pdf : (await signPdf(pdf, { signer, authority: null, time })).pdf
      const file = join(folder, `${name}.pdf`)
      await writeFile(file, bytes)
      files.push(file)
    }
    const verdict = join(folder, 'verdict.pdf')
    await writeFile(verdict, (await verdictPdf(folder)).pdf)
    files.push(verdict)
    for (const [file, facts] of await checkWithDss(files, [root], ['3a', 'ua1'])) found.set(basename(file), facts)
  })

  test('a verdict on paper: PDF/A-3a and PDF/UA-1, without a signature', () => {
    const facts = found.get('verdict.pdf')
    assert.deepEqual(facts?.rules, [])
    assert.deepEqual(facts?.conformance, { '3a': true, ua1: true })
    assert.deepEqual(facts?.signatures, [])
  })

  for (const { name, options } of samples()) {
    test(`${name}: PDF/A-3a and PDF/UA-1, and its signature passes`, () => {
      const facts = found.get(`${name}.pdf`)
      assert.deepEqual(facts?.rules, [])
      assert.deepEqual(facts?.conformance, { '3a': true, ua1: true })
      assert.deepEqual(
        facts?.signatures.map(({ indication }) => indication),
        options.sign === null ? [] : ['TOTAL_PASSED'],
      )
    })
  }
})

describe('the printed steps', { timeout: 300_000 }, () => {
  for (const [kind, extraction] of [
    ['ec', false],
    ['ec', true],
    ['ed25519', false],
  ] as const) {
    test(`${kind}, ${extraction ? 'in a package' : 'beside a report in an archive'}: each command does what is said`, async () => {
      const signer = await signerOf(kind, `steps-${kind}-${extraction}`)
      const authority = await timestampAuthority({
        timestamp_url: tsa.url,
        timestamp_ca_path: tsa.root.rootFile,
      })
      const input = sampleInput({
        signing: { algorithm: signer.algorithm, signedBy: signer.name },
        ...(extraction
          ? { kind: 'extraction' as const, reportId: 'extraction-0b7a1f52-7f7a-4e0e-9f6e-1f2a3b4c5d6e' }
          : {}),
        manifestSha256: '',
      })
      const manifest = sample('steps', input).options.manifest
      const { report, options } = sample('steps', {
        ...input,
        manifestSha256: createHash('sha256').update(manifest).digest('hex'),
      })
      const place = join(folder, `steps-${kind}-${extraction}`)
      await mkdir(join(place, 'certificates'), { recursive: true })
      const name = extraction ? 'report' : report.report_id
      const detached = await signDetached(options.json, { signer, id: report.report_id, authority })
      assert.equal(detached.timestampProblem, null)
      const files = extraction ? signatureOnlyFiles('report.json', detached) : signatureFiles(name, detached)
      for (const file of files) await writeFile(join(place, file.name), file.bytes)
      await writeFile(join(place, 'certificates/public-key.pem'), detached.publicKeyPem)
      await writeFile(join(place, 'certificates/tsa-chain.pem'), detached.tsaChainPem ?? '')
      await writeFile(join(place, 'tsa-root.pem'), await readFile(tsa.root.rootFile))
      await writeFile(join(place, `${name}.json`), options.json)
      const sign = kind === 'ed25519' ? null : options.sign
      const pdf = await renderPdf(report, { ...options, sign })
      const signed =
        sign === null ? pdf : (await signPdf(pdf, { signer, authority, time: new Date(report.generated_at) })).pdf
      await writeFile(join(place, `${name}.pdf`), signed)
      await writeFile(join(place, 'objects'), '')

      const run = async (what: string) => {
        const step = howToVerify(report, true).find((each) => each.what.startsWith(what))
        assert.ok(step, what)
        const { stdout, stderr } = await mustRun('sh', ['-ec', step.command], { cwd: place })
        return { output: `${stdout}\n${stderr}`, after: step.after }
      }
      assert.match(detached.text.toString(), new RegExp((await run('The digest of the report')).output.slice(0, 64)))
      const signature = await run('The signature over the report')
      const words = /“([^”]*)”/.exec(signature.after)?.[1] ?? 'nothing'
      assert.ok(signature.output.includes(words), signature.output)
      assert.match((await run('The time of the signature')).output, /Verification: OK/)
      const steps = howToVerify(report, true).map((each) => each.what)
      assert.equal(steps.includes('The signature inside this PDF:'), sign !== null)
      if (sign !== null) assert.match((await run('The signature inside this PDF')).output, /Signature is Valid\./)
      assert.equal((await run('What is attached')).output.trim(), '')
      const sums = await run('The manifest')
      assert.ok(sums.after.includes(sums.output.slice(0, 64)))
      // The attached list is one that sha256sum takes; the objects themselves are not here.
      const check = await runTool('sha256sum', ['--check', '--ignore-missing', 'attached/segments.sha256'], {
        cwd: place,
      })
      assert.doesNotMatch(check.stderr, /improperly formatted/)
    })
  }
})
