import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FRAMEWORKS } from '../../src/evidence/controls/assess.ts'
import { controlTexts } from '../../src/renderer/locales/de/control-texts/index.ts'

interface Text {
  title: string
  asks: string
  beyond: string
  cited?: string
  name?: string
}

const german: Readonly<Record<string, { title: string; edition: string; controls: Readonly<Record<string, Text>> }>> =
  controlTexts

test('every framework and every control has its German twin, and none is left over', () => {
  assert.deepEqual(Object.keys(german).sort(), FRAMEWORKS.map(({ id }) => id).sort())
  for (const { id, controls } of FRAMEWORKS) {
    const names = controls.map(({ control }) => control).sort()
    assert.deepEqual(Object.keys(german[id]?.controls ?? {}).sort(), names, id)
  }
})

test('each text of a control has its kind of sentence, and differs from the English one', () => {
  for (const { id, controls } of FRAMEWORKS) {
    for (const control of controls) {
      const text = german[id]?.controls[control.control]
      assert.ok(text, control.control)
      const { title, asks, beyond } = text
      assert.doesNotMatch(title, /[.:]$/, control.control)
      assert.doesNotMatch(asks, /\.$/, control.control)
      assert.match(beyond, /^[\p{Lu}„].{20,}\.$/u, control.control)
      for (const [one, other] of [
        [title, control.title],
        [asks, control.asks],
        [beyond, control.beyond],
      ]) {
        assert.notEqual(one, other, control.control)
      }
    }
  }
})

test('no German text says that anything conforms: evidence supports, an auditor judges', () => {
  assert.doesNotMatch(JSON.stringify(german), /konform|compliant|erfüllt die Anforderung/i)
})

test('what EU law calls its articles is cited in the German way', () => {
  for (const { id, controls } of FRAMEWORKS.filter((one) => ['gdpr', 'mifid_ii', 'dora'].includes(one.id))) {
    for (const { control } of controls) {
      const [, article, paragraph, letter] = /^Art\. (\d+)\((\d+)\)(?:\((\w)\))?$/.exec(control) ?? []
      const cited = german[id]?.controls[control]?.cited ?? ''
      assert.ok(cited.startsWith(`Art. ${article} Abs. ${paragraph}`), cited)
      if (letter !== undefined) assert.ok(cited.includes(` lit. ${letter} `), cited)
    }
  }
})
