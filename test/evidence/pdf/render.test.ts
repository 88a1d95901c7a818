import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { renderPdf } from '../../../src/evidence/pdf/render.ts'
import type { Sample } from '../sample-parts.ts'
import { samples, WORLD_TEXTS } from '../samples.ts'
import { ReadPdf } from './read-pdf.ts'

const made = new Map<string, Promise<ReadPdf>>()
const all = samples()

function pdf(name: string): Promise<ReadPdf> {
  let found = made.get(name)
  if (found === undefined) {
    found = renderPdf(named(name).report, named(name).options).then((bytes) => new ReadPdf(bytes))
    made.set(name, found)
  }
  return found
}

function named(name: string): Sample {
  const found = all.find((sample) => sample.name === name)
  assert.ok(found, name)
  return found
}

/** Text without white space, since a line may end anywhere. */
const dense = (text: string) => text.replace(/\s|\u00a0/g, '')

for (const { name, report, options } of all) {
  describe(name, () => {
    test('is tagged, titled, bookmarked and in a language, PDF/A-3a and PDF/UA-1 by its own word', async () => {
      const read = await pdf(name)
      const { catalogue, metadata } = read
      assert.equal(read.dictionaries(/\/DisplayDocTitle true/).length, 1)
      for (const part of ['/MarkInfo', '/StructTreeRoot', '/Outlines', '/Lang (en', '/OutputIntents', '/AF ['])
        assert.ok(catalogue.includes(part), part)
      assert.match(metadata, /<pdfaid:part>3<\/pdfaid:part>/)
      assert.match(metadata, /<pdfaid:conformance>A<\/pdfaid:conformance>/)
      assert.match(metadata, /<pdfuaid:part>1<\/pdfuaid:part>/)
    })

    test('everything drawn is in the structure or an artifact', async () => {
      for (const { content } of (await pdf(name)).pages()) {
        let depth = 0
        for (const [operator] of content.matchAll(/\b(BDC|BMC|EMC|TJ)\b|(?<=\s)(f|S|B)(?=\s)/g)) {
          if (operator === 'BDC' || operator === 'BMC') depth++
          else if (operator === 'EMC') depth--
          else assert.ok(depth > 0, `${operator} outside of marked content`)
        }
        assert.equal(depth, 0)
      }
    })

    test('every font is embedded and has a map to Unicode; none is the viewer’s own', async () => {
      const read = await pdf(name)
      const fonts = read.dictionaries(/\/Type \/Font\b/)
      assert.ok(fonts.length > 0)
      assert.equal(read.dictionaries(/\/Subtype \/Type1\b/).length, 0)
      for (const font of read.dictionaries(/\/Subtype \/Type0/)) assert.match(font, /\/ToUnicode/)
      for (const descriptor of read.dictionaries(/\/Type \/FontDescriptor/)) assert.match(descriptor, /\/FontFile2/)
    })

    test('the text can be taken out, and nothing is left out with an ellipsis', async () => {
      const text = (await pdf(name)).text()
      assert.equal(text.includes('\ufffd') && !options.json.includes('\ufffd'), false)
      assert.equal(/\.\.\.|…/.test(text.replaceAll('\\u{…}', '')), false)
      const flat = dense(text)
      for (const part of [
        report.report_id,
        report.backup.id,
        report.validation.overall_result,
        report.integrity.backup_manifest_sha256,
      ])
        assert.ok(flat.includes(dense(part)), part)
      for (const control of report.coffer.controls) assert.ok(flat.includes(dense(control.citation)), control.citation)
      assert.doesNotMatch(text, /complian(t|tly)\b/i)
      // No picture and no sign of approval: the verdict is the viewer's.
      assert.doesNotMatch(text, /[✓✔☑✅]/u)
    })

    test('failure 23: the report and the manifest are attached byte for byte, so that the PDF is bound to the JSON', async () => {
      const attached = (await pdf(name)).attachments()
      assert.deepEqual(attached.get('report.json')?.bytes, options.json)
      assert.equal(attached.get('report.json')?.relationship, 'Data')
      assert.deepEqual(attached.get('manifest.json')?.bytes, options.manifest)
      assert.equal(attached.get('manifest.json')?.relationship, 'Source')
      const lines = attached.get('segments.csv')?.bytes.toString().trimEnd().split('\n') ?? []
      assert.equal(lines.length, options.segments.length + 1)
      assert.equal(lines[0], 'key,records,sha256,merkle_root')
    })

    test('the page has the size that was asked for', async () => {
      for (const { size } of (await pdf(name)).pages())
        assert.equal(size, options.page === 'A4' ? '0 0 595.28 841.89' : '0 0 612 792')
    })
  })
}

test('the first page says in words where the archive lies; the report attached keeps the field as OSO spells it', async () => {
  const text = (await pdf('passed')).text()
  assert.ok(dense(text).includes(dense('S3 bucket sox-compliance-backups, prefix production/weekly')))
  assert.doesNotMatch(text, /(S3|Filesystem) \{/)
  assert.equal(
    named('passed').report.backup.storage_backend,
    'S3 { bucket: "sox-compliance-backups", prefix: "production/weekly" }',
  )
})

test('the same report gives the same bytes, and another time gives others', async () => {
  const { report, options } = named('warning')
  const first = await renderPdf(report, options)
  assert.ok(first.equals(await renderPdf(structuredClone(report), options)))
  assert.equal(first.equals(await renderPdf({ ...report, generated_at: '2026-04-05T02:14:06.000Z' }, options)), false)
})

test('all findings that the report holds are printed, with their offsets, on as many pages as it takes', async () => {
  const flat = dense((await pdf('failed')).text())
  assert.ok(flat.includes('Findings:thefirst400of1,556'))
  for (let index = 1; index < 400; index += 4)
    assert.ok(flat.includes((1000 + index * 17).toLocaleString('en')), String(index))
})

test('a difference is a row with its two places; figures and times are in words', async () => {
  const flat = dense((await pdf('differences')).text())
  for (const part of [
    'changedtransactions/1,offset1,234validation-transactions/1,offset1,240itsvaluediffersfrombyte17of44',
    'missingtransactions/1,offset1,235validation-transactions/1:none',
    'extratransactions:nonevalidation-transactions/1,offset1,242',
    'gone,causenotfollowed0',
    'snapshottaken4April2026,20:14:05UTC',
    'begunbyanearlierrun5April2026,01:59:06UTC',
  ]) {
    assert.ok(flat.includes(part), part)
  }
  assert.doesNotMatch(flat, /sourceoffset|unfollowed/)
})

test('each partition and each segment is printed while they are few; many are attached, with the digest that stands for them', async () => {
  const few = dense((await pdf('passed')).text())
  for (const { sha256, merkle_root, key } of named('passed').options.segments)
    for (const part of [sha256, merkle_root, key]) assert.ok(few.includes(part ?? 'none'), part ?? '')
  const read = await pdf('5000-segments')
  const many = dense(read.text())
  const csv = read.attachments().get('segments.csv')?.bytes ?? Buffer.alloc(0)
  assert.ok(many.includes(createHash('sha256').update(csv).digest('hex')))
  assert.ok(!many.includes(named('5000-segments').options.segments[700]?.sha256 ?? ''))
  assert.equal(read.attachments().get('segments.sha256')?.bytes.toString().split('\n').length, 5001)
  const partitions = (await pdf('300-partitions')).text()
  assert.equal(partitions.match(/^trades$/gm)?.length, 302, '300 rows, the scope and the picture')
})

test('odd characters: scripts that the faces have are printed, others and invisible ones are written out', async () => {
  const flat = dense((await pdf('odd-characters')).text())
  for (const part of [
    'Ελληνικά',
    'Кириллица',
    'Zażółćgęśląjaźń',
    '東京',
    'العربية',
    '🧾👩‍💻',
    '\\u{202e}evil\\u{202c}',
    'nul\\u{0}',
    'k'.repeat(3000),
    `ledger-${'very-long-topic-name.'.repeat(11)}`.slice(0, 249),
  ]) {
    assert.ok(flat.includes(part), part.slice(0, 40))
  }
})

test('other scripts can be read back as they were, and a report without them has none of their faces', async () => {
  const read = await pdf('world-scripts')
  const flat = dense(read.text())
  for (const text of WORLD_TEXTS) {
    for (const [word] of text.matchAll(/[^\p{Z}\p{P}]+/gu)) assert.ok(flat.includes(word), `${word} of ${text}`)
  }
  assert.doesNotMatch(flat, /\\u\{[0-9a-f]/)
  const faces = (name: ReadPdf) => name.dictionaries(/\/Type \/FontDescriptor/).join()
  for (const face of ['SC', 'JP', 'KR', 'Hebrew', 'Devanagari', 'Thai', 'Armenian', 'Georgian', 'Math'])
    assert.ok(faces(read).includes(`NotoSans${face}-Regular`), face)
  assert.doesNotMatch(faces(await pdf('passed')), /Noto|Arabic/)
})

test('a report that is not signed says so and has no place for a signature', async () => {
  const flat = dense((await pdf('indeterminate-unsigned')).text())
  assert.ok(flat.includes('Thisreportisnotsigned.'))
  assert.ok(!flat.includes('Signaturefield.'))
  const signed = dense((await pdf('passed')).text())
  for (const part of ['AdaExample', 'Recordsofficer', 'reviewedandapproved', 'Signaturefield.'])
    assert.ok(signed.includes(part), part)
})

test('the steps to verify name the files as they are called', async () => {
  const id = named('passed').report.report_id
  const flat = dense((await pdf('passed')).text())
  for (const part of [
    `sha256sum${id}.json`,
    `-verify${id}.pub.pem`,
    `-signature${id}.sig.der`,
    `-in${id}.sig.tst`,
    `pdfsig${id}.pdf`,
    'sha256sum--checkattached/segments.sha256',
  ])
    assert.ok(flat.includes(part), part)
  const packaged = dense((await pdf('extraction')).text())
  for (const part of ['-verifycertificates/public-key.pem', '-signaturereport.json.sig.der', 'verify.html'])
    assert.ok(packaged.includes(part), part)
})
