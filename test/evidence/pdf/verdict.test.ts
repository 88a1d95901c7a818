import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { ReadPdf } from './read-pdf.ts'
import { verdictPdf } from './verdict-sample.ts'

describe('a verdict on paper', () => {
  let folder: string
  let made: Awaited<ReturnType<typeof verdictPdf>>
  let read: ReadPdf
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'coffer-verdict-'))
    made = await verdictPdf(folder)
    read = new ReadPdf(made.pdf)
  })
  after(() => rm(folder, { recursive: true, force: true }))

  test('has each file with its verdict, in the window’s words, and every check', () => {
    const text = read.text()
    const { result, words } = made
    assert.deepEqual(
      result.files.map((file) => file.verdict),
      ['passed', 'failed', 'indeterminate'],
    )
    for (const [index, file] of result.files.entries()) {
      assert.ok(text.includes(`Überschrift ${index + 1}`))
      assert.ok(text.includes(file.file))
      assert.ok(text.includes(words.verdicts[file.verdict]))
      for (const one of file.checks) assert.ok(text.includes(one.check), one.check)
    }
    assert.match(text, /Seite 1 von \d/)
    assert.match(read.catalogue, /\/Lang \(de\)/)
  })

  test('says that it proves nothing itself, and has no place for a signature', () => {
    assert.ok(read.text().includes(made.words.about))
    assert.doesNotMatch(read.catalogue, /AcroForm/)
  })

  test('holds the verifier’s result, byte for byte', () => {
    const attached = read.attachments().get('verdict.json')
    assert.equal(attached?.relationship, 'Data')
    assert.deepEqual(JSON.parse(String(attached?.bytes)), made.result)
  })
})
