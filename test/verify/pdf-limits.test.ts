import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeCrypto } from '../../src/signing/node-crypto.ts'
import { TRUST_NOBODY } from '../../src/verify/crypto.ts'
import { verifyPdf } from '../../src/verify/pdf/verify.ts'
import { sameStatements } from '../../src/verify/pdf/xmp.ts'

/** A PDF with something between its objects and its cross-reference. */
function pdfWith(hidden: string): Buffer {
  let text = '%PDF-1.7\n'
  const offsets: number[] = []
  for (const object of ['1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n', '2 0 obj\n<</Kids[]/Count 0>>\nendobj\n']) {
    offsets.push(text.length)
    text += object
  }
  text += hidden
  const lines = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const at = text.length
  text += `xref\n0 3\n0000000000 65535 f \n${lines}trailer\n<</Size 3/Root 1 0 R>>\nstartxref\n${at}\n%%EOF\n`
  return Buffer.from(text, 'latin1')
}

test('a description that is one long name is read at once', () => {
  const began = performance.now()
  assert.equal(sameStatements(Buffer.from('<a></a>'), Buffer.from(`<${'a'.repeat(1_000_000)}<`)), false)
  assert.ok(performance.now() - began < 5_000)
})

test('objects that begin in one another, to be read to the end each time, are a limit and no hang', async () => {
  for (const unit of ['1 0 obj (', '1 0 obj %', '1 0 obj (\\']) {
    const began = performance.now()
    const bytes = pdfWith(unit.repeat(40_000))
    const file = await verifyPdf({ name: 'x.pdf', bytes }, { trust: TRUST_NOBODY, at: null, crypto: nodeCrypto })
    assert.deepEqual([file.verdict, file.subIndication], ['indeterminate', 'LIMIT_REACHED'], unit)
    assert.ok(performance.now() - began < 30_000, unit)
  }
})
