import type { TFunction } from 'i18next'
import { checksOf } from '../../../contract/evidence/questions.ts'
import type { VerifiedFile, VerifyCheck } from '../../../contract/evidence/verdict.ts'
import { ADVICE, SUB_INDICATIONS, VERIFY_CHECKS } from '../../../contract/evidence/verdict.ts'
import { utc } from '../../format.ts'
import type { Row } from './rows.ts'

/**
 * What the verifier found in the window's language, by the names of what was checked and found. The verifier's own
 * sentences are English, in every place where a verdict stands; they have the figures, and are shown below these.
 */
type T = TFunction<'verdicts'>

const isOneOf = <One extends string>(all: readonly One[], value: string | undefined): value is One =>
  value !== undefined && (all as readonly string[]).includes(value)

/**
 * What a sub-indication means; null: it is none that this version knows.
 * @param check which found it: what is only worth a look at an archive is under the same name, and is no damage
 */
export function foundWords(
  t: T,
  sub: string | undefined,
  check?: Pick<VerifyCheck, 'check' | 'verdict'>,
): string | null {
  if (sub === 'ARCHIVE_DAMAGED' && check?.check === 'integrity' && check.verdict === 'indeterminate') {
    return t('answers.noticed')
  }
  return isOneOf(SUB_INDICATIONS, sub) ? t(`sub.${sub}`) : null
}

/** The name of a check. */
export function checkWords(t: T, check: string): string {
  return isOneOf(VERIFY_CHECKS, check) ? t(`check.${check}`) : check
}

/** One line of the list of checks, without its figures. */
export function lineWords(t: T, line: Pick<VerifyCheck, 'check' | 'subIndication' | 'verdict'>): string {
  const { check, subIndication } = line
  const found = foundWords(t, subIndication, line)
  return found === null ? checkWords(t, check) : `${checkWords(t, check)}: ${found}`
}

/** What to do next. A result of an earlier version names nothing: then in the verifier's own words. */
export function nextWords(t: T, file: VerifiedFile): string {
  const ids = file.answer_ids?.next.filter((id) => isOneOf(ADVICE, id)) ?? []
  return ids.length === 0 ? file.answers.next : ids.map((id) => t(`advice.${id}`)).join(' ')
}

function whoseWords(t: T, file: VerifiedFile): string {
  const { answer_ids: ids } = file
  if (ids === undefined) return file.answers.whose
  const one = file.signatures[ids.signature ?? -1]
  const others = ids.others > 0 ? ` ${t('answers.others', { count: ids.others })}` : ''
  if (one === undefined || ids.whose === 'nobody') return t('answers.whose.nobody')
  if (ids.whose === 'invalid') return `${t('answers.whose.invalid')}${others}`
  const key = one.keyId ?? t('answers.noKey')
  if (one.signer === null) return `${t(`answers.whose.${ids.whose}Key`, { key })}${others}`
  const { name, organisation, issuer } = one.signer
  const who = organisation === null ? name : `${name} (${organisation})`
  return `${t(`answers.whose.${ids.whose}`, { name: who, issuer })}${others}`
}

function sinceWords(t: T, file: VerifiedFile): string {
  const { answer_ids: ids } = file
  if (ids === undefined) return file.answers.since
  const time = file.signatures[ids.signature ?? -1]?.time
  const said = t(`answers.since.${ids.since}`, { at: utc(time?.at ?? null) ?? '', authority: time?.authority ?? '' })
  return time?.same_root === true ? `${said} ${t('answers.sameRoot')}` : said
}

function changedWords(t: T, file: VerifiedFile): string {
  const { answer_ids: ids } = file
  return ids === undefined ? file.answers.changed : t(`answers.changed.${ids.changed}`)
}

/** The answer to one question of the page. */
export function rowWords(t: T, file: VerifiedFile, row: Row): string {
  switch (row.question) {
    case 'whose':
      return whoseWords(t, file)
    case 'since':
      return sinceWords(t, file)
    case 'changed':
      return changedWords(t, file)
    case 'next':
      return nextWords(t, file)
    default:
      return groupWords(t, row.question, checksOf(file, row.question))
  }
}

function groupWords(t: T, question: 'intact' | 'records' | 'coverage', checks: readonly VerifyCheck[]): string {
  const bad = checks.filter((one) => one.verdict !== 'passed')
  const [first] = bad
  if (first !== undefined) {
    const found = t('answers.wrong', { why: lineWords(t, first) })
    return bad.length > 1 ? `${found} ${t('answers.more', { count: bad.length - 1 })}` : found
  }
  if (question !== 'intact') return t(`answers.${question}`)
  const names = [...new Set(checks.map((one) => checkWords(t, one.check)))]
  return t('answers.intact', { checks: names.join(', ') })
}

export { isForeign } from '../../error-words.ts'
