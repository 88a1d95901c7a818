import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import PDFDocument from 'pdfkit'
import { Typesetter } from '../../../src/evidence/pdf/fonts.ts'
import { turned, visualOrder } from '../../../src/evidence/pdf/world/bidi.ts'
import { WORLD_FACES, worldFile } from '../../../src/evidence/pdf/world/faces.ts'
import { loadWorld } from '../../../src/evidence/pdf/world/load.ts'
import { type Span, wrap } from '../../../src/evidence/pdf/wrap.ts'
import { WORLD_TEXTS } from '../samples.ts'

const type = new Typesetter(new PDFDocument({ font: null as unknown as string }))
const span = (text: string, face: Span['face'] = 'sans', size = 9): Span => ({ text, face, size, colour: '#000000' })
const textOf = (lines: ReturnType<typeof wrap>) => lines.map((line) => line.pieces.map((piece) => piece.text).join(''))

const shown = (text: string) =>
  type
    .runs(text, 'sans')
    .map((run) => run.text)
    .join('')
const facesOf = (text: string) => type.runs(text, 'sans').map((run) => run.face)

test('what no face has, and what can not be seen, is written out', () => {
  assert.equal(shown('Ωμέγα Żółć Журнал “½ ≤ ∞”'), 'Ωμέγα Żółć Журнал “½ ≤ ∞”')
  assert.equal(shown('தமிழ்'), '\\u{ba4}\\u{bae}\\u{bbf}\\u{bb4}\\u{bcd}')
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

test('other scripts are shown as they are, each in its face; Chinese characters in the form of their language', () => {
  for (const text of WORLD_TEXTS) assert.equal(shown(text), text)
  assert.deepEqual(facesOf('直骨'), ['chinese'])
  assert.deepEqual(facesOf('直骨を'), ['japanese'])
  assert.deepEqual(facesOf('直骨은'), ['korean'])
  assert.deepEqual(facesOf('a東б'), ['sans', 'chinese', 'sans'])
  assert.deepEqual(facesOf('👩‍💻'), ['emoji'])
})

test('no face of another script is opened for Latin, Greek and Cyrillic', () => {
  const doc = new PDFDocument({ font: null as unknown as string })
  const own = new Typesetter(doc)
  own.measure('Ωμέγα Żółć Журнал “½ ≤ ∞” \u0000 \u202e', 'mono', 9)
  const { _registeredFonts: registered } = doc as unknown as { _registeredFonts: object }
  assert.deepEqual(Object.keys(registered), ['sans', 'bold', 'serif', 'mono', 'monoBold'])
  own.measure('東京', 'sans', 9)
  assert.equal(Object.keys(registered).length, 6)
})

test('each packed face is the file that its maker published', () => {
  const folder = join(import.meta.dirname, '../../../assets/fonts')
  const sums = readFileSync(join(folder, 'SHA256SUMS'), 'utf8').trimEnd().split('\n')
  assert.equal(sums.length, WORLD_FACES.length)
  for (const face of WORLD_FACES) {
    const sum = createHash('sha256').update(loadWorld(face)).digest('hex')
    assert.ok(sums.includes(`${sum}  ${worldFile(face).replace('.zst', '')}`), face)
  }
  assert.match(readFileSync(join(folder, 'OFL.txt'), 'utf8'), /SIL OPEN FONT LICENSE Version 1\.1/)
})

test('a joiner or a wide space is shown where it makes a difference, and written out where nobody would see it', () => {
  assert.equal(shown('می\u200cخواهم'), 'می\u200cخواهم')
  assert.equal(shown('دا\u200cم'), 'دا\\u{200c}م')
  assert.equal(shown('東\u200c京'), '東\\u{200c}京')
  assert.equal(shown('👩\u200d👩'), '👩\\u{200d}👩')
  assert.equal(shown('東\u3000京\u3000'), '東\u3000京\\u{3000}')
})

test('from right to left: a sentence of such a script, and a name of it in another sentence', () => {
  const order = (text: string) => {
    const pieces = wrap([span(text)], 1000, type)[0]?.pieces ?? []
    return visualOrder(pieces.map((piece) => piece.level)).map((index) => pieces[index]?.text)
  }
  assert.deepEqual(order('אב גד 12 הו.'), ['.', 'הו', ' ', '12', ' ', 'גד', ' ', 'אב'])
  assert.deepEqual(order('אבגד הוזח orders-1 טי'), ['טי', ' ', 'orders-1', ' ', 'הוזח', ' ', 'אבגד'])
  assert.deepEqual(order('topic אב גד, 12 records'), ['topic ', 'גד', ' ', 'אב', ', 12 records'])
  assert.equal(turned('(!'), '!)')
})

test('text of no spaces is broken between its characters, but not before a closing mark', () => {
  const lines = textOf(wrap([span('数据备份已经完成，所有记录。')], type.width('数', 'chinese', 9) * 8.5, type))
  assert.deepEqual(lines, ['数据备份已经完', '成，所有记录。'])
  assert.deepEqual(textOf(wrap([span('Tokyo 東京（株）'.slice(0, 12))], type.width('Tokyo', 'sans', 9) + 14, type)), [
    'Tokyo 東',
    '京（株）',
  ])
})

test('no line is wider than it may be, and nothing is lost but spaces where a line ends', () => {
  const words = fc.array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      fc.constantFrom(
        'topics/a-b/partition=0/segment-00000000000000000000-g000001.bin.zst',
        'f'.repeat(200),
        '東京',
        'سجلات',
        'ผู้ตรวจสอบ',
        '👩‍💻',
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
            line.width <= width + 0.01 || line.pieces.map((piece) => piece.text).join('').length <= 16,
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
    { numRuns: 600, seed: 20261127 },
  )
})

test('of all white space only plain spaces go where a line ends', () => {
  for (const odd of ['\u00a0', '\u2009', '\u202f']) {
    assert.deepEqual(textOf(wrap([span(odd)], 30, type)), [odd])
    assert.deepEqual(textOf(wrap([span(`key${odd}`)], 100, type)), [`key${odd}`])
  }
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
