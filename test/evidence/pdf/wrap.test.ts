import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import PDFDocument from 'pdfkit'
import { Typesetter } from '../../../src/evidence/pdf/fonts.ts'
import { type Span, wrap } from '../../../src/evidence/pdf/wrap.ts'

const type = new Typesetter(new PDFDocument({ font: null as unknown as string }))
const span = (text: string, face: Span['face'] = 'sans', size = 9): Span => ({ text, face, size, colour: '#000000' })
const textOf = (lines: ReturnType<typeof wrap>) => lines.map((line) => line.pieces.map((piece) => piece.text).join(''))

test('what no face has, and what can not be seen, is written out', () => {
  const shown = (text: string) =>
    type
      .runs(text, 'sans')
      .map((run) => run.text)
      .join('')
  assert.equal(shown('Ωμέγα Żółć Журнал “½ ≤ ∞”'), 'Ωμέγα Żółć Журнал “½ ≤ ∞”')
  assert.equal(shown('東京'), '\\u{6771}\\u{4eac}')
  assert.equal(shown('🧾'), '\\u{1f9fe}')
  assert.equal(
    shown('a\u202eb\u0000c\u200dd\ue000e\ud800f\u2028g\u3000h'),
    'a\\u{202e}b\\u{0}c\\u{200d}d\\u{e000}e\\u{d800}f\\u{2028}g\\u{3000}h',
  )
  // The mono face has no Greek: another one does.
  assert.deepEqual(
    type.runs('aΩ', 'mono').map((run) => run.face),
    ['mono', 'sans'],
  )
})

test('no line is wider than it may be, and nothing is lost but spaces where a line ends', () => {
  const words = fc.array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      fc.constantFrom(
        'topics/a-b/partition=0/segment-00000000000000000000-g000001.bin.zst',
        'f'.repeat(200),
        '東京',
        ' ',
        '\n',
        'a b  c',
      ),
    ),
    { maxLength: 30 },
  )
  fc.assert(
    fc.property(
      words,
      fc.integer({ min: 30, max: 500 }),
      fc.constantFrom('sans' as const, 'mono' as const, 'serif' as const),
      (parts, width, face) => {
        const text = parts.join(' ')
        const lines = wrap([span(text, face)], width, type)
        for (const line of lines) {
          // A single character may be wider than a line.
          assert.ok(
            line.width <= width + 0.01 || line.pieces.map((piece) => piece.text).join('').length <= 8,
            `${line.width} > ${width}`,
          )
        }
        const written = type
          .runs(text.replaceAll('\n', ''), face)
          .map((run) => run.text)
          .join('')
        assert.equal(textOf(lines).join('').replaceAll(' ', ''), written.replaceAll(' ', ''))
      },
    ),
    { numRuns: 300 },
  )
})

test('words are kept whole where a line can hold them, over spans too', () => {
  assert.deepEqual(textOf(wrap([span('one two three')], type.width('one two ', 'sans', 9) + 1, type)), [
    'one two ',
    'three',
  ])
  const lines = wrap(
    [span('plain '), span('bo', 'bold'), span('ld, after')],
    type.width('plain bold', 'sans', 9) - 4,
    type,
  )
  assert.equal(textOf(lines)[0], 'plain ')
})

test('a long key is cut after a separator', () => {
  const lines = textOf(wrap([span('financial-data-weekly/topics/transactions/partition=0', 'mono')], 180, type))
  for (const line of lines.slice(0, -1)) assert.match(line, /[-/=]$/)
})
