import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assessControls, FRAMEWORKS } from '../../../src/evidence/controls/assess.ts'
import { accountOf } from '../../../src/evidence/report/account.ts'
import { check, PASSED_CHECKS, sampleInput, sampleManifest, sampleTopic } from '../sample-parts.ts'

const assessed = (changes: Parameters<typeof sampleInput>[0] = {}) => {
  const input = sampleInput(changes)
  return assessControls({ ...input, account: accountOf(input.manifest, input.topics) })
}
const state = (controls: ReturnType<typeof assessed>, framework: string, control: string) =>
  controls.find((each) => each.framework === framework && each.control === control)?.state

test('each framework that was promised is there, with its provisions', () => {
  assert.deepEqual(
    FRAMEWORKS.map(({ id }) => id),
    [
      'sox_itgc',
      'gdpr',
      'hipaa',
      'pci_dss',
      'soc2',
      'mifid_ii',
      'sec_17a_4',
      'fda_21_cfr_11',
      'dora',
      'iso_27001',
      'cmmc_l2',
    ],
  )
  const citations = FRAMEWORKS.flatMap(({ controls }) => controls.map(({ citation }) => citation)).join('\n')
  for (const provision of [
    'art. 5(1)(f)',
    'art. 30(1)(g)',
    'art. 32(1)(c)',
    '45 CFR 164.308(a)(7)(ii)(A)',
    '45 CFR 164.312(c)(1)',
    'requirement 9.4.',
    'requirement 10.3.',
    'TSP section 100, A1.3',
    'TSP section 100, CC7.5',
    'Directive 2014/65/EU, art. 16(7)',
    '2017/565, art. 72(1)(b)',
    '17 CFR 240.17a-4(f)(2)(i)(A)',
    '21 CFR 11.50',
    'Regulation (EU) 2022/2554, art. 12(2)',
    'annex A, 8.13',
    '3.8.9',
  ]) {
    assert.ok(citations.includes(provision), provision)
  }
})

test('each framework says where its provisions were read, with the date of that text, and which were not found', () => {
  for (const { id, sources, unread, controls } of FRAMEWORKS) {
    assert.ok(sources.length > 0, id)
    for (const { of, address, text } of sources) {
      assert.match(address, /^https?:\/\/[\w.-]+\//, `${id} ${of}`)
      assert.ok(text.length > 10, `${id} ${of}`)
    }
    const cited = controls.map(({ citation }) => citation)
    for (const citation of unread) assert.ok(cited.includes(citation), `${id} ${citation}`)
  }
})

test('no text says that anything is compliant, and each control says what evidence can not show', () => {
  for (const framework of FRAMEWORKS) {
    const names = framework.controls.map(({ control }) => control)
    assert.equal(new Set(names).size, names.length, framework.id)
    for (const control of framework.controls) {
      assert.doesNotMatch(JSON.stringify(control), /complian(t|tly)/i)
      assert.ok(control.beyond.endsWith('.') && control.beyond.length > 20, control.control)
      assert.doesNotMatch(control.asks, /\.$/)
    }
  }
})

test('supported only where all that a control rests on ran and passed', () => {
  const controls = assessed()
  assert.equal(state(controls, 'hipaa', '164.308(a)(7)(ii)(A)'), 'supported')
  for (const control of controls) {
    if (control.state === 'supported') assert.ok(control.passed.length > 0, control.control)
    for (const name of control.passed) assert.ok(control.supported_by.includes(name))
  }
})

test('a check that failed makes its controls not supported; one that did not run, warned or could not tell leaves them open', () => {
  const others = PASSED_CHECKS.filter((each) => each.check_name !== 'ContentCheck')
  const outcomes = {
    FAILED: 'not supported',
    SKIPPED: 'not covered',
    WARNING: 'not covered',
    INDETERMINATE: 'not covered',
  } as const
  for (const [outcome, expected] of Object.entries(outcomes)) {
    const checks = [...others, check('ContentCheck', outcome as keyof typeof outcomes, 'as told')]
    assert.equal(state(assessed({ checks }), 'dora', 'Art. 12(7)'), expected, outcome)
  }
  assert.ok(
    assessed({ checks: [], signing: null, retention: { days: null, lock: null } }).every(
      (control) => control.state !== 'supported' || control.passed.every((name) => name === 'fact:complete-account'),
    ),
  )
})

test('an integrity check that did not read every segment supports nothing', () => {
  const checks = [check('IntegrityCheck', 'PASSED', 'shallow', { deep: false })]
  assert.ok(assessed({ checks }).every((control) => !control.passed.includes('IntegrityCheck')))
})

test('only a lock in COMPLIANCE mode, as the storage says it, supports write-once controls', () => {
  const lock = (mode: 'COMPLIANCE' | 'GOVERNANCE' | 'none' | 'unknown', retain_until: string | null) =>
    state(
      assessed({ retention: { days: 2555, lock: { mode, retain_until, legal_hold: null, reason: 'asked' } } }),
      'sec_17a_4',
      '(f)(2)(i)(B)',
    )
  assert.equal(lock('COMPLIANCE', '2033-04-05T00:00:00.000Z'), 'supported')
  assert.equal(lock('COMPLIANCE', null), 'not covered')
  // it is told by the storage after its end too, and keeps nothing any more
  assert.equal(lock('COMPLIANCE', '2026-04-05T02:14:00.000Z'), 'not supported')
  assert.equal(lock('GOVERNANCE', '2033-04-05T00:00:00.000Z'), 'not supported')
  assert.equal(lock('none', null), 'not supported')
  assert.equal(lock('unknown', null), 'not covered')
  assert.equal(state(assessed({ retention: { days: 2555, lock: null } }), 'sec_17a_4', '(f)(2)(i)(B)'), 'not covered')
})

test('losses in the account make it incomplete', () => {
  const of = (absent: Record<string, number>) =>
    state(assessed({ manifest: sampleManifest([sampleTopic('t', 1, 1, absent)]) }), 'sec_17a_4', '(f)(2)(ii)')
  assert.equal(of({ aborted: 2, control: 1, compacted: 7, deleted_before: 3 }), 'supported')
  assert.equal(of({ deleted_during: 1 }), 'not supported')
  assert.equal(of({ unexplained: 1 }), 'not supported')
})

test('a sample is called one, and a restore counts with the time it took', () => {
  const checks = [
    ...PASSED_CHECKS.filter((each) => each.check_name !== 'ContentCheck'),
    check('ContentCheck', 'PASSED', 'fine', { sampled: true }),
  ]
  const reason = (controls: ReturnType<typeof assessed>) =>
    controls.find((each) => each.framework === 'gdpr' && each.control === 'Art. 32(1)(c)')?.reason ?? ''
  assert.match(
    assessed({ checks }).find((each) => each.framework === 'dora' && each.control === 'Art. 12(7)')?.reason ?? '',
    /on a sample/,
  )
  assert.match(reason(assessed()), /The restore took 36 min 40 s/)
  assert.match(reason(assessed({ restore: null })), /no restore/i)
})

test('a control that is not supported or not covered says why, and nothing that reads as if it were shown', () => {
  for (const control of assessed({ checks: [] })) {
    if (control.state === 'supported' || control.supported_by.length === 0) continue
    assert.doesNotMatch(control.reason, /shown|supports/i, control.control)
  }
  const reason = (framework: string, name: string) =>
    assessed({ checks: [] }).find((each) => each.framework === framework && each.control === name)?.reason
  assert.equal(
    reason('iso_27001', 'A.8.13 (tests)'),
    'ContentCheck and MessageCountCheck were not part of this report.',
  )
  assert.equal(reason('iso_27001', 'A.8.13 (copies)'), 'IntegrityCheck was not part of this report.')
})
