import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { filterSaid } from '../../src/contract/config/filter-words.ts'
import { ENGLISH } from '../../src/contract/said/english.ts'
import { because, say } from '../../src/contract/said/said.ts'
import { i18n } from '../../src/renderer/i18n.ts'
import { de } from '../../src/renderer/locales/de/index.ts'
import { en } from '../../src/renderer/locales/en/index.ts'
import { saidWords, spoken } from '../../src/renderer/said-words.ts'

type Texts = Readonly<Record<string, Readonly<Record<string, string>>>>

/** `{{count, number}}` with its format. */
const holes = (text: string) => [...text.matchAll(/\{\{(.*?)\}\}/g)].map(([, hole]) => hole ?? '').sort()

before(async () => {
  await i18n.init({ resources: { en, de }, lng: 'de', fallbackLng: 'en', interpolation: { escapeValue: false } })
})

test('German says each sentence of the engine in other words, with the same values in the same formats', () => {
  const german: Texts = de.said
  for (const [group, texts] of Object.entries(ENGLISH)) {
    for (const [name, text] of Object.entries(texts)) {
      const other = german[group]?.[name] ?? ''
      if (/\p{L}/u.test(text.replaceAll(/\{\{.*?\}\}/g, ''))) assert.notEqual(other, text, `${group}.${name}`)
      assert.doesNotMatch(other, /[.!?]$/, `${group}.${name}`)
      const without = (all: string[]) => (name.endsWith('_one') ? all.filter((one) => one !== 'count, number') : all)
      assert.deepEqual(without(holes(other)), without(holes(text)), `${group}.${name}`)
    }
  }
})

test('a sentence is said in German, with its figures, times, names of checks and what stands in it', async () => {
  await i18n.changeLanguage('de')
  assert.equal(saidWords(say('many.records', { count: 1234567 })), '1.234.567 Datensätze')
  assert.equal(
    saidWords(say('control.notPart', { count: 2, checks: ['ContentCheck', 'IntegrityCheck'] })),
    'nicht Teil dieses Berichts waren: „Inhalt, Satz für Satz“ und „Unversehrtheit des Archivs“',
  )
  assert.equal(
    saidWords(say('control.lockCompliance', { until: '2033-04-05T02:14:05.000Z' })),
    'nach Angabe des Speichers sind die Objekte des Archivs, nach denen er gefragt wurde, im Modus COMPLIANCE gesperrt bis 5. April 2033 um 02:14:05 UTC',
  )
  assert.equal(
    saidWords(say('finding.indexDiffers', { why: say('finding.indexFrames') })),
    'das eigene Verzeichnis (Index) des Segments stimmt nicht: es gibt mehr Blöcke, als es nennt',
  )
})

test('a filter is said in German, its conditions joined', async () => {
  const customer = { on: 'json', path: '$.customer_id', is: 'in', texts: ['C1', 'C3'] } as const
  const key = { on: 'key', is: 'exists', wanted: false } as const
  const amount = { on: 'json', path: '$.amount', is: 'greater_than', number: '41' } as const
  const said = filterSaid({ all: [{ ...customer, texts: [...customer.texts] }, { not: { any: [key, amount] } }] })
  assert.ok(said)
  await i18n.changeLanguage('de')
  assert.equal(
    saidWords(said),
    'Wert $.customer_id ist eines von "C1", "C3" und nicht: (Schlüssel ist nicht vorhanden oder Wert $.amount ist größer als 41)',
  )
})

test('no value passes for an option of the translation, or is looked up', async () => {
  await i18n.changeLanguage('de')
  const values = { object: '$t(said:lock.none) {{why}}', why: 'w', lng: 'en', defaultValue: 'd', ns: 'app' }
  assert.equal(saidWords(say('custody.at', values)), '„$t(said:lock.none) {{why}}“: w')
})

test('English is the engine’s own sentence; what has no German words is told to be English', async () => {
  const { reason, said } = because('lock.bucketNone')
  await i18n.changeLanguage('en')
  assert.equal(spoken(reason, said), reason)
  assert.equal(spoken(reason, undefined), reason)
  await i18n.changeLanguage('de')
  assert.equal(spoken(reason, said), 'der Bucket hat keine Objektsperre (Object Lock)')
  assert.equal(spoken(reason, undefined), null)
  assert.equal(spoken(reason, { id: 'of.another-version' }), null)
})
