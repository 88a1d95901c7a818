import type { TFunction } from 'i18next'
import { conclusionOf } from '../../../contract/evidence/questions.ts'
import type { CallOutput } from '../../../contract/ipc/map.ts'
import { monthName } from '../../format.ts'
import type { Tone } from '../../parts/basics.tsx'

export type Opened = CallOutput<'reports.open'>
export type Verified = CallOutput<'reports.verify'>['verified']
type File = Verified['files'][number]

const OVERALL = { PASSED: 'ok', FAILED: 'bad', WARNING: 'warn', SKIPPED: 'plain', INDETERMINATE: 'warn' } as const
export type Outcome = keyof typeof OVERALL

export const isOutcome = (value: string | null): value is Outcome => value !== null && Object.hasOwn(OVERALL, value)
export const outcomeTone = (outcome: Outcome): Tone => OVERALL[outcome]

/** What makes a file one that was changed, rather than one whose signature is bad for another reason. */
const CHANGED = new Set(['HASH_FAILURE', 'SIG_CRYPTO_FAILURE', 'CHANGED_AFTER_SIGNING', 'REPORT_DIFFERS'])

export type Finding = 'valid' | 'changed' | 'bad' | 'stripped' | 'unsigned' | 'untrusted' | 'open'

/** What the verification of one file comes to, for its headline. */
export function findingOf(file: File): Finding {
  if (file.verdict === 'passed') return 'valid'
  if (file.verdict === 'failed') {
    const changed = file.checks.some((one) => one.verdict === 'failed' && CHANGED.has(one.subIndication ?? ''))
    return changed || CHANGED.has(file.subIndication ?? '') ? 'changed' : 'bad'
  }
  const conclusion = conclusionOf(file)
  if (conclusion === 'notSigned' || conclusion === 'nothingToCheck') return 'unsigned'
  return conclusion === 'unknownSigner' ? 'untrusted' : 'open'
}

const WORST_FIRST: readonly Finding[] = ['changed', 'bad', 'stripped', 'unsigned', 'untrusted', 'open', 'valid']

/** Over all of a report's files: the worst of them. A report that says it is signed and has no signature lost it. */
export function findingOver(opened: Opened, verified: Verified): Finding {
  const found = new Set(verified.files.map(findingOf))
  if (found.has('unsigned') && lostSignature(opened)) found.add('stripped')
  return WORST_FIRST.find((one) => found.has(one)) ?? 'open'
}

function lostSignature({ files, facts }: Opened): boolean {
  return facts !== null && facts.algorithm !== null && !files.some((one) => one.ending === 'sig')
}

export const FINDING_TONE: Record<Finding, Tone> = {
  valid: 'ok',
  changed: 'bad',
  bad: 'bad',
  stripped: 'bad',
  unsigned: 'warn',
  untrusted: 'warn',
  open: 'warn',
}

/** The first signer that is named. */
export function signerOf(verified: Verified): string | null {
  return verified.files.flatMap((file) => file.signatures).find((one) => one.signer !== null)?.signer?.name ?? null
}

/** `Monthly report for November 2026`: what it is about, in words. @param month `2026-11`; null: not of a month, or not known */
export function reportName(reportId: string, month: string | null, t: TFunction<'reports'>): string {
  const [kind = ''] = reportId.split('-')
  if (kind === 'monthly' && month !== null) return t('kinds.monthlyOf', { month: monthName(month) })
  return t(`kinds.${kind}`, { defaultValue: kind })
}

/** The beginning of its id, enough to tell it from others of the same name. */
export const shortId = (reportId: string): string => reportId.split('-')[1] ?? ''
