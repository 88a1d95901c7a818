import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { conclusionOf, type Question } from '../../src/contract/evidence/questions.ts'
import type { VerifiedFile, VerifyResult } from '../../src/contract/evidence/verdict.ts'
import { runVerify } from '../../src/jobs/verify/run.ts'
import { i18n } from '../../src/renderer/i18n.ts'
import { de } from '../../src/renderer/locales/de/index.ts'
import { en } from '../../src/renderer/locales/en/index.ts'
import { findingOf } from '../../src/renderer/pages/reports/words.ts'
import { rowsOf } from '../../src/renderer/pages/verify/rows.ts'
import { verdictWords } from '../../src/renderer/pages/verify/verdict-words.ts'
import { headlineOf } from '../../src/verify/page/words.ts'
import { type Made, makePackage, makeSigning, type Signing, verifyBytes, zipOf } from '../verify/package/maker.ts'
import { rootDer } from '../verify/vectors/world.ts'

/** What every page says of a real package whose signer is not known, of one that nobody signed, and of a changed one. */

let signing: Signing
let made: Made
let zip: Buffer
before(async () => {
  await i18n.init({ resources: { en, de }, lng: 'en', fallbackLng: 'en', interpolation: { escapeValue: false } })
  signing = await makeSigning(false)
  made = await makePackage({}, signing)
  zip = await zipOf(made, signing)
})
after(() => signing.tsa?.stop())

const LANGUAGES = ['en', 'de'] as const

/** Each question with its answer and sign, as the pages show them. */
function said(file: VerifiedFile, language: (typeof LANGUAGES)[number]) {
  const words = verdictWords(i18n.getFixedT(language, 'verify'), i18n.getFixedT(language, 'verdicts'), language, [])
  const rows = new Map(rowsOf(file).map((row) => [row.question, row]))
  const at = (question: Question) => {
    const row = rows.get(question)
    assert.ok(row !== undefined, question)
    return { answer: words.answer(file, row), sign: words.sign(row), verdict: row.verdict }
  }
  return { headline: words.headline(file), at }
}

const strangers = { certificates: [{ der: rootDer, name: 'another root' }], keys: [] }

for (const [whom, trust, advice] of [
  ['nobody is trusted', undefined, /^Get the signer’s root|^Holen Sie/],
  ['another is trusted', strangers, /^Ask the signer which root|^Fragen Sie/],
] as const) {
  test(`where ${whom}, a whole package is intact, and only whose it is stays open, with one step to take`, async () => {
    const file = await verifyBytes(zip, trust)
    assert.equal(file.verdict, 'indeterminate')
    assert.equal(conclusionOf(file), 'unknownSigner')
    assert.equal(findingOf(file), 'untrusted')
    assert.match(headlineOf(file), /^Intact, but /)
    for (const language of LANGUAGES) {
      const { verify, app } = { en, de }[language]
      const { headline, at } = said(file, language)
      assert.equal(headline, verify.headlines.unknownSigner)
      const intact = at('intact')
      assert.deepEqual([intact.verdict, intact.sign], ['passed', app.verdict.passed])
      assert.match(intact.answer, /^(Yes|Ja)\. /)
      assert.doesNotMatch(intact.answer, /can[’']t be said|nicht sagen|vouch|bürgt/)
      assert.equal(at('changed').verdict, 'passed')
      const whose = at('whose')
      assert.deepEqual([whose.verdict, whose.sign], ['indeterminate', app.verdict.indeterminate])
      assert.match(
        whose.answer,
        /"Jane Doe".*nobody whom you trust vouches|„Jane Doe.*niemand, dem Sie vertrauen, bürgt/,
      )
      const next = at('next').answer
      assert.match(next, advice)
      assert.ok(next.includes(verify.trust.title), 'it leads to the card where the signer is named')
    }
  })
}

test('where the signer is known, all of it has passed', async () => {
  const file = await verifyBytes(zip, signing.trust)
  assert.equal(conclusionOf(file), 'passed')
  for (const language of LANGUAGES) {
    const { at } = said(file, language)
    assert.deepEqual([at('intact').verdict, at('whose').verdict], ['passed', 'passed'])
  }
})

test('a package that nobody signed is whole, and is not said to be intact by somebody unknown', async () => {
  const file = await verifyBytes(await zipOf(await makePackage(), null), signing.trust)
  assert.equal(conclusionOf(file), 'notSigned')
  for (const language of LANGUAGES) {
    assert.equal(
      said(file, language).headline,
      i18n.getFixedT(language, 'verify')('headlines.notSigned', {
        what: { en, de }[language].verify.kind.package,
      }),
    )
  }
})

test('a package that nobody signed is not called whole where segments could not be read, or records are not proved', async () => {
  const file = await verifyBytes(await zipOf(await makePackage(), null), signing.trust)
  for (const check of ['coverage', 'proofs', 'structure'] as const) {
    const open = { check, subject: 'x', verdict: 'indeterminate', reason: 'Some are unknown.' } as const
    assert.equal(conclusionOf({ ...file, checks: [...file.checks, open] }), 'notConfirmed')
  }
})

test('what was changed is never called intact, whoever is trusted', async () => {
  const changed = Buffer.from(zip)
  const at = zip.length >> 1
  changed[at] = (zip[at] ?? 0) ^ 1
  for (const trust of [undefined, strangers, signing.trust]) {
    const file = await verifyBytes(changed, trust)
    assert.equal(conclusionOf(file), 'failed')
    for (const language of LANGUAGES) assert.notEqual(said(file, language).at('intact').verdict, 'passed')
  }
})

test('where something else is open, too, or nothing was checked, it is not called intact', async () => {
  const file = await verifyBytes(zip)
  const open = { check: 'structure', subject: 'x', verdict: 'indeterminate', reason: 'Too large.' } as const
  assert.equal(conclusionOf({ ...file, checks: [...file.checks, open] }), 'notConfirmed')
  const chains = file.checks.filter(({ check }) => check === 'chain')
  assert.equal(conclusionOf({ ...file, checks: chains }), 'notConfirmed')
})

const quiet = { signal: new AbortController().signal, progress: () => {}, log: () => {} } as never
const verify = async (files: string[]): Promise<VerifyResult> =>
  (await runVerify({ kind: 'verify', environment: {}, files, trust: [], at: null }, quiet)).result

test('the public key that comes along with a report is read with its signature, and is no evidence by itself', async () => {
  const evidence = join(import.meta.dirname, '../fixtures/oso/evidence')
  const id = 'validation-e5b8ca71-ed6d-49aa-a826-ed4ebe56c10f'
  const all = [`${id}.json`, `${id}.sig`, 'public-key.pem'].map((name) => join(evidence, name))
  const { files } = await verify(all)
  assert.deepEqual(
    files.map(({ file }) => file),
    [`${id}.json`],
  )
  // by itself it is judged, as before: what was asked for is answered
  assert.equal((await verify([join(evidence, 'public-key.pem')])).files.length, 1)
})

test('what is only worth a look at an archive of another program is not called damage', async () => {
  const { files } = await verify([join(import.meta.dirname, '../fixtures/oso/oso-ledger-none')])
  const [file] = files
  assert.ok(
    file !== undefined && file.checks.some((one) => one.check === 'integrity' && one.verdict === 'indeterminate'),
  )
  const { answer } = said(file, 'de').at('intact')
  assert.doesNotMatch(answer, /beschädigt|fehlen/)
  assert.match(answer, /beurteilen/)
})

test('a file that nobody signed and of which nothing was checked is not called whole', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'coffer-verdict-'))
  try {
    for (const [name, text] of [
      ['note.txt', 'hello'],
      ['page.html', '<p>hello</p>'],
    ] as const) {
      await writeFile(join(folder, name), text)
      const [file] = (await verify([join(folder, name)])).files
      assert.ok(file !== undefined)
      assert.equal(conclusionOf(file), 'nothingToCheck')
      assert.equal(findingOf(file), 'unsigned')
      for (const headline of [said(file, 'en').headline, said(file, 'de').headline, headlineOf(file)]) {
        assert.doesNotMatch(headline, /whole|vollständig/i)
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
