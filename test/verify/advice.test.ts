import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SignatureFacts, SubIndication, VerifyCheck, VerifyCheckId } from '../../src/contract/evidence/verdict.ts'
import { adviceOn, adviceText } from '../../src/verify/advice.ts'
import { verdictOf } from '../../src/verify/finding.ts'

const check = (name: VerifyCheckId, subIndication: SubIndication, verdict = verdictOf(subIndication)): VerifyCheck => ({
  check: name,
  subject: 'x',
  verdict,
  subIndication,
  reason: 'A reason.',
})
const signature = (more: Partial<SignatureFacts>): SignatureFacts => ({
  subject: 'report.pdf',
  kind: 'pades',
  format: 'PAdES-BASELINE-LT',
  verdict: 'passed',
  reason: 'Good.',
  signer: null,
  keyId: null,
  trusted: true,
  time: { at: '2026-01-01T00:00:00Z', kind: 'proved', authority: 'TSA', uncounted: null },
  ...more,
})
const next = (one: VerifyCheck) => adviceText(adviceOn(one.verdict, one, [], undefined))
/** The first signature is the one that answers "since when". */
const later = (...signatures: SignatureFacts[]) => adviceText(adviceOn('passed', undefined, signatures, signatures[0]))

describe('what to do next', () => {
  test('what a foreign archive lacks is told apart from a missing timestamp', () => {
    for (const name of ['proofs', 'integrity'] as const) {
      assert.match(next(check(name, 'NO_POE')), /digests/)
      assert.doesNotMatch(next(check(name, 'NO_POE')), /timestamp|--at/)
    }
    assert.match(next(check('timestamp', 'NO_POE')), /with its timestamp/)
    assert.match(next(check('timestamp-chain', 'NO_POE')), /--at must not be before/)
    assert.match(next(check('signature', 'NO_POE')), /root of the timestamp authority/)
  })

  test('what is only missing is not called something that nobody should rely on', () => {
    for (const one of [
      check('manifest-chain', 'FILE_MISSING', 'indeterminate'),
      check('coverage', 'ARCHIVE_DAMAGED', 'indeterminate'),
    ]) {
      assert.doesNotMatch(next(one), /not rely/i)
    }
    assert.match(next(check('index', 'FILE_MISSING')), /Do not rely/)
  })

  test('what failed is never advised to be kept', () => {
    const failures: SubIndication[] = [
      'FORMAT_FAILURE',
      'HASH_FAILURE',
      'REVOKED',
      'PROOF_FAILURE',
      'COVERAGE_FAILURE',
      'CUSTODY_FAILURE',
      'CONTAINER_REFUSED',
      'EXPIRED',
      'NOT_YET_VALID',
      'REPORT_DIFFERS',
      'CHANGED_AFTER_SIGNING',
    ]
    for (const sub of failures) assert.match(next(check('signature', sub)), /not rely/, sub)
  })

  test('what passed says what it will lack in later years', () => {
    assert.doesNotMatch(later(signature({})), /years/)
    const claimed = { at: '2026-01-01T00:00:00Z', kind: 'claimed', authority: null, uncounted: null } as const
    const bare = later(signature({ format: 'PAdES-BASELINE-B', time: claimed }))
    assert.match(bare, /clock of the signer/)
    assert.match(bare, /coffer keys create/)
    assert.match(later(signature({ format: 'PAdES-BASELINE-T' })), /PAdES B-LT/)
  })

  test('a proved time is not doubted for the signatures inside, and a claimed one is not hidden by theirs', () => {
    const claimed = { at: '2026-01-01T00:00:00Z', kind: 'claimed', authority: null, uncounted: null } as const
    const index = signature({ subject: 'package/index.json', kind: 'detached', format: 'ECDSA-P256-SHA256' })
    const manifest = signature({ ...index, subject: 'manifest/manifest.json', time: claimed })
    assert.doesNotMatch(later(index, manifest), /clock|timestamp|years/)
    assert.match(later(manifest, index), /clock of the signer/)
    assert.match(later({ ...index, time: null }, manifest), /clock of the signer/)
  })
})
