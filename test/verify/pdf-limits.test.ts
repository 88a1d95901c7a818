import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'
import { nodeCrypto } from '../../src/signing/node-crypto.ts'
import { TRUST_NOBODY } from '../../src/verify/crypto.ts'
import { verifyPdf } from '../../src/verify/pdf/verify.ts'
import { sameStatements } from '../../src/verify/pdf/xmp.ts'
import { withDss } from './vectors/pdf.ts'
import { certificate, key } from './vectors/pki.ts'
import { NOW, rootDer, rootList, signedOnly, tsaList, tsaRootDer } from './vectors/world.ts'

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

const stream = (dict: string, data: Buffer) =>
  Buffer.concat([
    Buffer.from(`<< ${dict} /Length ${data.length} >>\nstream\n`),
    data,
    Buffer.from('\nendstream\nendobj\n'),
  ])
const ending = (at: number) => Buffer.from(`startxref\n${at}\n%%EOF\n`)
const CATALOG = Buffer.from('%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n')

/** Cross-reference streams whose entries take no byte. */
function endlessSections(): Buffer {
  let file = CATALOG
  let before = -1
  for (let i = 0; i < 60; i++) {
    const at = file.length
    const previous = before < 0 ? '' : `/Prev ${before}`
    const section = stream(`/Type /XRef /W [0 0 0] /Size 1000000 /Root 1 0 R ${previous}`, Buffer.alloc(0))
    file = Buffer.concat([file, Buffer.from(`${900_000 + i} 0 obj\n`), section])
    before = at
  }
  return Buffer.concat([file, ending(before)])
}

/** A list of so many empty dictionaries that it takes gigabytes, packed. */
function endlessObjects(): Buffer {
  const packed = deflateSync(
    Buffer.concat([Buffer.from('5 0 \n['), Buffer.alloc(4 * 40_000_000, '<<>>'), Buffer.from(']')]),
  )
  const objects = CATALOG.length
  const head = Buffer.concat([
    CATALOG,
    Buffer.from('3 0 obj\n'),
    stream('/Type /ObjStm /N 1 /First 5 /Filter /FlateDecode', packed),
  ])
  const entry = (kind: number, place: number, index: number) => {
    const bytes = Buffer.from([kind, 0, 0, 0, 0, index])
    bytes.writeUInt32BE(place, 1)
    return bytes
  }
  const entries = [
    entry(0, 0, 0),
    entry(1, 9, 0),
    entry(0, 0, 0),
    entry(1, objects, 0),
    entry(1, head.length, 0),
    entry(2, 3, 0),
  ]
  const section = stream('/Type /XRef /W [1 4 1] /Size 6 /Root 1 0 R', Buffer.concat(entries))
  return Buffer.concat([head, Buffer.from('4 0 obj\n'), section, ending(head.length)])
}

test('small files that ask for gigabytes of memory are a limit', async () => {
  for (const bytes of [endlessSections(), endlessObjects()]) {
    assert.ok(bytes.length < 200_000)
    const file = await verifyPdf({ name: 'x.pdf', bytes }, { trust: TRUST_NOBODY, at: null, crypto: nodeCrypto })
    assert.deepEqual([file.verdict, file.subIndication], ['indeterminate', 'LIMIT_REACHED'])
  }
})

test('thousands of certificates are a limit, and are not compared with one another', async () => {
  const issuer = { cn: 'X', key: key('x') }
  const one = certificate({ cn: 'X', key: key('x'), issuer })
  const many = Array.from({ length: 12_000 }, (_, i) => {
    const other = Buffer.from(one)
    other.writeUInt16BE(i, other.length - 2)
    return other
  })
  const lists = { crls: [rootList, tsaList] }
  const bytes = withDss(signedOnly(), { certs: [rootDer, tsaRootDer, ...many], ...lists }, { from: 100 })
  const began = performance.now()
  const trust = { certificates: [rootDer, tsaRootDer].map((der) => ({ der, name: 'root' })), keys: [] }
  const file = await verifyPdf({ name: 'x.pdf', bytes }, { trust, at: null, now: NOW, crypto: nodeCrypto })
  assert.deepEqual([file.verdict, file.subIndication], ['indeterminate', 'LIMIT_REACHED'], file.reason)
  assert.ok(performance.now() - began < 10_000)
})

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
